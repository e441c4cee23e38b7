import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createSSE } from 'headwater'
import { createClock, createMockStream } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bench } from './support/client.ts'
import { turn } from './support/turns.ts'

afterEach(() => vi.unstubAllGlobals())

const optionsError = (message: unknown) => expect.objectContaining({ code: 'options', message })

describe('subscribe()', () => {
  it.each(['tick', 'order.created', 'order.*', 'a.b.*', '*', '__proto__', ' ', 'a b', '.a', 'a..b', '日本.*'])(
    'takes %j as a pattern',
    (pattern) => {
      expect(() => bench().sse.subscribe(pattern, () => {})).not.toThrow()
    },
  )

  it.each([
    'order*',
    '*.created',
    'order.',
    '',
    '.*',
    '**',
    '*.*',
    'a.*.b',
    'a.*.*',
    '.',
    'a*b',
    undefined,
    null,
    5,
    {},
  ])('refuses %j, which matches nothing, with an options error', async (pattern) => {
    const { sse, stream, clock } = bench()
    expect(() => sse.subscribe(pattern as string, () => {})).toThrow(
      optionsError(`subscribe: expected name, prefix.* or *, got ${pattern}`),
    )
    await clock.settle()
    expect(stream.requests).toEqual([])
  })

  it.each([undefined, null, 'tick', {}])('refuses %j as a handler', (handler) => {
    expect(() => bench().sse.subscribe('tick', handler as () => void)).toThrow(
      optionsError(`subscribe: expected function, got ${handler}`),
    )
  })

  it('hears one event with once, however many a chunk brings', async () => {
    const { sse, stream, clock, log } = bench()
    sse.subscribe('tick', (data) => log.push(data), { once: true })
    await clock.settle()
    stream.raw('event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n')
    await clock.settle()
    expect(log).toEqual([1])
  })

  it('closes the connection after the one event of once', async () => {
    const { sse, stream, clock } = bench({ linger: 0 })
    sse.subscribe('tick', () => {}, { once: true })
    await clock.settle()
    stream.send('tick', 1)
    await clock.advance(1)
    expect(sse.state.get()).toEqual({ status: 'idle' })
  })

  it('unsubscribes once even if its handler throws', async () => {
    const onHandlerError = vi.fn()
    const { sse, stream, clock } = bench({ onHandlerError })
    sse.subscribe(
      'tick',
      () => {
        throw 'oops'
      },
      { once: true },
    )
    await clock.settle()
    stream.raw('event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n')
    await clock.settle()
    expect(onHandlerError).toHaveBeenCalledTimes(1)
  })

  it('is not there if its signal is none, which is a TypeError that names it', async () => {
    const { sse, stream, clock, log } = bench()
    const signal = {} as AbortSignal
    expect(() => sse.subscribe('tick', (data) => log.push(data), { signal })).toThrow(/signal/)
    await clock.settle()
    expect(stream.requests).toHaveLength(0)
  })

  it('ends with its signal, and does not begin with an aborted one', async () => {
    const { sse, stream, clock, log } = bench()
    const controller = new AbortController()
    sse.subscribe('*', (data) => log.push(data), { signal: controller.signal })
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    controller.abort()
    sse.subscribe('*', (data) => log.push(data), { signal: controller.signal })
    stream.send('tick', 2)
    await clock.settle()
    expect(log).toEqual([1])
  })

  it('calls the handler with data and event', async () => {
    const { sse, stream, clock, log } = bench()
    sse.subscribe('order.*', (data, event) => log.push([data, event]))
    await clock.settle()
    await clock.advance(250)
    stream.send('order.created', { id: 1 }, { id: '9' })
    await clock.settle()
    const event = { type: 'order.created', data: { id: 1 }, id: '9', raw: '{"id":1}', receivedAt: clock.now() }
    expect(log).toEqual([[{ id: 1 }, event]])
  })

  it('calls handlers in the order in which they subscribed, names and patterns alike', async () => {
    const { sse, stream, clock, log } = bench()
    for (const pattern of ['*', 'order.*', 'order.created', '*'])
      sse.subscribe(pattern, () => log.push([pattern, log.length]))
    await clock.settle()
    stream.send('order.created', 1)
    await clock.settle()
    expect(log).toEqual([
      ['*', 0],
      ['order.*', 1],
      ['order.created', 2],
      ['*', 3],
    ])
  })

  it('calls one function twice that subscribed twice, and once when one of the two has left', async () => {
    const { sse, stream, clock, log } = bench()
    const handler = (data: unknown): unknown => log.push(data)
    const off = sse.subscribe('tick', handler)
    sse.subscribe('tick', handler)
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    off()
    stream.send('tick', 2)
    await clock.settle()
    expect(log).toEqual([1, 1, 2])
  })

  it('begins with the next event when a handler calls it', async () => {
    const { sse, stream, clock, log } = bench()
    sse.subscribe('tick', (data) => {
      log.push(['first', data])
      sse.subscribe('tick', (data) => log.push(['late', data]), { once: true })
    })
    await clock.settle()
    stream.raw('event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n')
    await clock.settle()
    expect(log).toEqual([
      ['first', 1],
      ['first', 2],
      ['late', 2],
    ])
  })

  it('stops at once when it is unsubscribed in the middle of a dispatch', async () => {
    const { sse, stream, clock, log } = bench()
    let off = (): void => {}
    sse.subscribe('tick', () => off())
    off = sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect(log).toEqual([])
  })

  it('stops at once when its signal aborts in the middle of a dispatch', async () => {
    const { sse, stream, clock, log } = bench()
    const controller = new AbortController()
    sse.subscribe('tick', () => controller.abort())
    sse.subscribe('tick', (data) => log.push(data), { signal: controller.signal })
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect(log).toEqual([])
  })
})

describe('a handler that fails', () => {
  it('reports what a handler throws, and stops neither the others nor the stream', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const { sse, stream, clock, log } = bench()
    sse.subscribe('tick', () => {
      throw 'oops'
    })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    stream.raw('event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n')
    await clock.settle()
    expect(log).toEqual([1, 2])
    expect(reported.mock.calls).toEqual([['oops'], ['oops']])
    expect(stream.requests).toHaveLength(1)
  })

  it('calls onHandlerError with the event, whether a handler throws or rejects', async () => {
    const onHandlerError = vi.fn()
    const { sse, stream, clock } = bench({ onHandlerError })
    sse.subscribe('tick', () => {
      throw 'thrown'
    })
    sse.subscribe('tick', async () => {
      throw 'rejected'
    })
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    const event = expect.objectContaining({ type: 'tick', data: 1 })
    expect(onHandlerError.mock.calls).toEqual([
      ['thrown', event],
      ['rejected', event],
    ])
  })
})

describe('callbacks that act on the client', () => {
  it.each(['onState', 'onOpen', 'onEvent', 'onGap', 'onRetry'] as const)(
    'ends everything when %s calls close()',
    async (name) => {
      const { sse, clock, states } = bench({}, { script: [[{ send: { event: 'tick', data: 1 } }, { end: true }]] })
      sse.observe({ [name]: () => sse.close() })
      sse.subscribe('tick', () => {})
      await clock.advance(60_000)
      expect(states.at(-1)).toEqual({ status: 'closed', error: null })
      expect(clock.timers).toBe(0)
    },
  )

  it('sends no request when a function that makes it calls close()', async () => {
    for (const option of ['url', 'headers'] as const) {
      const clock = createClock()
      const stream = createMockStream({ clock })
      const act = (): never => {
        sse.close()
        return '/events' as never
      }
      const sse = createSSE(option === 'url' ? act : '/events', {
        clock,
        fetch: stream.fetch,
        ...(option === 'headers' && { headers: act }),
      })
      sse.connect()
      await clock.advance(5000)
      expect(stream.requests).toHaveLength(0)
      expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    }
  })

  it('hands the event to the other handlers when one calls reconnect(), and no event comes twice', async () => {
    const { sse, stream, clock, log } = bench()
    sse.subscribe('tick', (data) => {
      if (data === 1) sse.reconnect()
    })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    stream.raw('event: tick\nid: 1\ndata: 1\n\nevent: tick\nid: 2\ndata: 2\n\n')
    await clock.settle()
    expect(stream.requests[1]?.lastEventId).toBe('1')
    stream.send('tick', 2, { id: '2' })
    await clock.settle()
    expect(log).toEqual([1, 2])
  })

  it('has one connection after disconnect() and connect() in a state listener', async () => {
    const { sse, stream, clock } = bench()
    let done = false
    sse.state.subscribe(({ status }) => {
      if (status !== 'open' || done) return
      done = true
      sse.disconnect()
      sse.connect()
    })
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(stream.requests).toHaveLength(2)
    expect(stream.connections).toHaveLength(1)
  })
})

describe('a signal that several clients have', () => {
  it('keeps nothing of clients that were closed, after a collection of garbage either', async () => {
    const { signal } = new AbortController()
    const clients = [1, 2, 3].map(() => bench({ signal }).sse)
    for (const sse of clients) for (let n = 0; n < 2; n++) sse.subscribe('tick', () => {}, { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(9)
    // `addEventListener(…, { signal })` would not do: if a target has several such listeners, Node then removes one of them.
    await turn()
    setFlagsFromString('--expose-gc')
    runInNewContext('gc')()
    for (const sse of clients) sse.close()
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})
