/** The search box: places, feeds, indicators, pages. A combobox as ARIA describes it. Opened by "/" too. */
import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import { useNavigate } from 'react-router'
import { useSearch } from '../api/queries.ts'
import type { SearchHit } from '../api/types.ts'
import { useSay } from '../text/index.tsx'
import { useHref } from '../url.ts'

const PAGES: Record<string, string> = { situation: '/', watch: '/watch', alerts: '/alerts', compare: '/compare', feeds: '/data', data: '/data', quarantine: '/data/quarantine' }

function address(hit: SearchHit): string {
  if (hit.kind === 'place') return `/region/${hit.id}`
  if (hit.kind === 'feed') return `/data/${hit.id}`
  if (hit.kind === 'indicator') return '/compare'
  return PAGES[hit.id] ?? '/'
}

export function Search(): ReactNode {
  const { t, pick } = useSay()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const [open, setOpen] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const list = useId()
  const go = useNavigate()
  const href = useHref()
  const found = useSearch(text)
  const hits = open && text.trim() ? (found.data?.hits ?? []).slice(0, 9) : []

  useEffect(() => {
    const slash = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement
      if (event.key !== '/' || /^(input|textarea|select)$/i.test(target.tagName)) return
      event.preventDefault()
      input.current?.focus()
    }
    document.addEventListener('keydown', slash)
    return () => document.removeEventListener('keydown', slash)
  }, [])

  const choose = (hit: SearchHit): void => {
    setText('')
    setOpen(false)
    input.current?.blur()
    void go(href(address(hit), hit.kind === 'place' ? { place: hit.id } : {}))
  }

  return (
    <div className="search">
      <input
        ref={input}
        type="search"
        role="combobox"
        aria-label={t.search}
        title={t.search_hint}
        placeholder={`${t.search}  /`}
        aria-expanded={hits.length > 0}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={hits.length ? `${list}-${at}` : undefined}
        autoComplete="off"
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setAt(0)
          setOpen(true)
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setTimeout(() => setOpen(false), 150)}
        onKeyDown={(event) => {
          const hit = hits[at]
          if (event.key === 'ArrowDown') setAt(Math.min(at + 1, hits.length - 1))
          else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0))
          else if (event.key === 'Enter' && hit) choose(hit)
          else if (event.key === 'Escape') setText('')
          else return
          event.preventDefault()
        }}
      />
      <ul id={list} role="listbox" aria-label={t.search} hidden={!open || !text.trim()}>
        {hits.map((hit, i) => (
          <li key={`${hit.kind}${hit.id}`} id={`${list}-${i}`} role="option" aria-selected={i === at} onMouseDown={() => choose(hit)} onMouseEnter={() => setAt(i)}>
            <span>
              {pick(hit.label)} {hit.detail && <small>{pick(hit.detail)}</small>}
            </span>
            <small>{t[`kind_${hit.kind}`]}</small>
          </li>
        ))}
        {open && text.trim() && found.data?.query === text && hits.length === 0 && (
          <li role="option" aria-selected="false" className="none">
            {t.search_none(text)}
          </li>
        )}
      </ul>
    </div>
  )
}
