/** The small drawings of figures and rows: spark, whisker, chance bar, crossing interval. */
import type { ReactNode } from 'react'
import type { Figure, FirstDay } from '../api/types.ts'
import { bandPath, extent, linePath } from '../charts/paths.ts'
import { useBox } from '../charts/use-width.ts'
import { addDays, chance as chanceText, day, days, daysBetween } from '../format.ts'
import { useSay } from '../text/index.tsx'

/** Six weeks and fourteen days of fan, 40 px high. */
export function Spark({ spark }: { spark: NonNullable<Figure['spark']> }): ReactNode {
  const [box, { width }] = useBox<HTMLDivElement>()
  const height = 42
  const range = extent(spark.observed, spark.median, spark.q05, spark.q95)
  const n = spark.dates.length
  let drawn: ReactNode = null
  if (range && width > 0 && n > 1) {
    const [low, high] = range
    const floor = low - (high - low) * 0.05
    const at = (i: number): number => (i / (n - 1)) * width
    const y = (v: number): number => height - 2 - ((v - floor) / Math.max(1e-9, high - floor)) * (height - 4)
    const lastObserved = spark.observed.reduce<number>((found, v, i) => (v === null ? found : i), -1)
    const firstAhead = spark.median.findIndex((v) => v !== null)
    const now = firstAhead > 0 ? at(Math.min(firstAhead, lastObserved + 1) - 0.5) : null
    drawn = (
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        <path d={bandPath(spark.q05, spark.q95, at, y)} className="band-90" />
        {now !== null && <line className="now" x1={now} x2={now} y1="0" y2={height} />}
        <path d={linePath(spark.observed, at, y)} className="observed thin" />
        <path d={linePath(spark.median, at, y)} className="median thin" />
      </svg>
    )
  }
  return (
    <div ref={box} className="spark">
      {drawn}
    </div>
  )
}

/** 96 px are always 40 % of the middle: a wide whisker is an uncertain figure. */
export function Whisker({ value, low, high }: { value: number; low: number; high: number }): ReactNode {
  const perUnit = 96 / (0.4 * Math.abs(value || 1))
  const width = Math.min(110, (high - low) * perUnit + 2)
  const x = (v: number): number => 1 + ((v - low) / Math.max(1e-9, high - low)) * (width - 2)
  const half = 0.41
  return (
    <svg className="whisker" width={width} height="10" aria-hidden="true">
      <line x1="1" x2={width - 1} y1="5" y2="5" className="w90" />
      <line x1={x(value - (value - low) * half)} x2={x(value + (high - value) * half)} y1="5" y2="5" className="w50" />
      <circle cx={x(value)} cy="5" r="2.5" className="wdot" />
    </svg>
  )
}

/** Class of a chance on the ember ramp; the breaks are the same everywhere. */
export function ember(chance: number): number {
  const breaks = [0.05, 0.1, 0.25, 0.5, 0.75]
  return breaks.filter((b) => chance >= b).length
}

export function ChanceBar({ chance, width = 50 }: { chance: number | null; width?: number }): ReactNode {
  const { lang, t } = useSay()
  if (chance === null) return <span className="chance-bar none" title={t.not_enough_short} />
  return (
    <svg className="chance-bar" width={width} height="7" role="img" aria-label={chanceText(chance, lang)}>
      <rect width={width} height="6" className="track" />
      <rect width={Math.max(1, width * chance)} height="6" style={{ fill: `var(--ember-${ember(chance)})` }} className="fill" />
      <line x1={width / 2} x2={width / 2} y1="0" y2="7" className="tick" />
    </svg>
  )
}

/** Days of the shared axis of a watch list: today, and each week. */
export function weeks(reference: string, within: number): string[] {
  return Array.from({ length: Math.floor(within / 7) + 1 }, (_, i) => addDays(reference, i * 7))
}

/** When the beds are passed: 50 % interval, median dot, › past the horizon. */
export function Crossing({ first, reference, within, width = 126 }: { first: FirstDay; reference: string; within: number; width?: number }): ReactNode {
  const { t, lang } = useSay()
  const end = addDays(reference, within)
  const x = (d: string): number => 2 + (Math.min(within, Math.max(0, daysBetween(reference, d))) / within) * (width - 10)
  const inside = (d: string | null): d is string => d !== null && d <= end
  // Runs that kept no quartiles give the 80 % interval instead, drawn thinner.
  const quartiles = first.q25 !== null || first.q75 !== null
  const [from, to] = quartiles ? [first.q25, first.q75] : [first.early, first.late]
  const start = inside(from) && (quartiles || inside(first.middle)) ? from : null
  const words = !start ? t.crosses_never : inside(to) ? t.crosses(days(start, to, lang)) : t.crosses_beyond(day(start, lang))
  return (
    <svg className="crossing" width={width} height="12" role="img" aria-label={words}>
      <title>{words}</title>
      <line x1="2" x2={width - 8} y1="6" y2="6" className="axis" />
      {weeks(reference, within).map((d) => (
        <line key={d} x1={x(d)} x2={x(d)} y1="3.5" y2="8.5" className="tick" />
      ))}
      {start && (
        <>
          <line x1={x(start)} x2={inside(to) ? Math.max(x(to), x(start) + 2) : width - 6} y1="6" y2="6" className={quartiles ? 'half' : 'half thin'} />
          {!inside(to) && <path d={`M${width - 8},1.5 l5.5,4.5 l-5.5,4.5`} className="beyond" />}
          {inside(first.middle) && <circle cx={x(first.middle)} cy="6" r="3.6" className="dot" />}
        </>
      )}
    </svg>
  )
}
