/** The map of chances: choropleth on the ember ramp, hatch where nothing can be said, ranks, insets, one selection. */
import { useQuery } from '@tanstack/react-query'
import { useMemo, useRef, type KeyboardEvent, type ReactNode } from 'react'
import { chance, percent } from '../format.ts'
import { useBox } from '../charts/use-width.ts'
import { Answered } from '../parts/panel.tsx'
import { ember } from '../parts/small-charts.tsx'
import { useSay } from '../text/index.tsx'
import { fetchOutlines, hasOutlines, INNER_PARIS, insetPath, mainPath, OVERSEAS, SOURCES, type Outlines, type Shape } from './geometry.ts'
import { nearest, type Compass } from './neighbours.ts'

export interface Shade {
  place: string
  value: number | null
  failed: boolean
  rank: number | null
  withheld: boolean
}

interface Props {
  country: string
  shades: Map<string, Shade>
  names: (place: string) => string | undefined
  selected: string | undefined
  caption: string
  onSelect: (place: string) => void
  onOpen: (place: string) => void
}

interface Drawn {
  id: string
  name: string
  d: string
  x: number
  y: number
  shade: Shade | undefined
}

export function ChanceMap(props: Props): ReactNode {
  const { country } = props
  const { t } = useSay()
  const outlines = useQuery({ queryKey: ['outlines', country], queryFn: () => fetchOutlines(country), staleTime: Infinity, enabled: hasOutlines(country) })
  if (!hasOutlines(country)) return <p className="empty">{t.not_enough_short}</p>
  return (
    <Answered query={outlines} what={t.map}>
      {(data) => <Drawing {...props} outlines={data} />}
    </Answered>
  )
}

/** Rank discs moved apart so that none hides another. */
function apart(points: { x: number; y: number }[], gap: number): { x: number; y: number }[] {
  const placed = points.map((p) => ({ ...p }))
  for (let round = 0; round < 12; round++) {
    for (let i = 0; i < placed.length; i++) {
      for (let j = i + 1; j < placed.length; j++) {
        const [a, b] = [placed[i]!, placed[j]!]
        const dx = b.x - a.x || 0.1
        const dy = b.y - a.y
        const distance = Math.hypot(dx, dy)
        if (distance >= gap) continue
        const push = (gap - distance) / 2 / (distance || 1)
        a.x -= dx * push
        a.y -= dy * push
        b.x += dx * push
        b.y += dy * push
      }
    }
  }
  return placed
}

function Drawing({ outlines, shades, names, selected, caption, onSelect, onOpen }: Props & { outlines: Outlines }): ReactNode {
  const { t, lang } = useSay()
  const [box, { width, height }] = useBox<HTMLDivElement>()
  const group = useRef<SVGGElement>(null)
  const french = outlines.country === 'FR'

  const drawn = useMemo(() => {
    if (width < 40 || height < 40) return null
    const mainland = outlines.shapes.filter((s) => !OVERSEAS.includes(s.id))
    const inset = french ? 62 : 0
    const path = mainPath(outlines.country, mainland, [[4, 4], [width - 4, height - inset - 8]])
    const put = (shape: Shape, draw = path): Drawn => {
      const [x, y] = draw.centroid(shape)
      return { id: shape.id, name: names(shape.id) ?? shape.properties.name, d: draw(shape) ?? '', x, y, shade: shades.get(shape.id) }
    }
    const main = mainland.map((s) => put(s))
    const side = Math.min(104, width * 0.22)
    const paris = mainland.filter((s) => INNER_PARIS.includes(s.id))
    const parisBox: [number, number] = [0, height - inset - side - 14]
    const parisPath = french && paris.length ? insetPath(paris, [[10, parisBox[1] + 22], [side - 8, parisBox[1] + side - 10]]) : null
    const step = Math.min(70, width / 5)
    const overseas = OVERSEAS.flatMap((id, i) => {
      const shape = outlines.shapes.find((s) => s.id === id)
      if (!shape) return []
      const left = i * step
      const draw = insetPath([shape], [[left + 7, height - inset + 5], [left + step - 13, height - 21]])
      return [{ ...put(shape, draw), left, width: step - 6 }]
    })
    return {
      main,
      parts: path(outlines.parts) ?? '',
      paris: parisPath ? { shapes: paris.map((s) => put(s, parisPath)), x: parisBox[0], y: parisBox[1], side } : null,
      overseas,
      top: height - inset,
    }
  }, [outlines, width, height, shades, names, french])

  const all = useMemo(() => (drawn ? [...drawn.main.filter((m) => !(drawn.paris && INNER_PARIS.includes(m.id))), ...(drawn.paris?.shapes ?? []), ...drawn.overseas] : []), [drawn])
  const covered = all.filter((m) => m.shade)
  const current = covered.find((m) => m.id === selected) ?? covered[0]

  const key = (event: KeyboardEvent): void => {
    const towards: Record<string, Compass> = { ArrowLeft: 'west', ArrowRight: 'east', ArrowUp: 'north', ArrowDown: 'south' }
    const way = towards[event.key]
    if (way && current) {
      const next = nearest(current, covered, way)
      if (next) onSelect(next.id)
    } else if (event.key === 'Enter' && current) onOpen(current.id)
    else return
    event.preventDefault()
  }

  const shape = (m: Drawn, extra = ''): ReactNode => {
    const { shade } = m
    const state = !shade ? 'outside' : shade.value === null || shade.failed ? (shade.withheld ? 'withheld' : 'hatched') : 'known'
    const words = `${m.name} : ${!shade ? t.outside : shade.value === null || shade.failed ? t.not_enough_short : chance(shade.value, lang)}`
    return (
      <path
        key={m.id}
        d={m.d}
        data-place={m.id}
        className={`place ${state} ${extra}`}
        style={state === 'known' ? { fill: `var(--ember-${ember(shade!.value!)})` } : undefined}
        onClick={() => shade && onSelect(m.id)}
        onDoubleClick={() => shade && onOpen(m.id)}
      >
        <title>{words}</title>
      </path>
    )
  }

  const ranked = all.filter((m) => m.shade?.rank && m.shade.rank <= 8 && m.shade.value !== null)
  const discs = apart(ranked, 19)
  const chosen = [...all, ...(drawn?.main ?? [])].filter((m) => m.id === selected)

  return (
    <div ref={box} className="map">
      {drawn && (
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${caption} ${current ? `${current.name} : ${current.shade?.value === null || !current.shade ? t.not_enough_short : chance(current.shade.value, lang)}.` : ''} ${t.map_hint}`} tabIndex={0} onKeyDown={key}>
          <g ref={group}>{drawn.main.map((m) => shape(m))}</g>
          <path d={drawn.parts} className="parts" />
          {drawn.paris && (
            <g>
              <rect x={drawn.paris.x + 0.5} y={drawn.paris.y + 0.5} width={drawn.paris.side} height={drawn.paris.side} className="inset" />
              <text x={drawn.paris.x + 7} y={drawn.paris.y + 15} className="inset-name">
                {t.inner_paris}
              </text>
              {drawn.paris.shapes.map((m) => shape(m))}
            </g>
          )}
          {drawn.overseas.map((m) => (
            <g key={m.id}>
              <rect x={m.left + 0.5} y={drawn.top + 0.5} width={m.width} height={44} className="inset bare" />
              {shape(m)}
              <text x={m.left} y={drawn.top + 57} className="inset-name">
                {m.name}
              </text>
            </g>
          ))}
          {chosen.map((m, i) => (
            <path key={`${m.id}${i}`} d={m.d} className="chosen" />
          ))}
          <text x={width - 2} y={height - 4} className="inset-name" textAnchor="end">
            {t.outlines} {SOURCES[outlines.country]}
          </text>
          {ranked.map((m, i) => (
            <g key={m.id} transform={`translate(${discs[i]!.x},${discs[i]!.y})`} className="disc" aria-hidden="true">
              <circle r="9" />
              <text y="4">{m.shade!.rank}</text>
            </g>
          ))}
        </svg>
      )}
    </div>
  )
}

export function Legend({ missing }: { missing: number }): ReactNode {
  const { t, lang } = useSay()
  const ends = [0, 5, 10, 25, 50, 75]
  return (
    <div className="legend">
      <svg width="262" height="24" aria-hidden="true">
        {ends.map((end, i) => (
          <g key={end}>
            <rect x={i * 36} y="0" width="35" height="9" style={{ fill: `var(--ember-${i})` }} />
            <text x={i * 36} y="22">
              {end}
            </text>
          </g>
        ))}
        <text x="216" y="22">
          {percent(1, lang)}
        </text>
      </svg>
      {missing > 0 && (
        <span className="legend-hatch">
          <svg width="22" height="9" aria-hidden="true">
            <rect width="22" height="9" fill="url(#hatch)" />
          </svg>{' '}
          {t.not_enough(missing)}
        </span>
      )}
    </div>
  )
}
