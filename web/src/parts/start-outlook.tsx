import { useMutation } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { api, read } from '../api/client.ts'
import { dayYear } from '../format.ts'
import { useSay } from '../text/index.tsx'
import { useView } from '../url.ts'

/**
 * Asks for a run; the page refreshes by itself when the server says that new figures count.
 * words: of the button. from: the day to look from instead, where the figures ended too long ago to look ahead from now.
 */
export function StartOutlook({ country, from = null, words }: { country: string | null; from?: string | null; words?: string }): ReactNode {
  const { t, lang } = useSay()
  const [view, change] = useView()
  const asked = useMutation({
    mutationFn: () =>
      read(
        api.POST('/api/v1/outlooks', {
          body: { country: country ?? '', as_of: view.as_of?.slice(0, 10) ?? null, scenario: view.scenario ?? null, samples: 500 },
        }),
      ),
  })
  if (!country) return null
  if (from)
    return (
      <p>
        <button type="button" className="primary" onClick={() => change({ as_of: from }, { push: true })}>
          {t.look_from(dayYear(from, lang))}
        </button>
      </p>
    )
  if (asked.isSuccess) return <p role="status">{t.outlook_asked}</p>
  return (
    <p>
      <button type="button" className="primary" disabled={asked.isPending} onClick={() => asked.mutate()}>
        {words ?? t.no_outlook_next}
      </button>
      {asked.isError && (
        <span className="field-error" role="alert">
          {asked.error.message}
        </span>
      )}
    </p>
  )
}
