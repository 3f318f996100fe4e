/** What our forecasts were worth: coverage against what was aimed at, error against carrying the last value forward. */
import { useState, type ReactNode } from 'react'
import type { TargetScore } from '../api/types.ts'
import { dayYear, number, percent } from '../format.ts'
import { useSay } from '../text/index.tsx'
import { Panel } from './panel.tsx'
import { Term } from './term.tsx'

const ORDER = ['icu_census', 'hospital_census', 'hospital_admissions', 'ward_census', 'icu_admissions', 'reproduction_number']

export function ScorePanel({ scores }: { scores: TargetScore[] }): ReactNode {
  const { t, lang, pick } = useSay()
  const sorted = [...scores].sort((a, b) => Number(a.rows.length === 0) - Number(b.rows.length === 0) || ORDER.indexOf(a.target) - ORDER.indexOf(b.target))
  const [target, choose] = useState<string | null>(null)
  const shown = sorted.find((s) => s.target === target) ?? sorted[0]
  if (!shown) return null
  return (
    <Panel
      title={t.score_title}
      className="side-score"
      certificate={{ date: t.score_meta(t[`target_${shown.target}`], shown.weeks), more: shown.last ? t.until_day(dayYear(shown.last, lang)) : null }}
    >
      {scores.length > 1 && (
        <select className="score-target" aria-label={t.target} value={shown.target} onChange={(event) => choose(event.target.value)}>
          {sorted.map((s) => (
            <option key={s.target} value={s.target}>
              {t[`target_${s.target}`]}
            </option>
          ))}
        </select>
      )}
      {shown.sentence && <p className="reason">{pick(shown.sentence)}</p>}
      {shown.rows.length === 0 ? (
        <p className="empty">{pick(shown.missing)}</p>
      ) : (
        <table className="scores">
          <thead>
            <tr>
              <th scope="col">
                <span className="sr">{t.horizon}</span>
              </th>
              <th scope="col" className="num">
                <Term id="coverage">{t.aimed(percent(0.5, lang))}</Term>
              </th>
              <th scope="col" className="num">
                {t.aimed(percent(0.9, lang))}
              </th>
              <th scope="col" className="num">
                <Term id="wis">{t.wis}</Term>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.rows.map((row) => (
              <tr key={row.horizon}>
                <th scope="row" title={t.score_n(row.n)}>
                  {t.at_days(row.horizon)}
                </th>
                <td className="num">
                  <Coverage value={row.coverage_50} aim={0.5} />
                </td>
                <td className="num">
                  <Coverage value={row.coverage_90} aim={0.9} />
                </td>
                <td className="num">
                  <b>{row.relative_wis === null ? '–' : number(row.relative_wis, lang, 2)}</b>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {shown.rows.length > 0 && <p className="meta score-key">{t.score_key}</p>}
    </Panel>
  )
}

/** Share in per cent, and where it stands beside the aim: 60 px are 30 points either side. */
function Coverage({ value, aim }: { value: number | null; aim: number }): ReactNode {
  if (value === null) return <>–</>
  const x = 30 + Math.max(-28, Math.min(28, (value - aim) * 100))
  return (
    <span className="coverage">
      {Math.round(value * 100)}
      <svg width="60" height="14" aria-hidden="true">
        <line x1="0" x2="60" y1="7" y2="7" className="axis" />
        <line x1="30" x2="30" y1="0" y2="14" className="aim" />
        <circle cx={x} cy="7" r="3.4" className={aim < 0.7 ? 'half' : 'full'} />
      </svg>
    </span>
  )
}
