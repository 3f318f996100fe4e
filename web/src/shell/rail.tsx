import { type ReactNode } from 'react'
import { NavLink } from 'react-router'
import type { Frame } from '../api/types.ts'
import { Arch } from '../parts/marks.tsx'
import { useSay } from '../text/index.tsx'
import { keep, useHref, useView } from '../url.ts'
import { Search } from './search.tsx'

function Entry({ to, children, count, grave }: { to: string; children: ReactNode; count?: number; grave?: boolean }): ReactNode {
  const href = useHref()
  return (
    <li>
      <NavLink to={href(to)} end={to !== '/region'}>
        <span>{children}</span>
        {count ? <b className={grave ? 'grave' : ''}>{count}</b> : null}
      </NavLink>
    </li>
  )
}

/** The three verbs. Only what exists is listed. */
export function Rail({ frame, open, place }: { frame: Frame | undefined; open: boolean; place: string | undefined }): ReactNode {
  const { t } = useSay()
  const [view, change] = useView()
  const region = view.place ?? place
  return (
    <nav className={open ? 'rail open' : 'rail'} id="rail" aria-label={t.menu}>
      <NavLink to={useHref()('/')} className="wordmark">
        <Arch /> Belvedere
      </NavLink>
      <Search />
      <h2>{t.see}</h2>
      <ul>
        <Entry to="/">{t.situation}</Entry>
        {region && <Entry to={`/region/${region}`}>{t.forecast}</Entry>}
        <Entry to="/compare">{t.compare}</Entry>
      </ul>
      <h2>{t.decide}</h2>
      <ul>
        <Entry to="/watch" count={frame?.watch_open} grave>
          {t.watch_list}
        </Entry>
        <Entry to="/alerts" count={frame?.alerts_open}>
          {t.alerts}
        </Entry>
      </ul>
      <h2>{t.check}</h2>
      <ul>
        <Entry to="/data" count={frame?.feeds_late}>
          {t.data_health}
        </Entry>
        <Entry to="/data/quarantine" count={frame?.quarantine_open}>
          {t.quarantine}
        </Entry>
        <Entry to="/glossary">{t.glossary}</Entry>
      </ul>
      <div className="rail-foot">
        {frame?.synthetic && <span className="synthetic">{t.synthetic}</span>}
        <p>
          <strong>{frame?.operator ?? t.operator}</strong>
          <br />
          {t.aid}
        </p>
        <p className="switches">
          <button
            type="button"
            className="plain"
            onClick={() => {
              const theme = view.theme === 'dark' ? 'light' : 'dark'
              keep({ theme })
              change({ theme })
            }}
          >
            {view.theme === 'dark' ? t.light : t.dark}
          </button>
          <button type="button" className="plain" onClick={() => change({ wall: !view.wall })}>
            {t.wall}
          </button>
        </p>
      </div>
    </nav>
  )
}
