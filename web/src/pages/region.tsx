/** A place: its fan against capacity, admissions, wards, R, what is inside it, what our forecasts were worth. */
import type { ReactNode } from 'react'
import { Link, useParams, useSearchParams } from 'react-router'
import { useFrame, useRegion } from '../api/queries.ts'
import type { Panel as PanelData, Region as Data } from '../api/types.ts'
import { Fan, FanKey } from '../charts/fan.tsx'
import { chance, day, estimate, interval, number } from '../format.ts'
import { CopyLink, ExportMenu } from '../parts/export.tsx'
import { MarkIcon } from '../parts/marks.tsx'
import { Choice } from '../parts/menu.tsx'
import { NotesPanel } from '../parts/notes.tsx'
import { Answered, Empty, Panel, type Certificate } from '../parts/panel.tsx'
import { PerChoice } from '../parts/per-choice.tsx'
import { ScorePanel } from '../parts/score.tsx'
import { StartOutlook } from '../parts/start-outlook.tsx'
import { useKey } from '../parts/use-key.ts'
import { Difference } from '../parts/what-if.tsx'
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
  const [view] = useView()
  return (
    <Answered query={useRegion(place, view.per)} what={t.forecast}>
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
  const unit = data.per === '100k' ? `, ${t.per_100k_axis}` : ''
  const titles = { icu_census: t.icu_panel, hospital_census: t.hospital_panel, ward_census: t.ward_panel, hospital_admissions: t.admissions_panel, icu_admissions: t.icu_admissions_panel, reproduction_number: t.r_panel }
  const scenario = data.meta.scenario ? (frame.data?.scenarios.find((s) => s.id === data.meta.scenario)?.title ?? data.meta.scenario) : undefined
  const events = data.events.map((e) => ({ date: e.date, text: pick(e.text) }))
  const badge = (panel: PanelData): string | undefined => (panel.difference ? scenario : undefined)
  const file = { path: `regions/${encodeURIComponent(place.id)}`, more: view.per && { per: view.per } }
  const shared = { scenario: scenario !== undefined, back, ahead: view.within, twin: view.twin, events }
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
          <PerChoice />
          <button type="button" aria-pressed={view.twin} aria-keyshortcuts="T" onClick={() => change({ twin: !view.twin })}>
            {view.twin ? t.chart : t.table}
          </button>
          <Link className="button" to={`${href('/compare')}${href('/compare').includes('?') ? '&' : '?'}places=${place.id}`}>
            {t.compare}
          </Link>
          <CopyLink />
          <ExportMenu {...file} title={place.name} />
        </div>
        {data.per_missing && (
          <p className="caution">
            <MarkIcon mark="info" /> {pick(data.per_missing)}
          </p>
        )}
      </header>

      {main ? (
        <Panel
          title={titles[main.target] + unit}
          className="main-panel"
          scenario={badge(main)}
          certificate={certificate(main, say)}
          controls={
            <>
              {icu?.binding && main === panels.icu_census && (
                <span className={icu.mark === 'critical' ? 'tag critical' : 'tag'}>
                  {icu.mark === 'critical' && <MarkIcon mark="critical" />} {t.binding_tag(t[`binding_${icu.binding}`].toLowerCase())}
                </span>
              )}
              <ExportMenu {...file} title={`${place.name} · ${titles[main.target]}${unit}`} origin={main.origin} picture={view.twin ? undefined : '.main-panel .fan'} dots />
            </>
          }
        >
          {!view.twin && <FanKey scenario={badge(main) !== undefined} />}
          <Difference panel={main} />
          {others && (
            <p className="caution">
              <MarkIcon mark="info" /> {t.others_unknown}
            </p>
          )}
          <Fan panel={main} size="large" {...shared} passing={icu && main === panels.icu_census ? icu.first_day.middle : null} />
          {main.sum && main.sum.made < main.sum.of && (
            <p className="caution">
              <MarkIcon mark="info" /> {pick(main.sum.text)}
            </p>
          )}
          {main.capacity && !main.chance_by_day && main.chance_by_day_missing && <p className="meta">{pick(main.chance_by_day_missing)}</p>}
        </Panel>
      ) : (
        <Panel title={t.forecast} className="main-panel">
          <Empty action={<StartOutlook country={data.meta.country} from={data.meta.ahead_from ?? null} />}>{data.status_reason ? pick(data.status_reason) : t.no_outlook}</Empty>
        </Panel>
      )}

      {panels.reproduction_number && <Reproduction panel={panels.reproduction_number} title={titles.reproduction_number} row={icu ?? data.levels[0]} shared={shared} file={file} />}
      <Inside data={data} />

      {admissions && (
        <Panel
          title={titles[admissions.target] + unit}
          className="second"
          scenario={badge(admissions)}
          certificate={certificate(admissions, say)}
          controls={<ExportMenu {...file} title={`${place.name} · ${titles[admissions.target]}${unit}`} origin={admissions.origin} picture={view.twin ? undefined : '.second .fan'} dots />}
        >
          <Difference panel={admissions} />
          {admissions.nowcast && !view.twin && <NowcastKey />}
          <Fan panel={admissions} size="small" {...shared} />
        </Panel>
      )}
      {wards && (
        <Panel
          title={titles[wards.target] + unit}
          className="third"
          scenario={badge(wards)}
          certificate={certificate(wards, say)}
          controls={
            <>
              {ward?.binding && <span className={ward.mark === 'critical' ? 'tag critical' : 'tag'}>{t.binding_tag(t[`binding_${ward.binding}`].toLowerCase())}</span>}
              <ExportMenu {...file} title={`${place.name} · ${titles[wards.target]}${unit}`} origin={wards.origin} picture={view.twin ? undefined : '.third .fan'} dots />
            </>
          }
        >
          <Difference panel={wards} />
          <Fan panel={wards} size="small" {...shared} />
        </Panel>
      )}
      <ScorePanel scores={data.scores} />
      <NotesPanel data={data} />
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

function Reproduction(props: { panel: PanelData; title: string; row: Data['levels'][number] | undefined; shared: { back: number | null; ahead: number; twin: boolean; events: { date: string; text: string }[] }; file: { path: string } }): ReactNode {
  const { panel, title, row, shared, file } = props
  const say = useSay()
  const { t, lang } = say
  const band = panel.estimated
  const at = band ? band.q50.reduce<number>((found, v, i) => (v === null ? found : i), -1) : -1
  const [low, middle, high] = band && at >= 0 ? [band.q05[at], band.q50[at], band.q95[at]] : [row?.r_low, row?.r, row?.r_high]
  const whole = low !== null && low !== undefined && middle !== null && middle !== undefined && high !== null && high !== undefined
  return (
    <Panel title={title} className="side-r" certificate={certificate(panel, say)} controls={<ExportMenu {...file} title={title} origin={panel.origin} picture={shared.twin ? undefined : '.side-r .fan'} dots />}>
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
