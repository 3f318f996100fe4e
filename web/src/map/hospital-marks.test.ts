import { describe, expect, it } from 'vitest'
import type { FacilityBeds } from '../api/types.ts'
import { filled, radius } from './hospital-marks.ts'
import { moved, STILL } from './zoom.ts'

const beds = (occupancy: number | null, usable: number | null = 40, fresh = true): FacilityBeds => ({ level: 'icu', usable, occupied: null, free: null, occupancy, date: '2026-11-21', fresh })

describe('a hospital on the map', () => {
  it('is darker the fuller it is, hatched when nothing recent is known, hollow without intensive care', () => {
    expect([0, 0.5, 0.75, 0.95, 1, 1.3].map((o) => filled(beds(o)))).toEqual([0, 1, 2, 4, 5, 5].map((k) => `var(--ember-${k})`))
    expect(filled(beds(null))).toBe('url(#hatch)')
    expect(filled(beds(0.4, 40, false))).toBe('url(#hatch)')
    expect(filled(undefined)).toBe('var(--panel)')
  })
  it('grows with its beds, within bounds', () => {
    expect(radius(beds(1, 10))).toBeLessThan(radius(beds(1, 60)))
    expect(radius(beds(1, 5000))).toBe(12)
    expect(radius(beds(null, null))).toBe(3)
  })
})

it('a point moves with the map it lies on', () => {
  expect(moved(STILL, { x: 3, y: 4 })).toEqual({ x: 3, y: 4 })
  expect(moved({ k: 2, x: -10, y: 5 }, { x: 30, y: 4 })).toEqual({ x: 50, y: 13 })
})
