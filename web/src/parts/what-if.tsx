/** Scenarios on the pages: what one changes in words, and a way to run one that has no result. */
import type { ReactNode } from 'react'
import type { Frame, Panel } from '../api/types.ts'
import { useSay } from '../text/index.tsx'
import { useView } from '../url.ts'
import { MarkIcon } from './marks.tsx'
import { StartOutlook } from './start-outlook.tsx'

/** The difference to the current course, with its interval, as the API says it. */
export function Difference({ panel }: { panel: Panel }): ReactNode {
  const { pick } = useSay()
  if (!panel.difference) return null
  return <p className="what-if-words">{pick(panel.difference)}</p>
}

/** Under the as-of bar: the scenario chosen has no result to show. */
export function UntriedScenario({ frame }: { frame: Frame }): ReactNode {
  const { t } = useSay()
  const [view, change] = useView()
  const chosen = frame.scenarios.find((s) => s.id === view.scenario)
  if (!chosen || chosen.outlook) return null
  const closed = chosen.state === 'expired' || (chosen.expires_on !== null && chosen.expires_on < frame.meta.now.slice(0, 10))
  return (
    <div className="banner untried" role="status">
      <MarkIcon mark="info" />
      <p>{closed ? t.scenario_closed(chosen.title) : t.scenario_none(chosen.title)}</p>
      {!closed && <StartOutlook country={frame.meta.country} words={t.scenario_run} />}
      <button type="button" onClick={() => change({ scenario: null }, { push: true })}>
        {t.current_course}
      </button>
    </div>
  )
}
