/** Rows that were set aside, put right: look, correct, check by the same rules, then load with a reason; or set aside for good. */
import { useEffect, useId, useRef, useState, type ReactNode } from 'react'
import { NOTHING, useCheck, useDismiss, useMend, useRows, type Changes, type Chosen } from '../api/mending.ts'
import type { MendedRow, MendPreview, Text } from '../api/types.ts'
import { number } from '../format.ts'
import { useSay } from '../text/index.tsx'
import { MarkIcon } from './marks.tsx'
import { Answered } from './panel.tsx'
import '../styles/origin.css'
import '../styles/mending.css'

/** A dialog over the page; Escape and a click beside it close it. */
export function Dialog({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }): ReactNode {
  const { t } = useSay()
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current
    if (element && !element.open) element.showModal()
  }, [])
  return (
    <dialog ref={dialog} className="drawer mending" aria-labelledby={id} onClose={onClose} onClick={(event) => event.target === dialog.current && dialog.current.close()}>
      <div className="drawer-sheet">
        <header className="panel-head">
          <h2 id={id}>{title}</h2>
          <span className="controls">
            <button type="button" onClick={() => dialog.current?.close()}>
              {t.close}
            </button>
          </span>
        </header>
        {children}
      </div>
    </dialog>
  )
}

export function MendDialog({ chosen, title, action, onClose }: { chosen: Chosen; title: Text; action: Text; onClose: () => void }): ReactNode {
  const { t, pick } = useSay()
  const rows = useRows(chosen)
  return (
    <Dialog title={`${pick(title)} · ${chosen.feed}`} onClose={onClose}>
      <p className="reason">{pick(action)}</p>
      <Answered query={rows} what={t.mend}>
        {(found) => <Bench chosen={chosen} found={found} />}
      </Answered>
    </Dialog>
  )
}

/** The changes, their check, the reason, and the three things that can be done. */
function Bench({ chosen, found }: { chosen: Chosen; found: MendPreview }): ReactNode {
  const { t, pick, lang } = useSay()
  const [changes, change] = useState<Changes>(NOTHING)
  const [reason, setReason] = useState('')
  const check = useCheck(chosen)
  const mend = useMend(chosen)
  const dismiss = useDismiss(chosen)
  const edit = (next: Changes): void => {
    change(next)
    check.reset()
  }
  const one = chosen.group === null && found.rows.length === 1 ? found.rows[0]! : null
  const busy = check.isPending || mend.isPending || dismiss.isPending
  const touched = changes !== NOTHING
  const said = reason.trim().length >= 3
  const failure = check.error ?? mend.error ?? dismiss.error
  const done = mend.data ?? dismiss.data
  if (done)
    return (
      <>
        <p role="status" className="outcome">
          <MarkIcon mark={done.settled ? 'good' : 'watch'} /> <strong>{done.done[0] ? pick(done.done[0].summary) : t.entries_settled(number(done.settled, lang), done.settled)}</strong>
        </p>
        {done.done.map((part) => (
          <Rows key={part.feed} rows={part.rows} />
        ))}
      </>
    )
  return (
    <>
      {found.without_copy > 0 && <p className="meta">{t.rows_without_copy(number(found.without_copy, lang), found.without_copy)}</p>}
      {found.mapping_changed && <p className="note">{t.mapping_changed}</p>}
      {found.files.map((file) => (
        <p key={file.id} className="reason">
          {file.file} : {file.readable ? t.file_readable : t.file_unreadable}
        </p>
      ))}
      {one && <Cells row={one} changes={changes} change={edit} />}
      {chosen.group?.column && found.texts.length > 0 && <Texts column={chosen.group.column} texts={found.texts} changes={changes} change={edit} />}
      {found.rows.length > 0 && (
        <p className="controls">
          <button type="button" disabled={busy || !touched} onClick={() => check.mutate(changes)}>
            {t.mend_check}
          </button>
          <span role="status" className="outcome">
            {check.data && (
              <>
                <MarkIcon mark={check.data.fails ? 'watch' : 'good'} /> <strong>{pick(check.data.summary)}</strong>{' '}
                {check.data.replaces > 0 && t.mend_replaces(number(check.data.replaces, lang), check.data.replaces)}
              </>
            )}
          </span>
        </p>
      )}
      {check.data && <Rows rows={check.data.rows} />}
      <label className="why">
        {t.mend_reason}
        <input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      </label>
      <p className="controls">
        <button type="button" className="primary" disabled={busy || !said || !check.data?.loads} onClick={() => mend.mutate({ changes, reason })}>
          {t.mend_load}
        </button>
        {!touched && (
          <button type="button" disabled={busy || !said || (found.loads === 0 && !found.mapping_changed)} onClick={() => mend.mutate({ changes: NOTHING, reason })}>
            {t.mend_retry}
          </button>
        )}
        <button type="button" disabled={busy || !said} onClick={() => dismiss.mutate(reason)}>
          {t.mend_dismiss}
        </button>
        <span className="meta">{t.mend_signed}</span>
      </p>
      {failure && (
        <p className="field-error" role="alert">
          {failure.message}
        </p>
      )}
    </>
  )
}

/** The cells of one row: as the source wrote them, and as they are to be read. */
function Cells({ row, changes, change }: { row: MendedRow; changes: Changes; change: (next: Changes) => void }): ReactNode {
  const { t } = useSay()
  const key = String(row.ids[0])
  const edited = changes.cells[key] ?? {}
  const wrong = row.fault?.column
  return (
    <div className="scroller" tabIndex={0} role="group" aria-label={t.rows_behind}>
      <table className="plain-table cells">
        <caption className="meta">
          {row.file}, {t.row.toLowerCase()} {row.row}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t.column}</th>
            <th scope="col">{t.as_source}</th>
            <th scope="col">{t.as_corrected}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(row.before).map(([column, cell]) => (
            <tr key={column} className={column === wrong ? 'selected' : ''}>
              <th scope="row">{column}</th>
              <td>{cell || '–'}</td>
              <td>
                <input
                  aria-label={`${column} : ${t.as_corrected}`}
                  value={edited[column] ?? cell}
                  aria-invalid={column === wrong && edited[column] === undefined}
                  onChange={(event) => change({ ...changes, cells: { ...changes.cells, [key]: { ...edited, [column]: event.target.value } } })}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {row.fault && (
        <p className="reason" lang="en">
          {row.fault.column}: found {row.fault.found}, expected {row.fault.expected}
        </p>
      )}
    </div>
  )
}

/** The texts that stand in the column, each with what it should be in all rows that have it. */
function Texts({ column, texts, changes, change }: { column: string; texts: MendPreview['texts']; changes: Changes; change: (next: Changes) => void }): ReactNode {
  const { t, lang } = useSay()
  const values = changes.replace?.values ?? {}
  return (
    <div className="scroller" tabIndex={0} role="group" aria-label={column}>
      <table className="plain-table cells">
        <thead>
          <tr>
            <th scope="col">{column}</th>
            <th scope="col" className="num">
              {t.rows}
            </th>
            <th scope="col">{t.as_corrected}</th>
          </tr>
        </thead>
        <tbody>
          {texts.map(({ value, rows }) => (
            <tr key={value}>
              <th scope="row">{value || '–'}</th>
              <td className="num">{number(rows, lang)}</td>
              <td>
                <input
                  aria-label={`${value || '–'} : ${t.as_corrected}`}
                  value={values[value] ?? value}
                  onChange={(event) => change({ ...changes, replace: { column, values: { ...values, [value]: event.target.value } } })}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Rows before and after, side by side, and the figures they state. Those that still fail come first. */
export function Rows({ rows }: { rows: MendedRow[] }): ReactNode {
  const { t, lang, pick } = useSay()
  const write = (value: string | number | null): string => (value === null ? '–' : typeof value === 'number' ? number(value, lang, Number.isInteger(value) ? 0 : 2) : value)
  if (rows.length === 0) return null
  return (
    <div className="scroller" tabIndex={0} role="group" aria-label={t.before_after}>
      <table className="plain-table before-after">
        <thead>
          <tr>
            <th scope="col">{t.row}</th>
            <th scope="col">{t.as_source}</th>
            <th scope="col">{t.as_corrected}</th>
            <th scope="col">{t.figures}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.ids.join()}>
              <th scope="row">{number(row.row, lang)}</th>
              <td>
                <Written cells={row.before} other={row.after} />
              </td>
              <td>
                <Written cells={row.after} other={row.before} />
              </td>
              <td>
                {row.fault ? (
                  <span className="fault">
                    <MarkIcon mark="failed" /> {pick(row.fault.title)}{' '}
                    <span lang="en">
                      ({row.fault.column ? `${row.fault.column}: ` : ''}
                      {row.fault.found}; {row.fault.expected})
                    </span>
                  </span>
                ) : (
                  <ul>
                    {row.figures.map((f) => (
                      <li key={`${JSON.stringify(f.key)}${f.column}`}>
                        {[f.key.indicator ?? f.column, f.key.place, f.key.date].filter(Boolean).join(' · ')} : {f.change === 'changed' ? <s>{write(f.held)}</s> : null} <b>{write(f.says)}</b>{' '}
                        <span className="meta">{t[`figure_${f.change as 'new' | 'changed' | 'same'}`]}</span>
                      </li>
                    ))}
                  </ul>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Written({ cells, other }: { cells: Record<string, string>; other: Record<string, string> }): ReactNode {
  return (
    <>
      {Object.entries(cells).map(([column, cell], i) => (
        <span key={column}>
          {i > 0 && ' · '}
          {cell === other[column] ? cell || '–' : <mark title={column}>{cell || '–'}</mark>}
        </span>
      ))}
    </>
  )
}
