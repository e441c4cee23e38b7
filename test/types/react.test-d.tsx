import { createSSE, type SSEClient, type SSEError, type SSEEvent, schemas } from 'headwater'
import { createHubClient, type HubClient } from 'headwater/hub'
import {
  SSEProvider,
  type SSEProviderProps,
  type UseSSE,
  useSSE,
  useSSEClient,
  useSSEEvent,
  useSSEValue,
  useTopic,
} from 'headwater/react'
import type { ComponentProps } from 'react'
import { expectTypeOf } from 'vitest'
import { z } from 'zod'

/*
 * What the compiler makes of the hooks. Nothing here runs: `tsc` is the test.
 */

interface Order {
  id: string
  total: number
}
interface Events {
  'order.created': Order
  'order.updated': Partial<Order>
  tick: number
}
const sse = createSSE<Events>('/events')
const hubClient = createHubClient<Events>('/events')

export function useTypes() {
  // A connection.
  const live = useSSE(sse)
  expectTypeOf(live).toEqualTypeOf<UseSSE<Events>>()
  expectTypeOf(live.status).toEqualTypeOf<'idle' | 'connecting' | 'open' | 'waiting' | 'paused' | 'closed'>()
  expectTypeOf(live.isConnected).toEqualTypeOf<boolean>()
  expectTypeOf(live.error).toEqualTypeOf<SSEError | null>()
  expectTypeOf(live.lastEvent).toEqualTypeOf<SSEEvent<Events> | null>()
  if (live.lastEvent?.type === 'tick') expectTypeOf(live.lastEvent.data).toEqualTypeOf<number>()
  expectTypeOf(live.client).toEqualTypeOf<SSEClient<Events>>()
  // @ts-expect-error a client that speaks no protocol sends nothing
  live.send
  expectTypeOf(live.connect).toEqualTypeOf<() => void>()
  useSSE(sse, { onEvent: (event) => expectTypeOf(event).toEqualTypeOf<SSEEvent<Events>>() })
  // A wrapper passes on whatever it is given.
  const either = sse as string | SSEClient<Events>
  expectTypeOf(useSSE(either)).toEqualTypeOf<UseSSE<Events>>()
  // @ts-expect-error how a client behaves is settled
  useSSE(sse, { linger: 5 })
  // @ts-expect-error nothing in it is the component's to set
  live.isConnected = true

  // One of its own.
  expectTypeOf(useSSE('/events')).toEqualTypeOf<UseSSE>()
  expectTypeOf(useSSE<Events>('/events', { linger: 5 })).toEqualTypeOf<UseSSE<Events>>()
  expectTypeOf(useSSE<Events>(new URL('https://example.test'))).toEqualTypeOf<UseSSE<Events>>()
  useSSE<Events>('/events', { onEvent: (event) => expectTypeOf(event).toEqualTypeOf<SSEEvent<Events>>() })
  useSSE('/events', { onEvent: ({ data }) => expectTypeOf(data).toEqualTypeOf<unknown>() })
  // @ts-expect-error no such option
  useSSE('/events', { lingers: 5 })
  // @ts-expect-error not a place
  useSSE(5)

  // One that a function makes.
  const made = useSSE(() => createHubClient<Events>('/events'))
  expectTypeOf(made).toEqualTypeOf<UseSSE<Events, HubClient<Events>>>()
  expectTypeOf(made.client).toEqualTypeOf<HubClient<Events>>()
  expectTypeOf(made.send).toEqualTypeOf<HubClient<Events>['send']>()
  expectTypeOf(useSSE(hubClient)).toEqualTypeOf<UseSSE<Events, HubClient<Events>>>()
  expectTypeOf(useSSE(() => createSSE<Events>('/events'))).toEqualTypeOf<UseSSE<Events>>()
  useSSE((lastEventId?: string) => createHubClient<Events>('/events', { lastEventId }), {
    onEvent: (event) => expectTypeOf(event).toEqualTypeOf<SSEEvent<Events>>(),
  })
  // @ts-expect-error the options are those of the function
  useSSE(() => createHubClient<Events>('/events'), { linger: 5 })
  // @ts-expect-error a function makes a client: for a URL per attempt, write `() => createSSE(async () => '/events')`
  useSSE(() => '/events')
  // @ts-expect-error nor is it awaited
  useSSE(async () => createSSE('/events'))

  // From schemas.
  const checked = useSSE('/events', {
    parse: schemas({ tick: z.number(), order: z.object({ id: z.string() }) }),
  })
  if (checked.lastEvent?.type === 'order') expectTypeOf(checked.lastEvent.data).toEqualTypeOf<{ id: string }>()
  useSSEEvent(checked.client, 'tick', (data) => expectTypeOf(data).toEqualTypeOf<number>())
  // @ts-expect-error no such event
  useSSEEvent(checked.client, 'tock', () => {})

  // Events.
  useSSEEvent(sse, 'tick', (data, event) => {
    expectTypeOf(data).toEqualTypeOf<number>()
    expectTypeOf(event).toEqualTypeOf<SSEEvent<Events, 'tick'>>()
  })
  useSSEEvent(sse, 'order.*', (data) => expectTypeOf(data).toEqualTypeOf<Order | Partial<Order>>())
  useSSEEvent(sse, '*', (_, event) => expectTypeOf(event).toEqualTypeOf<SSEEvent<Events>>())
  useSSEEvent(live.client, 'tick', async (data) => expectTypeOf(data).toEqualTypeOf<number>())
  // @ts-expect-error no such event
  useSSEEvent(sse, 'tock', () => {})
  // @ts-expect-error no event begins like that
  useSSEEvent(sse, 'orders.*', () => {})
  // @ts-expect-error a handler of another payload
  useSSEEvent(sse, 'tick', (data: string) => data)

  // Values.
  expectTypeOf(useSSEValue(sse, 'tick', 0)).toEqualTypeOf<number>()
  expectTypeOf(useSSEValue(sse, 'tick', null)).toEqualTypeOf<number | null>()
  expectTypeOf(useSSEValue(sse, 'order.created', undefined)).toEqualTypeOf<Order | undefined>()
  expectTypeOf(useSSEValue(sse, 'tick', { initial: null, batch: 'frame' })).toEqualTypeOf<number | null>()
  expectTypeOf(
    useSSEValue(sse, 'tick', {
      initial: '',
      reduce(text, data, event) {
        expectTypeOf(text).toEqualTypeOf<string>()
        expectTypeOf(data).toEqualTypeOf<number>()
        expectTypeOf(event).toEqualTypeOf<SSEEvent<Events, 'tick'>>()
        return text + data
      },
    }),
  ).toEqualTypeOf<string>()
  const list = useSSEValue(sse, 'order.created', {
    initial: [] as readonly Order[],
    reduce: (list, order) => [...list, order],
  })
  expectTypeOf(list).toEqualTypeOf<readonly Order[]>()
  // @ts-expect-error no such event
  useSSEValue(sse, 'tock', 0)
  // @ts-expect-error a reduction to something else
  useSSEValue(sse, 'tick', { initial: 0, reduce: () => '' })
  // @ts-expect-error no such batch
  useSSEValue(sse, 'tick', { initial: 0, reduce: (n) => n, batch: 'second' })

  // Topics.
  useTopic(hubClient, 'orders', (data, event) => {
    expectTypeOf(data).toEqualTypeOf<Order | Partial<Order> | number>()
    expectTypeOf(event).toEqualTypeOf<SSEEvent<Events>>()
  })
  // @ts-expect-error a name
  useTopic(hubClient, 5, () => {})
  // @ts-expect-error a client without topics
  useTopic(sse, 'orders', () => {})

  // With the provider's client, whose events are not known there.
  expectTypeOf(useSSE()).toEqualTypeOf<UseSSE>()
  expectTypeOf(useSSE<Events>()).toEqualTypeOf<UseSSE<Events>>()
  expectTypeOf(useSSEClient()).toEqualTypeOf<SSEClient>()
  expectTypeOf(useSSEClient<Events>()).toEqualTypeOf<SSEClient<Events>>()
  expectTypeOf(useSSE<Events, HubClient<Events>>()).toEqualTypeOf<UseSSE<Events, HubClient<Events>>>()
  expectTypeOf(useSSEClient<Events, HubClient<Events>>()).toEqualTypeOf<HubClient<Events>>()
  // @ts-expect-error a client of other events
  useSSEClient<Events, HubClient<{ other: string }>>()
  useSSEEvent('tick', (data) => expectTypeOf(data).toEqualTypeOf<unknown>())
  useSSEEvent<Order>('order.created', (data, event) => {
    expectTypeOf(data).toEqualTypeOf<Order>()
    expectTypeOf(event.data).toEqualTypeOf<Order>()
  })
  useTopic<Order>('orders', (data) => expectTypeOf(data).toEqualTypeOf<Order>())
  useTopic('orders', () => {})
  expectTypeOf(useSSEValue('tick', 0)).toEqualTypeOf<number>()
  expectTypeOf(useSSEValue<Order | null>('order.created', null)).toEqualTypeOf<Order | null>()
  expectTypeOf(
    useSSEValue<number, Order>('order.created', { initial: 0, reduce: (sum, order) => sum + order.total }),
  ).toEqualTypeOf<number>()
  expectTypeOf(useSSEValue('n', { initial: 0, reduce: (count) => count + 1 })).toEqualTypeOf<number>()
}

// The provider.
expectTypeOf<ComponentProps<typeof SSEProvider<Events>>>().toEqualTypeOf<SSEProviderProps<Events>>()
export const fine = [
  <SSEProvider key="1" client={sse} />,
  <SSEProvider key="2" client={sse} options={{ onOpen() {} }} />,
  <SSEProvider key="3" url="/events" options={{ linger: 5 }}>
    text
  </SSEProvider>,
  <SSEProvider key="4" client={hubClient} />,
  <SSEProvider key="5" client={() => createHubClient<Events>('/events')} options={{ onOpen() {} }} />,
]
// @ts-expect-error a client or a URL
export const nothing = <SSEProvider />
// @ts-expect-error not both
export const both = <SSEProvider client={sse} url="/events" />
// @ts-expect-error how a client behaves is settled
export const settled = <SSEProvider client={sse} options={{ linger: 5 }} />
// @ts-expect-error the options are those of the function
export const made = <SSEProvider client={() => createSSE('/events')} options={{ linger: 5 }} />
// @ts-expect-error a URL per attempt needs a client
export const late = <SSEProvider url={async () => '/events'} />
