/** What a fan chart draws, worked out from a panel of the API: days on one axis, ranges, labels. No drawing here. */
import type { Panel } from '../api/types.ts'
import { addDays, daysBetween } from '../format.ts'
import { extent, roundTicks } from './paths.ts'

export type Kind = 'staffed' | 'equipped' | 'physical'
export const KINDS: Kind[] = ['physical', 'equipped', 'staffed']

export interface Curve {
  kind: Kind
  values: (number | null)[]
}

export interface Model {
  first: string
  last: string
  days: number
  /** Index of the now line: half a day before horizon 1. */
  now: number | null
  /** Day index of the first entry of each series. */
  observed: { values: (number | null)[]; raw: (number | null)[] } | null
  estimated: Fan | null
  projected: Fan | null
  /** The course without the scenario, where `projected` is a scenario's. */
  current: Fan | null
  nowcast: { at: number; soFar: number | null; estimate: number; low: number | null; high: number | null }[]
  /** Line of the observed ends here (before the days still being reported). */
  solidEnd: number
  past: { from: number; median: (number | null)[]; whisker: { at: number; low: number; middle: number; high: number } | null }[]
  /** Of a census with others in the same beds: the patients of the epidemic alone, or all of them, whichever the fan is not. */
  second: { who: 'epidemic' | 'everyone'; values: (number | null)[] } | null
  least: (number | null)[] | null
  /** The ceiling without the scenario, where the scenario moves it. */
  leastBefore: (number | null)[] | null
  binding: Kind | null
  others: Curve[]
  range: [number, number]
  ticks: number[]
  /** Decimals of the numbers that are written. */
  digits: number
  /** Whether they are persons, which have no parts. */
  counts: boolean
}

export interface Fan {
  q05: (number | null)[]
  q25: (number | null)[]
  q50: (number | null)[]
  q75: (number | null)[]
  q95: (number | null)[]
}

export interface Options {
  /** Days shown before the last one known; null: all. */
  back: number | null
  ahead: number
  fromZero: boolean
  /** A value that must be on the axis. */
  include?: number
}

type Dated = readonly string[]
type Column = readonly (number | null)[]

/** A column laid on the axis: entry i is day first + i; null where the column says nothing. */
export function onAxis(dates: Dated, column: Column, first: string, days: number): (number | null)[] {
  const laid = new Array<number | null>(days).fill(null)
  dates.forEach((date, i) => {
    const at = daysBetween(first, date)
    if (at >= 0 && at < days) laid[at] = column[i] ?? null
  })
  return laid
}

/** Past forecasts are drawn up to the now line only; the whisker stands 14 days after each was made. */
const PAST_DAYS = 14

export function chartModel(panel: Panel, options: Options): Model | null {
  const whole = panel.everyone?.projected ? panel.everyone : null
  const line = whole ? whole.observed : panel.observed
  const band = whole ? whole.projected : panel.projected
  const before = whole ? whole.current : panel.current
  const seen = line?.dates ?? panel.estimated?.dates ?? []
  const coming = band?.dates.slice(0, options.ahead) ?? []
  const start = seen[0] ?? coming[0]
  const end = coming.at(-1) ?? seen.at(-1)
  if (!start || !end) return null
  const known = seen.at(-1) ?? start
  const wanted = options.back === null ? start : addDays(known, -options.back)
  const first = wanted > start ? wanted : start
  const days = daysBetween(first, end) + 1
  const lay = (dates: Dated, column: Column): (number | null)[] => onAxis(dates, column, first, days)
  const fan = (band: NonNullable<Panel['projected']>, upTo: number): Fan => {
    const dates = band.dates.slice(0, upTo)
    return { q05: lay(dates, band.q05), q25: lay(dates, band.q25), q50: lay(dates, band.q50), q75: lay(dates, band.q75), q95: lay(dates, band.q95) }
  }

  const observed = line && { values: lay(seen, line.values), raw: lay(seen, line.raw) }
  const projected = band ? fan(band, options.ahead) : null
  const current = before ? fan(before, options.ahead) : null
  const beside = whole ? panel.observed : panel.everyone?.observed
  const second: Model['second'] = beside ? { who: whole ? 'epidemic' : 'everyone', values: lay(beside.dates, beside.values) } : null
  const estimated = panel.estimated ? fan(panel.estimated, panel.estimated.dates.length) : null
  const now = coming[0] ? daysBetween(first, coming[0]) - 0.5 : null

  const nowcast: Model['nowcast'] = []
  for (const [i, date] of (panel.nowcast?.dates ?? []).entries()) {
    const estimate = panel.nowcast?.estimate[i]
    const at = daysBetween(first, date)
    if (at < 0 || estimate === null || estimate === undefined) continue
    nowcast.push({ at, soFar: panel.nowcast?.received[i] ?? null, estimate, low: panel.nowcast?.low[i] ?? null, high: panel.nowcast?.high[i] ?? null })
  }
  const solidEnd = nowcast[0]?.at ?? days

  // Past forecasts were of the epidemic's patients: they say nothing about a fan of everyone.
  const past = (whole ? [] : panel.past).flatMap((p) => {
    const limit = now === null ? known : addDays(first, Math.floor(now))
    const dates = p.dates.slice(0, PAST_DAYS).filter((d) => d <= limit)
    if (!dates.length || daysBetween(first, dates[0]!) < 0) return []
    const k = dates.length - 1
    const [low, middle, high] = [p.q05[k], p.q50[k], p.q95[k]]
    const whole = dates.length === PAST_DAYS && low !== null && high !== null && middle !== null
    const whisker = whole ? { at: daysBetween(first, dates[k]!), low: low!, middle: middle!, high: high! } : null
    return [{ from: daysBetween(first, dates[0]!), median: lay(dates, p.q50), whisker }]
  })

  const capacity = panel.capacity
  const curves: Curve[] = capacity
    ? KINDS.map((kind) => ({ kind, values: lay(capacity.dates, capacity[kind]) })).filter((c) => c.values.some((v) => v !== null))
    : []
  const least = capacity && curves.length ? lay(capacity.dates, capacity.least) : null
  const leastBefore = capacity?.current ? lay(capacity.dates, capacity.current) : null
  const kind = (capacity && [...capacity.binding].reverse().find((b) => b !== null)) ?? null

  const demand = extent(
    observed?.values ?? [],
    second?.values ?? [],
    ...(projected ? [projected.q05, projected.q95] : []),
    ...(current ? [current.q05, current.q95] : []),
    ...(estimated ? [estimated.q05, estimated.q95] : []),
    past.flatMap((p) => (p.whisker ? [p.whisker.low, p.whisker.high] : [])),
    nowcast.map((p) => p.high ?? p.estimate),
  )
  const top = extent(least ?? [], leastBefore ?? [])
  const near = curves.filter((c) => c.kind !== kind && (extent(c.values)?.[1] ?? Infinity) < 1.8 * Math.max(demand?.[1] ?? 0, top?.[1] ?? 0))
  const range = extent(demand ?? [], top ?? [], ...near.map((c) => c.values), options.include === undefined ? [] : [options.include])
  if (!range) return null
  const low = options.fromZero || range[0] < 0.35 * range[1] ? 0 : range[0]
  const ticks = roundTicks(low, range[1] > low ? range[1] : low + 1)
  return {
    first, last: end, days, now, observed, estimated, projected, current, nowcast, solidEnd, past, second,
    least, leastBefore, binding: kind, others: near, range: [ticks[0]!, ticks.at(-1)!], ticks,
    counts: panel.unit === 'persons', digits: writtenDigits(panel.unit, ticks.at(-1)!),
  } // prettier-ignore
}

/** Persons are whole; a rate below one needs two decimals to say anything. */
function writtenDigits(unit: string, most: number): number {
  if (unit === 'persons') return 0
  return unit === 'per_100k' && most > 1 ? 1 : 2
}

/** Day indices that carry a date: at most six, whole weeks from the last known day. */
export function dateTicks(days: number, anchor: number, most = 6): number[] {
  const step = 7 * Math.max(1, Math.ceil(days / 7 / most))
  const start = anchor - Math.floor(anchor / step) * step
  const found: number[] = []
  for (let i = start; i < days; i += step) found.push(i)
  return found
}
