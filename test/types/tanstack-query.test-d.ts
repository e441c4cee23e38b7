import { QueryClient } from '@tanstack/query-core'
import { QueryClient as ReactQueryClient } from '@tanstack/react-query'
import { QueryClient as VueQueryClient } from '@tanstack/vue-query'
import { createSSE, type SSEEvent } from 'headwater'
import {
  type BindQueryClientOptions,
  bindQueryClient,
  type QueryBindings,
  type QueryClientLike,
} from 'headwater/tanstack-query'
import { expectTypeOf } from 'vitest'

/*
 * What the compiler makes of bindings. Nothing here runs: `tsc` is the test.
 */

interface Order {
  id: string
  status: string
}
interface Events {
  'order.created': Order
  'order.updated': { id: string; patch: Partial<Order>; ts: number }
  tick: number
}
const sse = createSSE<Events>('/events')
const queryClient = new QueryClient()

// Every framework's client.
expectTypeOf<QueryClient>().toExtend<QueryClientLike>()
expectTypeOf<ReactQueryClient>().toExtend<QueryClientLike>()
expectTypeOf<VueQueryClient>().toExtend<QueryClientLike>()
bindQueryClient(sse, new ReactQueryClient(), {})
bindQueryClient(sse, new VueQueryClient(), {})
// @ts-expect-error no client
bindQueryClient(sse, {}, {})

// Payload and event follow from the key.
const off = bindQueryClient(sse, queryClient, {
  'order.updated': {
    keys: ['orders'],
    patch(data, event) {
      expectTypeOf(data).toEqualTypeOf<Events['order.updated']>()
      expectTypeOf(event).toEqualTypeOf<SSEEvent<Events, 'order.updated'>>()
      return { queryKey: ['orders', data.id], update: { ...data.patch, ts: data.ts } }
    },
    invalidate: ({ id }, event) => [
      ['orders', 'list'],
      ['orders', id, event.id],
    ],
  },
  'order.*': {
    invalidate(data, event) {
      expectTypeOf(data).toEqualTypeOf<Order | Events['order.updated']>()
      if (event.type === 'order.created') expectTypeOf(event.data).toEqualTypeOf<Order>()
      return ['orders']
    },
  },
  '*': { invalidate: (_, event) => [event.type], keys: [['order'], ['tick']] },
  tick: { invalidate: [] },
})
expectTypeOf(off).toEqualTypeOf<() => void>()

// Patches.
bindQueryClient(sse, queryClient, {
  'order.created': {
    patch: (order) => [
      { queryKey: ['orders', order.id], update: order, create: true },
      { queryKey: ['orders'], exact: false, update: (orders: Order[]) => [...orders, order] },
      { queryKey: ['count'], update: (count: number | undefined) => (count ?? 0) + 1, create: true },
    ],
  },
  // Nothing, sometimes.
  tick: {
    patch: (tick) => (tick ? { queryKey: ['tick'], update: () => tick } : undefined),
    invalidate: () => undefined,
  },
})
// @ts-expect-error what a query holds must be said
bindQueryClient(sse, queryClient, { tick: { patch: () => ({ queryKey: [], update: (old) => old.x }) } })
// @ts-expect-error a patch has an update
bindQueryClient(sse, queryClient, { tick: { patch: () => ({ queryKey: [] }) } })
// @ts-expect-error a key is an array
bindQueryClient(sse, queryClient, { tick: { invalidate: 'orders' } })

// @ts-expect-error no such event
bindQueryClient(sse, queryClient, { 'order.deleted': { invalidate: ['orders'] } })
// @ts-expect-error no such prefix
bindQueryClient(sse, queryClient, { 'user.*': { invalidate: ['users'] } })
// @ts-expect-error no such wish
bindQueryClient(sse, queryClient, { tick: { remove: ['ticks'] } })

// Options.
expectTypeOf(bindQueryClient<Events>)
  .parameter(2)
  .toEqualTypeOf<QueryBindings<Events>>()
expectTypeOf(bindQueryClient<Events>)
  .parameter(3)
  .toEqualTypeOf<BindQueryClientOptions<Events> | undefined>()
bindQueryClient(sse, queryClient, {}, { refetchType: 'all', refetchOnConnect: true, batch: 'frame' })
bindQueryClient(
  sse,
  queryClient,
  {},
  {
    isNewer(old: { ts: number }, event) {
      expectTypeOf(event).toEqualTypeOf<SSEEvent<Events>>()
      return event.type !== 'order.updated' || event.data.ts > old.ts
    },
  },
)
bindQueryClient(sse, queryClient, {}, { batch: 250 })
// @ts-expect-error no such batch
bindQueryClient(sse, queryClient, {}, { batch: 'second' })

// Without a map of events every name goes.
bindQueryClient(createSSE('/events'), queryClient, {
  anything: { patch: (data) => ({ queryKey: ['x'], update: () => expectTypeOf(data).toEqualTypeOf<unknown>() }) },
})
