/** A place: its fan against capacity, admissions, wards, R, what is inside it, what our forecasts were worth. */
import type { ReactNode } from 'react'
import { Link, useParams, useSearchParams } from 'react-router'
import { useFrame, useRegion } from '../api/queries.ts'
import type { Panel as PanelData, Region as Data } from '../api/types.ts'
import { Fan, FanKey } from '../charts/fan.tsx'
import { chance, day, dayYear, estimate, interval, number } from '../format.ts'
import { CopyLink, ExportMenu } from '../parts/export.tsx'
import { MarkIcon } from '../parts/marks.tsx'
import { Choice } from '../parts/menu.tsx'
import { Answered, Empty, Panel, type Certificate } from '../parts/panel.tsx'
import { ScorePanel } from '../parts/score.tsx'
import { StartOutlook } from '../parts/start-outlook.tsx'
import { useKey } from '../parts/use-key.ts'
import { Sentence, useSay, type Say } from '../text/index.tsx'
import { useHref, useView } from '../url.ts'
import { Inside } from '../parts/inside.tsx'
import { WithinChoice } from './situation.tsx'
import '../styles/region.css'

const RANGES: Record<string, number | null> = { '6': 42, '13': 91, all: null }

function certificate(panel: PanelData, say: Say): Certificate {
  const dated = panel.date ? day(panel.date, say.lang) : null
  const first = panel.nowcast?.dates[0]
  return {
    date: panel.kind === 'estimated' && dated ? say.t.until_day(dated) : first ? `${say.t.nowcast} ${say.t.from_day(day(first, say.lang))}` : dated,
    completeness: panel.completeness,
    more: panel.sum && panel.sum.made < panel.sum.of ? <span title={say.pick(panel.sum.text)}>{say.pick(panel.sum.short)}</span> : null,
    origin: panel.origin,
  }
}

export default function Region(): ReactNode {
  const { place = '' } = useParams()
  const { t } = useSay()
  return (
    <Answered query={useRegion(place)} what={t.forecast}>
      {(data, updating) => <Sheet data={data} updating={updating} />}
    </Answered>
  )
}

function Sheet({ data, updating }: { data: Data; updating: boolean }): ReactNode {
  const say = useSay()
  const { t, lang, pick } = say
  const [view, change] = useView()
  const [query, setQuery] = useSearchParams()
  const href = useHref()
  const frame = useFrame()
  const range = query.get('range') ?? '6'
  const back = RANGES[range] === undefined ? 42 : RANGES[range]!
  const { panels, place } = data
  const icu = data.levels.find((row) => row.level === 'icu')
  const ward = data.levels.find((row) => row.level === 'ward')
  const main = panels.icu_census ?? panels.hospital_census ?? panels.hospital_admissions
  const wards = [panels.ward_census, panels.hospital_census].find((p) => p && p !== main) ?? null
  const admissions = panels.hospital_admissions === main ? panels.icu_admissions : panels.hospital_admissions
  const titles = { icu_census: t.icu_panel, hospital_census: t.hospital_panel, ward_census: t.ward_panel, hospital_admissions: t.admissions_panel, icu_admissions: t.icu_admissions_panel, reproduction_number: t.r_panel }
  const scenario = data.meta.scenario ? (frame.data?.scenarios.find((s) => s.id === data.meta.scenario)?.title ?? data.meta.scenario) : undefined
  const events = data.events.map((e) => ({ date: e.date, text: pick(e.text) }))
  const shared = { back, ahead: view.within, twin: view.twin }
  const others = main?.others_known === false
  useKey('t', () => change({ twin: !view.twin }))

  return (
    <div className={`region sheet ${updating ? 'aged' : ''}`} data-ready="region">
      <header className="lede inner">
        <div>
          <p className="crumb">
            <strong>{place.name}</strong> <span className="code">{place.code}</span>
            {place.parent && (
              <>
                {' · '}
                <Link to={href(`/region/${place.parent}`, { place: place.parent })}>{place.parent.length === 2 ? t.whole_country : t.parent}</Link>
              </>
            )}
            {place.population !== null && <> · {t.population(number(place.population, lang))}</>}
            {data.status && data.status !== 'ok' && (
              <span className="doubt">
                <MarkIcon mark={data.status === 'failed' ? 'failed' : 'stale'} /> {data.status_reason ? pick(data.status_reason) : t[`status_${data.status}`]}
              </span>
            )}
          </p>
          <h1>
            <Sentence text={data.lede} />
          </h1>
        </div>
        <div className="controls">
          <WithinChoice />
          <Choice
            label={t.range}
            value={range in RANGES ? range : '6'}
            options={[
              { value: '6', text: t.weeks_6 },
              { value: '13', text: t.weeks_13 },
              { value: 'all', text: t.all_days },
            ]}
            onChange={(value) => setQuery((now) => (now.set('range', value), now), { replace: true })}
          />
          <button type="button" aria-pressed={view.twin} aria-keyshortcuts="T" onClick={() => change({ twin: !view.twin })}>
            {view.twin ? t.chart : t.table}
          </button>
          <Link className="button" to={`${href('/compare')}${href('/compare').includes('?') ? '&' : '?'}places=${place.id}`}>
            {t.compare}
          </Link>
          <CopyLink />
          <ExportMenu path={`regions/${encodeURIComponent(place.id)}`} title={place.name} />
        </div>
      </header>

      {main ? (
        <Panel
          title={titles[main.target]}
          className="main-panel"
          scenario={scenario}
          certificate={certificate(main, say)}
          controls={
            <>
              {icu?.binding && main === panels.icu_census && (
                <span className={icu.mark === 'critical' ? 'tag critical' : 'tag'}>
                  {icu.mark === 'critical' && <MarkIcon mark="critical" />} {t.binding_tag(t[`binding_${icu.binding}`].toLowerCase())}
                </span>
              )}
              <ExportMenu path={`regions/${encodeURIComponent(place.id)}`} title={`${place.name} · ${titles[main.target]}`} picture=".main-panel .fan" dots />
            </>
          }
        >
          {!view.twin && <FanKey />}
          {others && (
            <p className="caution">
              <MarkIcon mark="info" /> {t.others_unknown}
            </p>
          )}
          <Fan panel={main} size="large" {...shared} passing={icu && main === panels.icu_census ? icu.first_day.middle : null} events={events} />
          {main.sum && main.sum.made < main.sum.of && (
            <p className="caution">
              <MarkIcon mark="info" /> {pick(main.sum.text)}
            </p>
          )}
          {main.capacity && !main.chance_by_day && main.chance_by_day_missing && <p className="meta">{pick(main.chance_by_day_missing)}</p>}
        </Panel>
      ) : (
        <Panel title={t.forecast} className="main-panel">
          <Empty action={<StartOutlook country={data.meta.country} />}>{data.status_reason ? pick(data.status_reason) : t.no_outlook}</Empty>
        </Panel>
      )}

      {panels.reproduction_number && <Reproduction panel={panels.reproduction_number} title={titles.reproduction_number} row={icu ?? data.levels[0]} shared={shared} />}
      <Inside data={data} />

      {admissions && (
        <Panel title={titles[admissions.target]} className="second" certificate={certificate(admissions, say)}>
          {admissions.nowcast && !view.twin && <NowcastKey />}
          <Fan panel={admissions} size="small" {...shared} events={events} />
        </Panel>
      )}
      {wards && (
        <Panel
          title={titles[wards.target]}
          className="third"
          certificate={certificate(wards, say)}
          controls={ward?.binding && <span className={ward.mark === 'critical' ? 'tag critical' : 'tag'}>{t.binding_tag(t[`binding_${ward.binding}`].toLowerCase())}</span>}
        >
          <Fan panel={wards} size="small" {...shared} />
        </Panel>
      )}
      <ScorePanel scores={data.scores} />
      {data.events.length > 0 && (
        <Panel title={t.events_title} className="events">
          <ul>
            {data.events.map((e) => (
              <li key={e.date + pick(e.text)}>
                <time dateTime={e.date}>{dayYear(e.date, lang)}</time> {pick(e.text)} {e.author && <span className="meta">{e.author}</span>}
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  )
}

function NowcastKey(): ReactNode {
  const { t } = useSay()
  return (
    <p className="nowcast-key">
      <svg width="8" height="8" aria-hidden="true">
        <circle cx="4" cy="4" r="2.6" className="nowcast" />
      </svg>{' '}
      {t.key_nowcast}
      <svg width="8" height="8" aria-hidden="true">
        <circle cx="4" cy="4" r="1.6" className="raw" />
      </svg>{' '}
      {t.key_so_far}
    </p>
  )
}

function Reproduction(props: { panel: PanelData; title: string; row: Data['levels'][number] | undefined; shared: { back: number | null; ahead: number; twin: boolean } }): ReactNode {
  const { panel, title, row, shared } = props
  const say = useSay()
  const { t, lang } = say
  const band = panel.estimated
  const at = band ? band.q50.reduce<number>((found, v, i) => (v === null ? found : i), -1) : -1
  const [low, middle, high] = band && at >= 0 ? [band.q05[at], band.q50[at], band.q95[at]] : [row?.r_low, row?.r, row?.r_high]
  const whole = low !== null && low !== undefined && middle !== null && middle !== undefined && high !== null && high !== undefined
  return (
    <Panel title={title} className="side-r" certificate={certificate(panel, say)}>
      <p className="r-line">
        {whole && (
          <>
            <strong>{estimate(middle, low, high, lang, false)}</strong>
            <span>{interval(low, high, lang, { counts: false })}</span>
          </>
        )}
        {row?.growing !== null && row?.growing !== undefined && (
          <span className="end">
            {t.r_over_one} <b>{chance(row.growing, lang)}</b>
          </span>
        )}
      </p>
      <Fan panel={panel} size="small" {...shared} rule={1} />
    </Panel>
  )
}
