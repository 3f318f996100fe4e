/** The horizon strip: the past solid, the future dashed, a knob at the day shown. Drag it, or step with the arrow keys. */
import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { addDays, day, daysBetween, longDay } from '../format.ts'
import { useSay } from '../text/index.tsx'

interface Props {
  first: string
  last: string
  value: string
  ahead?: number
  onChange: (day: string) => void
}

/** The day at a share of the strip, never after the last day known. */
export function dayAt(share: number, first: string, last: string, ahead: number): string {
  const total = daysBetween(first, last) + ahead
  const at = Math.round(Math.min(1, Math.max(0, share)) * total)
  return addDays(first, Math.min(at, daysBetween(first, last)))
}

export function Horizon({ first, last, value, ahead = 21, onChange }: Props): ReactNode {
  const { t, lang } = useSay()
  const strip = useRef<HTMLDivElement>(null)
  const [dragged, drag] = useState<string | null>(null)
  const shown = dragged ?? value
  const total = Math.max(1, daysBetween(first, last) + ahead)
  const share = Math.min(1, Math.max(0, daysBetween(first, shown) / total))
  const future = Math.min(1, share + ahead / total)
  const end = addDays(first, Math.round(future * total))

  const under = (event: PointerEvent): string => {
    const box = strip.current!.getBoundingClientRect()
    return dayAt((event.clientX - box.left) / box.width, first, last, ahead)
  }
  const step = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -7, PageUp: 7 }
    const size = steps[event.key]
    const target = size ? addDays(value, size) : event.key === 'Home' ? first : event.key === 'End' ? last : null
    if (!target) return
    event.preventDefault()
    if (target >= first && target <= last) onChange(target)
  }

  return (
    <div className="horizon">
      <div className="horizon-labels" aria-hidden="true">
        {share > 0.16 && <span style={{ left: 0 }}>{day(first, lang)}</span>}
        <span className="here" style={{ left: `${share * 100}%` }}>
          {day(shown, lang)}
        </span>
        {future - share > 0.13 && (
          <span className="ahead" style={{ left: `${future * 100}%` }}>
            {day(end, lang)}
          </span>
        )}
      </div>
      <div
        ref={strip}
        className="horizon-strip"
        role="slider"
        tabIndex={0}
        aria-label={t.as_known}
        aria-valuemin={0}
        aria-valuemax={daysBetween(first, last)}
        aria-valuenow={daysBetween(first, shown)}
        aria-valuetext={longDay(shown, lang)}
        onKeyDown={step}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          drag(under(event))
        }}
        onPointerMove={(event) => dragged !== null && drag(under(event))}
        onPointerUp={(event) => {
          if (dragged !== null) onChange(under(event))
          drag(null)
        }}
        onPointerCancel={() => drag(null)}
      >
        <svg aria-hidden="true">
          <line className="past" x1="0" x2={`${share * 100}%`} y1="9" y2="9" />
          <line className="future" x1={`${share * 100}%`} x2={`${future * 100}%`} y1="9" y2="9" />
          {Array.from({ length: 8 }, (_, i) => (
            <line key={i} className="tick" x1={`${(i / 7) * 100}%`} x2={`${(i / 7) * 100}%`} y1="6" y2="12" />
          ))}
          <circle className="knob" cx={`${share * 100}%`} cy="9" r="5" />
        </svg>
      </div>
    </div>
  )
}
