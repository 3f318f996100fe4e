/** Drawings of the state of a feed. */
import type { ReactNode } from 'react'
import type { FeedSummary } from '../api/types.ts'
import { day, percent } from '../format.ts'
import { useSay } from '../text/index.tsx'
import type { Mark } from './marks.tsx'

export const STATE_MARK: Record<FeedSummary['state'], Mark> = { fresh: 'good', late: 'stale', very_late: 'critical', ended: 'withdrawn', never: 'withdrawn', unknown: 'info' }

/** One mark for each of the last days: all reported, some, none, nothing due. */
export function DayDots({ feed, axis }: { feed: FeedSummary; axis: string[] }): ReactNode {
  const { t, lang } = useSay()
  const byDay = new Map(feed.days.map((d) => [d.date, d]))
  const step = 12
  const words = axis
    .map((date) => byDay.get(date))
    .filter((d) => d && d.expected > 0 && d.reported < d.expected)
    .map((d) => `${day(d!.date, lang)} ${d!.reported}/${d!.expected}`)
    .join(', ')
  return (
    <svg width={axis.length * step} height="14" role="img" aria-label={words || t.nothing_to_say}>
      <title>{words || t.nothing_to_say}</title>
      {axis.map((date, i) => {
        const d = byDay.get(date)
        const x = i * step + 6
        const ended = feed.state === 'ended' && feed.last_date !== null && date > feed.last_date
        if (ended) return <rect key={date} x={i * step} y="3" width={step} height="8" fill="url(#hatch)" />
        if (!d || d.expected === 0) return <line key={date} x1={x - 2} x2={x + 2} y1="7" y2="7" className="none-due" />
        const share = d.share ?? d.reported / d.expected
        if (share >= 0.9) return <circle key={date} cx={x} cy="7" r="2.6" className="came" />
        if (share > 0) return <circle key={date} cx={x} cy="7" r="3" className="some" />
        return <path key={date} d={`M${x - 3},4l6,6M${x + 3},4l-6,6`} className="lacking" />
      })}
    </svg>
  )
}

export function CompleteBar({ share }: { share: number | null }): ReactNode {
  const { lang } = useSay()
  const width = 60
  const known = share ?? 0
  return (
    <span className="complete">
      <svg width={width} height="6" aria-hidden="true">
        <rect width={width} height="6" fill="url(#hatch)" />
        <rect width={width * known} height="6" className={known < 0.9 ? 'low' : 'full'} />
      </svg>
      {share === null ? '–' : percent(share, lang)}
    </span>
  )
}
