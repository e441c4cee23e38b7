import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import * as fc from 'fast-check'
import { createSSE, schemas } from 'headwater'
import { createHub } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import type { EventDocument, Schema } from '../../../codegen/pivot/document.ts'
import { anySchema, DEFS, valueFor } from './arbitrary.ts'
import { runSchemas } from './run.ts'

const ajv = new Ajv2020({ strict: false, addUsedSchema: false, ownProperties: true, logger: false })
formats.default(ajv)

const documentOf = (schema: Schema): EventDocument => ({ version: 1, events: { x: { schema } }, $defs: DEFS })

/** A case of a schema and values. */
const cases = anySchema.chain((schema) =>
  fc.record({ schema: fc.constant(schema), values: fc.array(valueFor(schema), { minLength: 4, maxLength: 8 }) }),
)

/** The verdicts on values: of Ajv, and of what is generated. */
function verdicts(
  { schema, values }: { readonly schema: Schema; readonly values: readonly unknown[] },
  kind: 'plain' | 'zod' | 'valibot',
) {
  const ours = runSchemas(documentOf(schema), kind)['x']
  const fits = ajv.compile({ $defs: DEFS, allOf: [schema] })
  return {
    ajv: values.map((value) => fits(value)),
    generated: values.map((value) => !ours?.['~standard'].validate(value).issues),
  }
}

describe('validators in plain code', () => {
  it('agree with Ajv on every value of every schema', () => {
    const seen = { fits: 0, not: 0 }
    fc.assert(
      fc.property(cases, (given) => {
        const { ajv, generated } = verdicts(given, 'plain')
        expect(generated).toEqual(ajv)
        for (const each of ajv) seen[each ? 'fits' : 'not']++
      }),
      { numRuns: 150 },
    )
    // Values of both kinds were met.
    expect(Math.min(seen.fits, seen.not)).toBeGreaterThan(100)
  })

  const ORDER: Schema = {
    type: 'object',
    properties: {
      id: { type: 'string', format: 'uuid' },
      lines: {
        type: 'array',
        items: { type: 'object', properties: { n: { type: 'integer', minimum: 1 } }, required: ['n'] },
      },
      shape: { $ref: '#/$defs/Tag' },
      note: { type: ['string', 'null'] },
      next: { oneOf: [{ type: 'string' }, { const: 'a' }] },
    },
    required: ['id'],
  }
  const ID = '67e55044-10b1-426f-9247-bb680e5fe0c8'

  it.each<[value: unknown, issues: string[]]>([
    [1, [': expected an object']],
    [{}, ['id: expected a value']],
    [
      { id: 'x', lines: [{ n: 1 }, { n: 0.5 }, 1] },
      ['id: expected a text: a UUID', 'lines.1.n: expected a whole number: at least 1', 'lines.2: expected an object'],
    ],
    [{ id: ID, shape: { tag: 'q' } }, ['shape.tag: expected one of "a","b","__proto__"']],
    [{ id: ID, shape: {} }, ['shape.tag: expected one of "a","b","__proto__"']],
    [{ id: ID, shape: { tag: 'b', b: 'x' } }, ['shape.b: expected a number']],
    [{ id: ID, note: 1 }, ['note: expected a text']],
    [{ id: ID, next: 'a' }, ['next: expected one form only']],
    [{ id: ID, note: undefined }, []],
  ])('say what is wrong with %j, and where', (value, lines) => {
    const { issues = [] } = runSchemas(documentOf(ORDER), 'plain')['x']?.['~standard'].validate(value) ?? {}
    expect(issues.map(({ message, path = [] }) => `${path.join('.')}: ${message}`)).toEqual(lines)
  })

  it('look into each member of a union whose members have one tag', () => {
    const member = (name: string): Schema => ({
      type: 'object',
      properties: { tag: { const: 'a' }, [name]: { type: 'number' } },
      required: ['tag', name],
    })
    const check = runSchemas(documentOf({ oneOf: [member('b'), member('c')] }), 'plain')['x']?.['~standard']
    expect(check?.validate({ tag: 'a', b: 1 }).issues).toBeUndefined()
    expect(check?.validate({ tag: 'a', c: 1 }).issues).toBeUndefined()
    expect(check?.validate({ tag: 'a' }).issues).toHaveLength(1)
  })

  it('check a field with the name of a prototype', () => {
    const schema: Schema = {
      type: 'object',
      properties: Object.fromEntries([['__proto__', { type: 'string' }]]),
      required: ['__proto__'],
    }
    const check = (text: string) =>
      runSchemas(documentOf(schema), 'plain')['x']?.['~standard'].validate(JSON.parse(text)).issues
    expect(check('{"__proto__":"x"}')).toBeUndefined()
    expect(check('{"__proto__":1}')).toEqual([{ message: 'expected a text', path: ['__proto__'] }])
    expect(check('{}')).toEqual([{ message: 'expected a value', path: ['__proto__'] }])
  })

  it('are Standard Schemas for a client and a hub', async () => {
    const generated = runSchemas(documentOf(ORDER), 'plain')
    // Types that are generated are tested where the compiler is: in the golden files.
    const map = generated as unknown as Parameters<typeof schemas>[0]
    expect(() => createSSE('http://localhost/', { parse: schemas(map) }).close()).not.toThrow()
    const hub = createHub({ schemas: map })
    await expect(hub.publish('x', { id: 1 })).rejects.toThrow(
      'the data of x does not fit its schema: id: expected a text: a UUID',
    )
    await hub.close()
  })
})

describe('validators of libraries', () => {
  /** What the libraries do in their own way: one of `oneOf`, names of a prototype, and the days of months (valibot). */
  const OWN = {
    zod: /"oneOf"|__proto__|constructor|isPrototypeOf|Tag|"enum":\[[^\]]*[[{]/,
    valibot: /"oneOf"|__proto__|constructor|isPrototypeOf|Tag|"enum":\[[^\]]*[[{]|"format"/,
  }

  it.each(['zod', 'valibot'] as const)('want every item of a tuple, also one that may be anything: %s', (kind) => {
    const list: Schema = { type: 'array', prefixItems: [true, { $ref: '#/$defs/Node' }], items: false, minItems: 1 }
    const check = runSchemas(documentOf(list), kind)['x']?.['~standard']
    const fits = [[], [null], [1, { next: null }], [1, {}]].map((value) => !check?.validate(value).issues)
    expect(fits).toEqual([false, true, true, false])
    const open: Schema = { type: 'array', prefixItems: [true], items: { type: 'string' }, minItems: 1 }
    expect(runSchemas(documentOf(open), kind)['x']?.['~standard'].validate([]).issues).toHaveLength(1)
  })

  it.each(['zod', 'valibot'] as const)('agree with Ajv, apart from what docs/codegen.md names: %s', (kind) => {
    fc.assert(
      fc.property(cases, (given) => {
        fc.pre(!OWN[kind].test(JSON.stringify(given)))
        const { ajv, generated } = verdicts(given, kind)
        expect(generated).toEqual(ajv)
      }),
      { numRuns: 60, seed: 60 },
    )
  })
})
