/** Where a figure comes from, drawn: files and mappings, commits, tables, run, the figure in ink. */
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { Link } from 'react-router'
import { useOrigin } from '../api/queries.ts'
import type { Lineage, OriginAnswer } from '../api/types.ts'
import { dayYear, instant, number } from '../format.ts'
import { useSay, type Say } from '../text/index.tsx'
import { useHref, useView } from '../url.ts'
import { layers } from './lineage.ts'
import { readOrigin } from './origin-link.tsx'
import { Answered, Empty } from './panel.tsx'
import '../styles/origin.css'

export default function OriginDrawer(): ReactNode {
  const { t } = useSay()
  const [view, change] = useView()
  const dialog = useRef<HTMLDialogElement>(null)
  const asked = readOrigin(view.origin)
  const answer = useOrigin(asked)
  useEffect(() => {
    const element = dialog.current
    if (element && !element.open) element.showModal()
  }, [])
  const close = (): void => change({ origin: null })
  return (
    <dialog ref={dialog} className="drawer" aria-labelledby="drawer-title" onClose={close} onClick={(event) => event.target === dialog.current && dialog.current.close()}>
      <div className="drawer-sheet">
        <header className="panel-head">
          <h2 id="drawer-title">{t.where_from}</h2>
          <span className="meta">
            <span>{asked ? [asked.table, ...Object.values(asked.filters)].join(' · ') : ''}</span>
            <span>{t.read_left}</span>
          </span>
          <span className="controls">
            <CopyAddress />
            <button type="button" onClick={() => dialog.current?.close()}>
              {t.close}
            </button>
          </span>
        </header>
        {asked ? (
          <Answered query={answer} what={t.where_from}>
            {(data) => <Figures data={data} />}
          </Answered>
        ) : (
          <Empty>{t.origin_none}</Empty>
        )}
      </div>
    </dialog>
  )
}

function CopyAddress(): ReactNode {
  const { t } = useSay()
  return <Copy text={location.href} label={t.copy_address} copied={t.address_copied} />
}

function Copy({ text, label, copied }: { text: string; label: string; copied: string }): ReactNode {
  const [done, setDone] = useState('')
  return (
    <button type="button" onClick={() => void navigator.clipboard.writeText(text).then(() => setDone(text))}>
      <span role="status">{done === text ? copied : label}</span>
    </button>
  )
}

/** Who corrected the row, when and why; what stood there before. */
function Correction({ lineage }: { lineage: Lineage }): ReactNode {
  const { t, lang, zone } = useSay()
  const made = lineage.correction
  if (!made) return null
  return (
    <section className="correction">
      <h3>{t.corrected_by}</h3>
      <p>
        {t.signed_when(made.signed_by, instant(made.signed_at, lang, zone))} · {made.file}, {t.row.toLowerCase()} {number(made.row, lang)}
      </p>
      <p className="reason">{made.reason}</p>
      <ul>
        {made.changes.map((c) => (
          <li key={c.column}>
            {c.column} : <s>{c.before || '–'}</s> <b>{c.after || '–'}</b>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Citation({ lineage }: { lineage: Lineage }): ReactNode {
  const { t, pick } = useSay()
  const text = `${pick(lineage.citation)}\n${location.href}`
  return (
    <section>
      <h3>{t.citation}</h3>
      <pre className="citation">{text}</pre>
      <Copy text={text} label={t.copy_citation} copied={t.citation_copied} />
    </section>
  )
}

function Figures({ data }: { data: OriginAnswer }): ReactNode {
  const { t, lang } = useSay()
  const [at, choose] = useState(0)
  const shown = data.figures[at] ?? data.figures[0]
  if (!shown) return <Empty>{t.origin_none}</Empty>
  return (
    <>
      <p className="meta">{data.total > 1 ? t.many_rows(number(data.total, lang), data.figures.length) : t.one_row}</p>
      {data.figures.length > 1 && (
        <select className="which" aria-label={t.value} value={at} onChange={(event) => choose(Number(event.target.value))}>
          {data.figures.map((f, i) => (
            <option key={i} value={i}>
              {Object.values(f.key).filter(Boolean).join(' · ')} : {f.value ?? t.not_received}
            </option>
          ))}
        </select>
      )}
      <Drawn lineage={shown} />
      <Correction lineage={shown} />
      <Raw lineage={shown} />
      <History lineage={shown} />
      <Citation lineage={shown} />
    </>
  )
}

function writeDetail(value: string | number | null, say: Say): string {
  if (value === null) return say.t.not_received
  if (typeof value === 'number') return number(value, say.lang, Number.isInteger(value) ? 0 : 2)
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) return instant(value, say.lang, say.zone)
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return dayYear(value, say.lang)
  return /^[0-9a-f]{40,}$/.test(value) ? value.slice(0, 12) : value
}

type Step = Lineage['nodes'][number]

/** What a figure is of: quantity and place. */
function named(key: Lineage['key'], { t }: Say): string {
  const quantity = String(key.indicator ?? key.target ?? key.level ?? '')
  const words = `target_${quantity}` as keyof typeof t
  return [typeof t[words] === 'string' ? t[words] : quantity, key.place].filter(Boolean).join(', ')
}

/** At most two lines under the name of a step: where in the file, when, by which code. */
function stepLines(node: Step, lineage: Lineage, say: Say): string[] {
  const { t } = say
  const d = node.detail
  const write = (value: string | number | null | undefined): string | null => (value === null || value === undefined ? null : writeDetail(value, say))
  const row = d.row === undefined || d.row === null ? null : `${t.row.toLowerCase()} ${write(d.row)}${d.column ? `, ${t.column.toLowerCase()} ${d.column}` : ''}`
  const lines: Record<Step['kind'], (string | null)[]> = {
    file: [row, write(d.received_at)],
    correction: [d.signed_by && d.signed_at ? t.signed_when(String(d.signed_by), instant(String(d.signed_at), say.lang, say.zone)) : null, write(d.reason)],
    feed: [t.step_feed, d.versions ? t.versions(number(Number(d.versions), say.lang), Number(d.versions)) : null],
    mapping: [t.mapping, write(d.sha256)],
    commit: [write(d.at), write(d.code)],
    table: [d.commit === undefined ? null : t.commit_n(String(d.commit))],
    run: Object.values(d).slice(0, 2).map(write),
    figure: [write(lineage.key.date ?? lineage.key.reference_date), d.of !== undefined && d.made !== d.of ? `${d.made} / ${d.of}` : null, lineage.status === 'reported' ? null : write(lineage.status)],
  }
  return lines[node.kind].filter((line): line is string => line !== null)
}

/** Boxes in columns, joined by curves. */
function Drawn({ lineage }: { lineage: Lineage }): ReactNode {
  const say = useSay()
  const href = useHref()
  const columns = layers(lineage.nodes, lineage.edges)
  const [box, gap, height] = [186, 44, 74]
  const tallest = Math.max(...columns.map((c) => c.length), 1)
  const total = tallest * height
  const spot = new Map<string, { x: number; y: number }>()
  columns.forEach((column, i) => column.forEach((node, k) => spot.set(node.id, { x: i * (box + gap), y: (k + 0.5) * (total / column.length) })))
  const width = columns.length * (box + gap) - gap
  return (
    <div className="scroller lineage" tabIndex={0} role="group" aria-label={say.t.where_from}>
      <div className="lineage-sheet" style={{ width, height: total }}>
        <svg width={width} height={total} aria-hidden="true">
          {lineage.edges.map((edge) => {
            const [a, b] = [spot.get(edge.source), spot.get(edge.target)]
            if (!a || !b) return null
            const [x1, x2] = [a.x + box, b.x]
            return <path key={`${edge.source} ${edge.target}`} d={`M${x1},${a.y}C${(x1 + x2) / 2},${a.y} ${(x1 + x2) / 2},${b.y} ${x2},${b.y}`} />
          })}
        </svg>
        {columns.flat().map((node) => {
          const at = spot.get(node.id)!
          const details = Object.entries(node.detail).filter(([, v]) => v !== null)
          const figure = node.kind === 'figure'
          return (
            <div key={node.id} className={`step step-${node.kind}`} style={{ left: at.x, top: at.y, width: box }} title={details.map(([k, v]) => `${k}: ${v}`).join('\n')}>
              <b>{figure ? named(lineage.key, say) : node.kind === 'feed' ? <Link to={href(`/data/${node.detail.feed}`)}>{say.pick(node.label)}</Link> : say.pick(node.label)}</b>
              {figure && <strong>{writeDetail(lineage.value, say)}</strong>}
              {stepLines(node, lineage, say).map((line) => (
                <span key={line}>{line}</span>
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}

function Raw({ lineage }: { lineage: Lineage }): ReactNode {
  const { t } = useSay()
  return (
    <section>
      <h3>{t.rows_behind}</h3>
      {lineage.raw === null ? (
        <p className="meta">{t.no_copy}</p>
      ) : (
        <div className="scroller" tabIndex={0} role="group" aria-label={t.rows_behind}>
          <table className="plain-table raw-row">
            <thead>
              <tr>
                {lineage.raw.map((cell) => (
                  <th key={cell.column} scope="col" className={cell.used ? 'used' : ''}>
                    {cell.column}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              <tr>
                {lineage.raw.map((cell) => (
                  <td key={cell.column} className={cell.used ? 'used' : ''}>
                    {cell.value ?? '–'}
                  </td>
                ))}
              </tr>
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function History({ lineage }: { lineage: Lineage }): ReactNode {
  const say = useSay()
  const { t, lang, zone } = say
  if (lineage.history.length === 0) return null
  return (
    <section>
      <h3>{t.said_when}</h3>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{t.known_at}</th>
            <th scope="col" className="num">
              {t.value}
            </th>
            <th scope="col">{t.status}</th>
            <th scope="col">{t.file}</th>
            <th scope="col" className="num">
              {t.row}
            </th>
          </tr>
        </thead>
        <tbody>
          {lineage.history.map((said, i) => (
            <tr key={i}>
              <th scope="row">
                {instant(said.known_at, lang, zone)} <span className="meta">{t[`basis_${said.basis}`]}</span>
              </th>
              <td className="num">{writeDetail(said.value, say)}</td>
              <td>{said.status === 'withdrawn' ? t.withdrawn : said.status === 'suppressed' ? t.withheld : ''}</td>
              <td className="file">{said.file ?? '–'}</td>
              <td className="num">{said.row === null ? '–' : number(said.row, lang)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
