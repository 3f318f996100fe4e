import type { ReactNode } from 'react'
import type { Origin } from '../api/types.ts'
import { useSay } from '../text/index.tsx'
import { useView } from '../url.ts'

/** "table;key=value;…" in the address, so that the drawer of a figure can be linked to. */
export function writeOrigin(origin: Origin): string {
  return [origin.table, ...Object.entries(origin.filters).map(([key, value]) => `${key}=${value}`)].join(';')
}

export function readOrigin(text: string | undefined): Origin | null {
  if (!text) return null
  const [table, ...rest] = text.split(';')
  if (!table || !/^\w+$/.test(table)) return null
  const filters: Record<string, string> = {}
  for (const part of rest) {
    const at = part.indexOf('=')
    if (at > 0) filters[part.slice(0, at)] = part.slice(at + 1)
  }
  return { table, filters }
}

export function OriginLink({ origin, title }: { origin: Origin; title: string }): ReactNode {
  const { t } = useSay()
  const [, change] = useView()
  return (
    <button type="button" className="origin" aria-haspopup="dialog" aria-label={t.origin_of(title)} onClick={() => change({ origin: writeOrigin(origin) }, { push: true })}>
      {t.origin}
    </button>
  )
}
