import { describe, expect, it } from 'vitest'
import { emitEvents } from '../../../codegen/emit/events.ts'
import { modelOf } from '../../../codegen/emit/model.ts'
import type { EventDocument, Schema } from '../../../codegen/pivot/document.ts'

const textOf = (schema: Schema, more: Partial<EventDocument> = {}): string =>
  emitEvents(modelOf({ version: 1, events: { a: { schema } }, $defs: {}, ...more }))

describe('the name', () => {
  it('gives way to what TypeScript has, also where a type refers to it', () => {
    const text = textOf(
      { $ref: '#/$defs/Record' },
      { $defs: { Record: { type: 'array', items: { $ref: '#/$defs/Record' } } } },
    )
    expect(text).toContain('  a: RecordType\n')
    expect(text).toContain('export type RecordType = RecordType[]\n')
  })

  it('gives way to what TypeScript has and to the name of another definition', () => {
    const text = textOf(
      { $ref: '#/$defs/any' },
      { $defs: { any: { $ref: '#/$defs/anyType' }, anyType: { type: 'null' }, Record: true, RecordType: true } },
    )
    expect(text).toContain('export type anyType2 = anyType\n')
    expect(text).toContain('export type RecordType2 = unknown\n')
  })

  it('gives way to a definition, if it is that of a payload', () => {
    const text = textOf({ type: 'string' }, { $defs: { A: { type: 'null' }, AData: { type: 'null' } } })
    expect(text).toContain('  a: AEventData\n')
  })

  it('stays as it is for the constants of two events that would have the same', () => {
    const schema: Schema = { type: 'null' }
    const text = textOf(true, { events: { 'a.b': { schema }, a_b: { schema }, c: { schema } } })
    expect(text).toContain("export const EventNames = {\n  'a.b': 'a.b',\n  a_b: 'a_b',\n  C: 'c',\n} as const\n")
  })
})

describe('an object of any properties', () => {
  it('may have itself in them', () => {
    const tree: Schema = { type: 'object', additionalProperties: { $ref: '#/$defs/Tree' } }
    const text = textOf({ $ref: '#/$defs/Tree' }, { $defs: { Tree: tree } })
    expect(text).toContain('export type Tree = { [key: string]: Tree }\n')
  })
})
