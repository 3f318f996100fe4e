import { describe, expect, it } from 'vitest'
import * as f from './format.ts'

const plain = (s: string) => s.replace(/\u00a0/g, '_').replace(/\u202f/g, '~')

describe('numbers', () => {
  it('groups thousands and writes decimals as each language does', () => {
    expect(plain(f.number(14920, 'fr'))).toBe('14~920')
    expect(f.number(14920, 'en')).toBe('14,920')
    expect(f.number(1.21, 'fr', 2)).toBe('1,21')
    expect(f.number(1.21, 'en', 2)).toBe('1.21')
    expect(plain(f.number(1234567, 'fr'))).toBe('1~234~567')
  })
  it('uses the true minus and no negative zero', () => {
    expect(f.number(-3, 'en')).toBe('\u22123')
    expect(f.number(-0.2, 'fr')).toBe('0')
  })
  it('writes shares with the space of the language', () => {
    expect(plain(f.percent(0.73, 'fr'))).toBe('73_%')
    expect(f.percent(0.73, 'en')).toBe('73%')
    expect(f.percent(0, 'en')).toBe('0%')
  })
  it('never writes a forecast chance as 0 or 100', () => {
    expect(plain(f.chance(0, 'fr'))).toBe('<_1_%')
    expect(plain(f.chance(0.009, 'en'))).toBe('<_1%')
    expect(plain(f.chance(1, 'fr'))).toBe('>_99_%')
    expect(f.chance(0.99, 'en')).toBe('99%')
    expect(f.chance(0.784, 'en')).toBe('78%')
  })
})

describe('intervals', () => {
  it('rounds as the interval deserves', () => {
    expect(plain(f.interval(6183, 6822, 'fr'))).toBe('6~200~–~6~800 · 90_%')
    expect(f.interval(6183, 6822, 'en')).toBe('6,200–6,800 · 90%')
    expect(f.interval(338, 432, 'en')).toBe('340–430 · 90%')
    expect(f.estimate(391, 338, 432, 'en')).toBe('390')
    expect(f.interval(1.143, 1.288, 'fr', { counts: false })).toMatch(/^1,14.–.1,29/)
  })
  it('never gives a count decimals, nor loses a degenerate interval', () => {
    expect(f.interval(2.2, 3.1, 'en')).toBe('2–3 · 90%')
    expect(f.estimate(7, 7, 7, 'en')).toBe('7')
  })
})

describe('changes', () => {
  it('shows direction and sign', () => {
    expect(plain(f.change(0.18, 'fr'))).toBe('↑_+18_%')
    expect(plain(f.change(-0.18, 'en'))).toBe('↓_\u221218%')
    expect(f.change(0.001, 'en')).toBe('→')
    expect(plain(f.change(-0.03, 'en', 'points'))).toBe('↓_\u22123_points')
    expect(plain(f.change(60, 'en', 'absolute'))).toBe('↑_+60')
  })
})

describe('dates', () => {
  it('writes days', () => {
    expect(plain(f.day('2026-12-01', 'fr'))).toBe('1er_déc.')
    expect(plain(f.day('2026-12-01', 'en'))).toBe('1_Dec')
    expect(plain(f.day('2026-09-28', 'en'))).toBe('28_Sep')
    expect(plain(f.longDay('2026-11-24', 'fr'))).toBe('mar. 24_nov._2026')
  })
  it('writes instants in the zone of the place', () => {
    expect(plain(f.instant('2026-11-24T06:40:00Z', 'fr', 'Europe/Paris'))).toBe('mar. 24_nov._2026, 07:40')
    expect(plain(f.instant('2026-11-24T06:40:00Z', 'en', 'Europe/Paris'))).toBe('Tue 24_Nov_2026, 07:40')
  })
  it('joins days', () => {
    expect(plain(f.days('2026-11-29', '2026-12-02', 'fr'))).toBe('29_nov.–2_déc.')
    expect(plain(f.days('2026-12-03', '2026-12-07', 'en'))).toBe('3–7_Dec')
  })
  it('steps over months and the change of clocks', () => {
    expect(f.addDays('2026-10-24', 2)).toBe('2026-10-26')
    expect(f.addDays('2024-02-28', 1)).toBe('2024-02-29')
    expect(f.daysBetween('2026-10-20', '2026-11-03')).toBe(14)
  })
  it('writes ages', () => {
    expect(plain(f.age(52.2, 'fr'))).toBe('52_h')
    expect(plain(f.age(240, 'en'))).toBe('10_d')
  })
})
