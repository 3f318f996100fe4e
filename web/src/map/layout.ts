/** Where everything of the map stands in its box: the country, inner Paris, the overseas places, and points on them. */
import type { GeoPath } from 'd3-geo'
import { INNER_PARIS, insetPath, mainPath, OVERSEAS, type Outlines, type Shape } from './geometry.ts'
import type { Shade } from './shade.ts'

export interface Drawn {
  id: string
  name: string
  d: string
  x: number
  y: number
  shade: Shade | undefined
}

export interface Layout {
  main: Drawn[]
  parts: string
  paris: { shapes: Drawn[]; x: number; y: number; side: number } | null
  overseas: (Drawn & { left: number; width: number })[]
  /** Upper edge of the row of overseas places. */
  top: number
  /** Whether a point of the zoomed country is in sight: neither out of the box nor under an inset. */
  inSight: (at: { x: number; y: number }) => boolean
  /** Pixels of a longitude and latitude in a region; `fixed`: in an inset, which does not zoom. Null where it is not drawn. */
  spot: (region: string | null, longitude: number, latitude: number) => { x: number; y: number; fixed: boolean } | null
}

const INSET = 62
/** Room for a point beside an inset, so that none seems to lie in it. */
const RIM = 10

export function mapLayout(outlines: Outlines, width: number, height: number, shades: Map<string, Shade>, names: (place: string) => string | undefined): Layout | null {
  if (width < 40 || height < 40) return null
  const french = outlines.country === 'FR'
  const inset = french ? INSET : 0
  const mainland = outlines.shapes.filter((s) => !OVERSEAS.includes(s.id))
  const path = mainPath(outlines.country, mainland, [[4, 4], [width - 4, height - inset - 8]])
  const put = (shape: Shape, draw: GeoPath): Drawn => {
    const [x, y] = draw.centroid(shape)
    return { id: shape.id, name: names(shape.id) ?? shape.properties.name, d: draw(shape) ?? '', x, y, shade: shades.get(shape.id) }
  }
  const fixed = new Map<string, GeoPath>()

  const side = Math.min(104, width * 0.22)
  const parisY = height - inset - side - 14
  const inner = mainland.filter((s) => INNER_PARIS.includes(s.id))
  const parisPath = french && inner.length ? insetPath(inner, [[10, parisY + 22], [side - 8, parisY + side - 10]]) : null
  if (parisPath) for (const s of inner) fixed.set(s.id, parisPath)

  const step = Math.min(70, width / 5)
  const overseas = OVERSEAS.flatMap((id, i) => {
    const shape = outlines.shapes.find((s) => s.id === id)
    if (!shape) return []
    const left = i * step
    const draw = insetPath([shape], [[left + 7, height - inset + 5], [left + step - 13, height - 21]])
    fixed.set(id, draw)
    return [{ ...put(shape, draw), left, width: step - 6 }]
  })

  return {
    main: mainland.map((s) => put(s, path)),
    parts: path(outlines.parts) ?? '',
    paris: parisPath && { shapes: inner.map((s) => put(s, parisPath)), x: 0, y: parisY, side },
    overseas,
    top: height - inset,
    inSight: ({ x, y }) => x >= 0 && x <= width && y >= 0 && y <= height - inset - 4 && !(parisPath && x <= side + RIM && y >= parisY - RIM && y <= parisY + side + RIM),
    spot: (region, longitude, latitude) => {
      const own = region === null ? undefined : fixed.get(region)
      const at = ((own ?? path).projection() as (p: [number, number]) => [number, number] | null)([longitude, latitude])
      return at && { x: at[0], y: at[1], fixed: own !== undefined }
    },
  }
}
