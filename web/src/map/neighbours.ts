/** Moving over a map with the arrow keys. */
export type Compass = 'north' | 'south' | 'east' | 'west'

interface Spot {
  id: string
  x: number
  y: number
}

const WAY: Record<Compass, [number, number]> = { north: [0, -1], south: [0, 1], east: [1, 0], west: [-1, 0] }

/** The closest spot in a direction: within a cone of 60° either side, sideways steps cost twice. */
export function nearest<T extends Spot>(from: Spot, spots: readonly T[], way: Compass): T | undefined {
  const [wx, wy] = WAY[way]
  let best: T | undefined
  let least = Infinity
  for (const spot of spots) {
    const ahead = (spot.x - from.x) * wx + (spot.y - from.y) * wy
    const aside = Math.abs((spot.x - from.x) * wy) + Math.abs((spot.y - from.y) * wx)
    if (spot.id === from.id || ahead <= 0 || aside > ahead * 1.75) continue
    const cost = ahead + 2 * aside
    if (cost < least) [best, least] = [spot, cost]
  }
  return best
}
