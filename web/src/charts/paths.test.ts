import { describe, expect, it } from 'vitest'
import { extent, linePath, lipPath, roundTicks, spread, stepPath } from './paths.ts'

describe('lines', () => {
  it('break where a value is missing and never draw it as zero', () => {
    const path = linePath([1, null, 3, 4], (i) => i, (v) => v)
    expect(path).toBe('M0,1ZM2,3L3,4')
  })
  it('of beds change at the start of a day and stop where none are known', () => {
    expect(stepPath([5, 5, 8, null, 2, 2], (i) => i, (v) => v)).toBe('M0,5H2V8H2M4,2H5')
    expect(lipPath([5, 8, null], (i) => i * 10, (v) => v)).toBe('M0,5V-2H10V5Z')
  })
  it('extent ignores what is missing', () => {
    expect(extent([null, 4, 2], [9, null])).toEqual([2, 9])
    expect(extent([null])).toBeNull()
  })
})

describe('labels', () => {
  it('stand apart, in order, inside', () => {
    const placed = spread([100, 101, 99, 300], 13, 0, 305)
    const sorted = [placed[2]!, placed[0]!, placed[1]!, placed[3]!]
    for (let i = 1; i < 4; i++) expect(sorted[i]! - sorted[i - 1]!).toBeGreaterThanOrEqual(13)
  })
  it('are pushed back up from the bottom', () => {
    expect(spread([100, 100, 100], 13, 0, 100)).toEqual([74, 87, 100])
  })
})

describe('ticks', () => {
  it('are few, round and span the range', () => {
    expect(roundTicks(0, 690)).toEqual([0, 200, 400, 600, 800])
    expect(roundTicks(0.83, 1.33).every((t) => Math.abs(t * 100 - Math.round(t * 100)) < 1e-9)).toBe(true)
    const ticks = roundTicks(102, 711)
    expect(ticks[0]).toBeLessThanOrEqual(102)
    expect(ticks.at(-1)).toBeGreaterThanOrEqual(711)
    expect(ticks.length).toBeLessThanOrEqual(7)
  })
})
