/** Stands in for the map of a country whose outlines are not kept: its places, the likeliest to pass their beds first. */
import type { ReactNode } from 'react'
import { chance } from '../format.ts'
import { ChanceBar } from '../parts/small-charts.tsx'
import { useSay } from '../text/index.tsx'
import type { MapProps } from './map.tsx'
import { isKnown } from './shade.ts'

export function RankedPlaces({ shades, names, selected, caption, onSelect, onOpen }: MapProps): ReactNode {
  const { t, lang } = useSay()
  const rows = [...shades.values()].sort((a, b) => (isKnown(b) ? b.value : -1) - (isKnown(a) ? a.value : -1))
  return (
    <div className="ranked">
      <p className="meta">{t.no_outlines}</p>
      <ol aria-label={caption}>
        {rows.map((row) => (
          <li key={row.place} className={row.place === selected ? 'selected' : ''}>
            <button type="button" className="plain" aria-pressed={row.place === selected} onClick={() => onSelect(row.place)} onDoubleClick={() => onOpen(row.place)}>
              {names(row.place) ?? row.place}
            </button>
            {isKnown(row) ? <ChanceBar chance={row.value} width={90} /> : <ChanceBar chance={null} />}
            <span className="num">{isKnown(row) ? chance(row.value, lang) : t.not_enough_short}</span>
          </li>
        ))}
      </ol>
    </div>
  )
}
