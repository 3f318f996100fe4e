import { describe, expect, it } from 'vitest'
import { readView, writeView } from './url.ts'

const defaults = { lang: 'fr', theme: 'light' } as const

describe('the address', () => {
  it('gives the view, and the defaults where it is silent', () => {
    const view = readView(new URLSearchParams('country=FR&as_of=2020-10-20&lang=en&place=FR-59&within=7'), defaults)
    expect(view).toMatchObject({ country: 'FR', as_of: '2020-10-20', lang: 'en', theme: 'light', place: 'FR-59', within: 7, twin: false })
  })
  it('takes no nonsense', () => {
    const view = readView(new URLSearchParams('country=<b>&as_of=yesterday&lang=xx&within=9&place=a%20b&theme=pink'), defaults)
    expect(view).toMatchObject({ country: undefined, as_of: undefined, lang: 'fr', within: 14, place: undefined, theme: 'light' })
  })
  it('writes changes, leaves defaults out and other parts alone', () => {
    const next = writeView(new URLSearchParams('as_of=2020-10-20&x=1&twin=1'), { place: 'FR-75', as_of: null, within: 14, twin: false })
    expect(next.toString()).toBe('x=1&place=FR-75')
    expect(writeView(next, { twin: true, within: 28 }).toString()).toBe('x=1&place=FR-75&twin=1&within=28')
  })
})
