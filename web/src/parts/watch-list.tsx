/** The watch list: rank, place and reason, chance, when it is passed, what binds. */
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { WatchRow } from '../api/types.ts'
import { chance, day } from '../format.ts'
import { useSay } from '../text/index.tsx'
import { useHref, useView, type Within } from '../url.ts'
import { MarkIcon, type Mark } from './marks.tsx'
import { ChanceBar, Crossing, weeks } from './small-charts.tsx'
import { Term } from './term.tsx'

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

export function WatchTable({ rows, reference, within }: { rows: WatchRow[]; reference: string; within: Within }): ReactNode {
  const { t } = useSay()
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
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <Row key={`${row.place}${row.level}`} row={row} reference={reference} within={within} />
        ))}
      </tbody>
    </table>
  )
}

function Row({ row, reference, within }: { row: WatchRow; reference: string; within: Within }): ReactNode {
  const { t, lang, pick } = useSay()
  const [view, change] = useView()
  const href = useHref()
  const value = chanceWithin(row, within)
  const mark = MARKS[row.mark]
  const moved = row.previous_rank !== null && row.previous_rank !== row.rank
  const doubt = row.status === 'doubtful' ? pick(row.status_reason) : ''
  const words = row.status === 'failed' && row.status_reason ? pick(row.status_reason) : pick(row.reason)
  return (
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
        <span className="reason" title={doubt ? `${words}\n${doubt}` : words}>
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
    </tr>
  )
}
