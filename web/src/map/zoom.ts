/** Zoom and pan of a drawing, loaded when wanted; wheel only with Ctrl, so that the page still scrolls. */
import { useEffect, useRef, useState, type RefObject } from 'react'
import type { ZoomTransform } from 'd3-zoom'

export interface View {
  k: number
  x: number
  y: number
}

interface Point {
  x: number
  y: number
}

export const STILL: View = { k: 1, x: 0, y: 0 }
const MOST = 14
const STEP = 1.6

interface Zoom {
  view: View
  /** Null until the code has come. */
  by: ((step: 1 | -1, about?: Point) => void) | null
  reset: () => void
}

/** `by` goes a step nearer, or away; nearer to `about`, which is brought to the middle. `on`: whether it is wanted; what is drawn is still until then. */
export function useZoom(drawing: RefObject<SVGSVGElement | null>, on: boolean, width: number, height: number): Zoom {
  const [view, setView] = useState<View>(STILL)
  const moves = useRef<{ by: (step: 1 | -1, about?: Point) => void; reset: () => void } | null>(null)
  const [ready, setReady] = useState(false)

  useEffect(() => {
    const element = drawing.current
    if (!on || !element || width < 40 || height < 40) return
    let gone = false
    let undo = (): void => undefined
    void Promise.all([import('d3-zoom'), import('d3-selection')]).then(([{ zoom, zoomIdentity }, { select }]) => {
      if (gone) return
      const turned = zoom<SVGSVGElement, unknown>()
        .scaleExtent([1, MOST])
        .extent([[0, 0], [width, height]])
        .translateExtent([[0, 0], [width, height]])
        .filter((event: MouseEvent | TouchEvent | WheelEvent) => {
          if (event.type === 'wheel') return (event as WheelEvent).ctrlKey || (event as WheelEvent).metaKey
          if (event.type.startsWith('touch')) return (event as TouchEvent).touches.length > 1 || scaleOf(element) > 1
          return event.type !== 'dblclick' && !(event as MouseEvent).button
        })
        .on('zoom', (event: { transform: ZoomTransform }) => setView({ k: event.transform.k, x: event.transform.x, y: event.transform.y }))
      const selected = select(element).call(turned)
      moves.current = {
        by: (step, about) => {
          selected.call(turned.scaleBy, STEP ** step)
          if (about && step > 0) selected.call(turned.translateTo, about.x, about.y)
        },
        reset: () => void selected.call(turned.transform, zoomIdentity),
      }
      undo = () => void selected.on('.zoom', null)
      setReady(true)
    })
    return () => {
      gone = true
      undo()
      moves.current = null
      setReady(false)
      setView(STILL)
    }
  }, [drawing, on, width, height])

  return { view, by: ready ? (step, about) => moves.current?.by(step, about) : null, reset: () => moves.current?.reset() }
}

/** d3-zoom keeps its state on the element. */
function scaleOf(element: SVGSVGElement): number {
  return (element as unknown as { __zoom?: ZoomTransform }).__zoom?.k ?? 1
}

/** Where a point of the drawing stands while it is zoomed. */
export const moved = (view: View, at: Point): Point => ({ x: at.x * view.k + view.x, y: at.y * view.k + view.y })
