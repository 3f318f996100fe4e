import { describe, expect, it } from 'vitest'
import type { Panel } from '../api/types.ts'
import { addDays } from '../format.ts'
import { chartModel, dateTicks, onAxis } from './model.ts'

const from = (start: string, n: number): string[] => Array.from({ length: n }, (_, i) => addDays(start, i))
const band = (start: string, n: number) => {
  const dates = from(start, n)
  const of = (f: number) => dates.map((_, i) => 100 + f * (i + 1))
  return { dates, q025: of(-6), q05: of(-4), q25: of(-2), q50: of(1), q75: of(3), q95: of(6), q975: of(8) }
}

const panel = (more: Partial<Panel> = {}): Panel => ({
  target: 'icu_census', label: { fr: '', en: '' }, unit: 'persons', kind: 'counted',
  observed: { dates: from('2026-10-01', 40), values: from('x', 0).concat(), raw: [], status: [] } as unknown as Panel['observed'],
  estimated: null, nowcast: null, projected: null, everyone: null, capacity: null, others_known: true, chance_by_day: null, chance_by_day_missing: null,
  past: [], current: null, difference: null, sum: null, caption: { fr: '', en: '' }, origin: { table: 'indicators', filters: {} }, date: null, completeness: null,
  ...more,
})
const observed = { dates: from('2026-10-01', 40), values: Array.from({ length: 40 }, (_, i) => 60 + i), raw: Array.from({ length: 40 }, (_, i) => 60 + i), status: [] }

describe('a fan chart', () => {
  it('lays every series on one axis of days and leaves holes as holes', () => {
    expect(onAxis(['2026-10-02', '2026-10-04'], [5, 0], '2026-10-01', 4)).toEqual([null, 5, null, 0])
    const m = chartModel(panel({ observed, projected: band('2026-11-10', 28) }), { back: 20, ahead: 14, fromZero: false })!
    expect(m.first).toBe('2026-10-20')
    expect(m.days).toBe(20 + 14 + 1)
    expect(m.now).toBe(20.5)
    expect(m.projected!.q50[20]).toBeNull()
    expect(m.projected!.q50[21]).toBe(101)
    expect(m.projected!.q50.filter((v) => v !== null)).toHaveLength(14)
  })
  it('ends the solid line where reports are still due, and says what is estimated', () => {
    const m = chartModel(
      panel({ observed, nowcast: { dates: ['2026-11-07', '2026-11-08', '2026-11-09'], known_share: [null, 0.8, 0.5], received: [null, 98, 99], estimate: [null, 122, 198], low: [null, 115, 170], high: [null, 130, 230] } }),
      { back: null, ahead: 14, fromZero: true },
    )!
    expect(m.nowcast.map((n) => n.at)).toEqual([38, 39])
    expect(m.nowcast[1]).toEqual({ at: 39, soFar: 99, estimate: 198, low: 170, high: 230 })
    expect(m.solidEnd).toBe(38)
    expect(m.range[0]).toBe(0)
  })
  it('draws past forecasts up to now only, the whisker at fourteen days', () => {
    const old = { made: '2026-10-14', feed: 'replay', ...band('2026-10-15', 28) }
    const young = { made: '2026-11-04', feed: 'replay', ...band('2026-11-05', 28) }
    const m = chartModel(panel({ observed, projected: band('2026-11-10', 28), past: [old, young] }), { back: null, ahead: 28, fromZero: false })!
    expect(m.past[0]!.whisker).toMatchObject({ at: 27, middle: 114 })
    expect(m.past[1]!.whisker).toBeNull()
    expect(m.past[1]!.median.filter((v) => v !== null)).toHaveLength(5)
  })
  it('draws everyone in the beds when their future is known, else beside the epidemic', () => {
    const all = { ...observed, values: observed.values.map((v) => v + 30) }
    const projected = band('2026-11-10', 28)
    const past = [{ made: '2026-10-14', feed: 'replay', ...band('2026-10-15', 28) }]
    const whole = chartModel(panel({ observed, projected, past, everyone: { observed: all, projected, current: null } }), { back: null, ahead: 14, fromZero: false })!
    expect(whole.observed!.values[0]).toBe(90)
    expect(whole.second).toMatchObject({ who: 'epidemic' })
    expect(whole.past).toEqual([])
    const part = chartModel(panel({ observed, projected, past, everyone: { observed: all, projected: null, current: null } }), { back: null, ahead: 14, fromZero: false })!
    expect(part.observed!.values[0]).toBe(60)
    expect(part.second!.values[0]).toBe(90)
    expect(part.past).toHaveLength(1)
  })
  it('takes the ceiling as the API says it, and names what binds on the newest day', () => {
    const dates = ['2026-11-09', '2026-11-10']
    const capacity = { dates, physical: [120, 120], equipped: [110, 110], staffed: [null, 90], least: [110, 90], binding: ['equipped', 'staffed'] as ('equipped' | 'staffed')[], dated: null, current: null }
    const m = chartModel(panel({ observed, projected: band('2026-11-10', 28), capacity }), { back: 3, ahead: 14, fromZero: false })!
    expect(m.binding).toBe('staffed')
    expect(m.least!.slice(3, 5)).toEqual([110, 90])
    expect(m.others.map((c) => c.kind)).toEqual(['physical', 'equipped'])
  })
  it('keeps the current course and its beds beside those of a scenario, both on the axis', () => {
    const dates = ['2026-11-09', '2026-11-10', '2026-11-11']
    const beds = { physical: [120, 120, 120], equipped: [null, null, null], staffed: [90, 90, 90], binding: ['staffed', 'staffed', null] as ('staffed' | null)[], dated: null }
    const capacity = { dates, ...beds, least: [90, 90, 150], current: [90, 90, 90] }
    const higher = band('2026-11-10', 28)
    const current = { ...higher, q95: higher.q95.map((v) => v + 500), q50: higher.q50.map((v) => v + 400) }
    const m = chartModel(panel({ observed, projected: higher, current, capacity }), { back: 3, ahead: 14, fromZero: false })!
    expect(m.current!.q50.filter((v) => v !== null)).toEqual(current.q50.slice(0, 14))
    expect(m.range[1]).toBeGreaterThanOrEqual(Math.max(...current.q95.slice(0, 14)))
    expect(m.least!.slice(3, 6)).toEqual([90, 90, 150])
    expect(m.leastBefore!.slice(3, 6)).toEqual([90, 90, 90])
  })
  it('takes the course of everyone in the beds where the fan is theirs', () => {
    const projected = band('2026-11-10', 28)
    const current = { ...projected, q50: projected.q50.map((v) => v + 7) }
    const m = chartModel(panel({ observed, projected, current: projected, everyone: { observed, projected, current } }), { back: null, ahead: 14, fromZero: false })!
    expect(m.current!.q50.at(-1)).toBe(current.q50[13])
  })
  it('writes persons whole and rates with what they need', () => {
    const rates = (by: number) => ({ ...observed, values: observed.values.map((v) => v * by), raw: [] })
    const digits = (unit: string, by: number): number => chartModel(panel({ unit, observed: rates(by) }), { back: null, ahead: 14, fromZero: true })!.digits
    expect([digits('persons', 1), digits('per_100k', 0.1), digits('per_100k', 0.001)]).toEqual([0, 1, 2])
  })
  it('is nothing without any day', () => {
    expect(chartModel(panel({ observed: null }), { back: null, ahead: 14, fromZero: false })).toBeNull()
  })
  it('dates the axis in whole weeks from the last known day', () => {
    expect(dateTicks(57, 42)).toEqual([0, 14, 28, 42, 56])
    expect(dateTicks(200, 171).length).toBeLessThanOrEqual(7)
  })
})
