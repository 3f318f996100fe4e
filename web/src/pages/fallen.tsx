import type { ReactNode } from 'react'
import { useRouteError } from 'react-router'
import { MarkIcon } from '../parts/marks.tsx'
import { useSay } from '../text/index.tsx'

/** What stands instead of a page that could not be drawn: what happened, and the way on. */
export function Fallen(): ReactNode {
  const { t } = useSay()
  const error = useRouteError()
  return (
    <div className="broken" role="alert" data-ready="fallen">
      <p>
        <MarkIcon mark="failed" /> <strong>{t.failed(t.page)}</strong> {error instanceof Error ? error.message : String(error)}
      </p>
      <p>
        <button type="button" onClick={() => location.reload()}>
          {t.retry}
        </button>{' '}
        <a className="button" href="/">
          {t.to_situation}
        </a>
      </p>
    </div>
  )
}
