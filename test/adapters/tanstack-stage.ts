import { notifyManager, QueryClient, QueryObserver } from '@tanstack/query-core'
import type { Layer } from 'headwater'
import { type BindQueryClientOptions, bindQueryClient, type QueryBindings } from 'headwater/tanstack-query'
import { afterEach, beforeEach, onTestFinished, vi } from 'vitest'
import { bench } from '../support/client.ts'

/** A query's observers are notified in a timer by default. In these tests they are notified with everything else. */
export function notifyAtOnce(): void {
  beforeEach(() => notifyManager.setScheduler(queueMicrotask))
  afterEach(() => {
    notifyManager.setScheduler((callback) => setTimeout(callback, 0))
    vi.unstubAllGlobals()
  })
}

export interface Order {
  readonly id: string
  readonly status: string
  readonly ts: number
}

/** Orders as a server has them, and a stream that tells of them. */
export async function shop(
  bindings: QueryBindings<Record<string, unknown>>,
  options?: BindQueryClientOptions,
  { delay, server }: { readonly delay?: number; readonly server?: Layer } = {},
) {
  const { sse, stream, clock } = bench({ server }, delay ? { script: [[{ open: { delay } }]] } : {})
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } })
  queryClient.mount()
  onTestFinished(() => {
    queryClient.unmount()
    queryClient.clear()
  })
  const order: Order = { id: 'A', status: 'new', ts: 10 }
  const detail = vi.fn((): unknown => order)
  const list = vi.fn((): unknown => [order])
  const other = vi.fn((): unknown => 'other')
  /** Observes a query as a component does. */
  const watch = (queryKey: readonly unknown[], queryFn: () => unknown) => {
    const observer = new QueryObserver(queryClient, { queryKey, queryFn: async () => queryFn() })
    const heard = vi.fn()
    // As React's and Vue's do: what is told in a batch is told when it is over.
    const off = observer.subscribe(notifyManager.batchCalls(heard))
    onTestFinished(off)
    return { observer, heard, off }
  }
  const read = (...queryKey: unknown[]): unknown => queryClient.getQueryData(queryKey)
  const off = bindQueryClient(sse, queryClient, bindings, options)
  await clock.settle()
  const send = async (...events: readonly (readonly [type: string, data: unknown])[]): Promise<void> => {
    const blocks = events.map(([type, data]) => `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`)
    stream.raw(blocks.join(''))
    await clock.settle()
  }
  return { sse, stream, clock, queryClient, detail, list, other, watch, read, off, send }
}

type Shop = Awaited<ReturnType<typeof shop>>

/** The line breaks, and another is open. @param greeting - What the server then sends first. */
export async function reopen({ stream, clock }: Pick<Shop, 'stream' | 'clock'>, greeting?: string): Promise<void> {
  if (greeting) stream.script({ raw: greeting })
  stream.drop()
  await clock.settle()
  // The second time in a row takes longer.
  await clock.advance(5000)
}

export const patchOrder: QueryBindings<Record<string, { id: string; patch?: object; ts?: number }>>[string] = {
  keys: ['orders'],
  patch: ({ id, patch, ts }) => ({ queryKey: ['orders', id], update: { ...patch, ...(ts && { ts }) } }),
}
// The payload of this stream is unknown to the types, and known to the test.
export const bindings = { 'order.updated': patchOrder } as QueryBindings<Record<string, unknown>>
