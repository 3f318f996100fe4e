/** What was set aside at loading: where it stood, what was found, what was expected, and how it gets in after all. */
import { useState, type ReactNode } from 'react'
import { useSearchParams } from 'react-router'
import type { Chosen } from '../api/mending.ts'
import { useQuarantine } from '../api/queries.ts'
import type { Quarantine as Data, Text } from '../api/types.ts'
import { dayYear, number } from '../format.ts'
import { MendDialog } from '../parts/mend-dialog.tsx'
import { Answered, Empty, Panel } from '../parts/panel.tsx'
import { SheetUpload } from '../parts/sheet-upload.tsx'
import { useSay } from '../text/index.tsx'
import { useView } from '../url.ts'
import '../styles/data.css'
import '../styles/mending.css'

type Go = (change: Record<string, string | null>) => void
type Opened = { chosen: Chosen; title: Text; action: Text }
type Group = Data['groups'][number]

export default function Quarantine(): ReactNode {
  const { t } = useSay()
  const [query, setQuery] = useSearchParams()
  const asked = { feed: query.get('feed') ?? undefined, rule: query.get('rule') ?? undefined, column: query.get('column') ?? undefined }
  const page = Math.max(1, Number(query.get('page')) || 1)
  const [opened, open] = useState<Opened | null>(null)
  const go: Go = (change) =>
    setQuery((now) => {
      for (const [key, value] of Object.entries(change)) {
        if (value === null) now.delete(key)
        else now.set(key, value)
      }
      return now
    })
  return (
    <>
      <Answered query={useQuarantine(asked, page)} what={t.quarantine}>
        {(data, updating) => (
          <div className="sheet" data-ready="quarantine">
            <Sheet data={data} updating={updating} feed={asked.feed} rule={asked.rule} column={asked.column} go={go} open={open} />
          </div>
        )}
      </Answered>
      {opened && <MendDialog {...opened} onClose={() => open(null)} />}
    </>
  )
}

interface SheetProps {
  data: Data
  updating: boolean
  feed: string | undefined
  rule: string | undefined
  column: string | undefined
  go: Go
  open: (opened: Opened) => void
}

function Sheet({ data, updating, feed, rule, column, go, open }: SheetProps): ReactNode {
  const { t, lang } = useSay()
  const [view] = useView()
  const now = view.as_of === undefined
  return (
    <Panel
      title={t.quarantine}
      page
      className="whole quarantine"
      updating={updating}
      certificate={{ date: t.set_aside_total(number(data.total, lang)), more: now ? null : t.past_not_mended }}
      controls={
        <>
          <select aria-label={t.feed} value={feed ?? ''} onChange={(event) => go({ feed: event.target.value || null, rule: null, column: null, page: null })}>
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
          {feed && now && (
            <a className="button" href={`/api/v1/quarantine/sheet.csv?feed=${feed}&lang=${lang}`} download>
              {t.sheet_download}
            </a>
          )}
          {now && data.total > 0 && <SheetUpload />}
        </>
      }
    >
      {data.groups.length > 0 && <Groups groups={data.groups} rule={rule} column={column} go={go} open={now ? open : null} />}
      {data.entries.length === 0 ? <Empty>{t.quarantine_none}</Empty> : <Entries data={data} open={now ? open : null} />}
    </Panel>
  )
}

/** The same reason in the same column of a feed: mended in one go. */
function Groups({ groups, rule, column, go, open }: { groups: Group[]; rule: string | undefined; column: string | undefined; go: Go; open: ((opened: Opened) => void) | null }): ReactNode {
  const { t, lang, pick } = useSay()
  return (
    <ul aria-label={t.by_reason}>
      {groups.map((g) => {
        const shown = g.rule === rule && (g.column ?? undefined) === column
        return (
          <li key={`${g.feed} ${g.rule} ${g.column}`} className="group-line">
            <p>
              <strong>{pick(g.title)}</strong> {g.column && <code>{g.column}</code>} <span className="meta">{g.feed}</span>
              <br />
              <span className="reason">{pick(g.action)}</span>
            </p>
            <span className="controls">
              <button type="button" aria-pressed={shown} onClick={() => go(shown ? { rule: null, column: null, page: null } : { feed: g.feed, rule: g.rule, column: g.column, page: null })}>
                {t.show_n(number(g.count, lang), g.count)}
              </button>
              {open && (
                <button type="button" onClick={() => open({ chosen: { feed: g.feed, ids: [], group: { rule: g.rule, column: g.column } }, title: g.title, action: g.action })}>
                  {t.mend_all}
                </button>
              )}
            </span>
          </li>
        )
      })}
    </ul>
  )
}

function Entries({ data, open }: { data: Data; open: ((opened: Opened) => void) | null }): ReactNode {
  const { t, lang, pick } = useSay()
  return (
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
            <th scope="col">{t.reason}</th>
            <th scope="col">{t.found}</th>
            <th scope="col">{t.expected_value}</th>
            <th scope="col">{t.read_at}</th>
            {open && <th scope="col">{t.mend}</th>}
          </tr>
        </thead>
        <tbody>
          {data.entries.map((e) => (
            <tr key={e.id}>
              <th scope="row">{e.feed}</th>
              <td className="break">{e.file}</td>
              <td className="num">{e.row === null ? t.whole_file : number(e.row, lang)}</td>
              <td>{e.column ?? '–'}</td>
              <td title={e.rule}>{pick(e.title)}</td>
              <td>
                <b>{e.found ?? '–'}</b>
              </td>
              <td className="break" lang="en">
                {e.expected ?? '–'}
              </td>
              <td className="nowrap">{e.at ? dayYear(e.at, lang) : '–'}</td>
              {open && (
                <td className="act">
                  <button type="button" aria-label={`${e.mendable ? t.mend_row : t.settle} : ${e.file}, ${e.row ?? ''}`} onClick={() => open({ chosen: { feed: e.feed, ids: [e.id], group: null }, title: e.title, action: e.action })}>
                    {e.mendable ? t.mend_row : t.settle}
                  </button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
