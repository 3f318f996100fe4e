/** A fan against capacity: known in ink, coming in blue, the ceiling as a ceiling (design language, 2.2 and 4). */
import { useId, type ReactNode } from 'react'
import type { Panel } from '../api/types.ts'
import { number } from '../format.ts'
import { useSay } from '../text/index.tsx'
import { Axes, AxisUnit, NowLine } from './fan/axes.tsx'
import { Bands, CurrentCourse, knownOf, Median, PastForecasts } from './fan/bands.tsx'
import { Ceilings, OverCeiling, Ring } from './fan/capacity.tsx'
import { ChanceStrip, STRIP_HEIGHT } from './fan/chance-strip.tsx'
import { CursorLine, Readout, useCursor } from './fan/cursor.tsx'
import { EndLabels, endLabels } from './fan/end-labels.tsx'
import { Events, type ChartEvent } from './fan/events.tsx'
import { frameOf, tickDigits } from './fan/frame.ts'
import { LastValue, Observed, SecondLabel } from './fan/known.tsx'
import { chartModel, type Model } from './model.ts'
import { ChartTable } from './table.tsx'
import { useBox } from './use-width.ts'

export { FanKey } from './fan/key.tsx'

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
  events?: ChartEvent[]
  /** What is projected is a scenario's course. */
  scenario?: boolean
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

/** Drawn from back to front: grid, past forecasts, bands, what is above the ceiling, ceilings, observed, now line, labels. */
function Drawing({ panel, size, rule, passing, events = [], scenario = false, model, width, height }: Props & { model: Model; width: number; height: number }): ReactNode {
  const say = useSay()
  const { t, lang, pick } = say
  const { current, difference } = panel
  const id = useId().replace(/[^\w]/g, '')
  const large = size === 'large'
  const narrow = width < 560
  const strip = large && panel.chance_by_day !== null
  const labels = endLabels(model, large && !narrow, scenario, say)
  const digits = tickDigits(model.ticks)
  const frame = frameOf(model, width, height, {
    left: 8 + 7 * Math.max(...model.ticks.map((v) => number(v, lang, digits).length)),
    right: 12 + 6.6 * Math.max(4, ...labels.map((l) => l.text.length)),
    top: large || panel.unit === 'per_100k' ? 24 : 12,
    bottom: 20 + (strip ? STRIP_HEIGHT : 0),
  })
  const known = knownOf(model)
  const { at, pinned, handlers } = useCursor(model, frame)

  return (
    <>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={[pick(panel.caption), current && pick(difference), t.chart_hint].filter(Boolean).join(' ')} tabIndex={0} {...handlers}>
        <Axes model={model} frame={frame} narrow={narrow} rule={rule} />
        <AxisUnit frame={frame} unit={panel.unit} />
        <PastForecasts model={model} frame={frame} />
        <Bands fan={model.estimated} frame={frame} kind="past" />
        <CurrentCourse model={model} frame={frame} known={known} />
        <Bands fan={model.projected} frame={frame} kind={scenario ? 'what-if' : 'band'} />
        <OverCeiling model={model} fan={model.projected} frame={frame} id={id} />
        <Ceilings model={model} frame={frame} />
        <Observed model={model} frame={frame} known={known} dots={panel.target.includes('admissions')} />
        <Median fan={model.projected} model={model} frame={frame} known={known} className={scenario ? 'what-if-median' : 'median'} />
        <NowLine model={model} frame={frame} words={large} scenario={scenario} />
        {large && <LastValue frame={frame} known={known} digits={model.digits} />}
        <SecondLabel model={model} frame={frame} />
        <Events events={events} model={model} frame={frame} />
        {passing && <Ring date={passing} model={model} frame={frame} />}
        <EndLabels labels={labels} frame={frame} />
        {strip && <ChanceStrip panel={panel} model={model} frame={frame} />}
        {at !== null && <CursorLine at={at} pinned={pinned} frame={frame} />}
      </svg>
      {at !== null && <Readout model={model} at={at} scenario={scenario} frame={frame} />}
    </>
  )
}
