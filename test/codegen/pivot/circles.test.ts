import { describe, expect, it } from 'vitest'
import { circlesIn } from '../../../codegen/pivot/circles.ts'
import type { Schema } from '../../../codegen/pivot/document.ts'

const ref = (name: string): Schema => ({ $ref: `#/$defs/${name}` })

describe('a definition that is a form of itself', () => {
  it.each<[what: string, $defs: Record<string, Schema>, circles: string[]]>([
    ['itself', { A: ref('A') }, ['A']],
    ['by way of another', { A: ref('B'), B: ref('A'), C: ref('A') }, ['A', 'B']],
    ['or null', { A: { anyOf: [ref('A'), { type: 'null' }] } }, ['A']],
    ['with more', { A: { allOf: [{ type: 'object' }, ref('A')] } }, ['A']],
    ['in a field', { A: { type: 'object', properties: { a: ref('A') } } }, []],
    ['in a list', { A: { type: 'array', items: ref('A') } }, []],
    ['in a property of any name', { A: { type: 'object', additionalProperties: ref('A') } }, []],
    ['missing', { A: ref('B') }, []],
  ])('is found: %s', (_, $defs, circles) => {
    expect(circlesIn({ version: 1, events: {}, $defs })).toEqual(circles)
  })
})
