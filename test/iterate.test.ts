import { describe, expect, it, vi } from 'vitest'
import { bench } from './support/client.ts'

/** Reads an iteration to its end. */
async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const event of events) all.push(event)
  return all
}

describe('for await', () => {
  it('gets events in order, opens the connection, and ends with a break', async () => {
    const { sse, stream, clock } = bench({ linger: 0 })
    const events = sse.events('order.*')
    await clock.settle()
    stream.raw('event: order.created\ndata: 1\n\nevent: other\ndata: 0\n\nevent: order.updated\ndata: 2\n\n')
    const got: unknown[] = []
    for await (const { type, data } of events) {
      got.push([type, data])
      if (data === 2) break
    }
    expect(got).toEqual([
      ['order.created', 1],
      ['order.updated', 2],
    ])
    await clock.advance(1)
    expect(sse.state.get()).toEqual({ status: 'idle' })
  })

  it('gets what came before the first turn', async () => {
    const { sse, stream, clock } = bench()
    const events = sse.events('tick')
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect((await events.next()).value).toMatchObject({ data: 1 })
  })

  it('ends with the client, after what waits unread', async () => {
    const { sse, stream, clock } = bench()
    const events = sse.events('tick')
    await clock.settle()
    stream.send('tick', 1)
    stream.send('tick', 2)
    await clock.settle()
    sse.close()
    expect((await collect(events)).map(({ data }) => data)).toEqual([1, 2])
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })

  it('ends with a request that is complete', async () => {
    const { sse } = bench({ mode: 'request' }, { script: [[{ send: { event: 'token', data: 'a' } }, { end: true }]] })
    expect(await collect(sse.events('token'))).toMatchObject([{ data: 'a' }])
  })

  it('throws what the subscription failed of, after what waits unread', async () => {
    const { sse } = bench({ retry: false }, { script: [[{ send: { event: 'tick', data: 1 } }, { drop: true }]] })
    const got: unknown[] = []
    const reading = (async () => {
      for await (const { data } of sse.events('tick')) got.push(data)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'network' })
    expect(got).toEqual([1])
  })

  it('throws once, and is over then', async () => {
    const { sse } = bench({ retry: false }, { script: [[{ refuse: { status: 403 } }]] })
    const events = sse.events('tick')
    await expect(events.next()).rejects.toMatchObject({ code: 'http', status: 403 })
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })

  it('is over at once on a client that is closed', async () => {
    const { sse } = bench()
    sse.close()
    expect(await collect(sse.events('tick'))).toEqual([])
  })

  it('survives reconnects', async () => {
    const script = [
      [{ send: { event: 'tick', data: 1, id: '1' } }, { drop: true }],
      [{ send: { event: 'tick', data: 2, id: '2' } }],
    ] as const
    const { sse, clock } = bench({}, { script })
    const events = sse.events('tick')
    await clock.advance(5000)
    expect([(await events.next()).value?.data, (await events.next()).value?.data]).toEqual([1, 2])
  })

  it('serves several who wait at the same time', async () => {
    const { sse, stream, clock } = bench()
    const events = sse.events('tick')
    const both = Promise.all([events.next(), events.next()])
    await clock.settle()
    stream.raw('event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n')
    expect((await both).map(({ value }) => value?.data)).toEqual([1, 2])
  })
})

describe('a signal', () => {
  it('ends the iteration and drops what waits', async () => {
    const { sse, stream, clock } = bench({ linger: 0 })
    const controller = new AbortController()
    const events = sse.events('tick', { signal: controller.signal })
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    controller.abort()
    expect(await collect(events)).toEqual([])
    await clock.advance(1)
    expect(sse.state.get()).toEqual({ status: 'idle' })
  })

  it('ends it while somebody waits', async () => {
    const { sse, clock } = bench()
    const controller = new AbortController()
    const next = sse.events('tick', { signal: controller.signal }).next()
    await clock.settle()
    controller.abort()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  it('that has aborted already lets nothing begin', async () => {
    const { sse, stream, clock } = bench()
    expect(await collect(sse.events('tick', { signal: AbortSignal.abort() }))).toEqual([])
    await clock.settle()
    expect(stream.requests).toHaveLength(0)
  })
})

it('return() frees an iteration that was never begun, and one that waits', async () => {
  const { sse, clock } = bench({ linger: 0 })
  const [unbegun, waiting] = [sse.events('tick'), sse.events('tick')]
  const next = waiting.next()
  await clock.settle()
  await unbegun.return()
  await waiting.return()
  expect(await next).toEqual({ done: true, value: undefined })
  await clock.advance(1)
  expect(sse.state.get()).toEqual({ status: 'idle' })
})

describe('more events than are read', () => {
  async function flood(options: Parameters<ReturnType<typeof bench>['sse']['events']>[1], count: number) {
    const onGap = vi.fn()
    const { sse, stream, clock } = bench({ onGap })
    const events = sse.events('tick', options)
    await clock.settle()
    for (let i = 1; i <= count; i++) stream.send('tick', i, { id: `${i}` })
    await clock.settle()
    return { sse, stream, clock, events, onGap }
  }

  it('are an error by default, after those that were kept', async () => {
    const { events } = await flood({ limit: 2 }, 3)
    expect([(await events.next()).value?.data, (await events.next()).value?.data]).toEqual([1, 2])
    await expect(events.next()).rejects.toMatchObject({
      code: 'too-large',
      message: expect.stringContaining('2 events wait unread'),
    })
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })

  it('may be a thousand before that', async () => {
    const { events } = await flood({}, 1001)
    let count = 0
    await expect(
      (async () => {
        for await (const _ of events) count++
      })(),
    ).rejects.toMatchObject({ code: 'too-large' })
    expect(count).toBe(1000)
  })

  it('push the oldest out, and a gap says so once', async () => {
    const { sse, events, onGap } = await flood({ limit: 2, overflow: 'drop-oldest' }, 5)
    sse.close()
    expect((await collect(events)).map(({ data }) => data)).toEqual([4, 5])
    expect(onGap.mock.calls).toEqual([
      [{ reason: 'overflow', certain: true, requested: '', resumedFrom: '3', topics: ['*'] }],
    ])
  })

  it('leave the latest alone, where only that is wanted', async () => {
    const { sse, events, onGap } = await flood({ overflow: 'latest' }, 5)
    sse.close()
    expect((await collect(events)).map(({ data }) => data)).toEqual([5])
    expect(onGap).not.toHaveBeenCalled()
  })

  it('are all kept without a limit', async () => {
    const { sse, events } = await flood({ limit: Infinity }, 5000)
    sse.close()
    expect(await collect(events)).toHaveLength(5000)
  })

  it.each([{ limit: -1 }, { limit: Number.NaN }, { overflow: 'wait' }, { signal: 5 }])(
    'are refused a plan like %j',
    async (options) => {
      const { sse } = bench()
      expect(() => sse.events('tick', options as object)).toThrow(expect.objectContaining({ code: 'options' }))
    },
  )
})
