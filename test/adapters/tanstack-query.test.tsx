// @vitest-environment page
import { notifyManager } from '@tanstack/query-core'
import { QueryClientProvider, QueryClient as ReactQueryClient, useQuery as useReactQuery } from '@tanstack/react-query'
import { useQuery as queryInVue, QueryClient as VueQueryClient, VueQueryPlugin } from '@tanstack/vue-query'
import { bindQueryClient, type QueryBindings } from 'headwater/tanstack-query'
import { act } from 'react'
import { createRoot } from 'react-dom/client'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createApp, defineComponent, h } from 'vue'
import { bench } from '../support/client.ts'
import { eventually } from '../support/eventually.ts'
import { handTime } from '../support/turns.ts'
import { bindings, notifyAtOnce, type Order, patchOrder, reopen, shop } from './tanstack-stage.ts'

notifyAtOnce()

describe('a patch', () => {
  it('changes a query in place, without a fetch', async () => {
    const { watch, detail, clock, send, read } = await shop(bindings)
    const { observer } = watch(['orders', 'A'], detail)
    await clock.settle()
    await send(['order.updated', { id: 'A', patch: { status: 'paid' }, ts: 11 }])
    expect(read('orders', 'A')).toEqual({ id: 'A', status: 'paid', ts: 11 })
    expect(observer.getCurrentResult().data).toEqual({ id: 'A', status: 'paid', ts: 11 })
    expect(detail).toHaveBeenCalledTimes(1)
  })

  it('makes no query that the cache does not have', async () => {
    const { send, queryClient } = await shop(bindings)
    await send(['order.updated', { id: 'A', patch: { status: 'paid' } }])
    expect(queryClient.getQueryCache().getAll()).toEqual([])
  })

  it('gives no data to a query that has none', async () => {
    const { send, queryClient, read } = await shop(bindings)
    queryClient.getQueryCache().build(queryClient, { queryKey: ['orders', 'A'] })
    await send(['order.updated', { id: 'A', patch: { status: 'paid' } }])
    expect(read('orders', 'A')).toBeUndefined()
  })

  it('makes one where it is told to, which later events of the chunk change', async () => {
    await handTime()
    const { send, read } = await shop({
      ...bindings,
      'order.created': {
        patch: (order) => ({ queryKey: ['orders', (order as Order).id], update: order as Order, create: true }),
      },
    })
    await send(['order.created', { id: 'A', status: 'new' }], ['order.updated', { id: 'A', patch: { status: 'paid' } }])
    expect(read('orders', 'A')).toEqual({ id: 'A', status: 'paid' })
  })

  it('may be a function of the old data, whose undefined leaves it alone', async () => {
    const { send, read, queryClient } = await shop({
      count: {
        patch: (by) => ({ queryKey: ['n'], update: (n: number) => (by === 0 ? undefined : n + (by as number)) }),
      },
    })
    queryClient.setQueryData(['n'], 1)
    const { dataUpdateCount } = queryClient.getQueryState(['n']) ?? {}
    await send(['count', 0])
    expect(queryClient.getQueryState(['n'])).toMatchObject({ data: 1, dataUpdateCount })
    await send(['count', 2], ['count', 0], ['count', 3])
    expect(read('n')).toBe(6)
    await send(['count', 1])
    expect(read('n')).toBe(7)
  })

  it('may be null, as data may', async () => {
    const { send, read, queryClient } = await shop({
      gone: { patch: () => ({ queryKey: ['n'], update: () => null }) },
    })
    queryClient.setQueryData(['n'], 1)
    await send(['gone', 0])
    expect(read('n')).toBeNull()
  })

  it('goes to the query with just its key, or to all whose keys begin with it', async () => {
    const append = (value: unknown, exact?: boolean) => ({
      queryKey: ['list'],
      exact,
      update: (list: unknown[]) => [...list, value],
    })
    const { send, read, queryClient } = await shop({
      one: { patch: (data) => append(data) },
      all: { patch: (data) => [append(data, false)] },
    })
    queryClient.setQueryData(['list'], [])
    queryClient.setQueryData(['list', { page: 1 }], [])
    await send(['one', 1], ['all', 2])
    expect(read('list')).toEqual([1, 2])
    expect(read('list', { page: 1 })).toEqual([2])
  })

  it('leaves a query that was invalid before as it is: what else is old in it is not mended', async () => {
    const { send, queryClient } = await shop(bindings)
    queryClient.setQueryData(['orders', 'A'], { id: 'A' })
    await queryClient.invalidateQueries({ queryKey: ['orders', 'A'] })
    await send(['order.updated', { id: 'A', patch: { status: 'paid' } }])
    const state = queryClient.getQueryState(['orders', 'A'])
    expect(state).toMatchObject({ data: { id: 'A', status: 'paid' }, isInvalidated: true })
  })

  it('does not bring back a query that has been removed meanwhile', async () => {
    const { send, queryClient, sse } = await shop(bindings)
    queryClient.setQueryData(['orders', 'A'], { id: 'A' })
    sse.subscribe('order.updated', () => queryClient.removeQueries())
    await send(['order.updated', { id: 'A', patch: { status: 'paid' } }])
    expect(queryClient.getQueryCache().getAll()).toEqual([])
  })

  it('lands on what other code has written in the same chunk', async () => {
    await handTime()
    const { send, queryClient, sse, read } = await shop(bindings)
    queryClient.setQueryData(['orders', 'A'], { id: 'A', note: '' })
    sse.subscribe('order.updated', () => queryClient.setQueryData(['orders', 'A'], { id: 'A', note: 'mine' }))
    await send(['order.updated', { id: 'A', patch: { status: 'paid' } }])
    expect(read('orders', 'A')).toEqual({ id: 'A', note: 'mine', status: 'paid' })
  })
})

describe('an event older than the data', () => {
  it('is ignored by its ts; one of the same time is not, nor one without', async () => {
    const { send, queryClient, read } = await shop(bindings)
    queryClient.setQueryData(['orders', 'A'], { id: 'A', status: 'new', ts: 10 })
    await send(['order.updated', { id: 'A', patch: { status: 'old' }, ts: 9 }])
    expect(read('orders', 'A')).toEqual({ id: 'A', status: 'new', ts: 10 })
    await send(['order.updated', { id: 'A', patch: { status: 'same' }, ts: 10 }])
    expect(read('orders', 'A')).toEqual({ id: 'A', status: 'same', ts: 10 })
    await send(['order.updated', { id: 'A', patch: { status: 'timeless' } }])
    expect(read('orders', 'A')).toEqual({ id: 'A', status: 'timeless', ts: 10 })
  })

  it('is seen among the events of one chunk, too', async () => {
    await handTime()
    const { send, queryClient, read } = await shop(bindings)
    queryClient.setQueryData(['orders', 'A'], { id: 'A', ts: 1 })
    await send(
      ['order.updated', { id: 'A', patch: { status: 'newer' }, ts: 3 }],
      ['order.updated', { id: 'A', patch: { status: 'older' }, ts: 2 }],
    )
    expect(read('orders', 'A')).toEqual({ id: 'A', status: 'newer', ts: 3 })
  })

  it('is told by isNewer where there is one', async () => {
    const isNewer = vi.fn(
      (old: Order, event: { readonly data: unknown }) => (event.data as Order).status !== old.status,
    )
    const { send, queryClient, read } = await shop(
      { '*': { patch: (data) => ({ queryKey: ['orders', 'A'], update: { ...(data as Order), seen: true } }) } },
      { isNewer },
    )
    queryClient.setQueryData(['orders', 'A'], { status: 'new' })
    await send(['x', { status: 'new' }])
    expect(read('orders', 'A')).toEqual({ status: 'new' })
    await send(['x', { status: 'paid' }])
    expect(read('orders', 'A')).toEqual({ status: 'paid', seen: true })
    expect(isNewer).toHaveBeenLastCalledWith({ status: 'new' }, expect.objectContaining({ type: 'x' }))
  })
})

describe('an invalidation', () => {
  it('fetches what is watched, at once, and the rest when it is used', async () => {
    const { watch, list, clock, send, queryClient } = await shop({ 'order.*': { invalidate: ['orders'] } })
    watch(['orders', { page: 1 }], list)
    queryClient.setQueryData(['orders', 'B'], { id: 'B' })
    queryClient.setQueryData(['users'], [])
    await clock.settle()
    await send(['order.created', {}])
    expect(list).toHaveBeenCalledTimes(2)
    expect(queryClient.getQueryState(['orders', 'B'])).toMatchObject({ isInvalidated: true, fetchStatus: 'idle' })
    expect(queryClient.getQueryState(['users'])?.isInvalidated).toBe(false)
  })

  it('takes a key, keys, or a function that returns those or nothing', async () => {
    const { send, queryClient } = await shop({
      key: { invalidate: ['a'] },
      keys: { invalidate: [['a'], ['b', 1]] },
      one: { invalidate: (data) => ['b', data] },
      some: { invalidate: (data) => (data ? [['a'], ['b', data]] : undefined) },
      none: { invalidate: [] },
    })
    const invalid = async (type: string, data: unknown): Promise<unknown[]> => {
      for (const key of [['a'], ['b', 1], ['b', 2]]) queryClient.setQueryData(key, 0)
      await send([type, data])
      const queries = queryClient.getQueryCache().getAll()
      return queries.filter(({ state }) => state.isInvalidated).map(({ queryKey }) => queryKey)
    }
    expect(await invalid('key', 0)).toEqual([['a']])
    expect(await invalid('keys', 0)).toEqual([['a'], ['b', 1]])
    expect(await invalid('one', 2)).toEqual([['b', 2]])
    expect(await invalid('some', 2)).toEqual([['a'], ['b', 2]])
    expect(await invalid('some', 0)).toEqual([])
    expect(await invalid('none', 0)).toEqual([])
  })

  it('passes over what the same binding patches, and not what another one does', async () => {
    const { watch, list, detail, clock, send } = await shop({
      'order.updated': { ...patchOrder, invalidate: ['orders'] } as QueryBindings<Record<string, unknown>>[string],
      'order.moved': { invalidate: ['orders', 'A'] },
    })
    watch(['orders'], list)
    watch(['orders', 'A'], detail)
    await clock.settle()
    await send(['order.updated', { id: 'A', patch: { status: 'paid' }, ts: 11 }])
    expect([list.mock.calls.length, detail.mock.calls.length]).toEqual([2, 1])
    await send(['order.updated', { id: 'A', patch: { status: 'sent' }, ts: 12 }], ['order.moved', {}])
    expect([list.mock.calls.length, detail.mock.calls.length]).toEqual([3, 2])
  })

  it('goes to those that refetchType says', async () => {
    const { watch, list, clock, send, queryClient } = await shop(
      { tick: { invalidate: ['orders'] } },
      { refetchType: 'none' },
    )
    watch(['orders'], list)
    await clock.settle()
    await send(['tick', 0])
    expect(list).toHaveBeenCalledTimes(1)
    expect(queryClient.getQueryState(['orders'])?.isInvalidated).toBe(true)
  })
})

describe('an empty cache', () => {
  it('is told nothing: what comes into it later is newer', async () => {
    const made = await shop({ tick: { invalidate: ['orders'] }, other: { invalidate: ['other'] } })
    await made.send(['tick', 0])
    await reopen(made)
    made.watch(['orders'], made.list)
    await made.send(['other', 0])
    expect(made.list).toHaveBeenCalledTimes(1)
    made.queryClient.setQueryData(['else'], 0)
    await made.send(['tick', 1])
    expect(made.list).toHaveBeenCalledTimes(2)
  })
})

describe('a burst', () => {
  it('is one write and one notice for each query, and one fetch', async () => {
    await handTime()
    const { watch, list, detail, clock, send, queryClient, read } = await shop({
      'order.updated': {
        ...patchOrder,
        invalidate: () => ['orders', 'list'],
      } as QueryBindings<Record<string, unknown>>[string],
    })
    const { heard } = watch(['orders', 'A'], detail)
    watch(['orders', 'list'], list)
    await clock.settle()
    heard.mockClear()
    const writes: unknown[] = []
    const off = queryClient.getQueryCache().subscribe((event) => {
      if (event.type === 'updated' && event.action.type === 'success' && event.action.manual) writes.push(event)
    })
    await send(
      ...Array.from({ length: 1000 }, (_, n) => ['order.updated', { id: 'A', patch: { n }, ts: 11 + n }] as const),
    )
    expect(read('orders', 'A')).toMatchObject({ n: 999 })
    expect(writes).toHaveLength(1)
    expect(heard).toHaveBeenCalledTimes(1)
    expect(list).toHaveBeenCalledTimes(2)
    off()
  })

  it('is one flush of the notices for all queries', async () => {
    await handTime()
    const { watch, detail, list, clock, send } = await shop({
      'order.updated': { ...patchOrder, invalidate: ['list'] } as QueryBindings<Record<string, unknown>>[string],
    })
    const flush = vi.fn((callback: () => void) => callback())
    for (const id of ['A', 'B', 'C']) watch(['orders', id], detail)
    watch(['list'], list)
    await clock.settle()
    // The answers to the fetch come in a flush of their own, so none comes.
    list.mockImplementation(() => new Promise(() => {}))
    notifyManager.setBatchNotifyFunction(flush)
    onTestFinished(() => notifyManager.setBatchNotifyFunction((callback) => callback()))
    await send(...['A', 'B', 'C'].map((id) => ['order.updated', { id, patch: { status: 'paid' } }] as const))
    expect(flush).toHaveBeenCalledTimes(1)
  })

  it('waits for a frame where it is told to', async () => {
    let frame = (): void => {}
    vi.stubGlobal('requestAnimationFrame', (callback: () => void) => {
      frame = callback
      return 1
    })
    const { send, queryClient, read } = await shop(bindings, { batch: 'frame' })
    queryClient.setQueryData(['orders', 'A'], { id: 'A' })
    await send(['order.updated', { id: 'A', patch: { a: 1 } }])
    await send(['order.updated', { id: 'A', patch: { b: 2 } }])
    expect(read('orders', 'A')).toEqual({ id: 'A' })
    frame()
    expect(read('orders', 'A')).toEqual({ id: 'A', a: 1, b: 2 })
  })
})

describe('errors', () => {
  it('are reported if an update threw them, and the other events count', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const oops = new Error('oops')
    const { send, queryClient, read } = await shop({
      n: {
        patch: (by) => ({
          queryKey: ['n'],
          update(n: number) {
            if (by === 0) throw oops
            return n + (by as number)
          },
        }),
      },
    })
    queryClient.setQueryData(['n'], 1)
    await send(['n', 1], ['n', 0], ['n', 2])
    expect(read('n')).toBe(4)
    expect(reported.mock.calls).toEqual([[oops]])
  })

  it('go to onHandlerError, with the event, if patch or invalidate threw them', async () => {
    const oops = new Error('oops')
    const { send, sse, queryClient } = await shop({
      n: {
        patch() {
          throw oops
        },
      },
      'n.*': { invalidate: ['n'] },
    })
    const onHandlerError = vi.fn()
    sse.observe({ onHandlerError })
    queryClient.setQueryData(['n'], 1)
    await send(['n', 1], ['n.a', 1])
    expect(onHandlerError).toHaveBeenCalledExactlyOnceWith(oops, expect.objectContaining({ type: 'n' }))
    expect(queryClient.getQueryState(['n'])?.isInvalidated).toBe(true)
  })
})

describe('unbinding', () => {
  it('leaves nothing behind', async () => {
    const { off, watch, detail, clock, stream, sse, queryClient, send, read } = await shop(bindings)
    const { off: unwatch } = watch(['orders', 'A'], detail)
    await clock.settle()
    expect(queryClient.getQueryCache().hasListeners()).toBe(true)
    sse.subscribe('order.updated', off)
    await send(['order.updated', { id: 'A', patch: { status: 'paid' } }])
    expect(read('orders', 'A')).toMatchObject({ status: 'new' })
    expect(queryClient.getQueryCache().hasListeners()).toBe(false)
    await reopen({ stream, clock })
    expect(detail).toHaveBeenCalledTimes(1)
    unwatch()
    off()
  })

  it('lets go of the connection', async () => {
    const { off, stream, clock, sse } = await shop(bindings)
    const connection = await stream.connected()
    off()
    await clock.advance(1000)
    await connection.closed
    expect(sse.state.get().status).toBe('idle')
    expect(clock.timers).toBe(0)
  })
})

describe('frameworks', () => {
  it('renders a React component once for a chunk that concerns two of its queries', async () => {
    await handTime()
    vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', true)
    const { sse, stream, clock } = bench()
    const queryClient = new ReactQueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
    const off = bindQueryClient(sse, queryClient, bindings)
    await stream.connected()
    let renders = 0
    function Orders() {
      renders++
      const a = useReactQuery({ queryKey: ['orders', 'A'], queryFn: async () => ({ id: 'A', status: 'new' }) })
      const b = useReactQuery({ queryKey: ['orders', 'B'], queryFn: async () => ({ id: 'B', status: 'new' }) })
      return <p>{`${a.data?.status} ${b.data?.status}`}</p>
    }
    const root = createRoot(document.body.appendChild(document.createElement('div')))
    await act(async () => {
      root.render(
        <QueryClientProvider client={queryClient}>
          <Orders />
        </QueryClientProvider>,
      )
      await clock.settle()
    })
    expect(document.querySelector('p')?.textContent).toBe('new new')
    renders = 0
    await act(async () => {
      const event = (id: string) => `event: order.updated\ndata: {"id":"${id}","patch":{"status":"paid"}}\n\n`
      stream.raw(event('A') + event('B') + event('A'))
      await clock.settle()
    })
    expect(document.querySelector('p')?.textContent).toBe('paid paid')
    expect(renders).toBe(1)
    act(() => root.unmount())
    off()
    queryClient.clear()
  })

  it('patches and fetches through the query-core that Vue Query brings', async () => {
    const { sse, stream, clock } = bench()
    const queryClient = new VueQueryClient({ defaultOptions: { queries: { staleTime: Infinity } } })
    const off = bindQueryClient(sse, queryClient, {
      'order.updated': { ...bindings['order.updated'], invalidate: ['list'] },
    })
    await stream.connected()
    const list = vi.fn(async () => list.mock.calls.length)
    const Orders = defineComponent({
      setup() {
        const order = queryInVue({ queryKey: ['orders', 'A'], queryFn: async () => ({ status: 'new' }) })
        const orders = queryInVue({ queryKey: ['list'], queryFn: list })
        return () => h('p', `${order.data.value?.status} ${orders.data.value}`)
      },
    })
    const element = document.createElement('div')
    const app = createApp(Orders).use(VueQueryPlugin, { queryClient })
    app.mount(element)
    await eventually(() => expect(element.textContent).toBe('new 1'))
    stream.raw('event: order.updated\ndata: {"id":"A","patch":{"status":"paid"}}\n\n')
    await eventually(() => expect(element.textContent).toBe('paid 2'))
    await clock.settle()
    expect(list).toHaveBeenCalledTimes(2)
    app.unmount()
    off()
    queryClient.clear()
  })
})
