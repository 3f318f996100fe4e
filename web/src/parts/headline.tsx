import type { ReactNode } from 'react'
import type { Figure } from '../api/types.ts'
import { change, day, estimate, interval, number } from '../format.ts'
import { useSay } from '../text/index.tsx'
import { MarkIcon } from './marks.tsx'
import { Meta } from './panel.tsx'
import { Term } from './term.tsx'
import { Spark, Whisker } from './small-charts.tsx'

/** Change in words: ↑ +18 %, → stable. */
function Change({ figure }: { figure: Figure }): ReactNode {
  const { t, lang } = useSay()
  if (figure.change === null) return null
  const absolute = figure.change_kind === 'absolute'
  const digits = absolute && figure.id === 'reproduction_number' ? 2 : 0
  const text = change(figure.change, lang, absolute ? 'absolute' : 'relative', digits)
  const steady = text === '→' || (figure.id === 'reproduction_number' && Math.abs(figure.change) < 0.03)
  return (
    <span className="change" title={t.since(figure.change_days)}>
      {steady ? `→ ${t.steady}` : text}
    </span>
  )
}

const TERMS: Partial<Record<Figure['id'], string>> = { admissions_7d: 'admissions', icu_census: 'icu', reproduction_number: 'r', places_passing_icu: 'chance' }

/** An estimate of a sum that not all of its places are in says so beside it. */
function Partly({ figure }: { figure: Figure }): ReactNode {
  const { pick } = useSay()
  return figure.sum && <span title={pick(figure.sum.text)}>{pick(figure.sum.short)}</span>
}

function Label({ id, words }: { id: Figure['id']; words: string }): ReactNode {
  const term = TERMS[id]
  return term ? <Term id={term}>{words}</Term> : words
}

export function Headline({ figure, sincedate }: { figure: Figure; sincedate?: string | null }): ReactNode {
  const { t, lang, pick } = useSay()
  const counts = figure.unit === 'persons' || figure.unit === 'places' || figure.unit === 'beds'
  const whole = counts && figure.id !== 'reproduction_number'
  const hasInterval = figure.low !== null && figure.high !== null && figure.value !== null
  const shown =
    figure.value === null
      ? '–'
      : hasInterval && figure.kind !== 'counted'
        ? estimate(figure.value, figure.low!, figure.high!, lang, whole)
        : number(figure.value, lang, whole ? 0 : 2)
  const dated = figure.date ? day(figure.date, lang) : null
  const words = figure.kind === 'estimated' && dated ? `${t.estimated}, ${dated}` : figure.kind === 'projected' && dated ? t.forecast_of(dated) : dated
  const partly = figure.kind === 'estimated' && figure.value !== null && figure.sum && figure.sum.made < figure.sum.of
  const old = figure.date && sincedate && figure.date < sincedate
  return (
    <article className="headline" aria-label={pick(figure.label)}>
      <h2 title={pick(figure.label)}>
        <Label id={figure.id} words={figure.id === 'places_passing_icu' ? t.figure_passing : pick(figure.label)} />
      </h2>
      <p className="number">
        <strong className={figure.value === null ? 'absent' : ''}>{shown}</strong>
        {figure.of !== null && figure.unit === 'places' && <span className="of">/ {number(figure.of, lang)}</span>}
        <Change figure={figure} />
      </p>
      <p className="sure">
        {hasInterval ? (
          <>
            {interval(figure.low!, figure.high!, lang, { counts: whole, level: figure.level ?? 0.9 })}
            {figure.value! > 0 && <Whisker value={figure.value!} low={figure.low!} high={figure.high!} />}
          </>
        ) : (
          pick(figure.text)
        )}
      </p>
      {figure.spark ? <Spark spark={figure.spark} /> : <div className="spark" />}
      <p className="foot">
        {old && <MarkIcon mark="stale" label={t.mark_stale} />}
        <Meta date={words} completeness={figure.completeness} more={partly ? <Partly figure={figure} /> : null} origin={figure.origin} title={pick(figure.label)} />
      </p>
    </article>
  )
}
