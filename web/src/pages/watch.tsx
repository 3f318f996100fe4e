/** The whole watch list, for intensive care or the wards. */
import type { ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import { useFrame, useWatch, type Level } from '../api/queries.ts'
import type { WatchList, WatchRow } from '../api/types.ts'
import { day } from '../format.ts'
import { CopyLink, ExportMenu, PrintButton } from '../parts/export.tsx'
import { Choice } from '../parts/menu.tsx'
import { Answered, Empty, Panel } from '../parts/panel.tsx'
import { StartOutlook } from '../parts/start-outlook.tsx'
import { WatchTable } from '../parts/watch-list.tsx'
import { useSay } from '../text/index.tsx'
import { useView } from '../url.ts'
import { WithinChoice } from './situation.tsx'

export default function Watch(): ReactNode {
  const { t, lang } = useSay()
  const [view] = useView()
  const [query, setQuery] = useSearchParams()
  const asked = query.get('level')
  const level: Level = asked === 'ward' || asked === 'all' ? asked : 'icu'
  const answer = useWatch(level, view.within)
  return (
    <Answered query={answer} what={t.watch_list}>
      {(data, updating) => (
        <div className="sheet" data-ready="watch">
          <Panel
            title={t.watch_list}
            page
            className="whole watch-page"
            updating={updating}
            scenario={data.meta.scenario ?? undefined}
            certificate={{
              date: data.meta.reference_date ? t.forecast_of(day(data.meta.reference_date, lang)) : null,
              more: t.watch_meta(view.within),
              origin: data.meta.reference_date ? { table: 'outlooks', filters: { reference_date: data.meta.reference_date } } : null,
            }}
            controls={
              <>
                <Choice
                  label={t.col_binds}
                  value={level}
                  options={[
                    { value: 'icu', text: t.level_icu },
                    { value: 'ward', text: t.level_ward },
                    { value: 'all', text: t.level_all },
                  ]}
                  onChange={(value) =>
                    setQuery((now) => {
                      now.set('level', value)
                      return now
                    })
                  }
                />
                <WithinChoice />
                <PrintButton />
                <CopyLink />
                <ExportMenu path="watch" more={{ level, within: view.within }} title={t.watch_list} />
              </>
            }
          >
            {!data.meta.reference_date ? (
              <Empty action={<StartOutlook country={data.meta.country} from={data.meta.ahead_from ?? null} />}>{t.no_outlook}</Empty>
            ) : data.rows.length === 0 ? (
              <Empty>{t.no_watch}</Empty>
            ) : (
              <Filtered data={data} />
            )}
          </Panel>
        </div>
      )}
    </Answered>
  )
}

type Filter = 'all' | 'mine' | 'nobody' | 'snoozed'
const FILTERS: Filter[] = ['all', 'mine', 'nobody', 'snoozed']

/** The rows one of four filters leaves; it stands in the address. */
function Filtered({ data }: { data: WatchList }): ReactNode {
  const { t } = useSay()
  const [view] = useView()
  const [query, setQuery] = useSearchParams()
  const operator = useFrame().data?.operator
  const filter = FILTERS.find((f) => f === query.get('follow')) ?? 'all'
  const kept: Record<Filter, (row: WatchRow) => boolean> = {
    all: () => true,
    mine: (row) => row.owner !== null && row.owner === operator,
    nobody: (row) => row.state === 'open',
    snoozed: (row) => row.state === 'snoozed',
  }
  const rows = data.rows.filter(kept[filter])
  return (
    <>
      <div className="watch-filter">
        <Choice
          label={t.filter}
          value={filter}
          options={FILTERS.map((f) => ({ value: f, text: `${t[`filter_${f}`]} ${data.rows.filter(kept[f]).length}` }))}
          onChange={(value) => setQuery((now) => (value === 'all' ? now.delete('follow') : now.set('follow', value), now), { replace: true })}
        />
      </div>
      {rows.length === 0 ? (
        <Empty>{t.filter_none}</Empty>
      ) : (
        <WatchTable rows={rows} reference={data.meta.reference_date!} within={view.within} now={data.meta.now} unfolded={filter === 'snoozed'} />
      )}
    </>
  )
}
