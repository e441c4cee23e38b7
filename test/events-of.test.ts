import { getEventListeners } from 'node:events'
import { type EventsOfOptions, eventsOf } from 'headwater'
import { describe, expect, it, vi } from 'vitest'
import { bench } from './support/client.ts'

/** Reads an iteration to its end. */
async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const event of events) all.push(event)
  return all
}

const OVER = { done: true, value: undefined }

describe('iterating over events', () => {
  it('yields events in order, opens the connection, and unsubscribes at a break', async () => {
    const { sse, stream, clock } = bench({ linger: 0 })
    const events = eventsOf(sse, 'order.*')
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

  it('unsubscribes when the loop is left by an error', async () => {
    const { sse, stream, clock } = bench({ linger: 0 })
    const reading = (async () => {
      for await (const _ of eventsOf(sse, 'tick')) throw 'oops'
    })()
    await clock.settle()
    stream.send('tick', 1)
    await expect(reading).rejects.toBe('oops')
    await clock.advance(1)
    expect(sse.state.get()).toEqual({ status: 'idle' })
  })

  it('yields whole events', async () => {
    const { sse, stream, clock } = bench()
    const events = eventsOf(sse, 'tick')
    await clock.settle()
    stream.send('tick', { n: 1 }, { id: '7' })
    const event = { type: 'tick', data: { n: 1 }, id: '7', raw: '{"n":1}', receivedAt: clock.now() }
    expect(await events.next()).toEqual({ done: false, value: event })
  })

  it('listens before the first next()', async () => {
    const { sse, stream, clock } = bench()
    const events = eventsOf(sse, 'tick')
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect((await events.next()).value).toMatchObject({ data: 1 })
  })

  it('ends with the client, after the events that wait unread', async () => {
    const { sse, stream, clock } = bench()
    const events = eventsOf(sse, 'tick')
    await clock.settle()
    stream.send('tick', 1)
    stream.send('tick', 2)
    await clock.settle()
    sse.close()
    expect((await collect(events)).map(({ data }) => data)).toEqual([1, 2])
    expect(await events.next()).toEqual(OVER)
  })

  it('ends without an error when the server answers 204', async () => {
    const script = [[{ send: { event: 'tick', data: 'a' } }, { end: true }], [{ refuse: { status: 204 } }]] as const
    const { sse, clock } = bench({}, { script })
    const reading = collect(eventsOf(sse, 'tick'))
    await clock.advance(5000)
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    expect(await reading).toMatchObject([{ data: 'a' }])
  })

  it('throws the error that closed the client, after the events that wait unread', async () => {
    const { sse } = bench({ retry: false }, { script: [[{ send: { event: 'tick', data: 1 } }, { drop: true }]] })
    const got: unknown[] = []
    const reading = (async () => {
      for await (const { data } of eventsOf(sse, 'tick')) got.push(data)
    })()
    await expect(reading).rejects.toMatchObject({ code: 'network' })
    expect(got).toEqual([1])
  })

  it('throws once, and is over after that', async () => {
    const { sse } = bench({ retry: false }, { script: [[{ refuse: { status: 403 } }]] })
    const events = eventsOf(sse, 'tick')
    await expect(events.next()).rejects.toMatchObject({ code: 'http', status: 403 })
    expect(await events.next()).toEqual(OVER)
  })

  it('is over at once if the client is closed', async () => {
    const { sse } = bench()
    sse.close()
    expect(await collect(eventsOf(sse, 'tick'))).toEqual([])
  })

  it('goes on after a reconnect', async () => {
    const script = [
      [{ send: { event: 'tick', data: 1, id: '1' } }, { drop: true }],
      [{ send: { event: 'tick', data: 2, id: '2' } }],
    ] as const
    const { sse, clock } = bench({}, { script })
    const events = eventsOf(sse, 'tick')
    await clock.advance(5000)
    expect([(await events.next()).value?.data, (await events.next()).value?.data]).toEqual([1, 2])
  })

  it('serves several next() that wait at the same time', async () => {
    const { sse, stream, clock } = bench()
    const events = eventsOf(sse, 'tick')
    const both = Promise.all([events.next(), events.next()])
    await clock.settle()
    stream.raw('event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n')
    expect((await both).map(({ value }) => value?.data)).toEqual([1, 2])
  })

  it('frees an iteration that was never begun, and one that waits, with return()', async () => {
    const { sse, clock } = bench({ linger: 0 })
    const [unbegun, waiting] = [eventsOf(sse, 'tick'), eventsOf(sse, 'tick')]
    const next = waiting.next()
    await clock.settle()
    expect(await unbegun.return()).toEqual(OVER)
    await waiting.return()
    expect(await next).toEqual(OVER)
    await clock.advance(1)
    expect(sse.state.get()).toEqual({ status: 'idle' })
  })
})

describe('the signal of an iteration', () => {
  it('ends the iteration and drops the events that wait', async () => {
    const { sse, stream, clock } = bench({ linger: 0 })
    const controller = new AbortController()
    const events = eventsOf(sse, 'tick', { signal: controller.signal })
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    controller.abort()
    expect(await collect(events)).toEqual([])
    await clock.advance(1)
    expect(sse.state.get()).toEqual({ status: 'idle' })
  })

  it('ends a next() that waits', async () => {
    const { sse, clock } = bench()
    const controller = new AbortController()
    const next = eventsOf(sse, 'tick', { signal: controller.signal }).next()
    await clock.settle()
    controller.abort()
    expect(await next).toEqual(OVER)
  })

  it('opens nothing if it has aborted already', async () => {
    const { sse, stream, clock } = bench()
    expect(await collect(eventsOf(sse, 'tick', { signal: AbortSignal.abort() }))).toEqual([])
    await clock.settle()
    expect(stream.requests).toHaveLength(0)
  })

  it.each(['return()', 'the end of the client'])('has no listener left after %s', (how) => {
    const { sse } = bench()
    const { signal } = new AbortController()
    const events = eventsOf(sse, 'tick', { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    if (how === 'return()') events.return()
    else sse.close()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})

describe('more events than are read', () => {
  async function flood(options: EventsOfOptions, count: number) {
    const [observed, onGap] = [vi.fn(), vi.fn()]
    const { sse, stream, clock } = bench({ onGap: observed })
    const events = eventsOf(sse, 'tick', { onGap, ...options })
    await clock.settle()
    for (let i = 1; i <= count; i++) stream.send('tick', i, { id: `${i}` })
    await clock.settle()
    // The client has lost nothing: it is the iteration that has.
    expect(observed).not.toHaveBeenCalled()
    return { sse, stream, clock, events, onGap }
  }

  it('throws too-large by default, after the events that were kept', async () => {
    const { events } = await flood({ limit: 2 }, 3)
    expect([(await events.next()).value?.data, (await events.next()).value?.data]).toEqual([1, 2])
    await expect(events.next()).rejects.toMatchObject({
      code: 'too-large',
      message: '2 events wait unread: raise limit',
    })
    expect(await events.next()).toEqual(OVER)
  })

  it('keeps a thousand events before it throws', async () => {
    const { events } = await flood({}, 1001)
    let count = 0
    await expect(
      (async () => {
        for await (const _ of events) count++
      })(),
    ).rejects.toMatchObject({ code: 'too-large' })
    expect(count).toBe(1000)
  })

  it('drops the oldest with drop-oldest, and calls its onGap once', async () => {
    const { sse, events, onGap } = await flood({ limit: 2, overflow: 'drop-oldest' }, 5)
    sse.close()
    expect((await collect(events)).map(({ data }) => data)).toEqual([4, 5])
    expect(onGap.mock.calls).toEqual([
      [{ reason: 'overflow', certain: true, requested: '', resumedFrom: '3', topics: ['*'] }],
    ])
  })

  it('calls onGap again when it drops again after the loop has caught up', async () => {
    const { stream, clock, events, onGap } = await flood({ limit: 1, overflow: 'drop-oldest' }, 2)
    await events.next()
    for (const i of [3, 4]) stream.send('tick', i, { id: `${i}` })
    await clock.settle()
    expect(onGap.mock.calls.map(([{ resumedFrom }]) => resumedFrom)).toEqual(['2', '4'])
  })

  it('drops the oldest without onGap, too', async () => {
    const { sse, events } = await flood({ limit: 2, overflow: 'drop-oldest', onGap: undefined }, 5)
    sse.close()
    expect((await collect(events)).map(({ data }) => data)).toEqual([4, 5])
  })

  it('keeps only the latest event with latest, and reports no gap', async () => {
    const { sse, events, onGap } = await flood({ overflow: 'latest' }, 5)
    sse.close()
    expect((await collect(events)).map(({ data }) => data)).toEqual([5])
    expect(onGap).not.toHaveBeenCalled()
  })

  it('keeps all events with limit Infinity', async () => {
    const { sse, events } = await flood({ limit: Infinity }, 5000)
    sse.close()
    expect(await collect(events)).toHaveLength(5000)
  })

  it('keeps one event with limit 0', async () => {
    const { events } = await flood({ limit: 0 }, 2)
    expect((await events.next()).value).toMatchObject({ data: 1 })
    await expect(events.next()).rejects.toMatchObject({ code: 'too-large' })
  })
})

describe('options of an iteration', () => {
  it.each<[options: object, message: string]>([
    [{ limit: -1 }, 'limit: expected >= 0, got -1'],
    [{ limit: Number.NaN }, 'limit: expected >= 0, got NaN'],
    [{ limit: '5' }, 'limit: expected number, got 5'],
    [{ overflow: 'wait' }, 'overflow: expected one of error,drop-oldest,latest, got wait'],
    [{ size: 5 }, 'option: expected one of signal,limit,overflow,onGap, got size'],
  ])('refuses %j with an options error, and subscribes to nothing', async (options, message) => {
    const { sse, stream, clock } = bench()
    expect(() => eventsOf(sse, 'tick', options)).toThrow(expect.objectContaining({ code: 'options', message }))
    await clock.settle()
    expect(stream.requests).toEqual([])
  })

  it('refuses a pattern that matches nothing', () => {
    expect(() => eventsOf(bench().sse, 'order.')).toThrow(expect.objectContaining({ code: 'options' }))
  })
})
