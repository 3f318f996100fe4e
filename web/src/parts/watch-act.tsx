/** Acting on a row of the watch list: take it at once, or say to whom, until when and why in a form inside the row. */
import { useMutation, useQueryClient, type UseMutationResult } from '@tanstack/react-query'
import { useEffect, useId, useRef, useState, type FormEvent, type KeyboardEvent, type ReactNode } from 'react'
import { Link } from 'react-router'
import { api, Failure, read } from '../api/client.ts'
import { useWatchHistory } from '../api/queries.ts'
import type { WatchAction, WatchRow } from '../api/types.ts'
import { addDays, chance, clock, day, instant } from '../format.ts'
import { useSay } from '../text/index.tsx'
import { useHref } from '../url.ts'
import { Choice, Menu } from './menu.tsx'
import { Answered } from './panel.tsx'

export interface Given {
  action: WatchAction
  reason?: string
  until?: string
  assignee?: string
}
/** What a row shows beneath itself. */
export type Beneath = 'assign' | 'snooze' | 'acknowledge' | 'history'
const FORMS: WatchAction[] = ['assign', 'snooze', 'acknowledge']
export type Acting = UseMutationResult<WatchRow, Error, Given>

/** Sends an action with the state that was seen. Whoever was overtaken gets the new state too. */
export function useAct(row: WatchRow): Acting {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (given: Given) =>
      read(api.POST('/api/v1/watch/{place}/{level}/actions', { params: { path: { place: row.place, level: row.level } }, body: { ...given, seen: row.seen } })),
    onSuccess: () => client.invalidateQueries(),
    onError: (error) => error instanceof Failure && error.status === 409 && client.invalidateQueries(),
  })
}

export function useWords(): (error: Error | null) => string {
  const { t, pick } = useSay()
  return (error) => {
    if (!error) return ''
    if (!(error instanceof Failure)) return error.message
    if (error.text) return pick(error.text)
    return error.reachable ? `${pick(error.title)}. ${error.detail}` : t.offline
  }
}

/** Who follows the row and since when, or the button to take it. */
export function Owner({ row, now, acting }: { row: WatchRow; now: string; acting: Acting }): ReactNode {
  const { t, lang, zone, pick } = useSay()
  if (row.state === 'open' && row.actions.includes('take')) {
    return (
      <button type="button" disabled={acting.isPending} aria-label={`${t.take} : ${row.name}`} onClick={() => acting.mutate({ action: 'take' })}>
        {t.take}
      </button>
    )
  }
  if (row.state === 'open') return null
  const since = row.since && (localDay(row.since, zone) === localDay(now, zone) ? clock(row.since, lang, zone) : day(localDay(row.since, zone), lang))
  const lines =
    row.state === 'taken'
      ? [row.owner, since]
      : row.state === 'snoozed'
        ? [t.state_snoozed, t.until_short(day(localDay(row.until ?? now, zone), lang))]
        : [t.state_acknowledged, row.actor]
  return (
    <span className="who" title={[...lines, pick(row.state_text)].filter(Boolean).join('\n')}>
      <span>{lines[0]}</span> <span>{lines[1]}</span>
    </span>
  )
}

/** Day of an instant in a zone. */
export function localDay(instant: string, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(new Date(instant))
}

export function ActMenu(props: { row: WatchRow; acting: Acting; open: (beneath: Beneath) => void }): ReactNode {
  const { row, acting, open } = props
  const { t } = useSay()
  const href = useHref()
  const names: Record<WatchAction, string> = { take: t.take_over, assign: t.assign, snooze: t.snooze, acknowledge: t.acknowledge, release: t.release, reopen: t.reopen }
  const offered = row.actions.filter((a) => a !== 'take' || row.state !== 'open')
  if (row.actions.length === 0) return null
  return (
    <Menu label="⋯" name={`⋯ ${t.menu_of(row.name)}`} className="plain dots" align="end">
      {(close) => (
        <ul>
          {offered.map((action) => (
            <li key={action}>
              <button
                type="button"
                className="item"
                onClick={() => {
                  close()
                  if (FORMS.includes(action)) open(action as Beneath)
                  else acting.mutate({ action })
                }}
              >
                {names[action]}
              </button>
            </li>
          ))}
          <li>
            <button
              type="button"
              className="item"
              onClick={() => {
                close()
                open('history')
              }}
            >
              {t.history}
            </button>
          </li>
          <li>
            <Link className="item" to={href(`/region/${row.place}`, { place: row.place })}>
              {t.open_place}
            </Link>
          </li>
        </ul>
      )}
    </Menu>
  )
}

/** What lies beneath a row: a form, its history, or why an action was refused. */
export function BeneathRow(props: { row: WatchRow; now: string; acting: Acting; beneath: Beneath | null; close: () => void; columns: number }): ReactNode {
  const { row, now, acting, beneath, close, columns } = props
  const { t } = useSay()
  const say = useWords()
  const escape = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') close()
  }
  if (!beneath && !acting.isError) return null
  return (
    <tr className="beneath" onKeyDown={escape}>
      <td colSpan={columns}>
        {beneath === 'history' ? (
          <History row={row} close={close} />
        ) : beneath ? (
          <ActForm key={beneath} row={row} now={now} action={beneath} acting={acting} close={close} />
        ) : (
          <p className="field-error" role="alert">
            {say(acting.error)}{' '}
            <button type="button" className="plain" onClick={close}>
              {t.close}
            </button>
          </p>
        )}
      </td>
    </tr>
  )
}

type Until = 1 | 3 | 7 | 'date'

function ActForm(props: { row: WatchRow; now: string; action: Exclude<Beneath, 'history'>; acting: Acting; close: () => void }): ReactNode {
  const { row, now, action, acting, close } = props
  const { t, lang, zone } = useSay()
  const today = localDay(now, zone)
  const [assignee, setAssignee] = useState('')
  const [reason, setReason] = useState('')
  const [until, setUntil] = useState<Until>(1)
  const [date, setDate] = useState(addDays(today, 1))
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => form.current?.querySelector('input')?.focus(), [])
  const send = (event: FormEvent): void => {
    event.preventDefault()
    const given: Given = { action, reason }
    if (action === 'assign') given.assignee = assignee
    if (action === 'snooze') given.until = until === 'date' ? date : addDays(today, until)
    acting.mutate(given, { onSuccess: close })
  }
  const title = { assign: t.do_assign, snooze: t.do_snooze, acknowledge: t.do_acknowledge }[action]
  return (
    <form ref={form} className="act-form" onSubmit={send} noValidate aria-label={`${title} : ${row.name}`}>
      {action === 'assign' && <Field name="assignee" label={t.who} value={assignee} set={setAssignee} acting={acting} />}
      {action !== 'assign' && <Field name="reason" label={t.reason} value={reason} set={setReason} acting={acting} wide />}
      {action === 'snooze' && (
        <Labelled name="until" label={t.until} acting={acting}>
          {(described) => (
            <span className="until">
              <Choice<Until>
                label={t.until}
                value={until}
                options={[
                  { value: 1, text: t.one_day },
                  { value: 3, text: t.three_days },
                  { value: 7, text: t.one_week },
                  { value: 'date', text: t.a_date },
                ]}
                onChange={setUntil}
              />
              {until === 'date' ? (
                <input type="date" value={date} min={addDays(today, 1)} aria-label={t.until} onChange={(e) => setDate(e.target.value)} {...described} />
              ) : (
                <span className="meta">{day(addDays(today, until), lang)}</span>
              )}
            </span>
          )}
        </Labelled>
      )}
      <span className="buttons">
        <button type="submit" className="primary" disabled={acting.isPending}>
          {title}
        </button>
        <button type="button" onClick={close}>
          {t.cancel}
        </button>
      </span>
      <Unplaced acting={acting} fields={action === 'assign' ? ['assignee'] : ['reason', 'until']} />
    </form>
  )
}

/** An error that belongs to no field of the form. */
function Unplaced({ acting, fields }: { acting: { error: Error | null }; fields: string[] }): ReactNode {
  const say = useWords()
  const { error } = acting
  if (!error || (error instanceof Failure && error.field && fields.includes(error.field))) return null
  return (
    <p className="field-error" role="alert">
      {say(error)}
    </p>
  )
}

export function Labelled(props: {
  name: string
  label: string
  acting: { error: Error | null }
  className?: string
  children: (described: { id: string; 'aria-invalid'?: true; 'aria-describedby'?: string }) => ReactNode
}): ReactNode {
  const { name, label, acting, className = '', children } = props
  const say = useWords()
  const id = useId()
  const wrong = acting.error instanceof Failure && acting.error.field === name ? acting.error : null
  return (
    <span className={`field ${className}`}>
      <label htmlFor={id}>{label}</label>
      {children({ id, ...(wrong && { 'aria-invalid': true as const, 'aria-describedby': `${id}-error` }) })}
      {wrong && (
        <span className="field-error" id={`${id}-error`} role="alert">
          {say(wrong)}
        </span>
      )}
    </span>
  )
}

export function Field(props: { name: string; label: string; value: string; set: (value: string) => void; acting: { error: Error | null }; wide?: boolean; limit?: number }): ReactNode {
  const { name, label, value, set, acting, wide = false, limit } = props
  return (
    <Labelled name={name} label={label} acting={acting} className={wide ? 'wide' : ''}>
      {(described) => <input value={value} maxLength={limit ?? (name === 'assignee' ? 80 : 500)} autoComplete="off" onChange={(e) => set(e.target.value)} {...described} />}
    </Labelled>
  )
}

function History({ row, close }: { row: WatchRow; close: () => void }): ReactNode {
  const { t, lang, zone, pick } = useSay()
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => button.current?.focus(), [])
  return (
    <div className="history">
      <Answered query={useWatchHistory(row)} what={t.history}>
        {(data) =>
          data.actions.length === 0 ? (
            <p>{t.history_none}</p>
          ) : (
            <ol>
              {data.actions.map((a) => (
                <li key={a.number}>
                  <time dateTime={a.at}>{instant(a.at, lang, zone)}</time> <strong>{a.actor}</strong> {pick(a.text)}
                  {a.reason && <> · {a.reason}</>}
                  {a.chance_14 !== null && <span className="meta"> · {chance(a.chance_14, lang)}</span>}
                </li>
              ))}
            </ol>
          )
        }
      </Answered>
      <button type="button" ref={button} onClick={close}>
        {t.close}
      </button>
    </div>
  )
}
