/** A chart as a table, for those who do not see it or want the numbers. */
import type { ReactNode } from 'react'
import type { Panel } from '../api/types.ts'
import { addDays, dayYear, number } from '../format.ts'
import { useSay } from '../text/index.tsx'
import type { Model } from './model.ts'

export function ChartTable({ panel, model }: { panel: Panel; model: Model }): ReactNode {
  const { t, lang, pick } = useSay()
  const write = (v: number | null | undefined): string => (v === null || v === undefined ? '–' : number(v, lang, model.digits))
  const unit = panel.unit === 'per_100k' ? ` (${t.per_100k_axis})` : ''
  const rows = Array.from({ length: model.days }, (_, i) => i).reverse()
  return (
    <div className="scroller chart-table" tabIndex={0} role="group" aria-label={`${t.chart_table} : ${pick(panel.label)}`}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t.day}</th>
            <th scope="col" className="num">
              {model.estimated ? t.estimated : t.observed}
              {unit}
            </th>
            <th scope="col" className="num">
              {model.current ? t.scenario : t.projected}
            </th>
            <th scope="col" className="num">
              {t.low_90}
            </th>
            <th scope="col" className="num">
              {t.high_90}
            </th>
            {model.current && (
              <th scope="col" className="num">
                {t.current_course}
              </th>
            )}
            {model.least && (
              <th scope="col" className="num">
                {t.key_capacity}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((i) => {
            const fan = model.projected?.q50[i] !== null && model.projected ? model.projected : model.estimated
            return (
              <tr key={i}>
                <th scope="row">{dayYear(addDays(model.first, i), lang)}</th>
                <td className="num">{write(model.observed?.values[i] ?? model.estimated?.q50[i])}</td>
                <td className="num">{write(model.projected?.q50[i])}</td>
                <td className="num">{write(fan?.q05[i])}</td>
                <td className="num">{write(fan?.q95[i])}</td>
                {model.current && <td className="num">{write(model.current.q50[i])}</td>}
                {model.least && <td className="num">{write(model.least[i])}</td>}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
