/** The map of chances, or a ranked list where no outlines of the country are kept. */
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Answered } from '../parts/panel.tsx'
import { useSay } from '../text/index.tsx'
import { Drawing } from './drawing.tsx'
import { fetchOutlines, hasOutlines } from './geometry.ts'
import { RankedPlaces } from './ranked.tsx'
import type { Shade } from './shade.ts'

export interface MapProps {
  country: string
  shades: Map<string, Shade>
  names: (place: string) => string | undefined
  selected: string | undefined
  caption: string
  /** Zoom, pan and hospitals. */
  detail: boolean
  onSelect: (place: string) => void
  onOpen: (place: string) => void
}

export function ChanceMap(props: MapProps): ReactNode {
  const { country } = props
  const { t } = useSay()
  const known = hasOutlines(country)
  const outlines = useQuery({ queryKey: ['outlines', country], queryFn: () => fetchOutlines(country), staleTime: Infinity, enabled: known })
  if (!known) return <RankedPlaces {...props} />
  return (
    <Answered query={outlines} what={t.map}>
      {(data) => <Drawing {...props} outlines={data} />}
    </Answered>
  )
}
