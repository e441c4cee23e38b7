import { describe, expect, it } from 'vitest'
import { diff, formatChange } from '../../../codegen/diff/diff.ts'
import type { Schema } from '../../../codegen/pivot/document.ts'
import { DOCUMENT } from '../everything.ts'

type Defs = Readonly<Record<string, Schema>>

/** What has changed, if the payload of an event has another schema. */
function changes(before: Schema, after: Schema, beforeDefs: Defs = {}, afterDefs: Defs = beforeDefs): string[] {
  const map = (schema: Schema, $defs: Defs) => ({ version: 1 as const, events: { e: { schema } }, $defs })
  return diff(map(before, beforeDefs), map(after, afterDefs)).map(formatChange)
}

const text: Schema = { type: 'string' }
const number: Schema = { type: 'number' }
const object = (properties: Defs, required: string[] = [], more: object = {}): Schema => ({
  type: 'object',
  properties,
  required,
  ...more,
})

describe('a schema', () => {
  it.each<[before: Schema, after: Schema, lines: string[]]>([
    [text, text, []],
    [text, { ...text, description: 'Now with words.' }, []],
    [text, number, ['breaking: e: was a text, is a number']],
    [true, text, ['compatible: e: is a text now']],
    [text, true, ['breaking: e: was a text, is anything']],
    [number, { type: 'integer' }, []],
    [{ type: 'integer' }, number, ['breaking: e: was a whole number, is a number']],
    [{ ...text, format: 'uuid' }, text, ['breaking: e: format was uuid, is gone']],
    [text, { ...text, maxLength: 3 }, []],
    [{ ...text, minLength: 3 }, { ...text, minLength: 2 }, ['breaking: e: minLength was 3, is 2']],
    [{ ...number, maximum: 3 }, { ...number, maximum: 4 }, ['breaking: e: maximum was 3, is 4']],
    [{ ...number, maximum: 3 }, { ...number, maximum: 2 }, []],
    [{ ...text, pattern: 'a' }, { ...text, pattern: 'b' }, ['breaking: e: pattern was a, is b']],
    [{ enum: ['a', 'b'] }, { enum: ['b', 'c'] }, ['breaking: e: may be "c" now', 'compatible: e: is never "a" now']],
    [text, { enum: ['a'] }, ['compatible: e: is "a" now']],
    [text, { enum: ['a', 1] }, ['breaking: e: was a text, is "a" or 1']],
    [{ enum: ['a'] }, text, ['breaking: e: was "a", is a text']],
    [text, { type: ['string', 'null'] }, ['breaking: e: may be null now']],
    [{ type: ['string', 'null'] }, text, ['compatible: e: is never null now']],
    [{ oneOf: [text, number] }, { anyOf: [number, text] }, []],
    [
      { oneOf: [object({ k: { const: 1 } }, ['k']), text] },
      { oneOf: [object({ k: { const: 2 } }, ['k']), text] },
      ['breaking: e.k: may be 2 now', 'compatible: e.k: is never 1 now'],
    ],
    [{ type: 'array', items: text }, { type: 'array', items: number }, ['breaking: e[]: was a text, is a number']],
    [{ type: 'array', uniqueItems: true }, { type: 'array' }, ['breaking: e: items may be equal now']],
    [{ type: 'array', maxItems: 1 }, { type: 'array' }, ['breaking: e: max was 1, is gone']],
    [
      { type: 'array', prefixItems: [text, text] },
      { type: 'array', prefixItems: [text, number] },
      ['breaking: e[1]: was a text, is a number'],
    ],
    [
      { type: 'array', prefixItems: [text] },
      { type: 'array', prefixItems: [text, text] },
      ['breaking: e: was a list of 1, is a list of 2'],
    ],
    [object({ a: text }, ['a']), object({}), ['breaking: e.a: is gone']],
    [object({ a: text }), object({}), ['compatible: e.a: is gone, and was optional']],
    [object({ a: text }, ['a']), object({ a: text }), ['breaking: e.a: may be missing now']],
    [object({ a: text }), object({ a: text }, ['a']), ['compatible: e.a: is always there now']],
    [object({}), object({ a: text }), ['compatible: e.a: is new: a text']],
    [
      object({}, [], { additionalProperties: false }),
      object({ a: text }, [], { additionalProperties: false }),
      ['breaking: e.a: is new, and no other properties were allowed'],
    ],
    [object({}, [], { additionalProperties: false }), object({}), ['breaking: e: may have other properties now']],
    [
      object({}, [], { additionalProperties: text }),
      object({}, [], { additionalProperties: number }),
      ['breaking: e.*: was a text, is a number'],
    ],
    [
      { allOf: [object({ a: text }, ['a']), object({ b: text })] },
      { allOf: [object({ a: text }), object({ b: number })] },
      ['breaking: e.a: may be missing now', 'breaking: e.b: was a text, is a number'],
    ],
  ])('%j that becomes %j is named, with whether it breaks clients', (before, after, lines) => {
    expect(changes(before, after)).toEqual(lines)
  })

  it('is compared behind references that lead back to themselves', () => {
    const node = (value: Schema): Defs => ({
      Node: object({ value, next: { anyOf: [{ $ref: '#/$defs/Node' }, { type: 'null' }] } }, ['value', 'next']),
    })
    const ref: Schema = { $ref: '#/$defs/Node' }
    expect(changes(ref, ref, node(text), node(text))).toEqual([])
    expect(changes(ref, ref, node(text), node(number))).toEqual(['breaking: e.value: was a text, is a number'])
    const loop: Defs = { Loop: { anyOf: [{ $ref: '#/$defs/Loop' }, text] } }
    expect(changes({ $ref: '#/$defs/Loop' }, text, loop)).toEqual([])
  })

  it('is as it was, if the map is the same', () => {
    expect(diff(DOCUMENT, DOCUMENT)).toEqual([])
  })
})
