/** Outlines by country, and the projections they are drawn in. */
import { geoConicConformal, geoMercator, geoPath, type GeoPath, type GeoProjection } from 'd3-geo'
import { feature, mesh } from 'topojson-client'
import type { GeometryCollection, Topology } from 'topojson-specification'
import type { Feature, FeatureCollection, MultiPolygon, Polygon } from 'geojson'
import france from '../../geometry/FR.topojson?url'
import germany from '../../geometry/DE.topojson?url'
import italy from '../../geometry/IT.topojson?url'

export interface Properties {
  name: string
  parent: string
}
export type Shape = Feature<Polygon | MultiPolygon, Properties> & { id: string }

export interface Outlines {
  country: string
  shapes: Shape[]
  /** Borders between larger regions. */
  parts: GeoJSON.MultiLineString
}

const FILES: Record<string, string> = { FR: france, IT: italy, DE: germany }

/** Whom the outlines are owed to; `geometry/provenance.json` has files, licences and hashes. */
export const SOURCES: Record<string, string> = { FR: 'IGN, INSEE', IT: 'ISTAT, CC BY', DE: 'Natural Earth' }

export const hasOutlines = (country: string): boolean => country in FILES

export async function fetchOutlines(country: string): Promise<Outlines> {
  const answer = await fetch(FILES[country]!)
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`)
  const topology = (await answer.json()) as Topology<{ places: GeometryCollection<Properties> }>
  const all = feature(topology, topology.objects.places) as FeatureCollection<Polygon | MultiPolygon, Properties>
  const parts = mesh(topology, topology.objects.places, (a, b) => {
    const parent = (g: unknown): string => (g as { properties: Properties }).properties.parent
    return a !== b && parent(a) !== parent(b)
  })
  return { country, shapes: all.features as Shape[], parts }
}

/** Overseas départements, in the order of the insets. */
export const OVERSEAS = ['FR-971', 'FR-972', 'FR-973', 'FR-974', 'FR-976']
/** Paris and the départements around it, too small on the map of the country. */
export const INNER_PARIS = ['FR-75', 'FR-92', 'FR-93', 'FR-94']

/** Lambert-93 (EPSG:2154): conformal cone on 44° and 49° north, 3° east; the same cone moved for the others. */
function cone(country: string): GeoProjection {
  if (country === 'DE') return geoConicConformal().parallels([48.7, 53.7]).rotate([-10.5, 0])
  if (country === 'IT') return geoConicConformal().parallels([38, 46]).rotate([-12.5, 0])
  return geoConicConformal().parallels([44, 49]).rotate([-3, 0])
}

const collection = (shapes: Shape[]): FeatureCollection => ({ type: 'FeatureCollection', features: shapes })

export function mainPath(country: string, shapes: Shape[], box: [[number, number], [number, number]]): GeoPath {
  return geoPath(cone(country).fitExtent(box, collection(shapes)))
}

/** A place alone in its own box, in true shape. */
export function insetPath(shapes: Shape[], box: [[number, number], [number, number]]): GeoPath {
  return geoPath(geoMercator().fitExtent(box, collection(shapes)))
}
