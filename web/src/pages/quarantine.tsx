/** What was set aside at loading: where it stood, what was found, what was expected. Nothing is lost. */
import type { ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import { useQuarantine } from '../api/queries.ts'
import type { Quarantine as Data } from '../api/types.ts'
import { dayYear, number } from '../format.ts'
import { Answered, Empty, Panel } from '../parts/panel.tsx'
import { useSay } from '../text/index.tsx'
import '../styles/data.css'

export default function Quarantine(): ReactNode {
  const { t } = useSay()
  const [query, setQuery] = useSearchParams()
  const feed = query.get('feed') ?? undefined
  const page = Math.max(1, Number(query.get('page')) || 1)
  const go = (change: Record<string, string | null>): void =>
    setQuery((now) => {
      for (const [key, value] of Object.entries(change)) {
        if (value === null) now.delete(key)
        else now.set(key, value)
      }
      return now
    })
  return (
    <Answered query={useQuarantine(feed, page)} what={t.quarantine}>
      {(data, updating) => (
        <div className="sheet" data-ready="quarantine">
          <Sheet data={data} updating={updating} feed={feed} go={go} />
        </div>
      )}
    </Answered>
  )
}

function Sheet({ data, updating, feed, go }: { data: Data; updating: boolean; feed: string | undefined; go: (change: Record<string, string | null>) => void }): ReactNode {
  const { t, lang } = useSay()
  return (
    <Panel
      title={t.quarantine}
      page
        className="whole quarantine"
      updating={updating}
      certificate={{ date: t.set_aside_total(number(data.total, lang)) }}
      controls={
        <>
          <select aria-label={t.feed} value={feed ?? ''} onChange={(event) => go({ feed: event.target.value || null, page: null })}>
            <option value="">{t.all_feeds}</option>
            {Object.entries(data.feeds).map(([name, n]) => (
              <option key={name} value={name}>
                {name} ({number(n, lang)})
              </option>
            ))}
          </select>
          {data.pages > 1 && (
            <span className="controls">
              <button type="button" disabled={data.page <= 1} onClick={() => go({ page: String(data.page - 1) })}>
                {t.previous}
              </button>
              <span className="meta">{t.page_of(data.page, data.pages)}</span>
              <button type="button" disabled={data.page >= data.pages} onClick={() => go({ page: String(data.page + 1) })}>
                {t.next}
              </button>
            </span>
          )}
          <a className="button" href={`/quarantine.csv${feed ? `?feed=${feed}` : ''}`} download>
            {t.csv}
          </a>
        </>
      }
    >
      {data.entries.length === 0 ? (
        <Empty>{t.quarantine_none}</Empty>
      ) : (
        <div className="scroller" tabIndex={0} role="group" aria-label={t.quarantine}>
          <table className="plain-table entries">
            <thead>
              <tr>
                <th scope="col">{t.feed}</th>
                <th scope="col">{t.file}</th>
                <th scope="col" className="num">
                  {t.row}
                </th>
                <th scope="col">{t.column}</th>
                <th scope="col">{t.rule}</th>
                <th scope="col">{t.found}</th>
                <th scope="col">{t.expected_value}</th>
                <th scope="col">{t.read_at}</th>
              </tr>
            </thead>
            <tbody>
              {data.entries.map((e) => (
                <tr key={e.id}>
                  <th scope="row">{e.feed}</th>
                  <td className="break">{e.file}</td>
                  <td className="num">{e.row === null ? '–' : number(e.row, lang)}</td>
                  <td>{e.column ?? '–'}</td>
                  <td>{e.rule}</td>
                  <td>
                    <b>{e.found ?? '–'}</b>
                  </td>
                  <td className="break" lang="en">
                    {e.expected ?? '–'}
                  </td>
                  <td className="nowrap">{e.at ? dayYear(e.at, lang) : '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}
