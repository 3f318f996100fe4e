/** What is estimated and projected: past forecasts, bands, the median. */
import type { ReactNode } from 'react'
import { bandPath, linePath } from '../paths.ts'
import type { Fan, Model } from '../model.ts'
import type { Frame } from './frame.ts'

export function PastForecasts({ model, frame: { x, y } }: { model: Model; frame: Frame }): ReactNode {
  return model.past.map((p, i) => (
    <g key={i} className="past-forecast">
      <path d={linePath(p.median, x, y)} />
      {p.whisker && (
        <>
          <line x1={x(p.whisker.at)} x2={x(p.whisker.at)} y1={y(p.whisker.low)} y2={y(p.whisker.high)} />
          <circle cx={x(p.whisker.at)} cy={y(p.whisker.middle)} r="2.4" />
        </>
      )}
    </g>
  ))
}

/** The 90 % and 50 % bands of a fan; `kind` names their look: estimated past, projected, scenario. */
export function Bands({ fan, frame: { x, y }, kind }: { fan: Fan | null; frame: Frame; kind: 'past' | 'band' | 'what-if' }): ReactNode {
  if (!fan) return null
  return (
    <>
      <path d={bandPath(fan.q05, fan.q95, x, y)} className={`${kind}-90`} />
      <path d={bandPath(fan.q25, fan.q75, x, y)} className={`${kind}-50`} />
    </>
  )
}

export function Median({ fan, model, frame: { x, y }, known, className = 'median' }: { fan: Fan | null; model: Model; frame: Frame; known: Known; className?: string }): ReactNode {
  return fan && <path d={linePath(joined(fan, model, known), x, y)} className={className} />
}

/** The course without the scenario, at half opacity behind it. */
export function CurrentCourse({ model, frame, known }: { model: Model; frame: Frame; known: Known }): ReactNode {
  if (!model.current) return null
  return (
    <g className="current-course">
      <Bands fan={model.current} frame={frame} kind="band" />
      <Median fan={model.current} model={model} frame={frame} known={known} />
    </g>
  )
}

/** The line of what is known, and where it ends. */
export interface Known {
  values: (number | null)[]
  lastAt: number
}

/** The line stops before the days that are still coming in. */
export function knownOf(model: Model): Known {
  const values = model.observed?.values.map((v, i) => (i < model.solidEnd ? v : null)) ?? []
  return { values, lastAt: lastIndex(values) }
}

export const lastIndex = (values: readonly (number | null)[]): number => values.reduce<number>((found, v, i) => (v === null ? found : i), -1)

/** The median starts at the last value known, so that no gap opens at the now line. */
function joined(fan: Fan, model: Model, known: Known): (number | null)[] {
  const line = [...fan.q50]
  const start = line.findIndex((v) => v !== null)
  const from = model.estimated ? lastIndex(model.estimated.q50) : known.lastAt
  const value = model.estimated ? model.estimated.q50[from] : known.values[from]
  if (start > 0 && from >= 0 && from < start && start - from < 14 && value !== null && value !== undefined) {
    const goal = line[start]!
    for (let i = from; i < start; i++) line[i] = value + ((goal - value) * (i - from)) / (start - from)
  }
  return line
}
