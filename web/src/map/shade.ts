/** What the map knows of one place. */
export interface Shade {
  place: string
  value: number | null
  failed: boolean
  rank: number | null
  withheld: boolean
}

/** Whether a chance can be shown; else the place is hatched. */
export const isKnown = (shade: Shade): shade is Shade & { value: number } => shade.value !== null && !shade.failed
