/** Up to five places side by side. */
import type { ReactNode } from 'react'
import { Link, useSearchParams } from 'react-router'
import { useCompare, useFrame, useSituation, type Target } from '../api/queries.ts'
import type { Compare as Data } from '../api/types.ts'
import { CompareChart, compareDigits, compareLines, DASHES } from '../charts/compare-chart.tsx'
import { addDays, chance, dayYear, number } from '../format.ts'
import { CopyLink, ExportMenu } from '../parts/export.tsx'
import { MarkIcon } from '../parts/marks.tsx'
import { Answered, Empty, Panel } from '../parts/panel.tsx'
import { PerChoice } from '../parts/per-choice.tsx'
import { ChanceBar } from '../parts/small-charts.tsx'
import { useKey } from '../parts/use-key.ts'
import { useSay } from '../text/index.tsx'
import { useHref, useView } from '../url.ts'
import { WithinChoice } from './situation.tsx'
import '../styles/region.css'
import '../styles/compare.css'

const MOST = 5
const TARGETS: Target[] = ['icu_census', 'hospital_census', 'ward_census', 'hospital_admissions', 'icu_admissions']

export default function Compare(): ReactNode {
  const { t, lang, pick } = useSay()
  const [view, change] = useView()
  const [query, setQuery] = useSearchParams()
  const href = useHref()
  const situation = useSituation().data
  const asked = query.get('places')?.split(',').filter(Boolean).slice(0, MOST)
  const chosen = asked ?? (situation?.watch ?? []).slice(0, 3).map((row) => row.place)
  const found = query.get('target') as Target | null
  const target = found && TARGETS.includes(found) ? found : 'icu_census'
  const answer = useCompare(chosen, target, view.per)
  const frame = useFrame()
  const scenario = answer.data?.meta.scenario ? (frame.data?.scenarios.find((s) => s.id === answer.data.meta.scenario)?.title ?? answer.data.meta.scenario) : undefined
  const all = new Map<string, string>()
  for (const part of situation?.reported ?? []) {
    all.set(part.part, part.name)
    for (const m of part.members) all.set(m.place, m.name)
  }
  const set = (key: string, value: string | null): void =>
    setQuery(
      (now) => {
        if (value === null) now.delete(key)
        else now.set(key, value)
        return now
      },
      { replace: true },
    )
  const choose = (places: string[]): void => set('places', places.join(',') || null)
  useKey('t', () => change({ twin: !view.twin }))
  const title = t[`target_${target}`]
  const unit = answer.data?.unit === 'per_100k' ? `, ${t.per_100k_axis}` : ''
  const name = title.charAt(0).toUpperCase() + title.slice(1) + unit

  return (
    <div className="sheet compare" data-ready="compare">
      <Panel
        title={`${t.compare_title} : ${name}`}
        page
        className="whole"
        scenario={scenario}
        updating={answer.isPlaceholderData}
        certificate={{ date: answer.data?.meta.last_day ? dayYear(answer.data.meta.last_day, lang) : null, origin: { table: 'indicators', filters: { indicator: target, place: chosen[0] ?? '' } } }}
        controls={
          <>
            <select aria-label={t.target} value={target} onChange={(event) => set('target', event.target.value)}>
              {TARGETS.map((x) => (
                <option key={x} value={x}>
                  {t[`target_${x}`]}
                </option>
              ))}
            </select>
            <PerChoice />
            <WithinChoice />
            <button type="button" aria-pressed={view.twin} aria-keyshortcuts="T" onClick={() => change({ twin: !view.twin })}>
              {view.twin ? t.chart : t.table}
            </button>
            <CopyLink />
            <ExportMenu path="compare" more={{ places: chosen.join(','), target, ...(view.per && { per: view.per }) }} title={`${t.compare_title} · ${name}`} origin={{ table: 'indicators', filters: { indicator: target, place: chosen.join('+') } }} picture={view.twin ? undefined : '.compare-chart'} />
          </>
        }
      >
        <ul className="chips">
          {chosen.map((place, k) => {
            const row = answer.data?.places.find((p) => p.place.id === place)
            return (
              <li key={place} className={view.place === place ? 'chosen-chip' : ''}>
                <svg width="26" height="8" aria-hidden="true" style={{ color: `var(--cat-${k})` }}>
                  <line x1="0" x2="26" y1="4" y2="4" stroke="currentColor" strokeWidth="2" strokeDasharray={DASHES[k]} />
                </svg>
                <button type="button" className="plain" aria-pressed={view.place === place} onClick={() => change({ place })}>
                  {row?.place.name ?? all.get(place) ?? place} {row && <span className="code">{row.place.code}</span>}
                </button>
                {row && row.chance_14 !== null && (
                  <>
                    <span className="num" title={t.chance_col(14)}>
                      {chance(row.chance_14, lang)} <span className="meta">{t.days_short(14)}</span>
                    </span>
                    <ChanceBar chance={row.chance_14} width={40} />
                  </>
                )}
                <Link to={href(`/region/${place}`, { place })} className="open">
                  {t.forecast}
                </Link>
                <button type="button" className="plain" aria-label={t.remove(row?.place.name ?? place)} onClick={() => choose(chosen.filter((p) => p !== place))}>
                  ×
                </button>
              </li>
            )
          })}
          <li>
            {chosen.length < MOST ? (
              <select aria-label={t.compare_add} value="" onChange={(event) => event.target.value && choose([...chosen, event.target.value])}>
                <option value="">{t.compare_add}</option>
                {[...all]
                  .filter(([id]) => !chosen.includes(id))
                  .sort((a, b) => a[1].localeCompare(b[1]))
                  .map(([id, label]) => (
                    <option key={id} value={id}>
                      {label}
                    </option>
                  ))}
              </select>
            ) : (
              <span className="meta">{t.compare_full}</span>
            )}
          </li>
        </ul>
        {answer.data?.places.map(
          (p) =>
            p.missing && (
              <p key={p.place.id} className="caution">
                <MarkIcon mark="info" /> {pick(p.missing)}
              </p>
            ),
        )}
        {chosen.length === 0 ? (
          <Empty>{t.compare_empty}</Empty>
        ) : (
          <Answered query={answer} what={t.compare_title}>
            {(data) =>
              view.twin ? (
                <Twin data={data} ahead={view.within} />
              ) : (
                <CompareChart data={data} ahead={view.within} selected={view.place} caption={`${t.compare_title}, ${title}`} />
              )
            }
          </Answered>
        )}
      </Panel>
    </div>
  )
}

function Twin({ data, ahead }: { data: Data; ahead: number }): ReactNode {
  const { t, lang } = useSay()
  const { first, days, now, lines } = compareLines(data, ahead)
  const digits = compareDigits(data)
  const unit = data.unit === 'per_100k' ? `, ${t.per_100k_axis}` : ''
  return (
    <div className="scroller" tabIndex={0} role="group" aria-label={t.chart_table}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t.day}</th>
            {lines.map((l) => (
              <th key={l.id} scope="col" className="num">
                {l.name}
                {unit}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: days }, (_, i) => days - 1 - i).map((i) => (
            <tr key={i}>
              <th scope="row">
                {dayYear(addDays(first, i), lang)} {i > now && <span className="meta">{t.projected}</span>}
              </th>
              {lines.map((l) => {
                const v = l.observed[i] ?? l.median[i]
                return (
                  <td key={l.id} className="num">
                    {v === null || v === undefined ? '–' : number(v, lang, digits)}
                    {l.current[i] !== null && l.current[i] !== undefined && <span className="meta"> ({t.current_short} {number(l.current[i], lang, digits)})</span>}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
