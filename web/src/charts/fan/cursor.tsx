/** The day under the pointer or chosen with the arrow keys: its line, and all its numbers beside it. */
import { useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { addDays, estimate, interval, longDay, number } from '../../format.ts'
import { useSay, type Say } from '../../text/index.tsx'
import type { Fan, Model } from '../model.ts'
import type { Frame } from './frame.ts'

interface Handlers {
  onPointerMove: (event: PointerEvent) => void
  onPointerLeave: () => void
  onClick: () => void
  onKeyDown: (event: KeyboardEvent) => void
  onBlur: () => void
}

const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7 }

/** Arrows step a day, Page keys a week, Enter or a click pins, Escape lets go. */
export function useCursor(model: Model, { left, right, end }: Frame): { at: number | null; pinned: boolean; handlers: Handlers } {
  const [at, setAt] = useState<number | null>(null)
  const [pinned, pin] = useState(false)
  const letGo = (): void => {
    setAt(null)
    pin(false)
  }
  const handlers: Handlers = {
    onPointerMove: (event) => {
      if (pinned) return
      const bounds = event.currentTarget.getBoundingClientRect()
      const day = Math.round(((event.clientX - bounds.left - left) / (right - left)) * end)
      setAt(day >= 0 && day <= end ? day : null)
    },
    onPointerLeave: () => !pinned && setAt(null),
    onClick: () => pin(!pinned && at !== null),
    onKeyDown: (event) => {
      const by = STEPS[event.key]
      if (by) setAt(Math.min(end, Math.max(0, (at ?? Math.round(model.now ?? end)) + by)))
      else if (event.key === 'Enter') pin(!pinned)
      else if (event.key === 'Escape') letGo()
      else return
      event.preventDefault()
    },
    onBlur: letGo,
  }
  return { at: at !== null && at <= end ? at : null, pinned, handlers }
}

export function CursorLine({ at, pinned, frame: { x, top, bottom } }: { at: number; pinned: boolean; frame: Frame }): ReactNode {
  return <line x1={x(at)} x2={x(at)} y1={top} y2={bottom} className={pinned ? 'cursor pinned' : 'cursor'} />
}

type Row = [name: string, value: string]

/** Everything the chart says of a day. */
function rowsOf(model: Model, at: number, scenario: boolean, { t, lang }: Say): Row[] {
  const { counts, digits } = model
  const rows: Row[] = []
  const known = model.observed?.values[at]
  if (known !== null && known !== undefined && at < model.solidEnd) rows.push([t.observed, number(known, lang, digits)])
  const beside = model.second?.values[at]
  if (model.second && beside !== null && beside !== undefined) rows.push([t[`line_${model.second.who}`], number(beside, lang, digits)])
  const due = model.nowcast.find((n) => n.at === at)
  if (due) {
    rows.push([t.key_so_far, due.soFar === null ? t.not_received : number(due.soFar, lang, digits)], [t.estimated, number(due.estimate, lang, digits)])
    if (due.low !== null && due.high !== null) rows.push(['', interval(due.low, due.high, lang, { counts })])
  }
  const fans: [Fan | null, string][] = [
    [model.estimated, t.estimated],
    [model.projected, scenario ? t.scenario : t.projected],
    [model.current, t.current_course],
  ]
  for (const [fan, name] of fans) {
    const [a, m, b] = [fan?.q05[at], fan?.q50[at], fan?.q95[at]]
    if (m === null || m === undefined || a === null || a === undefined || b === null || b === undefined) continue
    rows.push([name, estimate(m, a, b, lang, counts)], ['', interval(a, b, lang, { counts })])
  }
  const beds = model.least?.[at]
  const before = model.leastBefore?.[at]
  const moved = before !== null && before !== undefined && before !== beds
  if (beds !== null && beds !== undefined) {
    rows.push([moved ? t.scenario_beds : model.binding ? t[`binding_${model.binding}`] : t.key_capacity, number(beds, lang, digits)])
  }
  if (moved) rows.push([t.current_course, number(before, lang, digits)])
  return rows
}

export function Readout({ model, at, scenario, frame: { x, width } }: { model: Model; at: number; scenario: boolean; frame: Frame }): ReactNode {
  const say = useSay()
  const rows = rowsOf(model, at, scenario, say)
  const left = x(at)
  return (
    <div className="readout" style={left > width / 2 ? { right: width - left + 10 } : { left: left + 10 }} role="status">
      <strong>{longDay(addDays(model.first, at), say.lang)}</strong>
      <dl>
        {rows.map(([name, value], i) => (
          <div key={name + i}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {rows.length === 0 && say.t.not_received}
    </div>
  )
}
