/** Hospitals as points: size by beds of intensive care, shade by how full they are; hollow without such beds, hatched when late. */
import { useState, type ReactNode, type RefObject } from 'react'
import { createPortal } from 'react-dom'
import { useFacilities } from '../api/queries.ts'
import type { Facility, FacilityBeds } from '../api/types.ts'
import { day, number, percent } from '../format.ts'
import { useSay } from '../text/index.tsx'
import { filled, icuOf, radius } from './hospital-marks.ts'
import type { Layout } from './layout.ts'
import { moved, type View } from './zoom.ts'

interface Placed {
  hospital: Facility
  icu: FacilityBeds | undefined
  x: number
  y: number
}

/** Large ones first, so that small ones stay on top. */
function place(hospitals: readonly Facility[], layout: Layout, view: View): Placed[] {
  return hospitals
    .flatMap((hospital) => {
      const at = layout.spot(hospital.region, hospital.longitude, hospital.latitude)
      if (!at) return []
      const { x, y } = at.fixed ? at : moved(view, at)
      if (!at.fixed && !layout.inSight({ x, y })) return []
      return [{ hospital, icu: icuOf(hospital), x, y }]
    })
    .sort((a, b) => radius(b.icu) - radius(a.icu))
}

export default function Hospitals({ layout, view, box, onSelect }: { layout: Layout; view: View; box: RefObject<HTMLDivElement | null>; onSelect: (place: string) => void }): ReactNode {
  const { data } = useFacilities()
  const [shown, show] = useState<string | null>(null)
  const placed = place(data?.facilities ?? [], layout, view)
  const open = placed.find((p) => p.hospital.place === shown)
  return (
    <g className="hospitals" data-count={placed.length} aria-hidden="true">
      {placed.map(({ hospital, icu, x, y }) => (
        <g
          key={hospital.place}
          transform={`translate(${x},${y})`}
          data-hospital={hospital.place}
          className={icu ? '' : 'bare'}
          onPointerEnter={() => show(hospital.place)}
          onPointerLeave={() => show(null)}
          onClick={() => {
            show(hospital.place)
            if (hospital.region) onSelect(hospital.region)
          }}
        >
          <circle r={radius(icu) + 2} className="rim" />
          <circle r={radius(icu)} style={{ fill: filled(icu) }} />
        </g>
      ))}
      {open && box.current && createPortal(<Popup {...open} width={box.current.clientWidth} />, box.current)}
    </g>
  )
}

function Popup({ hospital, x, y, width }: Placed & { width: number }): ReactNode {
  return (
    <div className="readout popup" style={{ top: y + 12, ...(x > width / 2 ? { right: width - x + 8 } : { left: x + 8 }) }}>
      <strong>{hospital.name}</strong>
      <BedLines hospital={hospital} />
    </div>
  )
}

/** Free beds of each level, and the day of the figure. */
export function BedLines({ hospital }: { hospital: Facility }): ReactNode {
  const { t, lang } = useSay()
  if (hospital.beds.length === 0) return <p>{t.not_received}</p>
  return hospital.beds.map((b) => (
    <p key={b.level}>
      {t[`level_${b.level}`]} :{' '}
      {!b.fresh ? (
        t.beds_late(day(b.date, lang))
      ) : b.free === null || b.usable === null ? (
        t.not_received
      ) : (
        <>
          <b>{t.beds_free(b.free, number(b.free, lang))}</b> {t.of_beds(number(b.usable, lang))}
          {b.occupancy !== null && ` · ${percent(b.occupancy, lang)}`} <span className="meta">{day(b.date, lang)}</span>
        </>
      )}
    </p>
  ))
}
