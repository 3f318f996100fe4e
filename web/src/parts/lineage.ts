/** Puts the steps of a lineage in columns: each after the last of those it comes from. */

interface Step {
  id: string
}
interface Edge {
  source: string
  target: string
}

export function layers<T extends Step>(nodes: readonly T[], edges: readonly Edge[]): T[][] {
  const before = new Map<string, string[]>()
  for (const edge of edges) before.set(edge.target, [...(before.get(edge.target) ?? []), edge.source])
  const known = new Set(nodes.map((n) => n.id))
  const depth = new Map<string, number>()
  const reach = (id: string, trail: readonly string[]): number => {
    const found = depth.get(id)
    if (found !== undefined) return found
    const sources = (before.get(id) ?? []).filter((s) => known.has(s) && !trail.includes(s))
    const value = sources.length ? 1 + Math.max(...sources.map((s) => reach(s, [...trail, id]))) : 0
    depth.set(id, value)
    return value
  }
  const columns: T[][] = []
  for (const node of nodes) {
    const at = reach(node.id, [])
    while (columns.length <= at) columns.push([])
    columns[at]!.push(node)
  }
  return columns
}
