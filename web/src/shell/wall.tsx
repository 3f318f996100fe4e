/** The display on a wall: nothing to press, a clock, and the situation and the gravest place in turn. */
import { useEffect, useState, type ReactNode } from 'react'
import { useMatch, useNavigate } from 'react-router'
import { useSituation } from '../api/queries.ts'
import { clock } from '../format.ts'
import { useSay } from '../text/index.tsx'
import { useHref, useView } from '../url.ts'

const TURN_MS = 30_000
const TICK_MS = 1000

/** Turns every 30 seconds, unless movement is unwelcome; Escape or the button in the corner leaves. */
export function Wall(): ReactNode {
  const { t } = useSay()
  const [, change] = useView()
  const go = useNavigate()
  const href = useHref()
  const away = useMatch('/region/:place') !== null
  const worst = useSituation().data?.watch[0]?.place

  useEffect(() => {
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches
    if (still || !worst) return
    const timer = setTimeout(() => void go(away ? href('/') : href(`/region/${worst}`, { place: worst })), TURN_MS)
    return () => clearTimeout(timer)
  }, [away, worst, go, href])

  useEffect(() => {
    const leave = (event: KeyboardEvent): void => void (event.key === 'Escape' && change({ wall: false }))
    document.addEventListener('keydown', leave)
    return () => document.removeEventListener('keydown', leave)
  }, [change])

  return (
    <button type="button" className="leave-wall" onClick={() => change({ wall: false })}>
      {t.leave_wall}
    </button>
  )
}

/** The time now, where the place is. */
export function WallClock(): ReactNode {
  const { t, lang, zone } = useSay()
  const [now, setNow] = useState(() => new Date().toISOString())
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date().toISOString()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  return (
    <div className="cell wall-clock">
      <span className="label">{t.time_now}</span>
      <time className="value">{clock(now, lang, zone)}</time>
    </div>
  )
}
