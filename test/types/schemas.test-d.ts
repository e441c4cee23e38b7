import { type } from 'arktype'
import { createSSE, eventsOf, type InferEvents, type SSEClient, type StandardSchema, schemas } from 'headwater'
import { createHubClient, type HubClient } from 'headwater/hub'
import { requestEvents } from 'headwater/request'
import { createHub } from 'headwater/server'
import * as v from 'valibot'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

/*
 * Payloads' types from schemas, with the libraries that people use. Nothing here runs: `tsc` is the test.
 */

// One library each.
const zod = createSSE('/events', {
  parse: schemas({ 'order.created': z.object({ id: z.string(), note: z.string().optional() }) }),
})
zod.subscribe('order.created', (data) => expectTypeOf(data).toEqualTypeOf<{ id: string; note?: string | undefined }>())
expectTypeOf(zod).toEqualTypeOf<SSEClient<{ 'order.created': { id: string; note?: string | undefined } }>>()

const valibot = createSSE('/events', { parse: schemas({ tick: v.object({ n: v.number() }) }) })
valibot.subscribe('tick', (data) => expectTypeOf(data).toEqualTypeOf<{ n: number }>())

const arktype = createSSE('/events', { parse: schemas({ tick: type({ n: 'number' }) }) })
arktype.subscribe('tick', (data) => expectTypeOf(data).toEqualTypeOf<{ n: number }>())

// Mixed; transforms and defaults give their output; other options stand beside.
const mixed = createSSE('/events', {
  heartbeat: 5000,
  parse: schemas({
    'order.created': z.object({ at: z.string().transform((text) => new Date(text)), total: z.number().default(0) }),
    'order.updated': v.pipe(
      v.string(),
      v.transform((text) => text.length),
    ),
    tick: type('string.numeric.parse'),
  }),
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
for await (const event of eventsOf(mixed, 'order.updated')) expectTypeOf(event.data).toEqualTypeOf<number>()

// @ts-expect-error only names that have a schema
mixed.subscribe('order.deleted', () => {})
// @ts-expect-error what the schema gives, not what it takes
mixed.subscribe('order.updated', (data: string) => data)
// @ts-expect-error a misspelt option beside schemas
createSSE('/events', { parse: schemas({ tick: z.number() }), hartbeat: 5 })
// @ts-expect-error an observer of another payload
createSSE('/events', { parse: schemas({ tick: z.number() }), onEvent: (event: { data: string }) => event })
// @ts-expect-error no schema
schemas({ tick: 'number' })
// @ts-expect-error a class is no schema
schemas({ tick: Date })
// @ts-expect-error the option of that name is gone: parse: schemas({ … })
createSSE('/events', { events: { tick: z.number() } })
// @ts-expect-error no such way to make a value
schemas({ tick: z.number() }, 'xml')

// A union of schemas: what any of them gives.
const union = createSSE('/events', {
  parse: schemas({
    shape: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a') }),
      z.object({ kind: z.literal('b'), n: z.number() }),
    ]),
  }),
})
union.subscribe('shape', (data) => {
  if (data.kind === 'b') expectTypeOf(data.n).toEqualTypeOf<number>()
})

// Types that are given and schemas that must fit them; not every name needs one.
interface Events {
  tick: number
  'order.created': { id: string }
}
const given = createSSE<Events>('/events', { parse: schemas({ tick: z.number() }) })
given.subscribe('order.created', (data) => expectTypeOf(data).toEqualTypeOf<{ id: string }>())
// @ts-expect-error a schema for another payload
createSSE<Events>('/events', { parse: schemas({ tick: z.string() }) })
// @ts-expect-error a schema for a name that there is none of
createSSE<Events>('/events', { parse: schemas({ tock: z.number() }) })

// Schemas kept elsewhere.
const kept = { tick: z.number(), 'order.created': v.object({ id: v.string() }) }
expectTypeOf<InferEvents<typeof kept>>().toEqualTypeOf<{ tick: number; 'order.created': { id: string } }>()
createSSE('/events', { parse: schemas(kept) }).subscribe('order.created', ({ id }) =>
  expectTypeOf(id).toEqualTypeOf<string>(),
)

// The other ways to get events.
expectTypeOf(createHubClient('/events', { parse: schemas(kept) })).toEqualTypeOf<HubClient<InferEvents<typeof kept>>>()
for await (const event of requestEvents('/events', { parse: schemas(kept) }))
  if (event.type === 'tick') expectTypeOf(event.data).toEqualTypeOf<number>()
createSSE('/events', { parse: schemas(kept, (raw) => raw.split(',')) })

expectTypeOf(z.number()).toExtend<StandardSchema<number>>()
expectTypeOf(v.number()).toExtend<StandardSchema<number>>()
expectTypeOf(type('number')).toExtend<StandardSchema<number>>()

// A hub takes them too, with the types of their outputs.
const hub = createHub({
  schemas: {
    zod: z.object({ id: z.string(), total: z.number().default(0) }),
    valibot: v.object({ id: v.string() }),
    arktype: type({ id: 'string' }),
  },
})
hub.publish('zod', { id: 'a', total: 5 })
hub.publish('valibot', { id: 'a' })
hub.publish('arktype', { id: 'a' })
// @ts-expect-error the output of this schema has a total
hub.publish('zod', { id: 'a' })
// @ts-expect-error an id is a string
hub.publish('arktype', { id: 7 })
createHub<{ zod: { id: string }; other: 1 }>({ schemas: { zod: z.object({ id: z.string() }) } })
// @ts-expect-error a schema of another event
createHub<{ zod: { id: string } }>({ schemas: { zod: z.object({ id: z.number() }) } })
