/** What stands at the right edge: median, both 90 % ends, ceilings; spread so that none covers another. */
import type { ReactNode } from 'react'
import { number, rounded, stepOf, type Lang } from '../../format.ts'
import type { Say } from '../../text/index.tsx'
import type { Fan, Model } from '../model.ts'
import { spread } from '../paths.ts'
import { lastIndex } from './bands.tsx'
import type { Frame } from './frame.ts'

export interface EndLabel {
  v: number
  text: string
  kind: string
}

/** The last day of a fan: both ends, its middle, and how to write them. */
function lastOf(fan: Fan | null, counts: boolean, lang: Lang): { low: number; middle: number; high: number; write: (v: number) => string } | null {
  const at = fan ? lastIndex(fan.q50) : -1
  const [low, middle, high] = [fan?.q05[at], fan?.q50[at], fan?.q95[at]]
  if (middle === null || middle === undefined || low === null || low === undefined || high === null || high === undefined) return null
  const step = stepOf(low, high) || (counts ? 1 : 0.01)
  const write = (v: number): string => {
    const r = rounded(v, step, counts)
    return number(r.value, lang, r.digits)
  }
  return { low, middle, high, write }
}

/** `words`: each number with its name; else the number alone. `scenario`: the fan is one, and named so. */
export function endLabels(model: Model, words: boolean, scenario: boolean, { t, lang }: Say): EndLabel[] {
  const { counts, digits } = model
  const labels: EndLabel[] = []
  const ahead = lastOf(model.projected, counts, lang)
  const colour = scenario ? 'what-if' : 'blue'
  const push = (v: number, text: string, name: string, kind: string): void => void labels.push({ v, text: words ? `${text} ${name}` : text, kind })
  if (ahead) {
    push(ahead.high, ahead.write(ahead.high), t.high_90, colour)
    push(ahead.middle, ahead.write(ahead.middle), scenario ? t.scenario_median : t.median, `${colour} strong`)
    push(ahead.low, ahead.write(ahead.low), t.low_90, colour)
  }
  const before = lastOf(model.current, counts, lang)
  if (before) push(before.middle, before.write(before.middle), t.current_short, 'blue')
  const last = (values: (number | null)[]): number | null => values.reduce((found, v) => v ?? found, null)
  for (const c of model.others) {
    const v = last(c.values)
    if (v !== null) push(v, number(v, lang, digits), t[c.kind], 'ceiling-2')
  }
  const beds = model.least && last(model.least)
  if (beds !== null && beds !== undefined) {
    const name = model.leastBefore ? t.scenario_beds : `${model.binding ? t[model.binding] : ''}, ${t.binds}`
    push(beds, number(beds, lang, digits), name, 'ceiling-1 strong')
  }
  return labels
}

/** At least 13 px apart. */
export function EndLabels({ labels, frame: { y, right, top, bottom } }: { labels: EndLabel[]; frame: Frame }): ReactNode {
  const placed = spread(labels.map((l) => y(l.v) + 4), 13, top, bottom + 4)
  return labels.map((l, i) => (
    <text key={l.kind + l.text + i} x={right + 6} y={placed[i]} className={`end ${l.kind}`}>
      {l.text}
    </text>
  ))
}
