/** How to read a fan chart, in one line. */
import type { ReactNode } from 'react'
import { useSay } from '../../text/index.tsx'

/** The key, once, under the first title. */
export function FanKey({ scenario = false }: { scenario?: boolean }): ReactNode {
  const { t } = useSay()
  const item = (drawing: ReactNode, words: string): ReactNode => (
    <li>
      <svg width="28" height="12" aria-hidden="true">
        {drawing}
      </svg>
      {words}
    </li>
  )
  return (
    <ul className="fan-key">
      {item(<line x1="0" x2="28" y1="6" y2="6" className="observed" />, t.key_observed)}
      {scenario && item(<line x1="0" x2="28" y1="6" y2="6" className="what-if-median" />, t.scenario.toLowerCase())}
      {scenario
        ? item(
            <g className="current-course">
              <rect y="2" width="28" height="8" className="band-90" />
              <line x1="0" x2="28" y1="6" y2="6" className="median" />
            </g>,
            t.current_short,
          )
        : item(<line x1="0" x2="28" y1="6" y2="6" className="median" />, t.key_projected)}
      {item(
        <>
          <rect width="28" height="12" className={scenario ? 'what-if-90' : 'band-90'} />
          <rect y="3" width="28" height="6" className={scenario ? 'what-if-50' : 'band-50'} />
        </>,
        t.key_bands,
      )}
      {item(
        <g className="past-forecast">
          <path d="M0,6H20" />
          <line x1="20" x2="20" y1="1" y2="11" />
          <circle cx="20" cy="6" r="2.4" />
        </g>,
        t.key_past,
      )}
      {item(
        <>
          <rect width="28" height="6" y="2" fill="url(#hatch-lip)" className="lip" />
          <line x1="0" x2="28" y1="8.5" y2="8.5" className="ceiling binding" />
        </>,
        t.key_capacity,
      )}
      {item(<rect width="28" height="11" fill="url(#hatch-over)" className="over" />, t.key_over)}
    </ul>
  )
}
