import { expect, it } from 'vitest'
import { nearest } from './neighbours.ts'

const spots = [
  { id: 'a', x: 0, y: 0 },
  { id: 'b', x: 10, y: 1 },
  { id: 'c', x: 20, y: 0 },
  { id: 'd', x: 1, y: -10 },
]

it('goes to the closest place in the direction asked for, and stays at an edge', () => {
  expect(nearest(spots[0]!, spots, 'east')?.id).toBe('b')
  expect(nearest(spots[0]!, spots, 'north')?.id).toBe('d')
  expect(nearest(spots[2]!, spots, 'west')?.id).toBe('b')
  expect(nearest(spots[0]!, spots, 'west')).toBeUndefined()
})
