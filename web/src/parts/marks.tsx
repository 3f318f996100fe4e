/** Marks: 11 px drawings with a name, never font glyphs. A mark beside its own words is hidden from readers. */
import type { ReactNode } from 'react'

export type Mark = 'critical' | 'watch' | 'good' | 'stale' | 'info' | 'failed' | 'withdrawn' | 'agreed'

const DRAWN: Record<Mark, ReactNode> = {
  critical: <path d="M5.5 1 10.6 10H.4Z" fill="currentColor" />,
  watch: <path d="M5.5.4 10.6 5.5 5.5 10.6.4 5.5Z" fill="currentColor" />,
  good: <circle cx="5.5" cy="5.5" r="4" fill="currentColor" />,
  stale: (
    <>
      <circle cx="5.5" cy="5.5" r="4.6" fill="none" stroke="currentColor" strokeWidth="1.3" />
      <path d="M5.5 2.8v2.9H8" fill="none" stroke="currentColor" strokeWidth="1.3" />
    </>
  ),
  info: (
    <>
      <circle cx="5.5" cy="5.5" r="4.7" fill="none" stroke="currentColor" strokeWidth="1.2" />
      <path d="M5.5 4.8v3.4M5.5 2.7v1.2" stroke="currentColor" strokeWidth="1.3" />
    </>
  ),
  failed: <path d="M1.8 1.8 9.2 9.2M9.2 1.8 1.8 9.2" stroke="currentColor" strokeWidth="2" />,
  withdrawn: <circle cx="5.5" cy="5.5" r="4" fill="none" stroke="currentColor" strokeWidth="1.4" />,
  agreed: <path d="M1 6l3.2 3.2L10 2" fill="none" stroke="currentColor" strokeWidth="1.8" />,
}

export function MarkIcon({ mark, label }: { mark: Mark; label?: string }): ReactNode {
  const named = label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true }
  return (
    <svg className={`mark mark-${mark}`} viewBox="0 0 11 11" width="11" height="11" {...named}>
      {label && <title>{label}</title>}
      {DRAWN[mark]}
    </svg>
  )
}

/** The arch crossed by a horizon. */
export function Arch(): ReactNode {
  return (
    <svg viewBox="0 0 22 22" width="22" height="22" aria-hidden="true" className="arch">
      <path d="M4 19V11a7 7 0 0 1 14 0v8" fill="none" stroke="var(--ink)" strokeWidth="2" />
      <path d="M1 14h20" stroke="var(--proj)" strokeWidth="2" />
    </svg>
  )
}

/** The hatches that the whole page uses, once. */
export function Hatches(): ReactNode {
  return (
    <svg width="0" height="0" className="defs" aria-hidden="true">
      <defs>
        <pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="5" height="5" fill="var(--sunk)" />
          <line x1="0.8" x2="0.8" y1="0" y2="5" stroke="var(--rule-strong)" strokeWidth="1.6" />
        </pattern>
        <pattern id="hatch-withheld" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(135)">
          <rect width="5" height="5" fill="var(--sunk)" />
          <line x1="0.8" x2="0.8" y1="0" y2="5" stroke="var(--rule-strong)" strokeWidth="1.6" />
        </pattern>
        <pattern id="hatch-lip" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line x1="0.5" x2="0.5" y1="0" y2="4" stroke="var(--capacity)" strokeWidth="1" />
        </pattern>
        <pattern id="hatch-over" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line x1="0.6" x2="0.6" y1="0" y2="6" stroke="var(--critical)" strokeWidth="1.1" />
        </pattern>
      </defs>
    </svg>
  )
}
