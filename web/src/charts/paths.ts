/** Paths of lines, bands and steps. Missing values break a line; they are never bridged and never zero. */
import { area, curveStepAfter, line } from 'd3-shape'

export type Values = readonly (number | null)[]
export interface Point {
  x: number
  y: number
}
type Scale = (value: number) => number

/** Points of the values that are there; `at` gives the x of an index. */
export function linePath(values: Values, at: Scale, y: Scale, stepped = false): string {
  const draw = line<number | null>()
    .defined((v) => v !== null)
    .x((_, i) => at(i))
    .y((v) => y(v!))
  if (stepped) draw.curve(curveStepAfter)
  return draw(values as (number | null)[]) ?? ''
}

export function bandPath(low: Values, high: Values, at: Scale, y: Scale): string {
  return (
    area<number>()
      .defined((i) => low[i] !== null && high[i] !== null && low[i] !== undefined && high[i] !== undefined)
      .x((i) => at(i))
      .y0((i) => y(low[i]!))
      .y1((i) => y(high[i]!))(low.map((_, i) => i)) ?? ''
  )
}

/** A stepped line that changes at the start of a day. */
export function stepPath(values: Values, at: Scale, y: Scale): string {
  let path = ''
  let before: number | null = null
  values.forEach((v, i) => {
    if (v === null) before = null
    else {
      path += before === null ? `M${at(i)},${y(v)}` : v === before ? '' : `H${at(i)}V${y(v)}`
      before = v
      if (i === values.length - 1 || values[i + 1] === null) path += `H${at(i)}`
    }
  })
  return path
}

/** The lip above a stepped line, `depth` pixels, a piece for each day. */
export function lipPath(values: Values, at: Scale, y: Scale, depth = 7): string {
  let path = ''
  for (let i = 0; i < values.length - 1; i++) {
    const v = values[i]
    if (v !== null && v !== undefined && values[i + 1] !== null) path += `M${at(i)},${y(v)}V${y(v) - depth}H${at(i + 1)}V${y(v)}Z`
  }
  return path
}

/** Smallest and largest of some series; null when nothing is there. */
export function extent(...series: Values[]): [number, number] | null {
  let low = Infinity
  let high = -Infinity
  for (const values of series) {
    for (const value of values) {
      if (value === null || value === undefined || !Number.isFinite(value)) continue
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  }
  return low <= high ? [low, high] : null
}

/** Moves labels apart to at least `gap`, keeping their order and staying within [top, bottom]. */
export function spread(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!)
  const placed = order.map((i) => Math.min(bottom, Math.max(top, wanted[i]!)))
  for (let k = 1; k < placed.length; k++) placed[k] = Math.max(placed[k]!, placed[k - 1]! + gap)
  let floor = bottom
  for (let k = placed.length - 1; k >= 0; k--) {
    placed[k] = Math.min(placed[k]!, floor)
    floor = placed[k]! - gap
  }
  const result = new Array<number>(wanted.length)
  order.forEach((i, k) => (result[i] = placed[k]!))
  return result
}

/** At most `most` round numbers that span a range. */
export function roundTicks(low: number, high: number, most = 6): number[] {
  const raw = (high - low) / Math.max(1, most - 1)
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = ([1, 2, 2.5, 5, 10].find((m) => m * power >= raw * 0.999) ?? 10) * power
  const first = Math.floor(low / step + 1e-9)
  const last = Math.ceil(high / step - 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}
