/** The frame around every page: rail, as-of bar, banner of late feeds, the sheet, the drawer of origins. */
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react'
import { Link, Outlet, useMatch } from 'react-router'
import { Failure } from '../api/client.ts'
import { useEvents, useFrame } from '../api/queries.ts'
import type { Frame } from '../api/types.ts'
import { instant } from '../format.ts'
import { Hatches, MarkIcon } from '../parts/marks.tsx'
import { UntriedScenario } from '../parts/what-if.tsx'
import { useSay, ZoneProvider } from '../text/index.tsx'
import { useHref, useView } from '../url.ts'
import { AsOfBar } from './bar.tsx'
import { Rail } from './rail.tsx'
import { Wall } from './wall.tsx'

const OriginDrawer = lazy(() => import('../parts/origin-drawer.tsx'))

const ZONES: Record<string, string> = { FR: 'Europe/Paris', IT: 'Europe/Rome', DE: 'Europe/Berlin', SI: 'Europe/Ljubljana' }

function Banner({ frame }: { frame: Frame }): ReactNode {
  const { t, pick } = useSay()
  const href = useHref()
  if (frame.banner.length === 0) return null
  const grave = frame.banner.some((row) => row.state === 'very_late')
  const [first, ...rest] = frame.banner
  return (
    <div className={grave ? 'banner grave' : 'banner'} role={grave ? 'alert' : 'status'}>
      <MarkIcon mark={grave ? 'critical' : 'stale'} />
      <p>
        <strong>{pick(first?.text)}</strong> {rest.map((row) => pick(row.text)).join(' ')}
      </p>
      <Link className="button" to={href('/data')}>
        {t.stale_more}
      </Link>
    </div>
  )
}

/** Alerts that do not reach people: said on every page until the channel works again. */
function AlertFaults({ frame }: { frame: Frame }): ReactNode {
  const { t, pick } = useSay()
  const href = useHref()
  if (frame.alert_faults.length === 0) return null
  return (
    <div className="banner grave" role="alert">
      <MarkIcon mark="failed" />
      <p>
        <strong>{frame.alert_faults.map(pick).join(' ')}</strong>
      </p>
      <Link className="button" to={href('/alerts')}>
        {t.alerts}
      </Link>
    </div>
  )
}

export function Shell(): ReactNode {
  const { t, lang, zone, pick } = useSay()
  const [view, change] = useView()
  const frame = useFrame()
  const [rail, openRail] = useState(false)
  const match = useMatch('/region/:place')
  useEvents()

  useEffect(() => {
    document.documentElement.lang = lang
    document.documentElement.dataset.theme = view.theme
    document.documentElement.dataset.wall = view.wall ? 'on' : 'off'
  }, [lang, view.theme, view.wall])

  return (
    <ZoneProvider value={ZONES[frame.data?.meta.country ?? 'FR'] ?? 'UTC'}>
      <a className="skip" href="#sheet">
        {t.skip}
      </a>
      <Hatches />
      <div className="shell" onClick={(event) => (event.target as HTMLElement).closest('.rail a') && openRail(false)}>
        <Rail frame={frame.data} open={rail} place={match?.params.place} />
        <div className="page">
          <AsOfBar
            frame={frame.data}
            menu={
              <button type="button" className="burger" aria-expanded={rail} aria-controls="rail" onClick={() => openRail(!rail)}>
                {t.menu}
              </button>
            }
          />
          {frame.isError && (
            <div className="banner grave" role="alert">
              <MarkIcon mark="failed" />
              <p>{frame.error instanceof Failure && frame.error.reachable ? `${pick(frame.error.title)} ${frame.error.detail}` : t.offline}</p>
              {(view.as_of || view.country || view.scenario) && (
                <button type="button" onClick={() => change({ as_of: null, country: null, scenario: null, place: null }, { push: true })}>
                  {t.back_to_now}
                </button>
              )}
              <button type="button" onClick={() => void frame.refetch()}>
                {t.retry}
              </button>
            </div>
          )}
          {frame.data && <Banner frame={frame.data} />}
          {frame.data && <UntriedScenario frame={frame.data} />}
          {frame.data && <AlertFaults frame={frame.data} />}
          <main id="sheet" tabIndex={-1} className={frame.isPlaceholderData ? 'aged' : ''}>
            <Outlet />
          </main>
          <footer className="print-foot">
            {frame.data && (
              <>
                {t.version_line(frame.data.version, String(frame.data.meta.sequence))} · {t.as_known} {instant(view.as_of ?? frame.data.meta.now, lang, zone)} · {t.aid}
              </>
            )}
          </footer>
        </div>
        {view.wall && <Wall />}
      </div>
      {view.origin && (
        <Suspense fallback={null}>
          <OriginDrawer />
        </Suspense>
      )}
    </ZoneProvider>
  )
}
