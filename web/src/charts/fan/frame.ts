/** Where things stand in a fan chart: edges in pixels, and the two scales. */
import type { Model } from '../model.ts'

export interface Edge {
  left: number
  right: number
  top: number
  bottom: number
}

export interface Frame extends Edge {
  width: number
  height: number
  /** Pixels of a day index. */
  x: (day: number) => number
  /** Pixels of a value. */
  y: (value: number) => number
  /** The last day index. */
  end: number
}

/** `edge` gives the room kept free on each side; `left` and so on of the frame are positions. */
export function frameOf(model: Model, width: number, height: number, edge: Edge): Frame {
  const { left, top } = edge
  const right = width - edge.right
  const bottom = height - edge.bottom
  const [low, high] = model.range
  const end = model.days - 1
  return {
    left, right, top, bottom, width, height, end,
    x: (day) => left + (day / Math.max(1, end)) * (right - left),
    y: (value) => bottom - ((value - low) / Math.max(1e-9, high - low)) * (bottom - top),
  } // prettier-ignore
}

/** Ticks of one axis all have the decimals that their step needs. */
export function tickDigits(ticks: readonly number[]): number {
  const step = (ticks[1] ?? 1) - (ticks[0] ?? 0)
  return [0, 1, 2].find((d) => Math.abs(step * 10 ** d - Math.round(step * 10 ** d)) < 1e-6) ?? 3
}
