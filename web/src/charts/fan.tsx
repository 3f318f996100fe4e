/** A fan against capacity: known in ink, coming in blue, the ceiling as a ceiling (design language, 2.2 and 4). */
import { useId, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import type { Panel } from '../api/types.ts'
import { addDays, day, estimate, interval, longDay, number, stepOf, rounded, chance as chanceText } from '../format.ts'
import { ember } from '../parts/small-charts.tsx'
import { useSay, type Say } from '../text/index.tsx'
import { bandPath, linePath, spread } from './paths.ts'
import { chartModel, dateTicks, type Model } from './model.ts'
import { useBox } from './use-width.ts'
import { ChartTable } from './table.tsx'

interface Props {
  panel: Panel
  back: number | null
  ahead: number
  size: 'large' | 'small'
  twin?: boolean
  /** A line that means something of itself (R = 1). */
  rule?: number
  /** Median day of first passing, from the outlook. */
  passing?: string | null
  events?: { date: string; text: string }[]
}

export function Fan(props: Props): ReactNode {
  const { panel, back, ahead, size, twin = false } = props
  const [box, { width, height }] = useBox<HTMLDivElement>()
  const { t } = useSay()
  const flow = panel.target === 'hospital_admissions' || panel.target === 'icu_admissions'
  const model = chartModel(panel, { back, ahead, fromZero: flow, include: props.rule })
  if (!model) return <p className="empty">{t.not_received}</p>
  if (twin) return <ChartTable panel={panel} model={model} />
  return (
    <div ref={box} className={`fan fan-${size}`}>
      {width > 60 && height > 60 && <Drawing {...props} model={model} width={width} height={height} />}
    </div>
  )
}

function Drawing({ panel, size, rule, passing, events = [], model, width, height }: Props & { model: Model; width: number; height: number }): ReactNode {
  const say = useSay()
  const { t, lang, pick } = say
  const id = useId().replace(/[^\w]/g, '')
  const [cursor, setCursor] = useState<number | null>(null)
  const [pinned, pin] = useState(false)
  const large = size === 'large'
  const counts = panel.unit === 'persons' && panel.target !== 'reproduction_number'
  const strip = large && panel.chance_by_day ? 46 : 0
  const narrow = width < 560
  const digits = tickDigits(model.ticks)
  const left = 8 + 7 * Math.max(...model.ticks.map((v) => number(v, lang, digits).length))
  const labels = endLabels(model, large && !narrow, counts, say)
  const edge = { left, right: 12 + 6.6 * Math.max(4, ...labels.map((l) => l.text.length)), top: large ? 24 : 12, bottom: 20 + strip }
  const right = width - edge.right
  const bottom = height - edge.bottom
  const x = (i: number): number => left + (i / Math.max(1, model.days - 1)) * (right - left)
  const [low, high] = model.range
  const y = (v: number): number => bottom - ((v - low) / Math.max(1e-9, high - low)) * (bottom - edge.top)
  const nowX = model.now === null ? null : x(model.now)
  const end = model.days - 1

  const values = model.observed?.values.map((v, i) => (i < model.solidEnd ? v : null)) ?? []
  const lastAt = values.reduce<number>((found, v, i) => (v === null ? found : i), -1)
  const stepped = model.least && steps(model.least, x, y)

  const move = (event: PointerEvent): void => {
    if (pinned) return
    const bounds = event.currentTarget.getBoundingClientRect()
    const at = Math.round(((event.clientX - bounds.left - left) / (right - left)) * (model.days - 1))
    setCursor(at >= 0 && at < model.days ? at : null)
  }
  const key = (event: KeyboardEvent): void => {
    const stepsBy: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1, PageUp: -7, PageDown: 7 }
    const by = stepsBy[event.key]
    if (by) setCursor(Math.min(end, Math.max(0, (cursor ?? Math.round(model.now ?? end)) + by)))
    else if (event.key === 'Enter') pin(!pinned)
    else if (event.key === 'Escape') {
      setCursor(null)
      pin(false)
    } else return
    event.preventDefault()
  }

  return (
    <>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${pick(panel.caption)} ${t.chart_hint}`}
        tabIndex={0}
        onPointerMove={move}
        onPointerLeave={() => !pinned && setCursor(null)}
        onClick={() => pin(!pinned && cursor !== null)}
        onKeyDown={key}
        onBlur={() => {
          setCursor(null)
          pin(false)
        }}
      >
        {model.ticks.map((v) => (
          <g key={v}>
            <line x1={left} x2={right} y1={y(v)} y2={y(v)} className={v === model.ticks[0] ? 'axis' : 'grid'} />
            <text x={left - 7} y={y(v) + 4} className="tick-text" textAnchor="end">
              {number(v, lang, digits)}
            </text>
          </g>
        ))}
        {dateTicks(model.days, Math.round((model.now ?? end) - 0.5), narrow ? 4 : 6).map((i) => (
          <g key={i}>
            <line x1={x(i)} x2={x(i)} y1={bottom} y2={bottom + 4} className="axis" />
            <text x={x(i)} y={bottom + 15} className="tick-text" textAnchor={x(i) < left + 12 ? 'start' : 'middle'}>
              {day(addDays(model.first, i), lang)}
            </text>
          </g>
        ))}
        {rule !== undefined && rule > low && rule < high && <line x1={left} x2={right} y1={y(rule)} y2={y(rule)} className="rule-line" />}

        {model.past.map((p, i) => (
          <g key={i} className="past-forecast">
            <path d={linePath(p.median, x, y)} />
            {p.whisker && (
              <>
                <line x1={x(p.whisker.at)} x2={x(p.whisker.at)} y1={y(p.whisker.low)} y2={y(p.whisker.high)} />
                <circle cx={x(p.whisker.at)} cy={y(p.whisker.middle)} r="2.4" />
              </>
            )}
          </g>
        ))}

        {model.estimated && (
          <>
            <path d={bandPath(model.estimated.q05, model.estimated.q95, x, y)} className="past-90" />
            <path d={bandPath(model.estimated.q25, model.estimated.q75, x, y)} className="past-50" />
          </>
        )}
        {model.projected && (
          <>
            <path d={bandPath(model.projected.q05, model.projected.q95, x, y)} className="band-90" />
            <path d={bandPath(model.projected.q25, model.projected.q75, x, y)} className="band-50" />
          </>
        )}
        {stepped && model.projected && (
          <>
            <clipPath id={`over${id}`}>
              <path d={`${stepped}L${right},${edge.top - 20}L${x(model.least!.findIndex((v) => v !== null))},${edge.top - 20}Z`} />
            </clipPath>
            <g clipPath={`url(#over${id})`}>
              <path d={bandPath(model.projected.q05, model.projected.q95, x, y)} className="over" fill="url(#hatch-over)" />
            </g>
          </>
        )}
        {model.others.map((c) => (
          <path key={c.kind} d={steps(c.values, x, y)} className={`ceiling ${c.kind}`} />
        ))}
        {stepped && (
          <>
            <path d={lip(model.least!, x, y)} className="lip" fill="url(#hatch-lip)" />
            <path d={stepped} className="ceiling binding" />
          </>
        )}

        {model.second && <path d={linePath(model.second.values, x, y)} className={`beside ${model.second.who}`} />}
        {counts && panel.target.includes('admissions') && model.observed?.raw.map((v, i) => v !== null && i < model.solidEnd && <circle key={i} cx={x(i)} cy={y(v)} r="1.4" className="raw" />)}
        <path d={linePath(model.estimated?.q50 ?? values, x, y)} className="observed" />
        {model.nowcast.map((p) => (
          <g key={p.at}>
            {p.low !== null && p.high !== null && <line x1={x(p.at)} x2={x(p.at)} y1={y(p.low)} y2={y(p.high)} className="nowcast-bar" />}
            {p.soFar !== null && <circle cx={x(p.at)} cy={y(p.soFar)} r="1.4" className="raw" />}
            <circle cx={x(p.at)} cy={y(p.estimate)} r="2.4" className="nowcast" />
          </g>
        ))}
        {model.projected && <path d={linePath(joined(model, lastAt, values), x, y)} className="median" />}

        {nowX !== null && (
          <>
            <line x1={nowX} x2={nowX} y1={edge.top - 4} y2={bottom} className="now" />
            {large && (
              <>
                <text x={nowX - 5} y={edge.top + 8} className="halo ink" textAnchor="end">
                  {t.observed}
                </text>
                <text x={nowX + 5} y={edge.top + 8} className="halo blue">
                  {t.projected}
                </text>
              </>
            )}
          </>
        )}
        {large && lastAt >= 0 && (
          <text x={x(lastAt) - 8} y={y(values[lastAt]!) - 8} className="halo ink strong" textAnchor="end">
            {number(values[lastAt]!, lang, counts ? 0 : 2)}
          </text>
        )}
        {model.second && <SecondLabel model={model} x={x} y={y} />}
        {events.map((e) => {
          const at = (Date.parse(e.date) - Date.parse(model.first)) / 86_400_000
          return at < 0 || at > end ? null : (
            <path key={e.date + e.text} d={`M${x(at)},${bottom - 1}l4,-7h-8Z`} className="event">
              <title>{`${longDay(e.date, lang)} : ${e.text}`}</title>
            </path>
          )
        })}
        {passing && stepped && <Ring date={passing} model={model} x={x} y={y} bottom={bottom} right={right} />}
        <EndLabels labels={labels} y={y} x={right + 6} top={edge.top} bottom={bottom} />
        {strip > 0 && <ChanceStrip panel={panel} model={model} x={x} top={bottom + 24} left={left} />}
        {cursor !== null && <line x1={x(cursor)} x2={x(cursor)} y1={edge.top} y2={bottom} className={pinned ? 'cursor pinned' : 'cursor'} />}
      </svg>
      {cursor !== null && <Readout model={model} at={cursor} counts={counts} left={x(cursor)} width={width} />}
    </>
  )
}

/** Ticks of one axis all have the decimals that their step needs. */
function tickDigits(ticks: readonly number[]): number {
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0)
  return [0, 1, 2].find((d) => Math.abs(step * 10 ** d - Math.round(step * 10 ** d)) < 1e-6) ?? 3
}

/** The median starts at the last value known, so that no gap opens at the now line. */
function joined(model: Model, lastAt: number, values: (number | null)[]): (number | null)[] {
  const line = [...model.projected!.q50]
  const start = line.findIndex((v) => v !== null)
  const from = model.estimated ? model.estimated.q50.reduce<number>((found, v, i) => (v === null ? found : i), -1) : lastAt
  const value = model.estimated ? model.estimated.q50[from] : values[lastAt]
  if (start > 0 && from >= 0 && from < start && start - from < 14 && value !== null && value !== undefined) {
    const goal = line[start]!
    for (let i = from; i < start; i++) line[i] = value + ((goal - value) * (i - from)) / (start - from)
  }
  return line
}

/** A stepped line that changes at the start of a day. */
function steps(values: readonly (number | null)[], x: (i: number) => number, y: (v: number) => number): string {
  let path = ''
  let before: number | null = null
  values.forEach((v, i) => {
    if (v === null) before = null
    else {
      path += before === null ? `M${x(i)},${y(v)}` : v === before ? '' : `H${x(i)}V${y(v)}`
      before = v
      if (i === values.length - 1 || values[i + 1] === null) path += `H${x(i)}`
    }
  })
  return path
}

/** The hatched lip above the binding ceiling, 7 px. */
function lip(values: readonly (number | null)[], x: (i: number) => number, y: (v: number) => number): string {
  let path = ''
  for (let i = 0; i < values.length - 1; i++) {
    const v = values[i]
    if (v !== null && v !== undefined && values[i + 1] !== null) path += `M${x(i)},${y(v)}V${y(v) - 7}H${x(i + 1)}V${y(v)}Z`
  }
  return path
}

function Ring(props: { date: string; model: Model; x: (i: number) => number; y: (v: number) => number; bottom: number; right: number }): ReactNode {
  const { date, model, x, y, bottom, right } = props
  const { t, lang } = useSay()
  const at = Math.round((Date.parse(date) - Date.parse(model.first)) / 86_400_000)
  const beds = model.least?.[at]
  if (beds === null || beds === undefined || at >= model.days) return null
  const [cx, cy] = [x(at), y(beds)]
  const end = Math.min(bottom - 34, cy + 76)
  const anchor = cx > right - 130 ? 'end' : 'start'
  const tx = cx + (anchor === 'end' ? -6 : 6)
  return (
    <g>
      <line x1={cx} x2={cx} y1={cy + 5} y2={end} className="leader" />
      <circle cx={cx} cy={cy} r="4.5" className="ring" />
      <text x={tx} y={end - 8} className="halo ink" textAnchor={anchor}>
        {t.median_crossing}
      </text>
      <text x={tx} y={end + 6} className="halo ink strong" textAnchor={anchor}>
        {t.crossing_on(day(date, lang))}
      </text>
    </g>
  )
}

/** The other line of a census is named where it ends. */
function SecondLabel({ model, x, y }: { model: Model; x: (i: number) => number; y: (v: number) => number }): ReactNode {
  const { t, lang } = useSay()
  const { values, who } = model.second!
  const start = values.findIndex((v) => v !== null)
  const last = values.reduce((found, v) => v ?? found, null)
  if (start < 0 || last === null) return null
  const near = values.slice(start, start + 10).filter((v): v is number => v !== null)
  return (
    <text x={x(start) + 4} y={y(Math.max(...near)) - 6} className="halo ink">
      {t[`line_${who}`]} {number(last, lang)}
    </text>
  )
}

interface EndLabel {
  v: number
  text: string
  kind: string
}

/** What stands at the right edge: median, both 90 % ends, ceilings. */
function endLabels(model: Model, words: boolean, counts: boolean, { t, lang }: Say): EndLabel[] {
  const labels: EndLabel[] = []
  const p = model.projected
  const at = p ? p.q50.reduce<number>((found, v, i) => (v === null ? found : i), -1) : -1
  if (p && at >= 0) {
    const [a, m, b] = [p.q05[at], p.q50[at], p.q95[at]]
    if (m !== null && m !== undefined && a !== null && a !== undefined && b !== null && b !== undefined) {
      const step = stepOf(a, b) || (counts ? 1 : 0.01)
      const write = (v: number): string => {
        const r = rounded(v, step, counts)
        return number(r.value, lang, r.digits)
      }
      labels.push({ v: b, text: words ? `${write(b)} ${t.high_90}` : write(b), kind: 'blue' })
      labels.push({ v: m, text: words ? `${write(m)} ${t.median}` : write(m), kind: 'blue strong' })
      labels.push({ v: a, text: words ? `${write(a)} ${t.low_90}` : write(a), kind: 'blue' })
    }
  }
  const last = (values: (number | null)[]): number | null => values.reduce((found, v) => v ?? found, null)
  for (const c of model.others) {
    const v = last(c.values)
    if (v !== null) labels.push({ v, text: words ? `${number(v, lang)} ${t[c.kind]}` : number(v, lang), kind: 'ceiling-2' })
  }
  const beds = model.least && last(model.least)
  if (beds !== null && beds !== undefined) {
    labels.push({ v: beds, text: words ? `${number(beds, lang)} ${model.binding ? t[model.binding] : ''}, ${t.binds}` : number(beds, lang), kind: 'ceiling-1 strong' })
  }
  return labels
}

/** Right-edge labels, at least 13 px apart. */
function EndLabels({ labels, y, x, top, bottom }: { labels: EndLabel[]; y: (v: number) => number; x: number; top: number; bottom: number }): ReactNode {
  const placed = spread(labels.map((l) => y(l.v) + 4), 13, top, bottom + 4)
  return labels.map((l, i) => (
    <text key={l.kind + l.text + i} x={x} y={placed[i]} className={`end ${l.kind}`}>
      {l.text}
    </text>
  ))
}

/** Chance of more patients than beds, one square a day, on the axis of the chart. */
function ChanceStrip({ panel, model, x, top, left }: { panel: Panel; model: Model; x: (i: number) => number; top: number; left: number }): ReactNode {
  const { t, lang } = useSay()
  const column = panel.chance_by_day
  if (!column) return null
  const days = column.dates
    .map((d, i) => ({ at: Math.round((Date.parse(d) - Date.parse(model.first)) / 86_400_000), chance: column.chance[i] ?? null }))
    .filter((d) => d.at < model.days)
  const width = x(1) - x(0)
  const every = Math.max(1, Math.ceil(44 / width))
  const start = x(days[0]?.at ?? 0) - width / 2
  const words = start - left > 210
  return (
    <g>
      {words && (
        <text x={start - 8} y={top + 11} className="tick-text ink-2" textAnchor="end">
          {t.chance_by_day}
        </text>
      )}
      {days.map((d, i) => (
        <g key={d.at}>
          <rect
            x={x(d.at) - width / 2 + 0.5}
            y={top}
            width={Math.max(1, width - 1)}
            height="14"
            className="strip-day"
            style={{ fill: d.chance === null ? 'url(#hatch)' : `var(--ember-${ember(d.chance)})` }}
          >
            <title>{`${day(addDays(model.first, d.at), lang)} : ${d.chance === null ? t.not_received : chanceText(d.chance, lang)}`}</title>
          </rect>
          {d.chance !== null && (i === 0 || i === days.length - 1 || (i % every === 0 && i >= every && i <= days.length - 1 - every)) && (
            <text x={x(d.at)} y={top + 27} className="tick-text ink" textAnchor={i === days.length - 1 ? 'end' : 'middle'}>
              {chanceText(d.chance, lang)}
            </text>
          )}
        </g>
      ))}
    </g>
  )
}

function Readout({ model, at, counts, left, width }: { model: Model; at: number; counts: boolean; left: number; width: number }): ReactNode {
  const { t, lang } = useSay()
  const date = addDays(model.first, at)
  const known = model.observed?.values[at]
  const past = model.estimated
  const fan = model.projected?.q50[at] !== null && model.projected?.q50[at] !== undefined ? model.projected : past
  const rows: [string, string][] = []
  if (known !== null && known !== undefined && at < model.solidEnd) rows.push([t.observed, number(known, lang, counts ? 0 : 2)])
  const beside = model.second?.values[at]
  if (model.second && beside !== null && beside !== undefined) rows.push([t[`line_${model.second.who}`], number(beside, lang)])
  const due = model.nowcast.find((n) => n.at === at)
  if (due) {
    rows.push([t.key_so_far, due.soFar === null ? t.not_received : number(due.soFar, lang)], [t.estimated, number(due.estimate, lang)])
    if (due.low !== null && due.high !== null) rows.push(['', interval(due.low, due.high, lang)])
  }
  if (fan) {
    const [a, m, b] = [fan.q05[at], fan.q50[at], fan.q95[at]]
    if (m !== null && m !== undefined && a !== null && a !== undefined && b !== null && b !== undefined) {
      rows.push([fan === past ? t.estimated : t.projected, estimate(m, a, b, lang, counts)], ['', interval(a, b, lang, { counts })])
    }
  }
  const beds = model.least?.[at]
  if (beds !== null && beds !== undefined) rows.push([model.binding ? t[`binding_${model.binding}`] : t.key_capacity, number(beds, lang)])
  return (
    <div className="readout" style={left > width / 2 ? { right: width - left + 10 } : { left: left + 10 }} role="status">
      <strong>{longDay(date, lang)}</strong>
      <dl>
        {rows.map(([name, value], i) => (
          <div key={name + i}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {rows.length === 0 && t.not_received}
    </div>
  )
}

/** The key, once, under the first title. */
export function FanKey(): ReactNode {
  const { t } = useSay()
  const item = (drawing: ReactNode, words: string): ReactNode => (
    <li>
      <svg width="28" height="12" aria-hidden="true">
        {drawing}
      </svg>
      {words}
    </li>
  )
  return (
    <ul className="fan-key">
      {item(<line x1="0" x2="28" y1="6" y2="6" className="observed" />, t.key_observed)}
      {item(<line x1="0" x2="28" y1="6" y2="6" className="median" />, t.key_projected)}
      {item(
        <>
          <rect width="28" height="12" className="band-90" />
          <rect y="3" width="28" height="6" className="band-50" />
        </>,
        t.key_bands,
      )}
      {item(
        <g className="past-forecast">
          <path d="M0,6H20" />
          <line x1="20" x2="20" y1="1" y2="11" />
          <circle cx="20" cy="6" r="2.4" />
        </g>,
        t.key_past,
      )}
      {item(
        <>
          <rect width="28" height="6" y="2" fill="url(#hatch-lip)" className="lip" />
          <line x1="0" x2="28" y1="8.5" y2="8.5" className="ceiling binding" />
        </>,
        t.key_capacity,
      )}
      {item(<rect width="28" height="11" fill="url(#hatch-over)" className="over" />, t.key_over)}
    </ul>
  )
}
