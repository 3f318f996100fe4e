/** What happened or will happen: a small mark on the axis of days. */
import type { ReactNode } from 'react'
import { daysBetween, longDay } from '../../format.ts'
import { useSay } from '../../text/index.tsx'
import type { Model } from '../model.ts'
import type { Frame } from './frame.ts'

export interface ChartEvent {
  date: string
  text: string
}

export function Events({ events, model, frame: { x, bottom, end } }: { events: ChartEvent[]; model: Model; frame: Frame }): ReactNode {
  const { lang } = useSay()
  return events.map((e) => {
    const at = daysBetween(model.first, e.date)
    if (at < 0 || at > end) return null
    return (
      <path key={e.date + e.text} d={`M${x(at)},${bottom - 1}l4,-7h-8Z`} className="event">
        <title>{`${longDay(e.date, lang)} : ${e.text}`}</title>
      </path>
    )
  })
}
