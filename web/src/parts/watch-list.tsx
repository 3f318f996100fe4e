/** The watch list: rank, place and reason, chance, when it is passed, what binds, who follows it. */
import { useRef, useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import type { WatchRow } from '../api/types.ts'
import { chance, day } from '../format.ts'
import { useSay } from '../text/index.tsx'
import { useHref, useView, type Within } from '../url.ts'
import { MarkIcon, type Mark } from './marks.tsx'
import { ChanceBar, Crossing, weeks } from './small-charts.tsx'
import { Term } from './term.tsx'
import { ActMenu, BeneathRow, Owner, useAct, type Beneath } from './watch-act.tsx'

export function chanceWithin(row: Pick<WatchRow, 'chance_7' | 'chance_14' | 'chance_28'>, within: Within): number | null {
  return within === 7 ? row.chance_7 : within === 28 ? row.chance_28 : row.chance_14
}

const MARKS: Record<WatchRow['mark'], Mark | null> = { critical: 'critical', watch: 'watch', failed: 'failed', none: null }

function Axis({ reference, within }: { reference: string; within: Within }): ReactNode {
  const { lang } = useSay()
  const stops = weeks(reference, within)
  return (
    <span className="axis-head" aria-hidden="true">
      {stops.map((d, i) => (
        <span key={d} style={{ left: `${2 + (i / (stops.length - 1)) * 116}px` }}>
          {day(d, lang).replace(i === 0 || within === 28 || d.slice(0, 7) === stops[i - 1]?.slice(0, 7) ? /\u00a0.*/ : /$^/, '')}
        </span>
      ))}
    </span>
  )
}

const COLUMNS = 7

/** Rows ranked; those that are snoozed fold into one line at the end, unless they are what is asked for. */
export function WatchTable(props: { rows: WatchRow[]; reference: string; within: Within; now: string; unfolded?: boolean }): ReactNode {
  const { rows, reference, within, now, unfolded = false } = props
  const { t } = useSay()
  const [shown, show] = useState(false)
  const snoozed = unfolded ? [] : rows.filter((row) => row.state === 'snoozed')
  const graver = snoozed.filter((row) => row.graver).length
  const line = (row: WatchRow): ReactNode => <Row key={`${row.place}${row.level}`} row={row} reference={reference} within={within} now={now} />
  return (
    <table className="watch">
      <thead>
        <tr>
          <th scope="col" className="c-rank">
            <span className="sr">{t.col_rank}</span>
          </th>
          <th scope="col" className="c-place">
            {t.col_place}
          </th>
          <th scope="col" className="c-chance">
            <Term id="chance">{t.col_chance}</Term>
          </th>
          <th scope="col" className="c-cross">
            <span className="sr">{t.col_crossing}</span>
            <Axis reference={reference} within={within} />
          </th>
          <th scope="col" className="c-binds">
            <Term id="binds">{t.col_binds}</Term>
          </th>
          <th scope="col" className="c-owner">
            {t.col_owner}
          </th>
          <th scope="col" className="c-more">
            <span className="sr">{t.more}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.filter((row) => !snoozed.includes(row)).map(line)}
        {snoozed.length > 0 && (
          <tr className="fold">
            <td colSpan={COLUMNS}>
              <button type="button" className="plain" aria-expanded={shown} onClick={() => show(!shown)}>
                {t.snoozed_n(snoozed.length)}
                {graver > 0 && <strong>, {t.graver_n(graver)}</strong>} · {shown ? t.hide : t.show}
              </button>
            </td>
          </tr>
        )}
        {shown && snoozed.map(line)}
      </tbody>
    </table>
  )
}

function Row({ row, reference, within, now }: { row: WatchRow; reference: string; within: Within; now: string }): ReactNode {
  const { t, lang, pick } = useSay()
  const [view, change] = useView()
  const href = useHref()
  const value = chanceWithin(row, within)
  const mark = MARKS[row.mark]
  const moved = row.previous_rank !== null && row.previous_rank !== row.rank
  const doubt = row.status === 'doubtful' ? pick(row.status_reason) : ''
  const words = row.status === 'failed' && row.status_reason ? pick(row.status_reason) : pick(row.reason)
  const said = pick(row.state_text)
  const acting = useAct(row)
  const [beneath, open] = useState<Beneath | null>(null)
  const more = useRef<HTMLTableCellElement>(null)
  const close = (): void => {
    open(null)
    acting.reset()
    more.current?.querySelector('button')?.focus()
  }
  return (
    <>
    <tr
      className={view.place === row.place ? 'selected' : ''}
      aria-selected={view.place === row.place}
      data-place={row.place}
      onClick={(event) => {
        if (!(event.target as HTMLElement).closest('a, button, .menu')) change({ place: row.place })
      }}
    >
      <td className="c-rank">
        <span className="rank" title={moved ? t.rank_was(row.previous_rank!) : undefined}>
          {row.rank}
        </span>
        {mark && <MarkIcon mark={mark} label={t[`mark_${row.mark}`]} />}
      </td>
      <th scope="row" className="c-place">
        <Link to={href(`/region/${row.place}`, { place: row.place })}>
          {row.name} <span className="code">{row.code}</span>
        </Link>
        <span className="reason" title={[words, doubt, said].filter(Boolean).join('\n')}>
          {row.graver && (
            <strong className="graver">
              {pick(row.graver)}
              {' · '}
            </strong>
          )}
          {doubt && <MarkIcon mark="stale" label={doubt} />}
          {words}
        </span>
      </th>
      <td className="c-chance">
        <b>{value === null ? '–' : chance(value, lang)}</b>
        <ChanceBar chance={value} />
      </td>
      <td className="c-cross">{row.status !== 'failed' && <Crossing first={row.first_day} reference={reference} within={within} />}</td>
      <td className="c-binds">{row.binding ? t[`binding_${row.binding}`] : '–'}</td>
      <td className="c-owner">
        <Owner row={row} now={now} acting={acting} />
      </td>
      <td className="c-more" ref={more}>
        <ActMenu
          row={row}
          acting={acting}
          open={(what) => {
            acting.reset()
            open(what)
          }}
        />
      </td>
    </tr>
    <BeneathRow row={row} now={now} acting={acting} beneath={beneath} close={close} columns={COLUMNS} />
    </>
  )
}
