/** The grid with its numbers, the dates, and the line between what is known and what is coming. */
import type { ReactNode } from 'react'
import { addDays, day, number } from '../../format.ts'
import { useSay } from '../../text/index.tsx'
import { dateTicks, type Model } from '../model.ts'
import { tickDigits, type Frame } from './frame.ts'

export function Axes({ model, frame, narrow, rule }: { model: Model; frame: Frame; narrow: boolean; rule: number | undefined }): ReactNode {
  const { lang } = useSay()
  const { x, y, left, right, bottom, end } = frame
  const digits = tickDigits(model.ticks)
  const [low, high] = model.range
  return (
    <>
      {model.ticks.map((v) => (
        <g key={v}>
          <line x1={left} x2={right} y1={y(v)} y2={y(v)} className={v === model.ticks[0] ? 'axis' : 'grid'} />
          <text x={left - 7} y={y(v) + 4} className="tick-text" textAnchor="end">
            {number(v, lang, digits)}
          </text>
        </g>
      ))}
      {dateTicks(model.days, Math.round((model.now ?? end) - 0.5), narrow ? 4 : 6).map((i) => (
        <g key={i}>
          <line x1={x(i)} x2={x(i)} y1={bottom} y2={bottom + 4} className="axis" />
          <text x={x(i)} y={bottom + 15} className="tick-text" textAnchor={x(i) < left + 12 ? 'start' : 'middle'}>
            {day(addDays(model.first, i), lang)}
          </text>
        </g>
      ))}
      {rule !== undefined && rule > low && rule < high && <line x1={left} x2={right} y1={y(rule)} y2={y(rule)} className="rule-line" />}
    </>
  )
}

/** What the numbers of the axis are, where they are not persons. */
export function AxisUnit({ frame, unit }: { frame: Pick<Frame, 'top'>; unit: string }): ReactNode {
  const { t } = useSay()
  if (unit !== 'per_100k') return null
  return (
    <text x={2} y={frame.top - 12 > 10 ? frame.top - 12 : 10} className="tick-text ink-2 unit">
      {t.per_100k_axis}
    </text>
  )
}

export function NowLine({ model, frame, words, scenario }: { model: Model; frame: Frame; words: boolean; scenario: boolean }): ReactNode {
  const { t } = useSay()
  if (model.now === null) return null
  const at = frame.x(model.now)
  return (
    <>
      <line x1={at} x2={at} y1={frame.top - 4} y2={frame.bottom} className="now" />
      {words && (
        <>
          <text x={at - 5} y={frame.top + 8} className="halo ink" textAnchor="end">
            {t.observed}
          </text>
          <text x={at + 5} y={frame.top + 8} className={scenario ? 'halo what-if' : 'halo blue'}>
            {scenario ? t.scenario.toLowerCase() : t.projected}
          </text>
        </>
      )}
    </>
  )
}
