/** Alerts: what is open, the rules that open it, the channels that tell of it, and what was told. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import { api, read } from '../api/client.ts'
import type { AlertChannel, AlertRow, AlertsAnswer } from '../api/types.ts'
import { instant } from '../format.ts'
import { AlertRules } from '../parts/alert-rules.tsx'
import { Choice, Menu } from '../parts/menu.tsx'
import { MarkIcon, type Mark } from '../parts/marks.tsx'
import { Answered, Empty, Panel } from '../parts/panel.tsx'
import { alertWords } from '../text/alerts.ts'
import { Sentence, useSay } from '../text/index.tsx'
import { useHref } from '../url.ts'
import '../styles/alerts.css'

const KEY = ['alerts']
const EVERY = 30_000

export default function Alerts(): ReactNode {
  const { t } = useSay()
  const answer = useQuery({ queryKey: KEY, queryFn: () => read(api.GET('/api/v1/alerts')), refetchInterval: EVERY })
  return (
    <Answered query={answer} what={t.alerts}>
      {(data) => (
        <div className="sheet alerts" data-ready="alerts">
          <Lede data={data} />
          <Open data={data} />
          <AlertRules data={data} />
          <Channels data={data} />
          <History data={data} />
        </div>
      )}
    </Answered>
  )
}

function Lede({ data }: { data: AlertsAnswer }): ReactNode {
  const { lang, zone } = useSay()
  const w = alertWords[lang]
  const client = useQueryClient()
  const look = useMutation({
    mutationFn: () => read(api.POST('/api/v1/alerts/check', { headers: { 'Content-Type': 'application/json' } })),
    onSuccess: (found) => {
      client.setQueryData(KEY, found)
      void client.invalidateQueries({ queryKey: ['frame'] })
    },
  })
  return (
    <section className="lede">
      <h1>
        <Sentence text={data.lede} />
      </h1>
      <span className="controls">
        {look.isError && (
          <span className="field-error" role="alert">
            {look.error.message}
          </span>
        )}
        {data.looked_at && <span className="meta">{w.looked(instant(data.looked_at, lang, zone))}</span>}
        <button type="button" disabled={look.isPending} aria-busy={look.isPending} onClick={() => look.mutate()}>
          {w.look_now}
        </button>
      </span>
    </section>
  )
}

const MARKS: Record<AlertRow['kind'], Mark> = { beds: 'critical', place_failed: 'failed', outlook: 'stale', feed: 'stale', growth: 'watch' }

function What({ row }: { row: AlertRow }): ReactNode {
  const { lang } = useSay()
  const w = alertWords[lang]
  const href = useHref()
  const [path, query] = row.address.split('?')
  return (
    <td className="what">
      <MarkIcon mark={MARKS[row.kind]} />
      <Sentence text={row.sentence} /> {row.synthetic && <span className="tag">{w.synthetic}</span>}{' '}
      {row.kind !== 'outlook' && <Link to={query ? `${href(path ?? '/')}${href(path ?? '/').includes('?') ? '&' : '?'}${query}` : href(path ?? '/')}>{w.see}</Link>}
      <span className="basis">
        {row.basis.map((text, i) => (
          <span key={i} className={i === 0 && row.stale_days !== null ? 'old' : ''}>
            <Sentence text={text} />{' '}
          </span>
        ))}
      </span>
    </td>
  )
}

function Open({ data }: { data: AlertsAnswer }): ReactNode {
  const { lang, zone } = useSay()
  const w = alertWords[lang]
  return (
    <Panel title={`${w.open} (${data.open.length})`} className="open-panel">
      {data.open.length === 0 ? (
        <Empty>{w.open_none}</Empty>
      ) : (
        <table className="plain-table open-table">
          <thead>
            <tr>
              <th scope="col">{w.what}</th>
              <th scope="col">{w.rule}</th>
              <th scope="col">{w.since}</th>
              <th scope="col">{w.told}</th>
              <th scope="col">
                <span className="sr">{w.confirm}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.open.map((row) => (
              <tr key={row.id}>
                <What row={row} />
                <td className="quiet nowrap">{row.rule}</td>
                <td className="quiet nowrap">{instant(row.opened_at, lang, zone)}</td>
                <td className="quiet nowrap">{row.told_at ? instant(row.told_at, lang, zone) : w.not_told}</td>
                <td className="act">
                  <Acknowledge row={row} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  )
}

function Acknowledge({ row }: { row: AlertRow }): ReactNode {
  const { lang, zone, pick } = useSay()
  const w = alertWords[lang]
  const [reason, write] = useState('')
  const client = useQueryClient()
  const done = useMutation({
    mutationFn: () => read(api.POST('/api/v1/alerts/{alert}/acknowledge', { params: { path: { alert: row.id } }, body: { reason } })),
    onSuccess: () => client.invalidateQueries({ queryKey: KEY }),
  })
  if (row.acknowledged_at)
    return (
      <span className="quiet">
        <MarkIcon mark="agreed" /> {w.acknowledged(row.acknowledged_by ?? '', instant(row.acknowledged_at, lang, zone))}: {row.acknowledged_reason}
      </span>
    )
  return (
    <Menu label={w.acknowledge} name={`${w.acknowledge} ${pick(row.name)}`} align="end">
      {(close) => (
        <form
          className="form ack"
          onSubmit={(event) => {
            event.preventDefault()
            done.mutate(undefined, { onSuccess: close })
          }}
        >
          <label>
            {w.reason}
            <input value={reason} required maxLength={1000} onChange={(event) => write(event.target.value)} />
          </label>
          {done.isError && (
            <span className="field-error" role="alert">
              {done.error.message}
            </span>
          )}
          <span className="buttons">
            <button type="submit" className="primary" disabled={done.isPending || reason.trim() === ''}>
              {w.confirm}
            </button>
            <button type="button" onClick={close}>
              {w.cancel}
            </button>
          </span>
        </form>
      )}
    </Menu>
  )
}

const STATES: Record<AlertChannel['state'], Mark> = { works: 'good', unused: 'withdrawn', again: 'watch', failed: 'failed', unknown: 'watch', fault: 'failed' }

function Channels({ data }: { data: AlertsAnswer }): ReactNode {
  const { lang } = useSay()
  const w = alertWords[lang]
  return (
    <Panel title={w.channels} className="channels-panel">
      {data.channels.length === 0 && <Empty>{w.channel_none}</Empty>}
      {data.channels.map((channel) => (
        <Channel key={channel.name} channel={channel} />
      ))}
      {data.channels.length > 0 && !data.base_url && <p className="quiet">{w.no_base}</p>}
    </Panel>
  )
}

function Channel({ channel }: { channel: AlertChannel }): ReactNode {
  const { lang } = useSay()
  const w = alertWords[lang]
  const client = useQueryClient()
  const test = useMutation({
    mutationFn: () => read(api.POST('/api/v1/alerts/channels/{channel}/test', { params: { path: { channel: channel.name } }, body: { language: lang } })),
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: KEY }), client.invalidateQueries({ queryKey: ['frame'] })]),
  })
  return (
    <div className="channel">
      <h3>
        <MarkIcon mark={STATES[channel.state]} />
        <b>{channel.name}</b> <span className="meta">{channel.kind && (channel.kind === 'email' ? w.kind_email : w.kind_webhook)}</span>
      </h3>
      {channel.kind && (
        <button type="button" disabled={test.isPending} aria-label={`${w.test} ${channel.name}`} onClick={() => test.mutate()}>
          {test.isPending ? w.testing : w.test}
        </button>
      )}
      <p>
        {channel.target && <>{channel.target}. </>}
        <Sentence text={channel.text} />
      </p>
      {test.isError && (
        <p className="field-error" role="alert">
          {test.error.message}
        </p>
      )}
    </div>
  )
}

type Tab = 'closed' | 'messages' | 'changes'

function History({ data }: { data: AlertsAnswer }): ReactNode {
  const { lang } = useSay()
  const w = alertWords[lang]
  const id = useId()
  const [tab, show] = useState<Tab>('closed')
  const tabs: Tab[] = ['closed', 'messages', 'changes']
  return (
    <Panel title={w.history} className="history-panel" controls={<Choice label={w.history} value={tab} options={tabs.map((value) => ({ value, text: w[value] }))} onChange={show} />}>
      <div id={id} className="scroller" tabIndex={0} role="group" aria-label={w[tab]}>
        {tab === 'closed' ? <Closed data={data} /> : tab === 'messages' ? <Messages data={data} /> : <Changes data={data} />}
      </div>
    </Panel>
  )
}

function Closed({ data }: { data: AlertsAnswer }): ReactNode {
  const { lang, zone, pick } = useSay()
  const w = alertWords[lang]
  if (data.closed.length === 0) return <Empty>{w.closed_none}</Empty>
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{w.when}</th>
          <th scope="col">{w.what}</th>
          <th scope="col">{w.rule}</th>
          <th scope="col">{w.since}</th>
        </tr>
      </thead>
      <tbody>
        {data.closed.map((row) => (
          <tr key={row.id}>
            <td className="quiet nowrap">{row.closed_at && instant(row.closed_at, lang, zone)}</td>
            <td>
              {pick(row.name)}: {pick(row.closed)} {row.synthetic && <span className="tag">{w.synthetic}</span>}
            </td>
            <td className="quiet">{row.rule}</td>
            <td className="quiet nowrap">{instant(row.opened_at, lang, zone)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Messages({ data }: { data: AlertsAnswer }): ReactNode {
  const { lang, zone } = useSay()
  const w = alertWords[lang]
  if (data.attempts.length === 0) return <Empty>{w.messages_none}</Empty>
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{w.when}</th>
          <th scope="col">{w.channel}</th>
          <th scope="col">{w.message}</th>
          <th scope="col">{w.outcome}</th>
        </tr>
      </thead>
      <tbody>
        {data.attempts.map((tried, i) => (
          <tr key={i}>
            <td className="quiet nowrap">{instant(tried.at, lang, zone)}</td>
            <td>{tried.channel}</td>
            <td className="break">{tried.subject}</td>
            <td className="break">
              <b className={tried.outcome === 'sent' ? '' : 'bad'}>{w.outcomes[tried.outcome]}</b>{' '}
              <span className="quiet" lang="en">
                {tried.reason}
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Changes({ data }: { data: AlertsAnswer }): ReactNode {
  const { lang, zone, pick } = useSay()
  const w = alertWords[lang]
  if (data.changes.length === 0) return <Empty>{w.changes_none}</Empty>
  return (
    <table className="plain-table">
      <thead>
        <tr>
          <th scope="col">{w.when}</th>
          <th scope="col">{w.rule}</th>
          <th scope="col">{w.what}</th>
          <th scope="col">{w.by}</th>
        </tr>
      </thead>
      <tbody>
        {data.changes.map((change) => (
          <tr key={`${change.sequence}${change.id}`}>
            <td className="quiet nowrap">{instant(change.at, lang, zone)}</td>
            <td>{change.id}</td>
            <td>{pick(change.text)}</td>
            <td className="quiet">{change.by}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
