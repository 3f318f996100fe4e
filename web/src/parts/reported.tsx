/** Who has reported: one small bar for each place, by larger region; those not complete are named heavily. */
import type { ReactNode } from 'react'
import type { ReportedPart } from '../api/types.ts'
import { day } from '../format.ts'
import { useSay } from '../text/index.tsx'

export function Reported({ parts }: { parts: ReportedPart[] }): ReactNode {
  const { t, lang } = useSay()
  if (parts.length === 0) return <p className="empty">{t.reported_none}</p>
  return (
    <ul className="reported">
      {parts.map((part) => {
        const there = part.members.filter((m) => m.state === 'reported' || m.state === 'odd').length
        const whole = there === part.members.length
        const n = part.members.length
        const width = 44
        const each = width / n
        const absent = part.members.filter((m) => m.state !== 'reported')
        const words = absent.map((m) => `${m.name} : ${t[`state_${m.state}`]}${m.last_reported ? `, ${t.last_on(day(m.last_reported, lang))}` : ''}`).join('\n')
        return (
          <li key={part.part} className={whole ? '' : 'short'} title={words || undefined}>
            <svg width={width} height="8" aria-hidden="true">
              {part.members.map((m, i) => (
                <rect key={m.place} x={i * each + (i ? 0.5 : 0)} width={Math.max(1, each - 0.5 - (i < n - 1 ? 0.5 : 0))} height="8" className={`s-${m.state}`} />
              ))}
            </svg>
            <span className="name">
              {part.name}
              {!whole && ` ${there}/${n}`}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
