/** How a hospital looks on the map. */
import type { Facility, FacilityBeds } from '../api/types.ts'

/** Ends of the classes of occupancy on the ember ramp: the same everywhere, over 1 is more patients than beds. */
export const OCCUPANCY = [0.5, 0.7, 0.8, 0.9, 1]

export const icuOf = (hospital: Facility): FacilityBeds | undefined => hospital.beds.find((b) => b.level === 'icu')

/** The area grows with the beds; pixels. */
export function radius(icu: FacilityBeds | undefined): number {
  return icu?.usable ? Math.min(12, 2.5 + 0.75 * Math.sqrt(icu.usable)) : 3
}

export function filled(icu: FacilityBeds | undefined): string {
  if (!icu) return 'var(--panel)'
  if (!icu.fresh || icu.occupancy === null) return 'url(#hatch)'
  return `var(--ember-${OCCUPANCY.filter((end) => icu.occupancy! >= end).length})`
}
