/** What a page shows is in its address: place, day, scenario, language, theme, selection. */
import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { Lang } from './format.ts'

export type Theme = 'light' | 'dark'
export type Within = 7 | 14 | 28

export interface View {
  lang: Lang
  theme: Theme
  country?: string
  as_of?: string
  scenario?: string
  place?: string
  within: Within
  /** Counts per 100,000 residents. */
  per?: '100k'
  twin: boolean
  /** The map with zoom and hospitals. */
  detail: boolean
  wall: boolean
  origin?: string
}

export type Change = { [K in keyof View]?: View[K] | null }

const DAY = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2})?)?$/
const NAME = /^[\w.:-]{1,80}$/

interface Defaults {
  lang: Lang
  theme: Theme
}

/** Reads an address; what it does not say, or says wrongly, is the default. */
export function readView(query: URLSearchParams, defaults: Defaults): View {
  const text = (key: string, shape: RegExp): string | undefined => {
    const value = query.get(key)
    return value && shape.test(value) ? value : undefined
  }
  const lang = query.get('lang')
  const theme = query.get('theme')
  const within = Number(query.get('within'))
  return {
    lang: lang === 'fr' || lang === 'en' ? lang : defaults.lang,
    theme: theme === 'light' || theme === 'dark' ? theme : defaults.theme,
    country: text('country', /^[A-Z]{2}$/),
    as_of: text('as_of', DAY),
    scenario: text('scenario', NAME),
    place: text('place', NAME),
    within: within === 7 || within === 28 ? within : 14,
    per: query.get('per') === '100k' ? '100k' : undefined,
    detail: query.get('detail') === '1',
    twin: query.get('twin') === '1',
    wall: query.get('wall') === '1',
    origin: query.get('origin') ?? undefined,
  }
}

/** Writes a change into an address; null takes a part away, defaults are left out, other parts stay. */
export function writeView(query: URLSearchParams, change: Change): URLSearchParams {
  const next = new URLSearchParams(query)
  for (const [key, value] of Object.entries(change)) {
    if (value === null || value === undefined || value === false || (key === 'within' && value === 14)) next.delete(key)
    else next.set(key, value === true ? '1' : String(value))
  }
  return next
}

const KEPT = 'belvedere'
/** Parts of the address that go along from page to page. */
const SHARED = ['country', 'as_of', 'scenario', 'lang', 'theme', 'place', 'within', 'per', 'wall']

function kept(): Partial<Defaults> {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Defaults>
  } catch {
    return {}
  }
}

function defaults(): Defaults {
  const root = document.documentElement
  return { lang: root.lang === 'en' ? 'en' : 'fr', theme: root.dataset.theme === 'dark' ? 'dark' : 'light' }
}

/** Keeps a choice of language or theme for the next visit; a browser that forbids it loses nothing else. */
export function keep(choice: Partial<Defaults>): void {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...kept(), ...choice }))
  } catch {
    return
  }
}

export function useView(): [View, (change: Change, options?: { push?: boolean }) => void] {
  const [query, setQuery] = useSearchParams()
  const view = useMemo(() => readView(query, defaults()), [query])
  const change = useCallback(
    (part: Change, options: { push?: boolean } = {}) =>
      // From the address itself: the page may not have been drawn again since the last change.
      setQuery(() => writeView(new URLSearchParams(window.location.search), part), { replace: !options.push, preventScrollReset: true }),
    [setQuery],
  )
  return [view, change]
}

/** An address of ours that keeps the shared parts: `useHref()('/region/FR-59')`. */
export function useHref(): (path: string, more?: Change) => string {
  const [query] = useSearchParams()
  return useCallback(
    (path: string, more: Change = {}) => {
      const shared = new URLSearchParams([...query].filter(([key]) => SHARED.includes(key)))
      const text = writeView(shared, more).toString()
      return text ? `${path}?${text}` : path
    },
    [query],
  )
}
