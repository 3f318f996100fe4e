/** What leaves the page: CSV and Excel from the API, PNG of a drawing, the link, the printed sheet. */
import { useState, type ReactNode } from 'react'
import { useFrame } from '../api/queries.ts'
import type { Origin } from '../api/types.ts'
import { useSay } from '../text/index.tsx'
import { useView, type View } from '../url.ts'
import { Menu } from './menu.tsx'
import { savePicture, type Words } from './picture.ts'

/** Address of a file with what is on screen: same place, day and scenario. */
export function fileAddress(path: string, format: 'csv' | 'xlsx', view: Pick<View, 'country' | 'as_of' | 'scenario'>, more: Record<string, string | number> = {}): string {
  const query = new URLSearchParams({ format })
  for (const [key, value] of Object.entries({ country: view.country, as_of: view.as_of, scenario: view.scenario, ...more })) {
    if (value !== undefined) query.set(key, String(value))
  }
  return `/api/v1/${path}?${query}`
}

export function CopyLink(): ReactNode {
  const { t } = useSay()
  const [done, setDone] = useState(false)
  return (
    <button
      type="button"
      onClick={() => {
        void navigator.clipboard.writeText(location.href).then(() => {
          setDone(true)
          setTimeout(() => setDone(false), 2500)
        })
      }}
    >
      <span role="status">{done ? t.copied : t.copy_link}</span>
    </button>
  )
}

export function PrintButton(): ReactNode {
  const { t } = useSay()
  return (
    <button type="button" className="wide-only" onClick={() => window.print()}>
      {t.print}
    </button>
  )
}

/** The menu of one tile. `within`: selector of the drawing for PNG. */
export function ExportMenu({ path, more, picture, title, origin, dots = false }: { path: string; more?: Record<string, string | number>; picture?: string; title: string; origin?: Origin | null; dots?: boolean }): ReactNode {
  const { t } = useSay()
  const [view] = useView()
  const frame = useFrame().data
  const scenario = frame?.scenarios.find((s) => s.id === view.scenario)?.title ?? view.scenario
  const words = (): Words => ({
    title,
    filters: [`${t.horizon} ${t.days_short(view.within)}`, `${t.scenario} : ${scenario ?? t.current_course}`, view.per && t.per_100k_axis].filter(Boolean).join(' · '),
    foot: [document.querySelector('.print-foot')?.textContent ?? '', origin ? `${t.source} : ${[origin.table, ...Object.values(origin.filters)].join(', ')}` : ''].filter(Boolean),
  })
  return (
    <Menu label={dots ? '⋯' : t.export} name={`${t.export} : ${title}`} className={dots ? 'plain dots' : ''} align="end">
      {(close) => (
        <ul onClick={close}>
          {(['csv', 'xlsx'] as const).map((format) => (
            <li key={format}>
              <a className="item" href={fileAddress(path, format, view, more)} download>
                {format === 'csv' ? t.csv : t.excel}
              </a>
            </li>
          ))}
          {picture && (
            <li>
              <button type="button" className="item" onClick={() => void savePicture(picture, words())}>
                {t.png}
              </button>
            </li>
          )}
        </ul>
      )}
    </Menu>
  )
}
