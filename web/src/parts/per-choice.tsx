/** Persons, or persons per 100,000 residents: one switch for every page that shows counts. */
import type { ReactNode } from 'react'
import { useSay } from '../text/index.tsx'
import { useView } from '../url.ts'
import { Choice } from './menu.tsx'

export function PerChoice(): ReactNode {
  const { t } = useSay()
  const [view, change] = useView()
  return (
    <Choice
      label={t.unit_of_counts}
      value={view.per ?? 'n'}
      options={[
        { value: 'n', text: t.counts },
        { value: '100k', text: t.per_100k },
      ]}
      onChange={(value) => change({ per: value === '100k' ? '100k' : null })}
    />
  )
}
