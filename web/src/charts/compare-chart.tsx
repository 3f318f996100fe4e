/** Up to five places on one chart: own colour, own dash, own name at the end of the line. */
import type { ReactNode } from 'react'
import type { Compare } from '../api/types.ts'
import { addDays, day, daysBetween, number } from '../format.ts'
import { useSay } from '../text/index.tsx'
import { dateTicks, onAxis } from './model.ts'
import { bandPath, extent, linePath, roundTicks, spread } from './paths.ts'
import { AxisUnit } from './fan/axes.tsx'
import { useBox } from './use-width.ts'

export const DASHES = ['none', '7 3', '3 3', '1.5 3', '9 3 2 3']

type Column = (number | null)[]

export interface Line {
  id: string
  name: string
  code: string
  observed: Column
  median: Column
  low: Column
  high: Column
  /** The median without the scenario, where one was asked for. */
  current: Column
}

/** Lines on a shared axis of days. */
export function compareLines(data: Compare, ahead: number): { first: string; days: number; now: number; lines: Line[] } {
  const first = data.dates[0] ?? ''
  const coming = data.places.map((p) => p.projected?.dates[Math.min(ahead, p.projected.dates.length) - 1]).filter((d): d is string => Boolean(d))
  const last = [...coming, data.dates.at(-1) ?? first].sort().at(-1)!
  const days = daysBetween(first, last) + 1
  const start = data.places.map((p) => p.projected?.dates[0]).find(Boolean)
  const lines = data.places.map((p) => {
    const lay = (band: typeof p.projected, of: 'q05' | 'q50' | 'q95'): Column =>
      band ? onAxis(band.dates.slice(0, ahead), band[of], first, days) : new Array<null>(days).fill(null)
    return {
      id: p.place.id,
      name: p.place.name,
      code: p.place.code,
      observed: onAxis(data.dates, p.observed, first, days),
      median: lay(p.projected, 'q50'),
      low: lay(p.projected, 'q05'),
      high: lay(p.projected, 'q95'),
      current: lay(p.current, 'q50'),
    }
  })
  return { first, days, now: start ? daysBetween(first, start) - 0.5 : days, lines }
}

/** Decimals of a table or an axis of these figures. */
export const compareDigits = (data: Compare): number => (data.unit === 'persons' ? 0 : 1)

export function CompareChart({ data, ahead, selected, caption }: { data: Compare; ahead: number; selected: string | undefined; caption: string }): ReactNode {
  const { t, lang } = useSay()
  const [box, { width, height }] = useBox<HTMLDivElement>()
  const { first, days, now, lines } = compareLines(data, ahead)
  const scenario = data.meta.scenario !== null && data.places.some((p) => p.projected)
  const shown = lines.find((l) => l.id === selected) ?? lines[0]
  const range = extent(...lines.flatMap((l) => [l.observed, l.median]), shown?.high ?? [], shown?.current ?? [])
  if (!range || !shown) return <p className="empty">{t.not_received}</p>
  const ticks = roundTicks(data.target === 'reproduction_number' ? Math.min(range[0], 1) : 0, Math.max(range[1], data.target === 'reproduction_number' ? 1 : 0.001))
  const digits = (ticks[1] ?? 1) - (ticks[0] ?? 0) < 1 ? 1 : 0
  const narrow = width < 560
  const edge = { left: 48, right: 16 + 7 * Math.max(...lines.map((l) => (narrow ? l.code : l.name).length)), top: 30, bottom: 22 }
  const [right, bottom] = [width - edge.right, height - edge.bottom]
  const x = (i: number): number => edge.left + (i / Math.max(1, days - 1)) * (right - edge.left)
  const y = (v: number): number => bottom - ((v - ticks[0]!) / (ticks.at(-1)! - ticks[0]!)) * (bottom - edge.top)
  const end = (l: Line): number | null => [...l.median].reverse().find((v) => v !== null) ?? [...l.observed].reverse().find((v) => v !== null) ?? null
  const placed = spread(lines.map((l) => y(end(l) ?? 0) + 4), 14, edge.top, bottom)
  return (
    <div ref={box} className="fan fan-large compare-chart">
      {width > 60 && (
        <svg width={width} height={height} role="img" aria-label={`${caption} : ${lines.map((l) => l.name).join(', ')}`}>
          {ticks.map((v) => (
            <g key={v}>
              <line x1={edge.left} x2={right} y1={y(v)} y2={y(v)} className={v === ticks[0] ? 'axis' : 'grid'} />
              <text x={edge.left - 7} y={y(v) + 4} className="tick-text" textAnchor="end">
                {number(v, lang, digits)}
              </text>
            </g>
          ))}
          {dateTicks(days, Math.round(now - 0.5), narrow ? 4 : 7).map((i) => (
            <text key={i} x={x(i)} y={bottom + 15} className="tick-text" textAnchor={i < 2 ? 'start' : 'middle'}>
              {day(addDays(first, i), lang)}
            </text>
          ))}
          <AxisUnit frame={{ top: edge.top }} unit={data.unit} />
          <path d={bandPath(shown.low, shown.high, x, y)} className={scenario ? 'what-if-90' : 'band-90'} />
          {scenario && <path d={linePath(shown.current, x, y)} className="median current-course" />}
          {lines.map((l, k) => (
            <g key={l.id} style={{ color: `var(--cat-${k})` }} className={`line ${l.id === shown.id ? 'chosen-line' : ''}`}>
              <path d={linePath(l.observed, x, y)} strokeDasharray={DASHES[k]} />
              <path d={linePath(l.median, x, y)} strokeDasharray={DASHES[k]} className="ahead" />
              {end(l) !== null && (
                <text x={right + 8} y={placed[k]} className="end">
                  {narrow ? l.code : l.name}
                </text>
              )}
            </g>
          ))}
          {now < days && (
            <>
              <line x1={x(now)} x2={x(now)} y1={edge.top - 6} y2={bottom} className="now" />
              <text x={x(now) - 5} y={edge.top} className="halo ink" textAnchor="end">
                {t.observed}
              </text>
              <text x={x(now) + 5} y={edge.top} className={scenario ? 'halo what-if' : 'halo blue'}>
                {scenario ? t.scenario.toLowerCase() : t.projected}
              </text>
            </>
          )}
        </svg>
      )}
    </div>
  )
}
