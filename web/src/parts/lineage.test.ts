import { expect, it } from 'vitest'
import { layers } from './lineage.ts'

it('puts each step after all it comes from, and survives a circle', () => {
  const nodes = ['file', 'mapping', 'commit', 'table', 'figure'].map((id) => ({ id }))
  const edges = [
    { source: 'file', target: 'commit' },
    { source: 'mapping', target: 'commit' },
    { source: 'commit', target: 'table' },
    { source: 'file', target: 'table' },
    { source: 'table', target: 'figure' },
  ]
  expect(layers(nodes, edges).map((c) => c.map((n) => n.id))).toEqual([['file', 'mapping'], ['commit'], ['table'], ['figure']])
  expect(layers(nodes, [...edges, { source: 'figure', target: 'file' }]).flat()).toHaveLength(5)
})
