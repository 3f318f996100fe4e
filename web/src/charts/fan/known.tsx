/** What has been counted: raw days, the line, days still coming in, and the other line of a census. */
import type { ReactNode } from 'react'
import { number } from '../../format.ts'
import { useSay } from '../../text/index.tsx'
import type { Model } from '../model.ts'
import { linePath } from '../paths.ts'
import type { Known } from './bands.tsx'
import type { Frame } from './frame.ts'

export function Observed({ model, frame: { x, y }, known, dots }: { model: Model; frame: Frame; known: Known; dots: boolean }): ReactNode {
  return (
    <>
      {model.second && <path d={linePath(model.second.values, x, y)} className={`beside ${model.second.who}`} />}
      {dots && model.observed?.raw.map((v, i) => v !== null && i < model.solidEnd && <circle key={i} cx={x(i)} cy={y(v)} r="1.4" className="raw" />)}
      <path d={linePath(model.estimated?.q50 ?? known.values, x, y)} className="observed" />
      {model.nowcast.map((p) => (
        <g key={p.at}>
          {p.low !== null && p.high !== null && <line x1={x(p.at)} x2={x(p.at)} y1={y(p.low)} y2={y(p.high)} className="nowcast-bar" />}
          {p.soFar !== null && <circle cx={x(p.at)} cy={y(p.soFar)} r="1.4" className="raw" />}
          <circle cx={x(p.at)} cy={y(p.estimate)} r="2.4" className="nowcast" />
        </g>
      ))}
    </>
  )
}

/** The last value known, written at the end of its line. */
export function LastValue({ frame: { x, y }, known, digits }: { frame: Frame; known: Known; digits: number }): ReactNode {
  const { lang } = useSay()
  const value = known.values[known.lastAt]
  if (value === null || value === undefined) return null
  return (
    <text x={x(known.lastAt) - 8} y={y(value) - 8} className="halo ink strong" textAnchor="end">
      {number(value, lang, digits)}
    </text>
  )
}

/** The other line of a census is named where it begins. */
export function SecondLabel({ model, frame: { x, y } }: { model: Model; frame: Frame }): ReactNode {
  const { t, lang } = useSay()
  if (!model.second) return null
  const { values, who } = model.second
  const start = values.findIndex((v) => v !== null)
  const last = values.reduce((found, v) => v ?? found, null)
  if (start < 0 || last === null) return null
  const near = values.slice(start, start + 10).filter((v): v is number => v !== null)
  return (
    <text x={x(start) + 4} y={y(Math.max(...near)) - 6} className="halo ink">
      {t[`line_${who}`]} {number(last, lang, model.digits)}
    </text>
  )
}
