import { useLayoutEffect, useRef, useState, type RefObject } from 'react'

/** The size of a box, followed as it changes. */
export function useBox<E extends HTMLElement>(): [RefObject<E | null>, { width: number; height: number }] {
  const box = useRef<E>(null)
  const [size, setSize] = useState({ width: 0, height: 0 })
  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const measure = (): void => setSize({ width: element.clientWidth, height: element.clientHeight })
    measure()
    const watch = new ResizeObserver(measure)
    watch.observe(element)
    return () => watch.disconnect()
  }, [])
  return [box, size]
}
