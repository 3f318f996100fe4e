/** Under the detailed map: the key of its points, and the hospitals of the chosen place in words. */
import type { ReactNode } from 'react'
import { useFacilities } from '../api/queries.ts'
import { percent } from '../format.ts'
import { Answered } from '../parts/panel.tsx'
import { useSay } from '../text/index.tsx'
import { OCCUPANCY } from './hospital-marks.ts'
import { BedLines } from './hospitals.tsx'

export default function HospitalList({ place, name }: { place: string | undefined; name: string | undefined }): ReactNode {
  const { t, lang } = useSay()
  const ends = [0, ...OCCUPANCY]
  return (
    <div className="hospital-list">
      <p className="hospital-key">
        {t.hospital_key}
        {ends.map((end, k) => (
          <span key={end}>
            <svg width="12" height="12" aria-hidden="true" className="hospitals">
              <circle cx="6" cy="6" r="5" style={{ fill: `var(--ember-${k})` }} />
            </svg>
            {k === ends.length - 1 ? `≥ ${percent(end, lang)}` : Math.round(end * 100)}
          </span>
        ))}
      </p>
      <Answered query={useFacilities()} what={t.hospitals}>
        {(data) => {
          const inside = data.facilities.filter((f) => f.region === place)
          return (
            <>
              {data.facilities.length === 0 && <p>{t.hospitals_none}</p>}
              {data.without_position > 0 && <p className="meta">{t.hospitals_unplaced(data.without_position)}</p>}
              {data.facilities.length > 0 && !place && <p className="meta">{t.hospitals_choose}</p>}
              {place && data.facilities.length > 0 && (
                <div className="scroller" tabIndex={0} role="group" aria-label={`${t.hospitals} : ${name ?? place}`}>
                  {inside.length === 0 && <p className="meta">{t.hospitals_none_here}</p>}
                  <ul>
                    {inside.map((hospital) => (
                      <li key={hospital.place}>
                        <strong>{hospital.name}</strong>
                        <BedLines hospital={hospital} />
                      </li>
                    ))}
                  </ul>
                </div>
              )}
            </>
          )
        }}
      </Answered>
    </div>
  )
}
