/** The page of a morning: what changed, where it will hurt, how old and complete the figures are. */
import { lazy, Suspense, useCallback, useMemo, type ReactNode } from 'react'
import { Link, useNavigate } from 'react-router'
import { useFrame, useSituation, useWatch } from '../api/queries.ts'
import type { Situation as Data, WatchRow } from '../api/types.ts'
import { chance, day, number } from '../format.ts'
import { hasOutlines } from '../map/geometry.ts'
import { Legend } from '../map/legend.tsx'
import { ChanceMap } from '../map/map.tsx'
import type { Shade } from '../map/shade.ts'
import { ChangesPanel } from '../parts/changes.tsx'
import { CopyLink, ExportMenu, PrintButton } from '../parts/export.tsx'
import { Headline } from '../parts/headline.tsx'
import { Choice } from '../parts/menu.tsx'
import { Answered, Empty, Panel } from '../parts/panel.tsx'
import { Reported } from '../parts/reported.tsx'
import { StartOutlook } from '../parts/start-outlook.tsx'
import { chanceWithin, WatchTable } from '../parts/watch-list.tsx'
import { Sentence, useSay } from '../text/index.tsx'
import { useHref, useView, type Within } from '../url.ts'
import { useKey } from '../parts/use-key.ts'

const HospitalList = lazy(() => import('../map/hospital-list.tsx'))

export function WithinChoice(): ReactNode {
  const { t } = useSay()
  const [view, change] = useView()
  return (
    <Choice
      label={t.horizon}
      value={view.within}
      options={([7, 14, 28] as const).map((n) => ({ value: n, text: t.days_short(n) }))}
      onChange={(within) => change({ within })}
    />
  )
}

/** What the map shows, of the places that are expected to report or have a chance: the chances of the answer for 14 days, those of the watch list for another horizon. */
function shades(data: Data, rows: WatchRow[], within: Within): Map<string, Shade> {
  const byPlace = new Map(rows.filter((r) => r.level === 'icu').map((r) => [r.place, r]))
  const expected = new Set(data.reported.flatMap((part) => part.members.map((m) => m.place)))
  return new Map(
    data.map.places.flatMap((place, i) => {
      if (data.map.status[i] === null && expected.size > 0 && !expected.has(place)) return []
      const row = byPlace.get(place)
      const value = within === data.map.within || !row ? data.map.value[i] : chanceWithin(row, within)
      const shade: Shade = {
        place,
        value: value ?? null,
        failed: data.map.status[i] === 'failed',
        rank: row?.rank ?? data.map.rank[i] ?? null,
        withheld: data.map.value_status[i] === 'suppressed',
      }
      return [[place, shade] as const]
    }),
  )
}

export function Situation(): ReactNode {
  const { t } = useSay()
  return (
    <Answered query={useSituation()} what={t.situation}>
      {(data, updating) => <Sheet data={data} updating={updating} />}
    </Answered>
  )
}

function Sheet({ data, updating }: { data: Data; updating: boolean }): ReactNode {
  const { t, lang } = useSay()
  const [view, change] = useView()
  const href = useHref()
  const go = useNavigate()
  const frame = useFrame()
  const other = useWatch('icu', view.within, view.within !== data.map.within)
  const rows = view.within === data.map.within ? data.watch : (other.data?.rows ?? data.watch)
  const shown = useMemo(() => shades(data, rows, view.within), [data, rows, view.within])
  const names = useMemo(() => {
    const known = new Map<string, string>()
    for (const row of rows) known.set(row.place, row.name)
    for (const part of data.reported) for (const m of part.members) known.set(m.place, m.name)
    return known
  }, [data, rows])
  const reference = data.meta.reference_date
  const made = reference ? t.forecast_of(day(reference, lang)) : null
  const unit = data.map.level === 'department' ? t.departments : data.map.level === 'region' ? t.regions : t.places
  const known = [...shown.values()].filter((s) => s.value !== null && !s.failed).length
  const missing = shown.size - known
  const caption = data.lede[lang].map((p) => p.text).join('')
  const origin = { table: 'outlooks', filters: { ...(data.meta.feed && { feed: data.meta.feed }), ...(reference && { reference_date: reference }), level: 'icu' } }
  const reported = frame.data?.reported
  useKey('t', () => change({ twin: !view.twin }))
  const select = useCallback((place: string): void => change({ place }), [change])
  const open = useCallback((place: string): void => void go(href(`/region/${place}`, { place })), [go, href])
  const name = useCallback((place: string) => names.get(place), [names])
  const scenario = data.meta.scenario ? (frame.data?.scenarios.find((s) => s.id === data.meta.scenario)?.title ?? data.meta.scenario) : undefined

  return (
    <div className={`situation sheet ${updating ? 'aged' : ''}`} data-ready="situation">
      <header className="lede">
        <h1>
          <Sentence text={data.lede} />
        </h1>
        <div className="controls">
          <PrintButton />
          <CopyLink />
          <ExportMenu path="situation" title={t.situation} />
          <Link className="button primary" to={href('/watch')}>
            {t.see_watch}
          </Link>
        </div>
      </header>
      <div className="headlines">
        {data.figures.map((figure) => (
          <Headline key={figure.id} figure={figure} />
        ))}
      </div>
      <Panel
        title={t.map_title(view.within)}
        className="map-panel"
        scenario={scenario}
        certificate={{ date: made, more: shown.size ? t.map_meta(known, shown.size, unit(shown.size)) : undefined, origin: reference ? origin : null }}
        controls={
          <>
            {!view.twin && hasOutlines(data.meta.country ?? '') && (
              <button type="button" aria-pressed={view.detail} onClick={() => change({ detail: !view.detail })}>
                {t.map_detail}
              </button>
            )}
            <button type="button" aria-pressed={view.twin} aria-keyshortcuts="T" onClick={() => change({ twin: !view.twin })}>
              {view.twin ? t.map : t.table}
            </button>
            <ExportMenu path="situation" title={t.map_title(view.within)} origin={reference ? origin : null} picture={view.twin ? undefined : '.map'} dots />
          </>
        }
      >
        {!view.twin && <Legend missing={missing} />}
        {view.twin ? (
          <Twin shown={shown} names={names} select={select} />
        ) : (
          <ChanceMap
            country={data.meta.country ?? 'FR'}
            shades={shown}
            names={name}
            selected={view.place}
            caption={caption}
            detail={view.detail}
            onSelect={select}
            onOpen={open}
          />
        )}
        {view.detail && !view.twin && (
          <Suspense fallback={null}>
            <HospitalList place={view.place} name={view.place && names.get(view.place)} />
          </Suspense>
        )}
      </Panel>
      <Panel
        title={t.watch_list}
        className="watch-panel"
        scenario={scenario}
        updating={other.isFetching && view.within !== data.map.within}
        certificate={{ date: t.watch_meta(view.within), origin: reference ? origin : null }}
        controls={
          <>
            <WithinChoice />
            <ExportMenu path="watch" more={{ within: view.within }} title={t.watch_list} />
          </>
        }
      >
        {!reference ? (
          <Empty action={<StartOutlook country={data.meta.country} from={data.meta.ahead_from ?? null} />}>{t.no_outlook}</Empty>
        ) : rows.length === 0 ? (
          <Empty>{t.no_watch}</Empty>
        ) : (
          <>
            <WatchTable rows={[...rows.filter((r) => r.state !== 'snoozed').slice(0, 8), ...rows.filter((r) => r.state === 'snoozed')]} reference={reference} within={view.within} now={data.meta.now} />
            {data.watch_total > 8 && (
              <p className="all-rows">
                <Link to={href('/watch')}>{t.all_rows(data.watch_total)}</Link>
              </p>
            )}
          </>
        )}
      </Panel>
      <Panel
        title={t.who_reported}
        className="reported-panel"
        certificate={{
          date: data.reported_date ? day(data.reported_date, lang) : null,
          more: reported ? `${t.reported_meta(number(reported.n, lang), number(reported.of, lang))} ${unit(reported.of)}` : null,
          origin: data.reported_feed && data.reported_date ? { table: 'indicators', filters: { feed: data.reported_feed, date: data.reported_date } } : null,
        }}
      >
        <Reported parts={data.reported} />
      </Panel>
      <ChangesPanel now={data.meta.as_of ?? data.meta.now} />
    </div>
  )
}

/** The map as a table. */
function Twin({ shown, names, select }: { shown: Map<string, Shade>; names: Map<string, string>; select: (place: string) => void }): ReactNode {
  const { t, lang } = useSay()
  const [view] = useView()
  const href = useHref()
  const rows = [...shown.values()].sort((a, b) => (b.value ?? -1) - (a.value ?? -1))
  return (
    <div className="scroller" tabIndex={0} role="group" aria-label={t.map_title(view.within)}>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t.name}</th>
            <th scope="col" className="num">
              {t.chance_col(view.within)}
            </th>
            <th scope="col">{t.status}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.place} className={view.place === row.place ? 'selected' : ''} onClick={() => select(row.place)}>
              <th scope="row">
                <Link to={href(`/region/${row.place}`, { place: row.place })}>{names.get(row.place) ?? row.place}</Link>
              </th>
              <td className="num">{row.value === null || row.failed ? '–' : chance(row.value, lang)}</td>
              <td>{row.withheld ? t.withheld : row.value === null || row.failed ? t.not_enough_short : t.status_ok}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
