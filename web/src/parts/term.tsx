/** A word of the house: dotted underline; its meaning opens in place, Escape or leaving closes it. */
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { Link } from 'react-router'
import { useGlossary } from '../api/queries.ts'
import { useSay } from '../text/index.tsx'
import { useHref } from '../url.ts'

export function Term({ id, children }: { id: string; children: ReactNode }): ReactNode {
  const { t, pick } = useSay()
  const href = useHref()
  const [open, show] = useState(false)
  const box = useRef<HTMLSpanElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const meaning = useId()
  const found = useGlossary().data?.terms.find((term) => term.id === id)
  if (!found) return children
  const keys = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !open) return
    event.stopPropagation()
    show(false)
    button.current?.focus()
  }
  return (
    <span className="term" ref={box} onKeyDown={keys} onBlur={(event) => !box.current?.contains(event.relatedTarget) && show(false)}>
      <button ref={button} type="button" className="term-word" aria-expanded={open} aria-controls={open ? meaning : undefined} onClick={() => show(!open)}>
        {children}
      </button>
      {open && (
        <span className="term-meaning" id={meaning} role="note">
          <b>{pick(found.term)}</b> {pick(found.definition)} <Link to={`${href('/glossary')}#${id}`}>{t.glossary}</Link>
        </span>
      )}
    </span>
  )
}
