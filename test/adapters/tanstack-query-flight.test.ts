// @vitest-environment page
import { InfiniteQueryObserver, onlineManager } from '@tanstack/query-core'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { bindings, notifyAtOnce, shop } from './tanstack-stage.ts'

notifyAtOnce()

describe('a query in flight', () => {
  /** Answers that come when they are told to. */
  function slow() {
    const answers: { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }[] = []
    const queryFn = vi.fn(() => new Promise<unknown>((resolve, reject) => answers.push({ resolve, reject })))
    return { queryFn, answer: (n: number, value: unknown) => answers[n]?.resolve(value), answers }
  }

  it('is not patched, but fetched once more when it has landed', async () => {
    const { watch, clock, send, read } = await shop(bindings)
    const { queryFn, answer } = slow()
    watch(['orders', 'A'], queryFn)
    await send(['order.updated', { id: 'A', patch: { status: 'paid' } }])
    await send(['order.updated', { id: 'A', patch: { status: 'sent' } }])
    expect(queryFn).toHaveBeenCalledTimes(1)
    answer(0, { status: 'new' })
    await clock.settle()
    expect(read('orders', 'A')).toEqual({ status: 'new' })
    expect(queryFn).toHaveBeenCalledTimes(2)
    answer(1, { status: 'sent' })
    await clock.settle()
    expect(read('orders', 'A')).toEqual({ status: 'sent' })
    expect(queryFn).toHaveBeenCalledTimes(2)
  })

  it('is not cancelled by an invalidation, however many come, but fetched once more', async () => {
    const { watch, clock, send } = await shop({ tick: { invalidate: ['orders'] } })
    const { queryFn, answer } = slow()
    watch(['orders'], queryFn)
    for (let n = 0; n < 5; n++) await send(['tick', n])
    answer(0, [])
    await clock.settle()
    expect(queryFn).toHaveBeenCalledTimes(2)
    for (let n = 0; n < 5; n++) await send(['tick', n])
    expect(queryFn).toHaveBeenCalledTimes(2)
    answer(1, [])
    await clock.settle()
    expect(queryFn).toHaveBeenCalledTimes(3)
    answer(2, [])
    await clock.settle()
    expect(queryFn).toHaveBeenCalledTimes(3)
  })

  it('is fetched once more though it failed', async () => {
    const { watch, clock, send } = await shop(bindings)
    const { queryFn, answers } = slow()
    watch(['orders', 'A'], queryFn)
    await send(['order.updated', { id: 'A', patch: { status: 'paid' } }])
    answers[0]?.reject(new Error('503'))
    await clock.settle()
    expect(queryFn).toHaveBeenCalledTimes(2)
    answers[1]?.reject(new Error('503'))
    await clock.settle()
    expect(queryFn).toHaveBeenCalledTimes(2)
  })

  it('is not patched when the fetch began between the event and the batch', async () => {
    const { watch, sse, clock, send, queryClient, read } = await shop(bindings)
    const { queryFn, answer } = slow()
    queryClient.setQueryData(['orders', 'A'], { status: 'new' })
    watch(['orders', 'A'], queryFn)
    sse.subscribe('order.updated', () => queryClient.refetchQueries())
    await send(['order.updated', { id: 'A', patch: { status: 'paid' } }])
    expect(read('orders', 'A')).toEqual({ status: 'new' })
    answer(0, { status: 'paid' })
    await clock.settle()
    expect(queryFn).toHaveBeenCalledTimes(2)
  })

  it('is fetched once more though it landed between the event and the batch', async () => {
    let frame = (): void => {}
    vi.stubGlobal('requestAnimationFrame', (callback: () => void) => {
      frame = callback
      return 1
    })
    const { watch, clock, send } = await shop(bindings, { batch: 'frame' })
    frame()
    const { queryFn, answer } = slow()
    watch(['orders', 'A'], queryFn)
    await send(['order.updated', { id: 'A', patch: { status: 'paid' } }])
    answer(0, { status: 'new' })
    await clock.settle()
    expect(queryFn).toHaveBeenCalledTimes(1)
    frame()
    expect(queryFn).toHaveBeenCalledTimes(2)
  })

  it('keeps what an event brought while an infinite query fetches its next page', async () => {
    const { send, clock, queryClient } = await shop({
      message: {
        patch: (text) => ({
          queryKey: ['messages'],
          update: ({ pages, ...rest }: { pages: unknown[][] }) => ({ ...rest, pages: [[text, ...(pages[0] ?? [])]] }),
        }),
      },
    })
    const server: unknown[][] = [['m1'], ['m2']]
    const { queryFn, answer } = slow()
    const observer = new InfiniteQueryObserver(queryClient, {
      queryKey: ['messages'],
      queryFn,
      initialPageParam: 0,
      getNextPageParam: (_, pages) => pages.length,
    })
    onTestFinished(observer.subscribe(() => {}))
    answer(0, server[0])
    await clock.settle()
    observer.fetchNextPage()
    await clock.settle()
    server[0] = ['m0', 'm1']
    await send(['message', 'm0'])
    answer(1, server[1])
    await clock.settle()
    // It is fetched once more, page by page.
    answer(2, server[0])
    await clock.settle()
    answer(3, server[1])
    await clock.settle()
    expect(observer.getCurrentResult().data?.pages).toEqual([['m0', 'm1'], ['m2']])
  })

  it('is forgotten when it is removed', async () => {
    const { watch, clock, send, queryClient } = await shop(bindings)
    const { queryFn, answer } = slow()
    const { off } = watch(['orders', 'A'], queryFn)
    await send(['order.updated', { id: 'A', patch: { status: 'paid' } }])
    off()
    queryClient.clear()
    answer(0, {})
    await clock.settle()
    expect(queryFn).toHaveBeenCalledTimes(1)
  })
})

describe('a paused query', () => {
  /** A query that is fetched again while the browser says that it is offline. */
  async function paused(given = bindings) {
    const made = await shop(given)
    onTestFinished(() => onlineManager.setOnline(true))
    const { observer } = made.watch(['orders', 'A'], made.detail)
    await made.clock.settle()
    onlineManager.setOnline(false)
    made.queryClient.invalidateQueries({ queryKey: ['orders', 'A'] })
    await made.clock.settle()
    expect(observer.getCurrentResult().fetchStatus).toBe('paused')
    expect(made.detail).toHaveBeenCalledTimes(1)
    return { ...made, observer }
  }

  it('is patched, as no answer is on its way', async () => {
    const { send, observer, detail } = await paused()
    await send(['order.updated', { id: 'A', patch: { status: 'paid' }, ts: 11 }])
    expect(observer.getCurrentResult()).toMatchObject({
      data: { id: 'A', status: 'paid', ts: 11 },
      fetchStatus: 'paused',
    })
    expect(detail).toHaveBeenCalledTimes(1)
  })

  it('goes on when the browser is online, and is fetched once more for the events', async () => {
    const { send, observer, detail, clock } = await paused()
    await send(['order.updated', { id: 'A', patch: { status: 'paid' }, ts: 11 }])
    await send(['order.updated', { id: 'A', patch: { status: 'sent' }, ts: 12 }])
    detail.mockReturnValue({ id: 'A', status: 'sent', ts: 12 })
    onlineManager.setOnline(true)
    await clock.settle()
    expect(observer.getCurrentResult()).toMatchObject({
      data: { id: 'A', status: 'sent', ts: 12 },
      fetchStatus: 'idle',
      isStale: false,
    })
    expect(detail).toHaveBeenCalledTimes(3)
  })

  it('is not cancelled by an invalidation, but fetched once more', async () => {
    const { send, observer, detail, clock } = await paused({ tick: { invalidate: ['orders'] } } as typeof bindings)
    for (let n = 0; n < 3; n++) await send(['tick', n])
    expect(observer.getCurrentResult().fetchStatus).toBe('paused')
    onlineManager.setOnline(true)
    await clock.settle()
    expect(detail).toHaveBeenCalledTimes(3)
  })

  it('has no data to patch before its first answer', async () => {
    const { send, watch, detail, read, clock } = await shop(bindings)
    onTestFinished(() => onlineManager.setOnline(true))
    onlineManager.setOnline(false)
    watch(['orders', 'A'], detail)
    await send(['order.updated', { id: 'A', patch: { status: 'paid' } }])
    expect(read('orders', 'A')).toBeUndefined()
    onlineManager.setOnline(true)
    await clock.settle()
    expect(detail).toHaveBeenCalledTimes(2)
  })
})
