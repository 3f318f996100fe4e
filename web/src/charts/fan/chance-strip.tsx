/** Chance of more patients than beds, one square a day, on the axis of the chart. */
import type { ReactNode } from 'react'
import type { Panel } from '../../api/types.ts'
import { addDays, chance, day, daysBetween } from '../../format.ts'
import { ember } from '../../parts/small-charts.tsx'
import { useSay } from '../../text/index.tsx'
import type { Model } from '../model.ts'
import type { Frame } from './frame.ts'

export const STRIP_HEIGHT = 46

export function ChanceStrip({ panel, model, frame: { x, left, bottom } }: { panel: Panel; model: Model; frame: Frame }): ReactNode {
  const { t, lang } = useSay()
  const column = panel.chance_by_day
  if (!column) return null
  const top = bottom + 24
  const days = column.dates.map((d, i) => ({ at: daysBetween(model.first, d), chance: column.chance[i] ?? null })).filter((d) => d.at < model.days)
  const width = x(1) - x(0)
  const every = Math.max(1, Math.ceil(44 / width))
  const start = x(days[0]?.at ?? 0) - width / 2
  const words = start - left > 210
  return (
    <g>
      {words && (
        <text x={start - 8} y={top + 11} className="tick-text ink-2" textAnchor="end">
          {t.chance_by_day}
        </text>
      )}
      {days.map((d, i) => (
        <g key={d.at}>
          <rect
            x={x(d.at) - width / 2 + 0.5}
            y={top}
            width={Math.max(1, width - 1)}
            height="14"
            className="strip-day"
            style={{ fill: d.chance === null ? 'url(#hatch)' : `var(--ember-${ember(d.chance)})` }}
          >
            <title>{`${day(addDays(model.first, d.at), lang)} : ${d.chance === null ? t.not_received : chance(d.chance, lang)}`}</title>
          </rect>
          {d.chance !== null && (i === 0 || i === days.length - 1 || (i % every === 0 && i >= every && i <= days.length - 1 - every)) && (
            <text x={x(d.at)} y={top + 27} className="tick-text ink" textAnchor={i === days.length - 1 ? 'end' : 'middle'}>
              {chance(d.chance, lang)}
            </text>
          )}
        </g>
      ))}
    </g>
  )
}
