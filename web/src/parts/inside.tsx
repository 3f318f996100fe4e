/** What is inside a place: the chances of its parts; for a place without parts, its own levels of care. */
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Region } from '../api/types.ts'
import { chance, day, number } from '../format.ts'
import { useSay } from '../text/index.tsx'
import { useHref, useView } from '../url.ts'
import { Panel } from './panel.tsx'
import { ChanceBar } from './small-charts.tsx'
import { chanceWithin } from './watch-list.tsx'

export function Inside({ data }: { data: Region }): ReactNode {
  return data.members.length > 0 ? <Members data={data} /> : data.levels.length > 0 ? <Levels data={data} /> : null
}

function Members({ data }: { data: Region }): ReactNode {
  const { t, lang } = useSay()
  const [view] = useView()
  const href = useHref()
  const feed = data.meta.feed
  const rows = [...data.members].sort((a, b) => (chanceWithin(b, view.within) ?? -1) - (chanceWithin(a, view.within) ?? -1))
  return (
    <Panel
      title={t.members_title(view.within)}
      className="side-members"
      certificate={{ date: t.members_meta, origin: feed ? { table: 'outlooks', filters: { feed, level: 'icu', ...(data.meta.reference_date && { reference_date: data.meta.reference_date }) } } : null }}
    >
      <div className="scroller">
        <table className="members">
          <thead className="sr">
            <tr>
              <th scope="col">{t.name}</th>
              <th scope="col">{t.chance_col(view.within)}</th>
              <th scope="col">{t.col_chance}</th>
              <th scope="col">{t.col_binds}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((m) => {
              const value = chanceWithin(m, view.within)
              return (
                <tr key={m.place} className={view.place === m.place ? 'selected' : ''}>
                  <th scope="row">
                    <Link to={href(`/region/${m.place}`, { place: m.place })}>
                      {m.name} <span className="code">{m.code}</span>
                    </Link>
                  </th>
                  <td className="num">{value === null ? '–' : chance(value, lang)}</td>
                  <td>
                    <ChanceBar chance={value} width={56} />
                  </td>
                  <td className="binds">{m.status === 'failed' ? t.status_failed : m.binding ? t[`binding_${m.binding}`] : '–'}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}

function Levels({ data }: { data: Region }): ReactNode {
  const { t, lang, pick } = useSay()
  const [view] = useView()
  return (
    <Panel title={t.members_title(view.within)} className="side-members" certificate={{ date: t.by_level, origin: data.levels[0]?.origin }}>
      <ul className="levels">
        {data.levels.map((row) => {
          const value = chanceWithin(row, view.within)
          return (
            <li key={row.level}>
              <p className="level-line">
                <strong>{t[`level_${row.level}`]}</strong>
                <b>{value === null ? '–' : chance(value, lang)}</b>
                <ChanceBar chance={value} width={72} />
              </p>
              {row.state_text && (
                <p className="reason">
                  {row.graver && <strong>{pick(row.graver)} · </strong>}
                  {pick(row.state_text)}
                </p>
              )}
              <p className="reason">{row.status_reason ? pick(row.status_reason) : pick(row.reason)}</p>
              <p className="meta">
                {row.present !== null && row.beds !== null && (
                  <span>
                    {number(row.present, lang)} {t.beds_known(number(row.beds, lang))}
                  </span>
                )}
                {row.binding && <span>{t.binding_tag(t[`binding_${row.binding}`].toLowerCase())}</span>}
                {row.beds_dated && <span>{t.beds_of(day(row.beds_dated, lang))}</span>}
              </p>
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
