/** What the shades mean, and how many places have none. */
import type { ReactNode } from 'react'
import { percent } from '../format.ts'
import { useSay } from '../text/index.tsx'

export function Legend({ missing }: { missing: number }): ReactNode {
  const { t, lang } = useSay()
  const ends = [0, 5, 10, 25, 50, 75]
  return (
    <div className="legend">
      <svg width="262" height="24" aria-hidden="true">
        {ends.map((end, i) => (
          <g key={end}>
            <rect x={i * 36} y="0" width="35" height="9" style={{ fill: `var(--ember-${i})` }} />
            <text x={i * 36} y="22">
              {end}
            </text>
          </g>
        ))}
        <text x="216" y="22">
          {percent(1, lang)}
        </text>
      </svg>
      {missing > 0 && (
        <span className="legend-hatch">
          <svg width="22" height="9" aria-hidden="true">
            <rect width="22" height="9" fill="url(#hatch)" />
          </svg>{' '}
          {t.not_enough(missing)}
        </span>
      )}
    </div>
  )
}
