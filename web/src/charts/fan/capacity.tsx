/** Beds as a ceiling: a stepped line with a hatched lip, what rises above it, and where the median passes it. */
import type { ReactNode } from 'react'
import { day, daysBetween } from '../../format.ts'
import { useSay } from '../../text/index.tsx'
import type { Fan, Model } from '../model.ts'
import { bandPath, lipPath, stepPath } from '../paths.ts'
import type { Frame } from './frame.ts'

/** Demand above the ceiling, hatched: clipped to the 90 % band. */
export function OverCeiling({ model, fan, frame, id }: { model: Model; fan: Fan | null; frame: Frame; id: string }): ReactNode {
  const { x, y, top, right } = frame
  if (!model.least || !fan) return null
  const start = x(model.least.findIndex((v) => v !== null))
  return (
    <>
      <clipPath id={`over${id}`}>
        <path d={`${stepPath(model.least, x, y)}L${right},${top - 20}L${start},${top - 20}Z`} />
      </clipPath>
      <g clipPath={`url(#over${id})`}>
        <path d={bandPath(fan.q05, fan.q95, x, y)} className="over" fill="url(#hatch-over)" />
      </g>
    </>
  )
}

export function Ceilings({ model, frame: { x, y } }: { model: Model; frame: Frame }): ReactNode {
  return (
    <>
      {model.others.map((c) => (
        <path key={c.kind} d={stepPath(c.values, x, y)} className={`ceiling ${c.kind}`} />
      ))}
      {model.leastBefore && <path d={stepPath(model.leastBefore, x, y)} className="ceiling before" />}
      {model.least && (
        <>
          <path d={lipPath(model.least, x, y)} className="lip" fill="url(#hatch-lip)" />
          <path d={stepPath(model.least, x, y)} className="ceiling binding" />
        </>
      )}
    </>
  )
}

/** A ring where half of the futures have passed the beds, with its day. */
export function Ring({ date, model, frame }: { date: string; model: Model; frame: Frame }): ReactNode {
  const { t, lang } = useSay()
  const { x, y, bottom, right } = frame
  const at = daysBetween(model.first, date)
  const beds = model.least?.[at]
  if (beds === null || beds === undefined || at >= model.days) return null
  const [cx, cy] = [x(at), y(beds)]
  const end = Math.min(bottom - 34, cy + 76)
  const anchor = cx > right - 130 ? 'end' : 'start'
  const tx = cx + (anchor === 'end' ? -6 : 6)
  return (
    <g>
      <line x1={cx} x2={cx} y1={cy + 5} y2={end} className="leader" />
      <circle cx={cx} cy={cy} r="4.5" className="ring" />
      <text x={tx} y={end - 8} className="halo ink" textAnchor={anchor}>
        {t.median_crossing}
      </text>
      <text x={tx} y={end + 6} className="halo ink strong" textAnchor={anchor}>
        {t.crossing_on(day(date, lang))}
      </text>
    </g>
  )
}
