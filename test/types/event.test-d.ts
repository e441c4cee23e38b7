import { createSSE, type EventName, type EventPattern, type Matching, type SSEEvent } from 'headwater'
import { expectTypeOf } from 'vitest'

/*
 * What the compiler makes of names, patterns and payloads. Nothing here runs: `tsc` is the test.
 */

interface Order {
  id: string
  total: number
}
interface Events {
  'order.created': Order
  'order.updated': { id: string; patch: Partial<Order> }
  'order.item.added': { sku: string }
  tick: number
}

const sse = createSSE<Events>('/events')

// A name: its payload.
sse.subscribe('order.created', (data, event) => {
  expectTypeOf(data).toEqualTypeOf<Order>()
  expectTypeOf(event).toEqualTypeOf<SSEEvent<Events, 'order.created'>>()
  expectTypeOf(event.type).toEqualTypeOf<'order.created'>()
  expectTypeOf(event.data).toEqualTypeOf<Order>()
  expectTypeOf(event.id).toEqualTypeOf<string>()
  expectTypeOf(event.raw).toEqualTypeOf<string>()
  expectTypeOf(event.receivedAt).toEqualTypeOf<number>()
})

// A prefix: the union of what it matches, however deep.
sse.subscribe('order.*', (data, event) => {
  expectTypeOf(data).toEqualTypeOf<Events['order.created' | 'order.updated' | 'order.item.added']>()
  expectTypeOf(event.type).toEqualTypeOf<'order.created' | 'order.updated' | 'order.item.added'>()
})
sse.subscribe('order.item.*', (data) => expectTypeOf(data).toEqualTypeOf<{ sku: string }>())

// '*': everything.
sse.subscribe('*', (data, event) => {
  expectTypeOf(data).toEqualTypeOf<Events[keyof Events]>()
  expectTypeOf(event.type).toEqualTypeOf<keyof Events>()
})

// The event is narrowed by its type.
sse.subscribe('*', (_, event) => {
  switch (event.type) {
    case 'order.created':
      return expectTypeOf(event.data).toEqualTypeOf<Order>()
    case 'order.item.added':
      return expectTypeOf(event.data.sku).toEqualTypeOf<string>()
    case 'order.updated':
      return expectTypeOf(event.data.patch).toEqualTypeOf<Partial<Order>>()
    case 'tick':
      return expectTypeOf(event.data).toEqualTypeOf<number>()
    default:
      return expectTypeOf(event).toEqualTypeOf<never>()
  }
})

// A handler may return anything, and may want less than it is given.
sse.subscribe('tick', async () => {})
sse.subscribe('tick', (data: unknown) => data)

// @ts-expect-error no such name
sse.subscribe('order.deleted', () => {})
// @ts-expect-error no such prefix
sse.subscribe('user.*', () => {})
// @ts-expect-error a name is no prefix
sse.subscribe('tick.*', () => {})
// @ts-expect-error a star stands only after a dot, at the end
sse.subscribe('ord*', () => {})
// @ts-expect-error a star stands only at the end
sse.subscribe('*.created', () => {})
// @ts-expect-error a payload of another type
sse.subscribe('tick', (data: string) => data)
// @ts-expect-error a payload that only one of the matching names has
sse.subscribe('order.*', (data: Order) => data)
// @ts-expect-error no handler
sse.subscribe('tick')
// @ts-expect-error events cannot be changed
sse.subscribe('tick', (_, event) => (event.data = 1))

// A type alias serves like an interface, optional and nullable payloads too.
type Aliased = { a: 1; 'b.c': string | null; 'b.d'?: number }
const aliased = createSSE<Aliased>('/events')
aliased.subscribe('a', (data) => expectTypeOf(data).toEqualTypeOf<1>())
aliased.subscribe('b.c', (data) => expectTypeOf(data).toEqualTypeOf<string | null>())
aliased.subscribe('b.d', (data) => expectTypeOf(data).toEqualTypeOf<number | undefined>())
aliased.subscribe('b.*', (data) => expectTypeOf(data).toEqualTypeOf<string | null | number | undefined>())

// Without types every name will do, and nothing is known of the payload.
const untyped = createSSE('/events')
untyped.subscribe('whatever', (data, event) => {
  expectTypeOf(data).toEqualTypeOf<unknown>()
  expectTypeOf(event.type).toEqualTypeOf<string>()
})
untyped.subscribe('whatever.*', (data) => expectTypeOf(data).toEqualTypeOf<unknown>())
untyped.subscribe('*', (data) => expectTypeOf(data).toEqualTypeOf<unknown>())
// @ts-expect-error unknown has no properties
untyped.subscribe('whatever', (data) => data.id)

// The types by themselves.
expectTypeOf<EventName<Events>>().toEqualTypeOf<keyof Events>()
expectTypeOf<EventPattern<Events>>().toEqualTypeOf<keyof Events | 'order.*' | 'order.item.*' | '*'>()
expectTypeOf<EventPattern<{ a: 1 }>>().toEqualTypeOf<'a' | '*'>()
expectTypeOf<Matching<Events, 'order.item.*'>>().toEqualTypeOf<'order.item.added'>()
expectTypeOf<Matching<Events, 'tick'>>().toEqualTypeOf<'tick'>()
expectTypeOf<SSEEvent<Events>['type']>().toEqualTypeOf<keyof Events>()
// Names that are no strings are no names of events.
expectTypeOf<EventName<{ a: 1; 5: 2; [Symbol.iterator]: 3 }>>().toEqualTypeOf<'a'>()
