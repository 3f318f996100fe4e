/** Which course every page shows: the current one, or a scenario, with who asked it, until when, and how far it is. */
import type { ReactNode } from 'react'
import type { Frame } from '../api/types.ts'
import { dayYear } from '../format.ts'
import { Menu } from '../parts/menu.tsx'
import { useSay } from '../text/index.tsx'
import { useView } from '../url.ts'

export function ScenarioSwitch({ frame }: { frame: Frame | undefined }): ReactNode {
  const { t, lang } = useSay()
  const [view, change] = useView()
  const scenarios = frame?.scenarios ?? []
  const chosen = scenarios.find((s) => s.id === view.scenario)
  const take = (scenario: string | null, close: () => void): void => {
    change({ scenario }, { push: true })
    close()
  }
  return (
    <div className="cell scenario">
      <span className="label">{t.scenario}</span>
      <Menu className={view.scenario ? 'badge fork' : 'badge'} prefix={t.choose_scenario} label={view.scenario ? (chosen?.title ?? view.scenario) : t.current_course}>
        {(close) => (
          <ul className="scenarios">
            <li>
              <button type="button" className="item" aria-current={!view.scenario} onClick={() => take(null, close)}>
                {t.current_course}
              </button>
            </li>
            {scenarios.map((s) => (
              <li key={s.id}>
                <button type="button" className="item" aria-current={s.id === view.scenario} onClick={() => take(s.id, close)}>
                  {s.title}
                  <small>
                    {[t.by_author(s.author), t[`state_${s.state}`], s.expires_on && t.expires(dayYear(s.expires_on, lang)), !s.outlook && t.scenario_empty].filter(Boolean).join(' · ')}
                  </small>
                </button>
              </li>
            ))}
          </ul>
        )}
      </Menu>
    </div>
  )
}
