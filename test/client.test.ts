// @vitest-environment page
import { getEventListeners } from 'node:events'
import { createSSE } from 'headwater'
import { handled } from 'headwater/resume'
import { createClock, createMockStream } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { bench } from './support/client.ts'

describe('wanting a connection', () => {
  it('opens the connection though fake timers hold queueMicrotask() back', async () => {
    vi.useFakeTimers({ toFake: ['queueMicrotask', 'setTimeout'] })
    const { sse } = bench()
    sse.subscribe('tick', () => {})
    await Promise.resolve()
    vi.useRealTimers()
    expect(sse.state.get().status).toBe('connecting')
  })

  it('opens the connection in a microtask after the first subscription', async () => {
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    expect(sse.state.get().status).toBe('idle')
    await Promise.resolve()
    expect(sse.state.get()).toEqual({ status: 'connecting', attempt: 0 })
    await clock.settle()
    expect(sse.state.get()).toEqual({ status: 'open', since: clock.now(), attempt: 0 })
    expect(stream.requests).toHaveLength(1)
  })

  it('shares one connection among all subscribers', async () => {
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

  it('opens nothing if the only subscriber leaves at once', async () => {
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})()
    await clock.settle()
    expect(stream.requests).toHaveLength(0)
  })

  it('opens nothing when a client is made, its state is watched or it is observed', async () => {
    const { sse, stream, clock } = bench({ onEvent() {} })
    sse.observe({ onEvent() {} })
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(0)
    expect(sse.state.get()).toEqual({ status: 'idle' })
  })

  it('keeps one connection through a double mount, as in StrictMode, with linger 0 too', async () => {
    for (const linger of [1000, 0]) {
      const { sse, stream, clock, statuses } = bench({ linger })
      const off = sse.subscribe('tick', () => {})
      off()
      sse.subscribe('tick', () => {})
      await clock.advance(5000)
      expect(statuses()).toEqual(['idle', 'connecting', 'open'])
      expect(stream.requests).toHaveLength(1)
    }
  })
})

describe('lingering', () => {
  it('closes the connection a second after the last subscriber has left', async () => {
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

  it('keeps the connection for a subscriber that comes while it lingers', async () => {
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
      // Slept through: to look at an open connection each 30 s takes long in a hundred days.
      await clock.sleep(100 * 86_400_000)
      expect(stream.connections).toHaveLength(open)
    }
  })

  it('resumes for the next subscriber after the last event id', async () => {
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

  it('stays open when connect() is called while it lingers', async () => {
    const { sse, clock } = bench()
    const off = sse.subscribe('tick', () => {})
    await clock.settle()
    off()
    sse.connect()
    await clock.advance(60_000)
    expect(sse.state.get().status).toBe('open')
  })
})

describe('keepOpen()', () => {
  it('opens a connection and keeps it until the returned function is called', async () => {
    const { sse, stream, clock, statuses } = bench()
    const release = sse.keepOpen()
    await clock.advance(60_000)
    expect(stream.connections).toHaveLength(1)
    release()
    release()
    await clock.advance(1000)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'idle'])
    expect(clock.timers).toBe(0)
  })

  it('has nothing decoded, not even an event without a name', async () => {
    const parse = vi.fn()
    const { sse, stream, clock } = bench({ parse })
    sse.keepOpen()
    await clock.settle()
    stream.raw('data: 1\n\nevent\ndata: 2\n\nevent: tick\ndata: 3\n\n')
    await clock.settle()
    expect(parse).not.toHaveBeenCalled()
  })

  it('counts each call: the connection stays until the last is released', async () => {
    const { sse, clock } = bench({ linger: 0 })
    const [first, second] = [sse.keepOpen(), sse.keepOpen()]
    await clock.settle()
    first()
    await clock.advance(1)
    expect(sse.state.get().status).toBe('open')
    second()
    await clock.advance(1)
    expect(sse.state.get().status).toBe('idle')
  })
})

describe('connect() and disconnect()', () => {
  it('opens without a subscriber at connect(), and keeps the connection', async () => {
    const { sse, stream, clock } = bench()
    sse.connect()
    expect(sse.state.get().status).toBe('connecting')
    const off = sse.subscribe('tick', () => {})
    await clock.settle()
    off()
    await clock.advance(60_000)
    expect(stream.connections).toHaveLength(1)
  })

  it('closes at disconnect() until connect(), though there are subscribers', async () => {
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

  it('stays closed when disconnect() comes before the first subscriber', async () => {
    const { sse, stream, clock } = bench()
    sse.disconnect()
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(stream.requests).toHaveLength(0)
  })

  it('leaves no timer behind at disconnect()', async () => {
    const { sse, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    sse.disconnect()
    expect(clock.timers).toBe(0)
  })

  it('changes nothing when connect(), disconnect() or close() is called twice', async () => {
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

  it('skips the wait for the next attempt', async () => {
    const { sse, stream, clock } = bench({}, { script: [[{ refuse: { status: 503 } }]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get().status).toBe('waiting')
    sse.reconnect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 1 })
    expect(stream.requests).toHaveLength(2)
  })

  it('sends a request that hangs once more', async () => {
    const { sse, stream, clock } = bench({}, { script: [[{ open: { delay: 10_000 } }]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    sse.reconnect()
    await clock.settle()
    expect(sse.state.get().status).toBe('open')
    await clock.advance(20_000)
    expect(stream.connections).toHaveLength(1)
  })

  it('connects if nothing is open', async () => {
    const { sse, stream, clock } = bench()
    sse.reconnect()
    await clock.settle()
    expect(stream.connections).toHaveLength(1)
  })
})

describe('close()', () => {
  it('is final: nothing that is called later opens a connection', async () => {
    const { sse, stream, clock, log } = bench()
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    const connection = await stream.connected()
    sse.close()
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    await connection.closed
    sse.connect()
    sse.reconnect()
    sse.disconnect()
    sse.connect()
    sse.subscribe('tick', () => {})()
    sse.subscribe('tick', () => {})
    sse.keepOpen()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    expect(clock.timers).toBe(0)
  })

  it('comes with the signal, even with one that has aborted already', async () => {
    const controller = new AbortController()
    const { sse, clock } = bench({ signal: controller.signal })
    sse.subscribe('tick', () => {})
    await clock.settle()
    controller.abort()
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    expect(createSSE('/events', { signal: controller.signal }).state.get().status).toBe('closed')
  })

  it('comes with the end of a block that uses the client', async () => {
    const { stream, clock } = bench()
    let state: ReturnType<typeof createSSE>['state'] | undefined
    {
      using sse = createSSE('/events', { fetch: stream.fetch, clock })
      sse.subscribe('tick', () => {})
      await clock.settle()
      expect(stream.connections).toHaveLength(1)
      state = sse.state
    }
    expect(stream.connections).toHaveLength(0)
    expect(state.get()).toEqual({ status: 'closed', error: null })
  })

  it('removes the listeners from the signals of the options and of subscriptions', () => {
    const [own, shared] = [new AbortController().signal, new AbortController().signal]
    const listeners = () => [own, shared].map((signal) => getEventListeners(signal, 'abort').length)
    const { sse } = bench({ signal: own })
    const offs = [1, 2, 3].map(() => sse.subscribe('tick', () => {}, { signal: shared }))
    expect(listeners()).toEqual([1, 3])
    offs[0]?.()
    expect(listeners()).toEqual([1, 2])
    sse.close()
    expect(listeners()).toEqual([0, 0])
  })

  it('stops the rest of the chunk and the other handlers when a handler calls it', async () => {
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

  it('reports the state closed to observers, and nothing after it', async () => {
    const { sse, stream, clock, log } = bench()
    sse.observe({ onState: ({ status }) => log.push(status), onEvent: () => log.push('event') })
    sse.subscribe('tick', () => {})
    await clock.settle()
    sse.close()
    stream.send('tick', 1)
    await clock.settle()
    expect(log).toEqual(['connecting', 'open', 'closed'])
  })
})

describe('state and observe()', () => {
  it('hands out the same reference while the state does not change', async () => {
    const { sse, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    const state = sse.state.get()
    sse.connect()
    await clock.advance(30_000)
    expect(sse.state.get()).toBe(state)
  })

  it('calls an observer until it is removed', async () => {
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

  it.each<[wrong: unknown, message: RegExp]>([
    [{ onOpn() {} }, /^option: expected one of .*onOpen.*, got onOpn$/],
    [{ onOpen: 'log' }, /^onOpen: expected function, got log$/],
    [() => {}, /^options: expected object, got /],
  ])('refuses an observer that would never be called: %j', (wrong, message) => {
    const { sse } = bench()
    expect(() => sse.observe(wrong as object)).toThrow(
      expect.objectContaining({ code: 'options', message: expect.stringMatching(message) }),
    )
  })
})

it('leaves nothing behind after a hundred clients', async () => {
  const clock = createClock()
  const stream = createMockStream({ clock })
  const listeners = new Set<unknown>()
  vi.spyOn(globalThis, 'addEventListener').mockImplementation((_, listener) => listeners.add(listener))
  vi.spyOn(globalThis, 'removeEventListener').mockImplementation((_, listener) => listeners.delete(listener))
  for (let i = 0; i < 100; i++) {
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
  it('is where the next connection resumes: behind the events that are handled, with commit: handled()', async () => {
    const { sse, stream, clock } = bench({ lastEventId: '4', commit: handled() })
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
})
