/** What changed since yesterday, or a week ago: one line each, why it changed at its end. */
import { useState, type ReactNode } from 'react'
import { useChanges } from '../api/queries.ts'
import type { Changes } from '../api/types.ts'
import { addDays, day } from '../format.ts'
import { Sentence, useSay } from '../text/index.tsx'
import { MarkIcon, type Mark } from './marks.tsx'
import { Choice } from './menu.tsx'
import { OriginLink } from './origin-link.tsx'
import { Answered, Panel } from './panel.tsx'
import '../styles/changes.css'

type Row = Changes['rows'][number]

const MARKS: Partial<Record<Row['kind'], Mark>> = {
  passing: 'critical',
  stopped: 'stale',
  failed: 'failed',
  late: 'stale',
  method: 'info',
  source: 'info',
  corrected: 'info',
  withdrawn: 'withdrawn',
}
const WEEK = 7

export function ChangesPanel({ now }: { now: string }): ReactNode {
  const { t, lang, pick } = useSay()
  const [back, choose] = useState<1 | 7>(1)
  const query = useChanges(back === WEEK ? addDays(now.slice(0, 10), -WEEK) : undefined)
  const data = query.data
  return (
    <Panel
      title={data ? pick(data.heading) : t.changes_title}
      className="changes-panel"
      updating={query.isPlaceholderData}
      certificate={{
        date: data?.new_outlook && data.reference_before ? t.changes_against(day(data.reference_before, lang)) : null,
        more: data && data.total > data.rows.length ? t.changes_of(data.rows.length, data.total) : null,
      }}
      controls={
        <Choice
          label={t.since_choice}
          value={back}
          options={[
            { value: 1, text: t.since_day },
            { value: WEEK, text: t.since_week },
          ]}
          onChange={choose}
        />
      }
    >
      <Answered query={query} what={t.changes_title}>
        {(found) =>
          found.rows.length === 0 ? (
            <p className="unchanged">{pick(found.empty)}</p>
          ) : (
            <ul className="changes">
              {found.rows.map((row) => (
                <Line key={row.kind + row.text.en.map((part) => part.text).join('')} row={row} />
              ))}
            </ul>
          )
        }
      </Answered>
    </Panel>
  )
}

function Line({ row }: { row: Row }): ReactNode {
  const { lang, pick } = useSay()
  const mark = MARKS[row.kind]
  const words = row.text[lang].map((part) => part.text).join('')
  return (
    <li>
      <span className="change-mark">{mark && <MarkIcon mark={mark} />}</span>
      <span className="change-words" title={words}>
        <Sentence text={row.text} />
      </span>
      <span className="meta">
        <span>{pick(row.cause_label)}</span>
        {row.origin && <OriginLink origin={row.origin} title={words} />}
      </span>
    </li>
  )
}
