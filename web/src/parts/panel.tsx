/** A panel of the sheet: title, its certificate, controls; and what it shows while empty, loading or broken. */
import type { UseQueryResult } from '@tanstack/react-query'
import { useEffect, useId, useState, type ReactNode } from 'react'
import { Failure } from '../api/client.ts'
import type { Origin } from '../api/types.ts'
import { percent } from '../format.ts'
import { useSay } from '../text/index.tsx'
import { MarkIcon } from './marks.tsx'
import { OriginLink } from './origin-link.tsx'

export interface Certificate {
  date?: ReactNode
  completeness?: number | null
  origin?: Origin | null
  more?: ReactNode
}

export function Meta({ date, completeness, origin, more, title }: Certificate & { title: string }): ReactNode {
  const { lang } = useSay()
  return (
    <span className="meta">
      {date && <span>{date}</span>}
      {completeness !== undefined && completeness !== null && <span>{percent(completeness, lang)}</span>}
      {more && <span>{more}</span>}
      {origin && <OriginLink origin={origin} title={title} />}
    </span>
  )
}

export function Panel(props: {
  title: string
  certificate?: Certificate
  controls?: ReactNode
  className?: string
  updating?: boolean
  scenario?: string
  /** The panel is the page: its title is the first heading. */
  page?: boolean
  children: ReactNode
}): ReactNode {
  const { title, certificate, controls, className = '', updating = false, scenario, page = false, children } = props
  const { t } = useSay()
  const id = useId()
  return (
    <section className={`panel ${className}`} aria-labelledby={id} aria-busy={updating}>
      {updating && <Progress />}
      <header className="panel-head">
        {page ? <h1 id={id}>{title}</h1> : <h2 id={id}>{title}</h2>}
        {certificate && <Meta {...certificate} title={title} />}
        {scenario && <span className="scenario-badge">{scenario}</span>}
        {updating && <span className="meta">{t.updating}</span>}
        {controls && <span className="controls">{controls}</span>}
      </header>
      <div className={updating ? 'panel-body aged' : 'panel-body'}>{children}</div>
    </section>
  )
}

/** The thin rule of a panel that is being read anew, after 400 ms. */
export function Progress(): ReactNode {
  const [shown, show] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => show(true), 400)
    return () => clearTimeout(timer)
  }, [])
  return shown ? <div className="progress" role="progressbar" aria-label="…" /> : null
}

export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }): ReactNode {
  return (
    <div className="empty">
      <p>{children}</p>
      {action}
    </div>
  )
}

export function Broken({ what, error, retry }: { what: string; error: unknown; retry: () => void }): ReactNode {
  const { t, pick } = useSay()
  const failure = error instanceof Failure ? error : null
  const words = failure?.title ? pick(failure.title) : failure && !failure.reachable ? t.offline : t.failed(what)
  return (
    <div className="broken" role="alert">
      <p>
        <MarkIcon mark="failed" /> <strong>{words}</strong> {failure?.reachable ? failure.detail : ''} {t.failed_rest}
      </p>
      <p>
        <button type="button" onClick={retry}>
          {t.retry}
        </button>{' '}
        {failure?.request && (
          <span className="meta">
            {t.request} {failure.request}
          </span>
        )}
      </p>
    </div>
  )
}

/** Shows an answer, or why there is none. While a new one is on its way the last stays, aged. */
export function Answered<T>(props: { query: UseQueryResult<T>; what: string; children: (data: T, updating: boolean) => ReactNode }): ReactNode {
  const { query, what, children } = props
  const { t } = useSay()
  if (query.data !== undefined && !(query.isError && query.isPlaceholderData)) {
    return (
      <>
        {query.isError && <Broken what={what} error={query.error} retry={() => void query.refetch()} />}
        {children(query.data, query.isPlaceholderData)}
      </>
    )
  }
  if (query.isError) return <Broken what={what} error={query.error} retry={() => void query.refetch()} />
  return (
    <div className="waiting" role="status">
      <Progress />
      <span className="meta">{t.loading}</span>
    </div>
  )
}
