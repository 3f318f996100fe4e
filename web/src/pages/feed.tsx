/** One feed: how it stands, who has reported day by day, which rules failed, what was loaded. */
import type { ReactNode } from 'react'
import { Link, useParams, useSearchParams } from 'react-router'
import { useFeed } from '../api/queries.ts'
import type { Feed as Data, Vintages } from '../api/types.ts'
import { age, dayYear, instant, number, percent } from '../format.ts'
import { STATE_MARK } from '../parts/feed-parts.tsx'
import { MarkIcon, type Mark } from '../parts/marks.tsx'
import { OriginLink } from '../parts/origin-link.tsx'
import { Answered, Panel } from '../parts/panel.tsx'
import { useSay } from '../text/index.tsx'
import { useHref } from '../url.ts'
import '../styles/data.css'

const SEVERITY: Record<'error' | 'warning' | 'info', Mark> = { error: 'critical', warning: 'watch', info: 'info' }

export default function Feed(): ReactNode {
  const { feed = '' } = useParams()
  const [query] = useSearchParams()
  const { t } = useSay()
  const asked = { indicator: query.get('indicator') ?? undefined, before: query.get('before') ?? undefined, after: query.get('after') ?? undefined }
  return (
    <Answered query={useFeed(feed, asked)} what={t.feed}>
      {(data, updating) => <Sheet data={data} updating={updating} />}
    </Answered>
  )
}

function Sheet({ data, updating }: { data: Data; updating: boolean }): ReactNode {
  const { t, lang, pick } = useSay()
  const href = useHref()
  const { feed } = data
  const facts: [string, ReactNode][] = [
    [t.producer, feed.producer],
    [t.licence, feed.licence],
    [t.rhythm, feed.rhythm],
    [t.age, feed.age_hours === null ? '–' : age(feed.age_hours, lang)],
    [t.complete, feed.completeness === null ? '–' : percent(feed.completeness, lang)],
    [t.value, `${t.rows_known(number(feed.rows, lang))}${feed.assumed_share ? ` · ${t.assumed_share(percent(feed.assumed_share, lang))}` : ''}`],
    [t.set_aside, feed.quarantine ? <Link to={`${href('/data/quarantine')}${href('/').includes('?') ? '&' : '?'}feed=${feed.feed}`}>{number(feed.quarantine, lang)}</Link> : '0'],
    ...(feed.source ? ([[t.source, <span className="break">{feed.source}</span>]] as [string, ReactNode][]) : []),
  ]
  return (
    <div className={`feed sheet ${updating ? 'aged' : ''}`} data-ready="feed">
      <header className="lede inner">
        <div>
          <p className="crumb">
            <Link to={href('/data')}>{t.data_health}</Link> · {feed.feed} {data.origin && <OriginLink origin={data.origin} title={feed.title} />}
          </p>
          <h1>
            <MarkIcon mark={STATE_MARK[feed.state]} /> {feed.title}
          </h1>
          <p className="reason">
            {pick(feed.freshness)} {pick(feed.missing_text)}
          </p>
        </div>
      </header>
      <section className="panel facts">
        <dl>
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        {feed.caveats.length > 0 && (
          <>
            <h2>{t.caveats}</h2>
            <ul className="caveats">
              {feed.caveats.map((c) => (
                <li key={c} lang="en">
                  {c}
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
      <HeatPanel data={data} />
      {data.vintages && <VintagePanel vintages={data.vintages} zone={feed.zone} />}
      <DelayPanel delays={data.delays} />
      <Panel title={t.findings} className="findings" certificate={{ date: data.findings === null ? t.findings_working : null }}>
        {data.findings?.length === 0 && (
          <p>
            <MarkIcon mark="good" /> {t.findings_none}
          </p>
        )}
        <ul className="rules">
          {data.findings?.map((rule) => (
            <li key={rule.rule}>
              <p className="rule-line-text">
                <MarkIcon mark={SEVERITY[rule.severity]} label={rule.severity} /> <strong>{pick(rule.title)}</strong> <span className="meta">{number(rule.count, lang)}</span>
              </p>
              <p className="reason">
                {pick(rule.meaning)} {pick(rule.action)}
              </p>
              <ul className="examples">
                {rule.examples.slice(0, 4).map((f, i) => (
                  <li key={i}>
                    {f.name && <b>{f.name} : </b>}
                    {pick(f.text)}
                  </li>
                ))}
              </ul>
            </li>
          ))}
        </ul>
      </Panel>
      <Panel title={t.loaded_versions} className="versions" certificate={{ date: t.versions(number(data.loaded_total, lang), data.loaded_total) }}>
        <div className="scroller" tabIndex={0} role="group" aria-label={t.loaded_versions}>
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">{t.version}</th>
                <th scope="col">{t.known_at}</th>
                <th scope="col">{t.read_at}</th>
                <th scope="col" className="num">
                  {t.cells}
                </th>
                <th scope="col" className="num">
                  {t.set_aside}
                </th>
                <th scope="col">{t.feed_versions_of}</th>
              </tr>
            </thead>
            <tbody>
              {data.loaded.map((v, i) => (
                <tr key={`${v.sha256}${i}`}>
                  <th scope="row" className="break" title={v.sha256}>
                    {v.name}
                  </th>
                  <td>
                    {instant(v.at, lang, feed.zone)} <span className="meta">{t[`basis_${v.basis}`]}</span>
                  </td>
                  <td>{dayYear(v.received_at, lang)}</td>
                  <td className="num">{number(v.counts.cells_read ?? v.counts.read ?? v.counts.loaded ?? 0, lang)}</td>
                  <td className="num">{number(v.counts.cells_set_aside ?? v.counts.set_aside ?? 0, lang)}</td>
                  <td>
                    {v.outcome === 'loaded' && data.vintages && (
                      <Link aria-current={v.sha256 === data.vintages.after.sha256 ? 'true' : undefined} to={`${href(`/data/${feed.feed}`)}${href('/').includes('?') ? '&' : '?'}after=${v.sha256}`} aria-label={`${t.compare_with} : ${v.name}`}>
                        {t.compare_with}
                      </Link>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </Panel>
    </div>
  )
}

/** What one version added, corrected and withdrew, and by how much. */
function VintagePanel({ vintages, zone }: { vintages: Vintages; zone: string }): ReactNode {
  const { t, lang, pick } = useSay()
  const { before, after } = vintages
  const write = (value: number | null): string => (value === null ? '–' : number(value, lang, Number.isInteger(value) ? 0 : 2))
  return (
    <Panel title={t.feed_versions_of} className="vintages" certificate={{ date: before ? `${instant(before.at, lang, zone)} → ${instant(after.at, lang, zone)}` : `${t.vintage_first}, ${instant(after.at, lang, zone)}` }}>
      <p>{pick(vintages.summary)}</p>
      {vintages.cells.length > 0 && (
        <div className="scroller" tabIndex={0} role="group" aria-label={t.feed_versions_of}>
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">{t.name}</th>
                <th scope="col">{t.day}</th>
                <th scope="col">{t.target}</th>
                <th scope="col">{t.change}</th>
                <th scope="col" className="num">
                  {t.before}
                </th>
                <th scope="col" className="num">
                  {t.after}
                </th>
                <th scope="col" className="num">
                  {t.by_how_much}
                </th>
              </tr>
            </thead>
            <tbody>
              {vintages.cells.map((c) => (
                <tr key={`${c.place} ${c.date} ${c.indicator} ${c.age_group}`}>
                  <th scope="row">{c.name}</th>
                  <td className="nowrap">{dayYear(c.date, lang)}</td>
                  <td>{[c.indicator, c.age_group === 'all' ? '' : c.age_group].filter(Boolean).join(' · ')}</td>
                  <td>{t[`change_${c.change}`]}</td>
                  <td className="num">{write(c.before)}</td>
                  <td className="num">{write(c.after)}</td>
                  <td className="num">{c.by !== null && c.by > 0 ? `+${write(c.by)}` : write(c.by)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}

/** How late the figures of each weekday are first known. */
function DelayPanel({ delays }: { delays: Data['delays'] }): ReactNode {
  const { t, lang } = useSay()
  return (
    <Panel title={t.delay_title} className="delays">
      {delays.length === 0 ? (
        <p className="reason">{t.delay_none}</p>
      ) : (
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t.weekday}</th>
              <th scope="col" className="num">
                {t.delay_median}
              </th>
              <th scope="col" className="num">
                {t.delay_q90}
              </th>
              <th scope="col" className="num">
                {t.delay_n}
              </th>
            </tr>
          </thead>
          <tbody>
            {delays.map((d) => (
              <tr key={d.weekday}>
                <th scope="row">{t.weekday_name(d.weekday)}</th>
                <td className="num">{number(d.median_days, lang, Number.isInteger(d.median_days) ? 0 : 1)}</td>
                <td className="num">{number(d.q90_days, lang, Number.isInteger(d.q90_days) ? 0 : 1)}</td>
                <td className="num">{number(d.n, lang)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  )
}

/** Places with gaps, day by day. */
function HeatPanel({ data }: { data: Data }): ReactNode {
  const { t, lang } = useSay()
  const [, setQuery] = useSearchParams()
  const heat = data.heat
  if (!heat) return null
  const width = 620
  const cell = width / heat.columns
  return (
    <Panel
      title={t.heat_title}
      className="heat"
      certificate={{ date: `${dayYear(heat.first, lang)} – ${dayYear(heat.last, lang)}`, more: heat.complete ? t.heat_complete(heat.complete) : null }}
      controls={
        heat.indicators.length > 1 && (
          <select aria-label={t.target} value={heat.indicator} onChange={(event) => setQuery((now) => (now.set('indicator', event.target.value), now), { replace: true })}>
            {heat.indicators.map((i) => (
              <option key={i}>{i}</option>
            ))}
          </select>
        )
      }
    >
      <div className="scroller" tabIndex={0} role="group" aria-label={t.heat_title}>
        <table className="heat-table">
          <tbody>
            {heat.rows.map((row) => (
              <tr key={row.place}>
                <th scope="row">{row.name}</th>
                <td>
                  <svg width={width} height="12" role="img" aria-label={`${row.name} : ${row.gap_days}`}>
                    {row.stretches.map((s) => (
                      <rect key={s.start} x={s.start * cell} width={Math.max(1, s.columns * cell)} height="12" className={`h-${s.type}`}>
                        <title>{`${dayYear(s.first, lang)} – ${dayYear(s.last, lang)}`}</title>
                      </rect>
                    ))}
                  </svg>
                </td>
                <td className="num">{number(row.gap_days, lang)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}
