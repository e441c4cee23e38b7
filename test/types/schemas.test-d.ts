import { type } from 'arktype'
import { createSSE, type InferEvents, type SSEClient, type StandardSchema } from 'headwater'
import * as v from 'valibot'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

/*
 * Payloads' types from schemas, with the libraries that people use. Nothing here runs: `tsc` is the test.
 */

// One library each.
const zod = createSSE('/events', {
  events: { 'order.created': z.object({ id: z.string(), note: z.string().optional() }) },
})
zod.subscribe('order.created', (data) => expectTypeOf(data).toEqualTypeOf<{ id: string; note?: string | undefined }>())
expectTypeOf(zod).toEqualTypeOf<SSEClient<{ readonly 'order.created': { id: string; note?: string | undefined } }>>()

const valibot = createSSE('/events', { events: { tick: v.object({ n: v.number() }) } })
valibot.subscribe('tick', (data) => expectTypeOf(data).toEqualTypeOf<{ n: number }>())

const arktype = createSSE('/events', { events: { tick: type({ n: 'number' }) } })
arktype.subscribe('tick', (data) => expectTypeOf(data).toEqualTypeOf<{ n: number }>())

// Mixed; transforms and defaults give their output; other options stand beside.
const mixed = createSSE('/events', {
  heartbeat: 5000,
  events: {
    'order.created': z.object({ at: z.string().transform((text) => new Date(text)), total: z.number().default(0) }),
    'order.updated': v.pipe(
      v.string(),
      v.transform((text) => text.length),
    ),
    tick: type('string.numeric.parse'),
  },
  onEvent(event) {
    expectTypeOf(event.type).toEqualTypeOf<'order.created' | 'order.updated' | 'tick'>()
    if (event.type === 'tick') expectTypeOf(event.data).toEqualTypeOf<number>()
  },
})
mixed.subscribe('order.created', (data) => expectTypeOf(data).toEqualTypeOf<{ at: Date; total: number }>())
mixed.subscribe('order.updated', (data) => expectTypeOf(data).toEqualTypeOf<number>())
mixed.subscribe('tick', (data) => expectTypeOf(data).toEqualTypeOf<number>())
mixed.subscribe('order.*', (data) => expectTypeOf(data).toEqualTypeOf<{ at: Date; total: number } | number>())
mixed.subscribe('*', (_, event) => {
  if (event.type === 'order.created') expectTypeOf(event.data.at).toEqualTypeOf<Date>()
})
for await (const event of mixed.events('order.updated')) expectTypeOf(event.data).toEqualTypeOf<number>()

// @ts-expect-error only names that have a schema
mixed.subscribe('order.deleted', () => {})
// @ts-expect-error what the schema gives, not what it takes
mixed.subscribe('order.updated', (data: string) => data)
// @ts-expect-error a misspelt option beside schemas
createSSE('/events', { events: { tick: z.number() }, hartbeat: 5 })
// @ts-expect-error an observer of another payload
createSSE('/events', { events: { tick: z.number() }, onEvent: (event: { data: string }) => event })
// @ts-expect-error no schema
createSSE('/events', { events: { tick: 'number' } })
// @ts-expect-error a class is no schema
createSSE('/events', { events: { tick: Date } })

// A union of schemas: what any of them gives.
const union = createSSE('/events', {
  events: {
    shape: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a') }),
      z.object({ kind: z.literal('b'), n: z.number() }),
    ]),
  },
})
union.subscribe('shape', (data) => {
  if (data.kind === 'b') expectTypeOf(data.n).toEqualTypeOf<number>()
})

// Types that are given and schemas that must fit them; not every name needs one.
interface Events {
  tick: number
  'order.created': { id: string }
}
const given = createSSE<Events>('/events', { events: { tick: z.number() } })
given.subscribe('order.created', (data) => expectTypeOf(data).toEqualTypeOf<{ id: string }>())
// @ts-expect-error a schema for another payload
createSSE<Events>('/events', { events: { tick: z.string() } })
// @ts-expect-error a schema for a name that there is none of
createSSE<Events>('/events', { events: { tock: z.number() } })

// Schemas kept elsewhere.
const schemas = { tick: z.number(), 'order.created': v.object({ id: v.string() }) }
expectTypeOf<InferEvents<typeof schemas>>().toEqualTypeOf<{ tick: number; 'order.created': { id: string } }>()
createSSE('/events', { events: schemas }).subscribe('order.created', ({ id }) =>
  expectTypeOf(id).toEqualTypeOf<string>(),
)
expectTypeOf(z.number()).toExtend<StandardSchema<number>>()
expectTypeOf(v.number()).toExtend<StandardSchema<number>>()
expectTypeOf(type('number')).toExtend<StandardSchema<number>>()
