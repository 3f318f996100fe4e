/** Events and comments of a place: what stands on the time axis, in words, and a form for one more. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent, type ReactNode } from 'react'
import { api, Failure, read } from '../api/client.ts'
import { useNotes } from '../api/queries.ts'
import type { Event, Note, Notes as Data, Region } from '../api/types.ts'
import { dayYear, instant } from '../format.ts'
import { useSay } from '../text/index.tsx'
import { Answered, Panel } from './panel.tsx'
import { Field, Labelled, localDay, useWords } from './watch-act.tsx'
import '../styles/notes.css'

const KINDS: Note['kind'][] = ['comment', 'event', 'measure']

export function NotesPanel({ data }: { data: Region }): ReactNode {
  const { t } = useSay()
  return (
    <Panel title={t.events_title} className="events">
      <Answered query={useNotes(data.place.id)} what={t.events_title}>
        {(notes) => (
          <>
            <List notes={notes} holidays={data.events.filter((e) => e.kind === 'holiday')} />
            {notes.may_write && <Form place={data.place.id} now={notes.meta.now} />}
          </>
        )}
      </Answered>
    </Panel>
  )
}

function List({ notes, holidays }: { notes: Data; holidays: Event[] }): ReactNode {
  const { t, lang, pick } = useSay()
  const lines = [
    ...holidays.map((e) => ({
      date: e.date,
      key: `h${e.date}${pick(e.text)}`,
      line: (
        <>
          <time dateTime={e.date}>{dayYear(e.date, lang)}</time>
          <span className="kind">{t.note_holiday}</span>
          <span className="words">{pick(e.text)}</span>
        </>
      ),
    })),
    ...notes.notes.map((n) => ({ date: n.date, key: `n${n.id}`, line: <Written note={n} own={n.place === notes.place} /> })),
  ].sort((a, b) => b.date.localeCompare(a.date))
  return (
    <>
      {notes.notes.length === 0 && notes.may_write && <p className="meta">{t.note_none}</p>}
      <ul>
        {lines.map((l) => (
          <li key={l.key}>{l.line}</li>
        ))}
      </ul>
    </>
  )
}

function Written({ note, own }: { note: Note; own: boolean }): ReactNode {
  const { t, lang, zone } = useSay()
  const client = useQueryClient()
  const [asking, ask] = useState(false)
  const [reason, setReason] = useState('')
  const taking = useMutation({
    mutationFn: () => read(api.POST('/api/v1/notes/{id}/withdraw', { params: { path: { id: note.id } }, body: { reason } })),
    onSuccess: () => client.invalidateQueries(),
    onError: (error) => error instanceof Failure && error.status === 409 && client.invalidateQueries(),
  })
  const gone = note.withdrawn_at !== null
  return (
    <>
      <time dateTime={note.date}>{dayYear(note.date, lang)}</time>
      <span className="kind">{t[`note_${note.kind}`]}</span>
      <span className="words">
        <span className={gone ? 'gone' : ''} lang={note.language ?? undefined}>
          {!own && <strong>{note.place_name} · </strong>}
          {note.text}
        </span>{' '}
        <span className="meta">
          <span>{t.note_by(note.author, instant(note.written_at, lang, zone))}</span>
          {note.withdrawn_at && <span>{t.note_gone(note.withdrawn_by ?? '', instant(note.withdrawn_at, lang, zone), note.withdrawn_reason ?? '')}</span>}
        </span>{' '}
        {note.may_withdraw && !asking && (
          <button type="button" className="plain" onClick={() => ask(true)}>
            {t.note_withdraw}
          </button>
        )}
        {note.may_withdraw && asking && (
          <form
            className="act-form"
            noValidate
            aria-label={t.note_do_withdraw}
            onSubmit={(event) => {
              event.preventDefault()
              taking.mutate()
            }}
          >
            <Field name="reason" label={t.reason} value={reason} set={setReason} acting={taking} wide />
            <span className="buttons">
              <button type="submit" disabled={taking.isPending}>
                {t.note_do_withdraw}
              </button>
              <button type="button" className="plain" onClick={() => ask(false)}>
                {t.cancel}
              </button>
            </span>
            <Wrong error={taking.error} fields={['reason']} />
          </form>
        )}
      </span>
    </>
  )
}

function Wrong({ error, fields }: { error: Error | null; fields: string[] }): ReactNode {
  const say = useWords()
  if (!error || (error instanceof Failure && error.field && fields.includes(error.field))) return null
  return (
    <p className="field-error" role="alert">
      {say(error)}
    </p>
  )
}

function Form({ place, now }: { place: string; now: string }): ReactNode {
  const { t, lang, zone } = useSay()
  const client = useQueryClient()
  const [date, setDate] = useState(localDay(now, zone))
  const [kind, setKind] = useState<Note['kind']>('comment')
  const [text, setText] = useState('')
  const writing = useMutation({
    mutationFn: () => read(api.POST('/api/v1/regions/{place}/notes', { params: { path: { place } }, body: { date, kind, text, language: lang } })),
    onSuccess: () => {
      setText('')
      return client.invalidateQueries()
    },
  })
  const send = (event: FormEvent): void => {
    event.preventDefault()
    writing.mutate()
  }
  return (
    <form className="act-form note-form" noValidate onSubmit={send} aria-label={t.events_title}>
      <Labelled name="date" label={t.note_day} acting={writing}>
        {(described) => <input type="date" value={date} onChange={(e) => setDate(e.target.value)} {...described} />}
      </Labelled>
      <Labelled name="kind" label={t.note_kind} acting={writing}>
        {(described) => (
          <select value={kind} onChange={(e) => setKind(e.target.value as Note['kind'])} {...described}>
            {KINDS.map((k) => (
              <option key={k} value={k}>
                {t[`note_${k}`]}
              </option>
            ))}
          </select>
        )}
      </Labelled>
      <Field name="text" label={`${t.note_text} · ${t.note_hint}`} value={text} set={setText} acting={writing} wide />
      <span className="buttons">
        <button type="submit" disabled={writing.isPending}>
          {t.note_add}
        </button>
      </span>
      <Wrong error={writing.error} fields={['date', 'kind', 'text']} />
    </form>
  )
}
