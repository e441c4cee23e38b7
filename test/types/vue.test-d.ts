import { createSSE, type SSEClient, type SSEError, type SSEEvent, schemas } from 'headwater'
import { createHubClient, type HubClient } from 'headwater/hub'
import { createSSEPlugin, type UseSSE, useSSE, useSSEClient, useSSEEvent, useSSEValue, useTopic } from 'headwater/vue'
import { expectTypeOf } from 'vitest'
import { createApp, type Ref, ref, shallowRef } from 'vue'
import { z } from 'zod'

/*
 * What the compiler makes of the composables. Nothing here runs: `tsc` is the test.
 */

interface Order {
  id: string
  total: number
}
interface Events {
  'order.created': Order
  'order.updated': { id: string; patch: Partial<Order> }
  tick: number
}
const sse = createSSE<Events>('/events')
const hubClient = createHubClient<Events>('/events')
const id = ref(1)

// The connection.
const live = useSSE(sse)
expectTypeOf(live).toEqualTypeOf<UseSSE<Events>>()
expectTypeOf(live.status.value).toEqualTypeOf<'idle' | 'connecting' | 'open' | 'waiting' | 'paused' | 'closed'>()
expectTypeOf(live.isConnected.value).toEqualTypeOf<boolean>()
expectTypeOf(live.error.value).toEqualTypeOf<SSEError | null>()
expectTypeOf(live.lastEvent.value).toEqualTypeOf<SSEEvent<Events> | null>()
expectTypeOf(live.lastEventId.value).toEqualTypeOf<string>()
expectTypeOf(live.client).toEqualTypeOf<SSEClient<Events>>()
expectTypeOf(live.connect).toEqualTypeOf<() => void>()
// @ts-expect-error a client that speaks no protocol sends nothing
live.send
// @ts-expect-error it is the client's to say
live.status.value = 'open'

// Where it goes.
expectTypeOf(useSSE(() => createSSE<Events>('/events'))).toEqualTypeOf<UseSSE<Events>>()
const made = useSSE(() => createHubClient<Events>('/events'))
expectTypeOf(made).toEqualTypeOf<UseSSE<Events, HubClient<Events>>>()
expectTypeOf(made.client).toEqualTypeOf<HubClient<Events>>()
expectTypeOf(made.send).toEqualTypeOf<HubClient<Events>['send']>()
expectTypeOf(useSSE(hubClient)).toEqualTypeOf<UseSSE<Events, HubClient<Events>>>()
expectTypeOf(useSSE(shallowRef(hubClient))).toEqualTypeOf<UseSSE<Events, HubClient<Events>>>()
expectTypeOf(useSSE(shallowRef(sse))).toEqualTypeOf<UseSSE<Events>>()
expectTypeOf(useSSE()).toEqualTypeOf<UseSSE>()
expectTypeOf(useSSE<Events>()).toEqualTypeOf<UseSSE<Events>>()
expectTypeOf(useSSE<Events, HubClient<Events>>()).toEqualTypeOf<UseSSE<Events, HubClient<Events>>>()
expectTypeOf(useSSE<Events>('/events')).toEqualTypeOf<UseSSE<Events>>()
expectTypeOf(useSSE('/events')).toEqualTypeOf<UseSSE>()
expectTypeOf(useSSE(new URL('/events', 'http://localhost'))).toEqualTypeOf<UseSSE>()
expectTypeOf(useSSE(() => `/orders/${id.value}`)).toEqualTypeOf<UseSSE>()
expectTypeOf(useSSE(ref('/events'))).toEqualTypeOf<UseSSE>()
useSSE<Events>('/events', {
  linger: 0,
  onEvent: (event) => expectTypeOf(event).toEqualTypeOf<SSEEvent<Events>>(),
})
useSSE(sse, { onEvent: (event) => expectTypeOf(event).toEqualTypeOf<SSEEvent<Events>>() })
expectTypeOf(useSSE('/events', { parse: schemas({ tick: z.number() }) })).toEqualTypeOf<UseSSE<{ tick: number }>>()
// @ts-expect-error a client has its options already
useSSE(sse, { linger: 0 })
// @ts-expect-error no such option
useSSE('/events', { lingre: 0 })
// @ts-expect-error the options are those of the function
useSSE(() => createHubClient<Events>('/events'), { linger: 0 })
// @ts-expect-error a getter has no arguments: for a URL per attempt, make a client
useSSE(({ attempt }: { attempt: number }) => `/events?${attempt}`)
// @ts-expect-error nor does one wait
useSSE(async () => '/events')

// Events.
useSSEEvent(sse, 'order.created', (order, event) => {
  expectTypeOf(order).toEqualTypeOf<Order>()
  expectTypeOf(event).toEqualTypeOf<SSEEvent<Events, 'order.created'>>()
})
useSSEEvent(sse, 'order.*', (data) => expectTypeOf(data).toEqualTypeOf<Events['order.created' | 'order.updated']>())
useSSEEvent(
  () => live.client,
  'tick',
  (n) => expectTypeOf(n).toEqualTypeOf<number>(),
)
useSSEEvent(
  sse,
  () => 'tick' as const,
  (n) => expectTypeOf(n).toEqualTypeOf<number>(),
)
useSSEEvent(
  sse,
  ref<'tick'>('tick'),
  ref((n: number) => n),
)
useSSEEvent('tick', (data) => expectTypeOf(data).toEqualTypeOf<unknown>())
useSSEEvent<Order>('order.created', (data) => expectTypeOf(data).toEqualTypeOf<Order>())
useSSEEvent('order.created', (data: Order) => data)
useSSEEvent(undefined, 'tick', (data) => expectTypeOf(data).toEqualTypeOf<unknown>())
useSSEEvent(useSSEClient<Events>(), 'tick', (n) => expectTypeOf(n).toEqualTypeOf<number>())
// @ts-expect-error no such event
useSSEEvent(sse, 'order.deleted', () => {})
// @ts-expect-error no event has such a prefix
useSSEEvent(sse, 'user.*', () => {})
useSSEEvent(
  sse,
  // @ts-expect-error no such event, from a getter either
  () => 'order.deleted' as const,
  () => {},
)
// @ts-expect-error another payload
useSSEEvent(sse, 'tick', (n: string) => n)

// Values.
expectTypeOf(useSSEValue(sse, 'tick', 0).value).toEqualTypeOf<number>()
expectTypeOf(useSSEValue(sse, 'order.created', null).value).toEqualTypeOf<Order | null>()
expectTypeOf(useSSEValue(sse, 'order.created', { initial: null, batch: 'frame' }).value).toEqualTypeOf<Order | null>()
const ids = useSSEValue(sse, 'order.created', {
  initial: [] as string[],
  reduce(all, order, event) {
    expectTypeOf(all).toEqualTypeOf<string[]>()
    expectTypeOf(order).toEqualTypeOf<Order>()
    expectTypeOf(event).toEqualTypeOf<SSEEvent<Events, 'order.created'>>()
    return [...all, order.id]
  },
})
expectTypeOf(ids.value).toEqualTypeOf<string[]>()
expectTypeOf(ids).toExtend<Readonly<Ref<string[]>>>()
expectTypeOf(useSSEValue('price', 0).value).toEqualTypeOf<number>()
expectTypeOf(useSSEValue<Order | null>('order.created', null).value).toEqualTypeOf<Order | null>()
expectTypeOf(
  useSSEValue('order.created', { initial: 0, reduce: (sum: number, order: Order) => sum + order.total }).value,
).toEqualTypeOf<number>()
// @ts-expect-error it follows from events alone
ids.value = []
// @ts-expect-error no such event
useSSEValue(sse, 'order.deleted', 0)
// @ts-expect-error another value than it begins with
useSSEValue(sse, 'tick', { initial: 0, reduce: (n: number) => `${n}` })

// Topics.
useTopic(hubClient, 'orders', (data, event) => {
  expectTypeOf(data).toEqualTypeOf<Events[keyof Events]>()
  if (event.type === 'tick') expectTypeOf(event.data).toEqualTypeOf<number>()
})
useTopic(
  hubClient,
  () => `order:${id.value}`,
  () => {},
)
useTopic('orders', () => {})
useTopic<Order>('orders', (data) => expectTypeOf(data).toEqualTypeOf<Order>())
// @ts-expect-error a topic has a name
useTopic(hubClient, 5, () => {})
useTopic(
  () => made.client,
  'orders',
  () => {},
)
// @ts-expect-error a client without topics
useTopic(sse, 'orders', () => {})

// The app's client.
createApp({})
  .use(createSSEPlugin(sse))
  .use(createSSEPlugin('/events', { linger: 0 }))
createSSEPlugin(() => createHubClient<Events>('/events'))
// @ts-expect-error a URL per attempt needs a client
createSSEPlugin(async () => '/events')
expectTypeOf(useSSEClient()).toEqualTypeOf<SSEClient>()
expectTypeOf(useSSEClient<Events>()).toEqualTypeOf<SSEClient<Events>>()
expectTypeOf(useSSEClient<Events, HubClient<Events>>()).toEqualTypeOf<HubClient<Events>>()
// @ts-expect-error no such option
createSSEPlugin('/events', { lingre: 0 })
// @ts-expect-error a client has its options already
createSSEPlugin(sse, { linger: 0 })
