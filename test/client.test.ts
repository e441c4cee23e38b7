import { createSSE } from 'headwater'
import { createClock, createMockStream } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bench } from './support/client.ts'

afterEach(() => vi.unstubAllGlobals())

describe('the first subscriber', () => {
  it('opens the connection in a microtask', async () => {
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    expect(sse.state.get().status).toBe('idle')
    await Promise.resolve()
    expect(sse.state.get()).toEqual({ status: 'connecting', attempt: 0 })
    await clock.settle()
    expect(sse.state.get()).toEqual({ status: 'open', since: clock.now(), attempt: 0 })
    expect(stream.requests).toHaveLength(1)
  })

  it('shares its connection with all that follow', async () => {
    const { sse, stream, clock, log } = bench()
    for (const name of ['a', 'b']) sse.subscribe('tick', (data) => log.push([name, data]))
    await clock.settle()
    sse.subscribe('tick', (data) => log.push(['c', data]))
    stream.send('tick', 1)
    await clock.settle()
    expect(log).toEqual([
      ['a', 1],
      ['b', 1],
      ['c', 1],
    ])
    expect(stream.requests).toHaveLength(1)
  })

  it('opens nothing if it leaves in the same go', async () => {
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})()
    await clock.settle()
    expect(stream.requests).toHaveLength(0)
  })
})

it('watching the state, observing and making a client open nothing', async () => {
  const { sse, stream, clock } = bench({ onEvent() {} })
  sse.observe({ onEvent() {} })
  await clock.advance(60_000)
  expect(stream.requests).toHaveLength(0)
  expect(sse.state.get()).toEqual({ status: 'idle' })
})

describe('when the last subscriber has gone', () => {
  it('closes after a second', async () => {
    const { sse, stream, clock } = bench()
    const off = sse.subscribe('tick', () => {})
    await clock.settle()
    off()
    off()
    await clock.advance(999)
    expect(stream.connections).toHaveLength(1)
    await clock.advance(1)
    expect(stream.connections).toHaveLength(0)
    expect(sse.state.get()).toEqual({ status: 'idle' })
    expect(clock.timers).toBe(0)
  })

  it('keeps the connection for whoever comes meanwhile', async () => {
    const { sse, stream, clock } = bench()
    const off = sse.subscribe('tick', () => {})
    await clock.settle()
    off()
    await clock.advance(500)
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(stream.requests).toHaveLength(1)
  })

  it('keeps the connection for ever with linger Infinity, and not at all with 0', async () => {
    for (const [linger, open] of [
      [Infinity, 1],
      [0, 0],
    ] as const) {
      const { sse, stream, clock } = bench({ linger })
      const off = sse.subscribe('tick', () => {})
      await clock.settle()
      off()
      await clock.advance(0)
      // Slept through: to look at an open line each 30 s takes long in a hundred days.
      await clock.sleep(100 * 86_400_000)
      expect(stream.connections).toHaveLength(open)
    }
  })

  it('resumes for the next one from where it stopped', async () => {
    const { sse, stream, clock } = bench()
    const off = sse.subscribe('tick', () => {})
    await clock.settle()
    stream.send('tick', 1, { id: '41' })
    await clock.settle()
    off()
    await clock.advance(1000)
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '41'])
  })
})

describe('connect() and disconnect()', () => {
  it('connect() opens without a subscriber and keeps the connection', async () => {
    const { sse, stream, clock } = bench()
    sse.connect()
    expect(sse.state.get().status).toBe('connecting')
    const off = sse.subscribe('tick', () => {})
    await clock.settle()
    off()
    await clock.advance(60_000)
    expect(stream.connections).toHaveLength(1)
  })

  it('disconnect() closes although somebody listens, until connect()', async () => {
    const { sse, stream, clock, log } = bench()
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    sse.disconnect()
    expect(sse.state.get()).toEqual({ status: 'paused', reasons: ['manual'] })
    sse.subscribe('tick', () => {})
    await clock.advance(60_000)
    expect(stream.connections).toHaveLength(0)
    expect(stream.requests).toHaveLength(1)
    sse.connect()
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect(log).toEqual([1])
  })

  it('disconnect() before anybody listens holds as well', async () => {
    const { sse, stream, clock } = bench()
    sse.disconnect()
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(stream.requests).toHaveLength(0)
  })

  it('disconnect() leaves no timer behind', async () => {
    const { sse, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    sse.disconnect()
    expect(clock.timers).toBe(0)
  })

  it('doing any of them twice changes nothing', async () => {
    const { sse, stream, clock, states } = bench()
    for (const act of ['connect', 'connect', 'disconnect', 'disconnect', 'close', 'close'] as const) {
      sse[act]()
      await clock.settle()
    }
    expect(stream.requests).toHaveLength(1)
    expect(states.map(({ status }) => status)).toEqual(['idle', 'connecting', 'open', 'paused', 'closed'])
  })
})

describe('reconnect()', () => {
  it('leaves the open connection for a new one that resumes', async () => {
    const { sse, stream, clock, statuses } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    stream.send('tick', 1, { id: '7' })
    await clock.settle()
    sse.reconnect()
    await clock.settle()
    expect(stream.connections).toHaveLength(1)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '7'])
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'connecting', 'open'])
  })

  it('skips the wait for the next try', async () => {
    const { sse, stream, clock } = bench({}, { script: [[{ refuse: { status: 503 } }]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get().status).toBe('waiting')
    sse.reconnect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 1 })
    expect(stream.requests).toHaveLength(2)
  })

  it('sends a request that hangs afresh', async () => {
    const { sse, stream, clock } = bench({}, { script: [[{ open: { delay: 10_000 } }]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    sse.reconnect()
    await clock.settle()
    expect(sse.state.get().status).toBe('open')
    await clock.advance(20_000)
    expect(stream.connections).toHaveLength(1)
  })

  it('connects where nothing is open', async () => {
    const { sse, stream, clock } = bench()
    sse.reconnect()
    await clock.settle()
    expect(stream.connections).toHaveLength(1)
  })
})

describe('close()', () => {
  it('is final', async () => {
    const { sse, stream, clock, log } = bench()
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    const connection = await stream.connected()
    sse.close()
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    await connection.closed
    sse.connect()
    sse.reconnect()
    sse.subscribe('tick', () => {})
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
    expect(clock.timers).toBe(0)
  })

  it('comes with the signal, also with one that has aborted already', async () => {
    const controller = new AbortController()
    const { sse, clock } = bench({ signal: controller.signal })
    sse.subscribe('tick', () => {})
    await clock.settle()
    controller.abort()
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    expect(createSSE('/events', { signal: controller.signal }).state.get().status).toBe('closed')
  })

  it('comes with the end of a block that uses it', async () => {
    const { stream, clock } = bench()
    let state: unknown
    {
      using sse = createSSE('/events', { fetch: stream.fetch, clock })
      sse.subscribe('tick', () => {})
      await clock.settle()
      expect(stream.connections).toHaveLength(1)
      state = sse.state
    }
    expect(stream.connections).toHaveLength(0)
    expect(state).toBeDefined()
  })

  it('takes its listeners off the signals it was given', async () => {
    const controller = new AbortController()
    const remove = vi.spyOn(controller.signal, 'removeEventListener')
    const add = vi.spyOn(controller.signal, 'addEventListener')
    const { sse } = bench()
    const offs = [1, 2, 3].map(() => sse.subscribe('tick', () => {}, { signal: controller.signal }))
    expect(add).toHaveBeenCalledTimes(3)
    offs[0]?.()
    expect(remove).toHaveBeenCalledTimes(1)
    const closing = add.mock.calls[1]?.[2] as { signal: AbortSignal }
    sse.close()
    expect(closing.signal.aborted).toBe(true)
  })

  it('in a handler stops the rest of the chunk, and the other handlers', async () => {
    const { sse, stream, clock, log } = bench()
    sse.subscribe('tick', (data) => {
      log.push(data)
      sse.close()
    })
    sse.subscribe('tick', () => log.push('another handler'))
    await clock.settle()
    stream.raw('data: 0\n\nevent: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n')
    await clock.settle()
    expect(log).toEqual([1])
  })
})

describe('subscribing', () => {
  it('with once gets one event', async () => {
    const { sse, stream, clock, log } = bench()
    sse.subscribe('tick', (data) => log.push(data), { once: true })
    await clock.settle()
    stream.raw('event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n')
    await clock.settle()
    expect(log).toEqual([1])
  })

  it('with a signal ends with it, and does not begin with an aborted one', async () => {
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

  it('gets data and event', async () => {
    const { sse, stream, clock, log } = bench()
    sse.subscribe('order.*', (data, event) => log.push([data, event]))
    await clock.settle()
    await clock.advance(250)
    stream.send('order.created', { id: 1 }, { id: '9' })
    await clock.settle()
    const event = { type: 'order.created', data: { id: 1 }, id: '9', raw: '{"id":1}', receivedAt: clock.now() }
    expect(log).toEqual([[{ id: 1 }, event]])
  })

  it('is served by exact names first, then by patterns', async () => {
    const { sse, stream, clock, log } = bench()
    for (const pattern of ['*', 'order.*', 'order.created']) sse.subscribe(pattern, () => log.push(pattern))
    await clock.settle()
    stream.send('order.created', 1)
    await clock.settle()
    expect(log).toEqual(['order.created', '*', 'order.*'])
  })

  it('during a dispatch begins with the next event', async () => {
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

  it('ends at once, in the middle of a dispatch too', async () => {
    const { sse, stream, clock, log } = bench()
    let off = (): void => {}
    sse.subscribe('tick', () => off())
    off = sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect(log).toEqual([])
  })
})

describe('a handler that fails', () => {
  it('is reported and stops neither the others nor the stream', async () => {
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

  it('goes to onHandlerError with its event, whether it throws or rejects', async () => {
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

describe('from inside of callbacks', () => {
  it.each(['onState', 'onOpen', 'onEvent', 'onGap', 'onRetry'] as const)('close() in %s ends it all', async (name) => {
    const { sse, clock, states } = bench({}, { script: [[{ send: { event: 'tick', data: 1 } }, { end: true }]] })
    sse.observe({ [name]: () => sse.close() })
    sse.subscribe('tick', () => {})
    await clock.advance(60_000)
    expect(states.at(-1)).toEqual({ status: 'closed', error: null })
    expect(clock.timers).toBe(0)
  })

  it('close() in the functions that make the request ends it before it is sent', async () => {
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

  it('reconnect() in a handler lets the others have the event, and none comes twice', async () => {
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

  it('disconnect() and connect() in a state listener lead to one connection', async () => {
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

it('the state is the same reference while nothing changes', async () => {
  const { sse, clock } = bench()
  sse.subscribe('tick', () => {})
  await clock.settle()
  const state = sse.state.get()
  sse.connect()
  await clock.advance(30_000)
  expect(sse.state.get()).toBe(state)
})

it('observe() ends what it began', async () => {
  const { sse, stream, clock, log } = bench()
  const off = sse.observe({ onEvent: ({ data }) => log.push(data) })
  sse.subscribe('tick', () => {})
  await clock.settle()
  stream.send('tick', 1)
  await clock.settle()
  off()
  stream.send('tick', 2)
  await clock.settle()
  expect(log).toEqual([1])
})

it('stays open when connect() comes while it lingers', async () => {
  const { sse, clock } = bench()
  const off = sse.subscribe('tick', () => {})
  await clock.settle()
  off()
  sse.connect()
  await clock.advance(60_000)
  expect(sse.state.get().status).toBe('open')
})

it('leaves nothing behind after a thousand clients', async () => {
  const clock = createClock()
  const stream = createMockStream({ clock })
  const listeners = new Set<unknown>()
  vi.spyOn(globalThis, 'addEventListener').mockImplementation((_, listener) => listeners.add(listener))
  vi.spyOn(globalThis, 'removeEventListener').mockImplementation((_, listener) => listeners.delete(listener))
  for (let i = 0; i < 1000; i++) {
    const sse = createSSE('/events', { fetch: stream.fetch, clock })
    expect(listeners.size).toBe(0)
    const off = sse.subscribe('tick', () => {})
    await clock.settle()
    expect(listeners.size).toBeGreaterThan(0)
    if (i % 2) sse.close()
    else {
      off()
      await clock.advance(1000)
    }
  }
  vi.restoreAllMocks()
  expect(listeners.size).toBe(0)
  expect(stream.connections).toHaveLength(0)
  expect(clock.timers).toBe(0)
})

describe('lastEventId', () => {
  it('is where the next connection would resume: with commit: handled behind what has been handled', async () => {
    const { sse, stream, clock } = bench({ lastEventId: '4', commit: 'handled' })
    let done = (): void => {}
    sse.subscribe('tick', () => new Promise<void>((resolve) => (done = resolve)))
    expect(sse.lastEventId).toBe('4')
    await clock.settle()
    stream.send('tick', 1, { id: '5' })
    await clock.settle()
    expect(sse.lastEventId).toBe('4')
    sse.reconnect()
    await clock.settle()
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['4', '4'])
    stream.send('tick', 1, { id: '5' })
    await clock.settle()
    done()
    await clock.settle()
    expect(sse.lastEventId).toBe('5')
  })

  it('of a request that is complete is where connect() starts it again', async () => {
    const { sse, stream, clock } = bench(
      { mode: 'request', lastEventId: '4' },
      { script: [[{ send: { data: 1, id: '5' } }, { end: true }]] },
    )
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    expect(sse.lastEventId).toBe('4')
    sse.connect()
    await clock.settle()
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['4', '4'])
  })
})
