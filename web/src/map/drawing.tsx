/** The country drawn: choropleth on the ember ramp, hatch where nothing can be said, ranks, insets, one selection, zoom. */
import { lazy, Suspense, useMemo, useRef, type KeyboardEvent, type ReactNode } from 'react'
import { useBox } from '../charts/use-width.ts'
import { chance } from '../format.ts'
import { ember } from '../parts/small-charts.tsx'
import { useSay } from '../text/index.tsx'
import { apart } from './apart.ts'
import { INNER_PARIS, SOURCES, type Outlines } from './geometry.ts'
import { mapLayout, type Drawn } from './layout.ts'
import type { MapProps } from './map.tsx'
import { nearest, type Compass } from './neighbours.ts'
import { isKnown } from './shade.ts'
import { moved, useZoom } from './zoom.ts'

const Hospitals = lazy(() => import('./hospitals.tsx'))

const TOWARDS: Record<string, Compass> = { ArrowLeft: 'west', ArrowRight: 'east', ArrowUp: 'north', ArrowDown: 'south' }

export function Drawing({ outlines, shades, names, selected, caption, detail, onSelect, onOpen }: MapProps & { outlines: Outlines }): ReactNode {
  const { t, lang } = useSay()
  const [box, { width, height }] = useBox<HTMLDivElement>()
  const svg = useRef<SVGSVGElement>(null)
  const { view, by, reset } = useZoom(svg, detail, width, height)
  const drawn = useMemo(() => mapLayout(outlines, width, height, shades, names), [outlines, width, height, shades, names])

  const all = useMemo(() => (drawn ? [...drawn.main.filter((m) => !(drawn.paris && INNER_PARIS.includes(m.id))), ...(drawn.paris?.shapes ?? []), ...drawn.overseas] : []), [drawn])
  const covered = all.filter((m) => m.shade)
  const current = covered.find((m) => m.id === selected) ?? covered[0]
  const words = (m: Drawn): string => `${m.name} : ${!m.shade ? t.outside : isKnown(m.shade) ? chance(m.shade.value, lang) : t.not_enough_short}`

  const key = (event: KeyboardEvent): void => {
    const way = TOWARDS[event.key]
    if (way && current) {
      const next = nearest(current, covered, way)
      if (next) onSelect(next.id)
    } else if (event.key === 'Enter' && current) onOpen(current.id)
    else if (by && (event.key === '+' || event.key === '-')) by(event.key === '+' ? 1 : -1, about)
    else if (by && event.key === '0') reset()
    else return
    event.preventDefault()
  }

  const shape = (m: Drawn): ReactNode => {
    const { shade } = m
    const known = shade && isKnown(shade)
    const state = !shade ? 'outside' : known ? 'known' : shade.withheld ? 'withheld' : 'hatched'
    return (
      <path
        key={m.id}
        d={m.d}
        data-place={m.id}
        className={`place ${state}`}
        style={known ? { fill: `var(--ember-${ember(shade.value)})` } : undefined}
        onClick={() => shade && onSelect(m.id)}
        onDoubleClick={() => shade && onOpen(m.id)}
      >
        <title>{words(m)}</title>
      </path>
    )
  }

  const country = useMemo(() => drawn?.main.map(shape), [drawn, lang, onSelect, onOpen]) // zooming moves the group, not its shapes
  const insets = new Set([...(drawn?.paris?.shapes ?? []), ...(drawn?.overseas ?? [])].map((m) => m.id))
  const ranked = all.filter((m) => m.shade?.rank && m.shade.rank <= 8 && m.shade.value !== null)
  const spots = ranked.map((m) => ({ m, fixed: insets.has(m.id), ...(insets.has(m.id) ? { x: m.x, y: m.y } : moved(view, m)) })).filter((s) => s.fixed || drawn?.inSight(s))
  const discs = apart(spots, 19)
  const about = drawn?.main.find((m) => m.id === selected)
  const outline = (m: Drawn): ReactNode => m.id === selected && <path key={m.id} d={m.d} className="chosen" />

  return (
    <div ref={box} className={detail ? 'map detail' : 'map'}>
      {drawn && (
        <svg ref={svg} width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${caption} ${current ? `${words(current)}.` : ''} ${t.map_hint}`} tabIndex={0} onKeyDown={key} data-zoom={view.k.toFixed(2)}>
          <clipPath id="map-main">
            <rect width={width} height={drawn.top - 4} />
          </clipPath>
          <HatchNear id="hatch-near" turn={45} k={view.k} />
          <HatchNear id="hatch-withheld-near" turn={135} k={view.k} />
          <g clipPath="url(#map-main)">
            <g transform={`translate(${view.x},${view.y}) scale(${view.k})`} className="country">
              {country}
              <path d={drawn.parts} className="parts" />
              {drawn.main.map(outline)}
            </g>
          </g>
          {drawn.paris && (
            <g>
              <rect x={drawn.paris.x + 0.5} y={drawn.paris.y + 0.5} width={drawn.paris.side} height={drawn.paris.side} className="inset" />
              <text x={drawn.paris.x + 7} y={drawn.paris.y + 15} className="inset-name">
                {t.inner_paris}
              </text>
              {drawn.paris.shapes.map(shape)}
              {drawn.paris.shapes.map(outline)}
            </g>
          )}
          {drawn.overseas.map((m) => (
            <g key={m.id}>
              <rect x={m.left + 0.5} y={drawn.top + 0.5} width={m.width} height={44} className="inset bare" />
              {shape(m)}
              {outline(m)}
              <text x={m.left} y={drawn.top + 57} className="inset-name">
                {m.name}
              </text>
            </g>
          ))}
          <text x={width - 2} y={drawn.overseas.length ? drawn.top - 10 : height - 4} className="inset-name source" textAnchor="end">
            {t.outlines} {SOURCES[outlines.country]}
          </text>
          {detail && (
            <Suspense fallback={null}>
              <Hospitals layout={drawn} view={view} box={box} onSelect={onSelect} />
            </Suspense>
          )}
          {spots.map(({ m }, i) => (
            <g key={m.id} transform={`translate(${discs[i]!.x},${discs[i]!.y})`} className="disc" aria-hidden="true">
              <circle r="9" />
              <text y="4">{m.shade!.rank}</text>
            </g>
          ))}
        </svg>
      )}
      {detail && (
        <div className="zoom" role="group" aria-label={t.zoom}>
          <button type="button" aria-label={t.zoom_in} disabled={!by} onClick={() => by?.(1, about)}>
            +
          </button>
          <button type="button" aria-label={t.zoom_out} disabled={!by || view.k <= 1} onClick={() => by?.(-1)}>
            −
          </button>
          <button type="button" aria-label={t.zoom_all} disabled={!by || view.k <= 1} onClick={reset}>
            ⤢
          </button>
        </div>
      )}
    </div>
  )
}

/** The hatch of the page, kept at its pitch while the country is drawn larger. */
function HatchNear({ id, turn, k }: { id: string; turn: number; k: number }): ReactNode {
  return (
    <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform={`scale(${1 / k}) rotate(${turn})`}>
      <rect width="5" height="5" style={{ fill: 'var(--sunk)' }} />
      <line x1="0.8" x2="0.8" y1="0" y2="5" style={{ stroke: 'var(--rule-strong)', strokeWidth: 1.6 }} />
    </pattern>
  )
}
