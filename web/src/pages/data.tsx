/** Is what we hold fresh, complete, plausible? One row for each feed. */
import { useState, type FormEvent, type ReactNode } from 'react'
import { Link } from 'react-router'
import { useFeeds, useFrame, useSituation } from '../api/queries.ts'
import type { Feeds, FeedSummary } from '../api/types.ts'
import { age, day, instant, number } from '../format.ts'
import { CompleteBar, DayDots, STATE_MARK } from '../parts/feed-parts.tsx'
import { MarkIcon } from '../parts/marks.tsx'
import { writeOrigin } from '../parts/origin-link.tsx'
import { Answered, Empty, Panel } from '../parts/panel.tsx'
import { Sentence, useSay } from '../text/index.tsx'
import { useHref, useView } from '../url.ts'
import '../styles/data.css'

/** The rows that need somebody come first. */
const ORDER: FeedSummary['state'][] = ['very_late', 'late', 'fresh', 'unknown', 'ended', 'never']
const STATES: FeedSummary['state'][] = ['fresh', 'late', 'very_late', 'ended', 'never', 'unknown']

export default function Data(): ReactNode {
  const { t } = useSay()
  return (
    <Answered query={useFeeds()} what={t.data_health}>
      {(data, updating) => <Sheet data={data} updating={updating} />}
    </Answered>
  )
}

function Sheet({ data, updating }: { data: Feeds; updating: boolean }): ReactNode {
  const { t, lang } = useSay()
  const href = useHref()
  const aside = data.feeds.reduce((sum, f) => sum + f.quarantine, 0)
  const words: Record<FeedSummary['state'], (n: number) => string> = {
    fresh: () => t.data_ontime, late: () => t.data_late, very_late: () => t.data_very_late, ended: t.data_ended, never: t.data_never, unknown: () => t.data_unknown,
  } // prettier-ignore
  return (
    <div className={`data sheet ${updating ? 'aged' : ''}`} data-ready="data">
      <header className="lede inner">
        <div>
          <h1>
            <Sentence text={data.lede} />
          </h1>
        </div>
      </header>
      <section className="panel feed-panel" aria-labelledby="feeds">
        <header className="counts">
          <h2 id="feeds">{t.data_health}</h2>
          <ul>
            {STATES.map((state) => ({ state, n: data.feeds.filter((f) => f.state === state).length }))
              .filter(({ n }) => n > 0)
              .map(({ state, n }) => (
                <li key={state}>
                  <MarkIcon mark={STATE_MARK[state]} /> <b>{n}</b> {words[state](n)}
                </li>
              ))}
          </ul>
          {aside > 0 && (
            <span className="controls">
              <span className="meta">{t.set_aside_total(number(aside, lang))}</span>
              <Link className="button" to={href('/data/quarantine')}>
                {t.review}
              </Link>
            </span>
          )}
        </header>
        {data.feeds.length === 0 ? <Empty>{t.reported_none}</Empty> : <FeedTable data={data} />}
      </section>
      <Finder />
    </div>
  )
}

function FeedTable({ data }: { data: Feeds }): ReactNode {
  const { t, lang } = useSay()
  const first = data.axis[0]
  const last = data.axis.at(-1)
  return (
    <div className="scroller wide" tabIndex={0} role="group" aria-label={`${t.data_health} : ${t.table}`}>
      <table className="feeds">
        <thead>
          <tr>
            <th scope="col" className="f-name">
              {t.feed}
            </th>
            <th scope="col">{t.expected}</th>
            <th scope="col" className="num">
              {t.age}
            </th>
            <th scope="col" className="f-days">
              <span className="ends">
                <span>{first && day(first, lang)}</span>
                <span>{last && day(last, lang)}</span>
              </span>
            </th>
            <th scope="col">{t.complete}</th>
            <th scope="col" className="num two">
              {t.rules_failed}
            </th>
            <th scope="col" className="num two">
              {t.set_aside}
            </th>
            <th scope="col">{t.known_about}</th>
          </tr>
        </thead>
        <tbody>
          {[...data.feeds].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state)).map((feed) => (
            <Row key={feed.feed} feed={feed} axis={data.axis} findings={data.findings} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Row({ feed, axis, findings }: { feed: FeedSummary; axis: string[]; findings: Feeds['findings'] }): ReactNode {
  const { t, lang, pick } = useSay()
  const href = useHref()
  const late = feed.state === 'late' || feed.state === 'very_late'
  const failed = feed.findings ? feed.findings.error + feed.findings.warning : null
  return (
    <tr className={late ? `late ${feed.state}` : ''}>
      <th scope="row" className="f-name">
        <span className="f-line">
        <MarkIcon mark={STATE_MARK[feed.state]} label={t[feed.state === 'fresh' ? 'mark_good' : late ? 'mark_stale' : feed.state === 'unknown' ? 'mark_info' : 'mark_withdrawn']} />
        <span>
          <Link to={href(`/data/${feed.feed}`)}>{feed.title}</Link>
          <small>{feed.producer}</small>
        </span>
        </span>
      </th>
      <td className="quiet">{feed.expected_at ? instant(feed.expected_at, lang, feed.zone).replace(/^\S+\s/, '').replace(/\s\d{4},/, ',') : feed.state === 'ended' ? '–' : feed.rhythm}</td>
      <td className="num age">{feed.state === 'ended' ? t.mark_withdrawn : feed.age_hours === null ? '–' : age(feed.age_hours, lang)}</td>
      <td className="f-days">
        <DayDots feed={feed} axis={axis} />
      </td>
      <td>
        <CompleteBar share={feed.completeness} />
      </td>
      <td className={`num quiet ${feed.findings?.error ? 'bad' : ''}`}>{findings === 'working' ? '…' : failed === null || failed === 0 ? '–' : number(failed, lang)}</td>
      <td className="num quiet">{feed.quarantine ? <Link to={`${href('/data/quarantine')}${href('/').includes('?') ? '&' : '?'}feed=${feed.feed}`}>{number(feed.quarantine, lang)}</Link> : '–'}</td>
      <td className="quiet words">{late ? pick(feed.freshness) : pick(feed.missing_text) || pick(feed.freshness)}</td>
    </tr>
  )
}

const INDICATORS = ['hospital_admissions', 'hospital_census', 'icu_census', 'icu_admissions'] as const

/** Any figure by place, quantity and day; opens the drawer. */
function Finder(): ReactNode {
  const { t } = useSay()
  const [, change] = useView()
  const frame = useFrame()
  const places = useSituation().data?.reported.flatMap((part) => part.members) ?? []
  const [missing, setMissing] = useState(false)
  const find = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const date = String(form.get('date') ?? '')
    setMissing(!date)
    if (!date) return
    change({ origin: writeOrigin({ table: 'indicators', filters: { place: String(form.get('place')), indicator: String(form.get('indicator')), date } }) }, { push: true })
  }
  return (
    <Panel title={t.where_from} className="finder" certificate={{ date: t.finder_note }}>
      <form onSubmit={find}>
        <label>
          {t.name}
          <select name="place">
            {[...places]
              .sort((a, b) => a.name.localeCompare(b.name))
              .map((p) => (
                <option key={p.place} value={p.place}>
                  {p.name}
                </option>
              ))}
          </select>
        </label>
        <label>
          {t.target}
          <select name="indicator">
            {INDICATORS.map((i) => (
              <option key={i} value={i}>
                {t[`target_${i}`]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t.day}
          <input type="date" name="date" key={frame.data?.last_day} defaultValue={frame.data?.last_day ?? ''} max={frame.data?.last_day ?? undefined} aria-invalid={missing} />
        </label>
        <button type="submit">{t.see}</button>
      </form>
    </Panel>
  )
}
