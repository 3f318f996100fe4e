/** The rules of the alerts: read at a glance, changed in place. While one writes, the API says what the rule would do. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState, type ReactNode } from 'react'
import { api, read } from '../api/client.ts'
import type { AlertRule, AlertRuleRow, AlertsAnswer } from '../api/types.ts'
import { dayYear, type Lang } from '../format.ts'
import { alertWords } from '../text/alerts.ts'
import { Sentence, useSay } from '../text/index.tsx'
import { Panel } from './panel.tsx'

const PAUSE = 400
export function AlertRules({ data }: { data: AlertsAnswer }): ReactNode {
  const { lang } = useSay()
  const w = alertWords[lang]
  const [open, edit] = useState<string | null>(null)
  const channels = data.channels.filter((c) => c.kind !== null || c.state === 'fault').map((c) => c.name)
  return (
    <Panel
      title={w.rules}
      className="rules-panel"
      certificate={{ more: w.rules_meta }}
      controls={
        <button type="button" aria-expanded={open === ''} onClick={() => edit(open === '' ? null : '')}>
          {w.add}
        </button>
      }
    >
      {open === '' && <Editor start={draft(data.templates, 'beds', lang)} templates={data.templates} unit="" channels={channels} close={() => edit(null)} />}
      {data.rules.map((row) => (
        <Rule key={row.rule.id} row={row} channels={channels} open={open === row.rule.id} toggle={() => edit(open === row.rule.id ? null : row.rule.id)} />
      ))}
    </Panel>
  )
}

/** A new rule of a kind, from the shipped one. */
function draft(templates: AlertRule[], kind: AlertRule['kind'], lang: Lang): AlertRule {
  const from = templates.find((rule) => rule.kind === kind)
  if (!from) throw new Error(`no shipped rule of kind ${kind}`)
  return { ...from, id: '', language: lang }
}

function Rule({ row, channels, open, toggle }: { row: AlertRuleRow; channels: string[]; open: boolean; toggle: () => void }): ReactNode {
  const { lang, pick } = useSay()
  const w = alertWords[lang]
  const { rule } = row
  return (
    <section className={row.holds ? 'rule' : 'rule off'} aria-label={rule.id}>
      <div>
        <h3>{pick(row.title)}</h3>
        <p className="facts">
          <span>{pick(row.scope)}</span>
          <span>
            <b>{pick(row.limits)}</b>
          </span>
          <span>{rule.channels.length > 0 ? rule.channels.join(', ') : w.page_only}</span>
          {rule.active_until && <span>{`${w.until.toLowerCase()} ${dayYear(rule.active_until, lang)}`}</span>}
          {rule.owner && <span>{rule.owner}</span>}
          <span>{row.shipped ? w.shipped : w.own}</span>
          {!row.holds && <span>{w.not_in_use}</span>}
          {row.open > 0 && <span>{w.open_under(row.open)}</span>}
        </p>
      </div>
      <button type="button" aria-expanded={open} aria-label={`${w.change} ${rule.id}`} onClick={toggle}>
        {w.change}
      </button>
      {open && <Editor start={rule} unit={pick(row.unit_text)} channels={channels} close={toggle} />}
    </section>
  )
}

/** What is written, a moment after the last key. */
function useCalm<T>(value: T): T {
  const [calm, settle] = useState(value)
  const text = JSON.stringify(value)
  useEffect(() => {
    const timer = setTimeout(() => settle(JSON.parse(text) as T), PAUSE)
    return () => clearTimeout(timer)
  }, [text])
  return calm
}

/** templates: given, a new rule is written from them. */
function Editor({ start, unit, channels, templates, close }: { start: AlertRule; unit: string; channels: string[]; templates?: AlertRule[]; close: () => void }): ReactNode {
  const fresh = templates !== undefined
  const { lang } = useSay()
  const w = alertWords[lang]
  const client = useQueryClient()
  const [rule, write] = useState(start)
  const set = (change: Partial<AlertRule>): void => write({ ...rule, ...change })
  const calm = useCalm(rule)
  const effect = useQuery({
    queryKey: ['alert-preview', { ...calm, id: '', channels: [], owner: '' }],
    queryFn: () => read(api.POST('/api/v1/alerts/preview', { body: { ...calm, id: calm.id || 'new', channels: [] } })),
    retry: false,
  })
  const again = (): Promise<unknown> => Promise.all([client.invalidateQueries({ queryKey: ['alerts'] }), client.invalidateQueries({ queryKey: ['frame'] })])
  const done = { onSuccess: () => (close(), again()) }
  const save = useMutation({
    mutationFn: () => {
      if (fresh) return read(api.POST('/api/v1/alerts/rules', { body: rule }))
      const { id, kind: _kind, level: _level, ...rest } = rule
      return read(api.PATCH('/api/v1/alerts/rules/{rule}', { params: { path: { rule: id } }, body: { ...rest, open_end: rule.active_until === null } }))
    },
    ...done,
  })
  const remove = useMutation({ mutationFn: () => read(api.DELETE('/api/v1/alerts/rules/{rule}', { params: { path: { rule: rule.id } } })), ...done })
  const wrong = save.error ?? remove.error
  return (
    <form
      className="rule-form"
      onSubmit={(event) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      {fresh && (
        <>
          <label>
            {w.name}
            <input value={rule.id} required pattern="[a-z0-9]+(-[a-z0-9]+)*" maxLength={60} onChange={(e) => set({ id: e.target.value })} />
          </label>
          <label>
            {w.kind}
            <select
              value={rule.kind}
              onChange={(e) => write({ ...draft(templates, e.target.value as AlertRule['kind'], lang), id: rule.id })}
            >
              {Object.entries(w.kinds).map(([kind, text]) => (
                <option key={kind} value={kind}>
                  {text}
                </option>
              ))}
            </select>
          </label>
          {rule.kind === 'beds' && (
            <label>
              {w.level}
              <select value={rule.level} onChange={(e) => set({ level: e.target.value })}>
                <option value="icu">{w.icu}</option>
                <option value="ward">{w.ward}</option>
              </select>
            </label>
          )}
        </>
      )}
      <Amount label={w.opens_at} rule={rule} value={rule.threshold} unit={unit} onChange={(threshold) => set({ threshold })} />
      <Amount label={w.clears_at} rule={rule} value={rule.clear_at} unit={unit} onChange={(clear_at) => set({ clear_at })} />
      {rule.kind === 'beds' && (
        <label>
          {w.within}
          <select value={rule.within_days ?? 14} onChange={(e) => set({ within_days: Number(e.target.value) as 7 | 14 | 28 })}>
            {[7, 14, 28].map((days) => (
              <option key={days}>{days}</option>
            ))}
          </select>
        </label>
      )}
      <p className="effect whole" role="status" aria-busy={effect.isFetching}>
        {effect.isError ? <span className="field-error">{effect.error.message}</span> : effect.data && !effect.isPlaceholderData ? <Sentence text={effect.data.text} /> : w.trying}
      </p>
      <label>
        {w.place}
        <input value={rule.place} maxLength={60} onChange={(e) => set({ place: e.target.value.trim() })} />
      </label>
      <label>
        {w.hours}
        <input type="number" min={0} step="any" required value={rule.least_hours} onChange={(e) => set({ least_hours: e.target.valueAsNumber || 0 })} />
      </label>
      <label>
        {w.language}
        <select value={rule.language} onChange={(e) => set({ language: e.target.value as Lang })}>
          <option value="fr">français</option>
          <option value="en">English</option>
        </select>
      </label>
      <label>
        {w.until}
        <input type="date" value={rule.active_until ?? ''} onChange={(e) => set({ active_until: e.target.value || null })} />
      </label>
      <label>
        {w.owner}
        <input value={rule.owner} maxLength={200} onChange={(e) => set({ owner: e.target.value })} />
      </label>
      <fieldset>
        <legend>{w.channels}</legend>
        {channels.length === 0 && <span>{w.no_channels}</span>}
        {channels.map((name) => (
          <label key={name} className="tick">
            <input
              type="checkbox"
              checked={rule.channels.includes(name)}
              onChange={(e) => set({ channels: e.target.checked ? [...rule.channels, name] : rule.channels.filter((c) => c !== name) })}
            />
            {name}
          </label>
        ))}
      </fieldset>
      <label className="tick">
        <input type="checkbox" checked={rule.active} onChange={(e) => set({ active: e.target.checked })} />
        {w.in_use}
      </label>
      {wrong && (
        <p className="field-error whole" role="alert">
          {wrong.message}
        </p>
      )}
      <p className="buttons whole">
        <button type="submit" className="primary" disabled={save.isPending}>
          {w.save}
        </button>
        <button type="button" onClick={close}>
          {w.cancel}
        </button>
        {!fresh && (
          <button type="button" className="plain" disabled={remove.isPending} onClick={() => remove.mutate()}>
            {w.remove}
          </button>
        )}
      </p>
    </form>
  )
}

/** A threshold in the unit of its kind; a chance in per cent. */
function Amount({ label, rule, value, unit, onChange }: { label: string; rule: AlertRule; value: number; unit: string; onChange: (value: number) => void }): ReactNode {
  const beds = rule.kind === 'beds'
  return (
    <label>
      {label}
      <span className="with-unit">
        <input
          type="number"
          required
          min={0}
          max={beds ? 100 : undefined}
          step={beds ? 1 : 'any'}
          value={Number.isFinite(value) ? (beds ? Math.round(value * 1000) / 10 : value) : ''}
          onChange={(e) => onChange(beds ? e.target.valueAsNumber / 100 : e.target.valueAsNumber)}
        />
        {beds ? '%' : unit}
      </span>
    </label>
  )
}
