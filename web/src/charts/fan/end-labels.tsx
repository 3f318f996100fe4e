/** What stands at the right edge: median, both 90 % ends, ceilings; spread so that none covers another. */
import type { ReactNode } from 'react'
import { number, rounded, stepOf } from '../../format.ts'
import type { Say } from '../../text/index.tsx'
import type { Model } from '../model.ts'
import { spread } from '../paths.ts'
import { lastIndex } from './bands.tsx'
import type { Frame } from './frame.ts'

export interface EndLabel {
  v: number
  text: string
  kind: string
}

/** `words`: each number with its name; else the number alone. */
export function endLabels(model: Model, words: boolean, counts: boolean, { t, lang }: Say): EndLabel[] {
  const labels: EndLabel[] = []
  const p = model.projected
  const at = p ? lastIndex(p.q50) : -1
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

/** At least 13 px apart. */
export function EndLabels({ labels, frame: { y, right, top, bottom } }: { labels: EndLabel[]; frame: Frame }): ReactNode {
  const placed = spread(labels.map((l) => y(l.v) + 4), 13, top, bottom + 4)
  return labels.map((l, i) => (
    <text key={l.kind + l.text + i} x={right + 6} y={placed[i]} className={`end ${l.kind}`}>
      {l.text}
    </text>
  ))
}
