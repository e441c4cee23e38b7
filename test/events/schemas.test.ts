import { type } from 'arktype'
import { type SchemaIssue, type StandardSchema, schemas } from 'headwater'
import * as v from 'valibot'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import type { Parse } from '../../src/events/decode.ts'
import { bench } from '../support/client.ts'

/** What becomes of a text: parsed, then checked by the schema for that name. */
function decode(map: Record<string, StandardSchema>, raw: string, name: string, parse?: Parse): unknown {
  const parser = schemas(map, parse)
  return parser.validate?.(parser(raw, name), name)
}

const SCHEMAS: Record<string, StandardSchema<{ id: number }>> = {
  zod: z.object({ id: z.union([z.number(), z.string().transform(Number)]) }),
  valibot: v.object({ id: v.pipe(v.union([v.string(), v.number()]), v.transform(Number), v.number()) }),
  arktype: type({ id: 'string.numeric.parse | number' }),
}

describe.each(Object.entries(SCHEMAS))('a schema of %s', (_, schema) => {
  it('validates and transforms the payload', () => {
    expect(decode({ tick: schema }, '{"id":"7"}', 'tick')).toEqual({ id: 7 })
  })

  it('throws an Error with the issues of the schema, and their messages', () => {
    try {
      decode({ tick: schema }, '{"id":[]}', 'tick')
      expect.unreachable()
    } catch (error) {
      const { issues, message } = error as Error & { issues: SchemaIssue[] }
      expect([...(issues[0]?.path ?? [])].map((step) => (typeof step === 'object' ? step.key : step))).toEqual(['id'])
      expect(message).toContain(issues[0]?.message)
    }
  })
})

describe('schemas()', () => {
  const standard = (validate: StandardSchema['~standard']['validate']): StandardSchema => ({
    '~standard': { version: 1, vendor: 'test', validate },
  })

  it('leaves payloads alone that have no schema', () => {
    expect(decode({ tick: z.number() }, '{"any":1}', 'other')).toEqual({ any: 1 })
  })

  it.each(['__proto__', 'constructor', 'toString'])('finds no schema for %s where there is none', (name) => {
    expect(decode({ tick: z.number() }, '{"any":1}', name)).toEqual({ any: 1 })
  })

  it('parses as it is asked to before it validates', () => {
    expect(decode({ tick: z.string() }, '{"a":1}', 'tick', 'text')).toBe('{"a":1}')
    expect(decode({ tick: z.string() }, 'b', 'tick', (raw, name) => `${name}:${raw}`)).toBe('tick:b')
    expect(() => decode({ tick: z.string() }, '{', 'tick')).toThrow(SyntaxError)
  })

  it('joins the messages of several issues', () => {
    const schema = standard(() => ({ issues: [{ message: 'one' }, { message: 'two' }] }))
    expect(() => decode({ tick: schema }, '1', 'tick')).toThrow('one,two')
  })

  it('refuses a schema that is asynchronous, as later events would overtake', () => {
    const slow = z.string().refine(async () => true)
    expect(() => decode({ tick: slow }, '"x"', 'tick')).toThrow('asynchronous')
  })

  it('leaves no rejection of an asynchronous schema unhandled, and takes anything with a then for a promise', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    onTestFinished(() => void process.off('unhandledRejection', unhandled))
    const rejecting = standard(() => Promise.reject('oops'))
    expect(() => decode({ tick: rejecting }, '1', 'tick')).toThrow('asynchronous')
    // biome-ignore lint/suspicious/noThenProperty: a promise of another realm is no more than that.
    const foreign = standard(() => ({ then: vi.fn() }) as unknown as Promise<{ value: unknown }>)
    expect(() => decode({ tick: foreign }, '1', 'tick')).toThrow('asynchronous')
    await bench().clock.settle()
    expect(unhandled).not.toHaveBeenCalled()
  })

  it.each([undefined, null, 5, {}, () => true])(
    'refuses %j, which is no Standard Schema, and names the event',
    (value) => {
      expect(() => schemas({ 'order.created': value as unknown as StandardSchema })).toThrow(
        expect.objectContaining({
          code: 'options',
          message: `order.created: expected a Standard Schema, got ${String(value).slice(0, 20)}`,
        }),
      )
    },
  )
})

describe('a client with schemas()', () => {
  it('hands transformed payloads to handlers, and reports what does not fit to onInvalid', async () => {
    const onInvalid = vi.fn()
    const parse = schemas({
      'order.created': z.object({ id: z.string(), at: z.string().transform((at) => new Date(at)) }),
    })
    const { sse, stream, clock, log } = bench({ parse, onInvalid })
    sse.subscribe('order.created', (order) => log.push(order))
    await clock.settle()
    stream.send('order.created', { id: 5, at: '2026-01-01' })
    stream.send('order.created', { id: '5', at: '2026-01-01' })
    await clock.settle()
    expect(log).toEqual([{ id: '5', at: new Date('2026-01-01') }])
    const issue = expect.objectContaining({ path: ['id'] })
    expect(onInvalid.mock.calls).toEqual([
      [expect.objectContaining({ type: 'order.created', error: expect.objectContaining({ issues: [issue] }) })],
    ])
  })

  it('checks a payload by the name that it is routed by', async () => {
    const { sse, stream, clock, log } = bench({
      parse: schemas({ 'order.created': z.object({ id: z.string().transform(Number) }).loose() }),
      type: ({ data }) => (data as { kind: string }).kind,
    })
    sse.subscribe('order.created', (data) => log.push(data))
    await clock.settle()
    stream.send('message', { kind: 'order.created', id: '7' })
    await clock.settle()
    expect(log).toEqual([{ kind: 'order.created', id: 7 }])
  })
})
