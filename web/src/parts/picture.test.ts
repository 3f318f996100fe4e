import { expect, it } from 'vitest'
import { fileName, wrapped } from './picture.ts'

it('words go on lines that fit, a long word on one of its own', () => {
  expect(wrapped('a bb ccc incomprehensible d', (line) => line.length <= 6)).toEqual(['a bb', 'ccc', 'incomprehensible', 'd'])
  expect(wrapped('', () => true)).toEqual([])
})

it('a file is named by its title, without accents', () => {
  expect(fileName('Nord · Réanimation : présents')).toBe('nord-reanimation-presents')
})
