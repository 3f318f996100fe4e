interface Spot {
  x: number
  y: number
}

/** Rank discs moved apart so that none hides another. */
export function apart(points: readonly Spot[], gap: number): Spot[] {
  const placed = points.map((p) => ({ ...p }))
  for (let round = 0; round < 12; round++) {
    for (let i = 0; i < placed.length; i++) {
      for (let j = i + 1; j < placed.length; j++) {
        const [a, b] = [placed[i]!, placed[j]!]
        const dx = b.x - a.x || 0.1
        const dy = b.y - a.y
        const distance = Math.hypot(dx, dy)
        if (distance >= gap) continue
        const push = (gap - distance) / 2 / (distance || 1)
        a.x -= dx * push
        a.y -= dy * push
        b.x += dx * push
        b.y += dy * push
      }
    }
  }
  return placed
}
