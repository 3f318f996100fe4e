import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { Empty } from '../parts/panel.tsx'
import { useSay } from '../text/index.tsx'
import { useHref } from '../url.ts'

export function NotFound(): ReactNode {
  const { t } = useSay()
  const href = useHref()
  return (
    <Empty
      action={
        <Link className="button" to={href('/')}>
          {t.to_situation}
        </Link>
      }
    >
      {t.not_found}
    </Empty>
  )
}
