import fc from 'fast-check'
import { byDataType, createSSE, type Opened } from 'headwater'
import { createClock, createMockStream, type Step } from 'headwater/testing'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { bench } from './support/client.ts'
import { hubBench, ORIGIN } from './support/reader.ts'

afterEach(() => vi.unstubAllGlobals())

const send = (event: string, data: unknown, id?: string): Step => ({ send: { event, data, id } })
const DROP: Step = { drop: true }

/** A server that speaks the protocol introduces itself. */
const hello = (recovered: boolean, id = 'k3f9x2ab-10', more: object = {}): Step =>
  send(
    'connected',
    {
      v: 1,
      clientId: 'n1.x',
      epoch: id.split('-')[0],
      cursor: id,
      recovered,
      heartbeatMs: 15_000,
      topics: [],
      ...more,
    },
    id,
  )

const NO_ID = { reason: 'no-id', certain: false, requested: '', resumedFrom: '', topics: ['*'] }

describe('after a reconnect to any server', () => {
  it('without an id ever seen, a gap says that events may have been lost', async () => {
    const onGap = vi.fn()
    const onOpen = vi.fn()
    const { sse, clock } = bench({ onGap, onOpen }, { script: [[send('tick', 1), DROP], [send('tick', 2)]] })
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(onOpen.mock.calls).toEqual([[{ recovered: false, attempt: 0 }], [{ recovered: false, attempt: 1 }]])
    expect(onGap.mock.calls).toEqual([[NO_ID]])
    expect(onGap.mock.invocationCallOrder[0]).toBeGreaterThan(onOpen.mock.invocationCallOrder[1] ?? Infinity)
  })

  it('that never was open before, there is no gap', async () => {
    const onGap = vi.fn()
    const { sse, clock } = bench({ onGap }, { script: [[DROP], [{ refuse: { status: 503 } }]] })
    sse.subscribe('tick', () => {})
    await clock.advance(10_000)
    expect(sse.state.get().status).toBe('open')
    expect(onGap).not.toHaveBeenCalled()
  })

  it('with an id, whether all comes is unknown', async () => {
    const onGap = vi.fn()
    const onOpen = vi.fn()
    const { sse, clock } = bench({ onGap, onOpen }, { script: [[send('tick', 1, '5'), DROP]] })
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(onOpen.mock.calls.map(([opened]) => (opened as Opened).recovered)).toEqual([false, 'unknown'])
    expect(onGap).not.toHaveBeenCalled()
  })

  it('an id without data counts, and an id whose block did not end does not', async () => {
    const { sse, stream, clock } = bench({}, { script: [[{ raw: 'id: 7\n\n' }, { raw: 'id: 8\ndata: x\n' }, DROP]] })
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(stream.requests[1]?.lastEventId).toBe('7')
  })

  it('what it sends again comes once', async () => {
    const script = [
      [send('tick', 1, '1'), send('tick', 2, '2'), DROP],
      [send('tick', 2, '2'), send('tick', 3, '3')],
    ]
    const { sse, clock, log } = bench({}, { script })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.advance(5000)
    expect(log).toEqual([1, 2, 3])
  })

  it('and has started to count from 1 again, nothing new is swallowed', async () => {
    const script = [
      [send('tick', 'a', '1'), send('tick', 'b', '2'), DROP],
      [send('tick', 'c', '1'), send('tick', 'd', '2')],
    ]
    const { sse, clock, log } = bench({}, { script })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.advance(5000)
    expect(log).toEqual(['a', 'b', 'c', 'd'])
  })

  it('equal events without an id are all news', async () => {
    const { sse, clock, log } = bench({}, { script: [[send('tick', 1), send('tick', 1), DROP], [send('tick', 1)]] })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.advance(5000)
    expect(log).toEqual([1, 1, 1])
  })

  it('with dedupe: false everything comes', async () => {
    const { sse, clock, log } = bench(
      { dedupe: false },
      { script: [[send('tick', 1, '1'), DROP], [send('tick', 1, '1')]] },
    )
    sse.subscribe('tick', (data) => log.push(data))
    await clock.advance(5000)
    expect(log).toEqual([1, 1])
  })

  it('names that our server reserves are ordinary names', async () => {
    const { sse, clock, log } = bench(
      {},
      {
        script: [
          [
            send('connected', { id: 1 }),
            send('ping', 1),
            send('gap', {}),
            send('live', 1),
            send('goodbye', { reconnectInMs: 1 }),
          ],
        ],
      },
    )
    sse.subscribe('*', (_, { type }) => log.push(type))
    await clock.advance(60_000)
    expect(log).toEqual(['connected', 'ping', 'gap', 'live', 'goodbye'])
    expect(sse.state.get().status).toBe('open')
  })
})

describe('with a server that introduces itself', () => {
  it('its own events are not handed out', async () => {
    const { sse, clock, log } = bench(
      {},
      {
        script: [
          [hello(false), send('live', {}), send('ping', {}), send('subscribed', {}), send('tick', 1, 'k3f9x2ab-11')],
        ],
      },
    )
    sse.subscribe('*', (_, { type }) => log.push(type))
    await clock.settle()
    expect(log).toEqual(['tick'])
    expect(sse.lastEventId).toBe('k3f9x2ab-11')
  })

  it('a drop before the first event resumes all the same', async () => {
    const { sse, stream, clock } = bench({}, { script: [[hello(false), DROP], [hello(true)]] })
    sse.subscribe('*', () => {})
    await clock.advance(5000)
    expect(stream.requests[1]?.lastEventId).toBe('k3f9x2ab-10')
  })

  it('onOpen waits for its word on whether it resumed', async () => {
    const onOpen = vi.fn()
    const { sse, stream, clock } = bench({ onOpen }, { script: [[hello(false), DROP], [{ open: {} }]] })
    sse.subscribe('*', () => {})
    await clock.advance(5000)
    expect(sse.state.get().status).toBe('open')
    expect(onOpen).toHaveBeenCalledTimes(1)
    stream.send('connected', { v: 1, recovered: true }, { id: 'k3f9x2ab-10' })
    await clock.settle()
    expect(onOpen).toHaveBeenLastCalledWith({ recovered: true, attempt: 1 })
  })

  it('also where the id came from an earlier page', async () => {
    const onOpen = vi.fn()
    const { sse, clock } = bench({ onOpen, lastEventId: 'k3f9x2ab-10' }, { script: [[hello(true)]] })
    sse.subscribe('*', () => {})
    await clock.settle()
    expect(onOpen.mock.calls).toEqual([[{ recovered: true, attempt: 0 }]])
  })

  it('its gap is told, after onOpen and before events', async () => {
    const { sse, clock, log } = bench(
      {},
      {
        script: [
          [hello(false), DROP],
          [
            hello(false, 'p0d1q7zz-12'),
            send('gap', { reason: 'epoch', requested: 'k3f9x2ab-10', resumedFrom: 'p0d1q7zz-12', topics: ['orders'] }),
            send('live', {}),
            send('tick', 1, 'p0d1q7zz-13'),
          ],
        ],
      },
    )
    sse.observe({ onOpen: ({ recovered }) => log.push(['open', recovered]), onGap: (gap) => log.push(gap) })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.advance(5000)
    expect(log).toEqual([
      ['open', false],
      ['open', false],
      { reason: 'epoch', certain: true, requested: 'k3f9x2ab-10', resumedFrom: 'p0d1q7zz-12', topics: ['orders'] },
      1,
    ])
  })

  it('what lies behind the cursor comes once, whatever it holds', async () => {
    const script = [
      [hello(false), send('tick', 1, 'k3f9x2ab-11'), send('tick', 2, 'k3f9x2ab-12'), DROP],
      [
        hello(true, 'k3f9x2ab-12'),
        send('tick', 'again', 'k3f9x2ab-12'),
        send('tick', 3, 'k3f9x2ab-13'),
        send('tick', 'again', 'k3f9x2ab-11'),
      ],
    ]
    const { sse, clock, log } = bench({}, { script })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.advance(5000)
    expect(log).toEqual([1, 2, 3])
    expect(sse.lastEventId).toBe('k3f9x2ab-13')
  })

  it('events without an id always come', async () => {
    const { sse, clock, log } = bench({}, { script: [[hello(false), send('note', 1), send('note', 1)]] })
    sse.subscribe('note', (data) => log.push(data))
    await clock.settle()
    expect(log).toEqual([1, 1])
  })

  it('the id of a ping moves the cursor', async () => {
    const { sse, clock } = bench({}, { script: [[hello(false), send('ping', { t: 1 }, 'k3f9x2ab-60')]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.lastEventId).toBe('k3f9x2ab-60')
  })

  it('what it says of the topics of events stands in the events', async () => {
    const script = [
      hello(false),
      { raw: ': topic orders\nevent: tick\ndata: 1\n\n' },
      send('tick', 2),
      // For those who hear no comments.
      send('ping', { topic: 'jobs', event: 'tick' }),
      send('tick', 3),
      // The event that was announced is one that such a transport did not hear.
      send('ping', { topic: 'jobs', event: 'unheard' }),
      send('tick', 4),
      send('ping', { topic: 'jobs', event: 'tick' }),
      send('ping', { t: 1 }),
      send('tick', 5),
      // Or it was too long.
      send('ping', { topic: 'jobs', event: 'tick' }),
      { raw: `event: tick\ndata: "${'x'.repeat(200)}"\n\n` },
      send('tick', 6),
    ]
    const { sse, clock, log } = bench({ maxEventSize: 150 }, { script: [script] })
    sse.subscribe('tick', (data, event) => log.push([data, event.topic, 'topic' in event]))
    await clock.settle()
    expect(log).toEqual([
      [1, 'orders', true],
      [2, undefined, false],
      [3, 'jobs', true],
      [4, undefined, false],
      [5, undefined, false],
      [6, undefined, false],
    ])
  })

  it('pings that announce an event are no heartbeat', async () => {
    const { sse, stream, clock, states } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    stream.send('connected', { v: 1, recovered: false })
    for (let n = 0; n < 4; n++) {
      stream.send('ping', { topic: 'jobs', event: 'tick' })
      stream.send('tick', n)
      await clock.advance(2000)
    }
    await clock.advance(600_000)
    expect(states.at(-1)?.status).toBe('open')
  })

  it('from a server that has not introduced itself, comments about topics are comments', async () => {
    const { sse, clock, log } = bench({}, { script: [[{ raw: ': topic orders\nevent: tick\ndata: 1\n\n' }]] })
    sse.subscribe('tick', (_, event) => log.push('topic' in event))
    await clock.settle()
    expect(log).toEqual([false])
  })

  it('the heartbeat it announces is watched', async () => {
    const { sse, clock } = bench({}, { script: [[hello(false)]] })
    sse.subscribe('tick', () => {})
    await clock.advance(37_500)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'stalled' } })
  })

  it.each([
    ['subscribe', 60_000, 1],
    ['request', 600_000, 0],
  ] as const)('pings of any server are a rhythm, but not in an answer: mode %s', async (mode, ms, lost) => {
    const { sse, stream, clock, statuses } = bench({ mode })
    sse.connect()
    await clock.settle()
    for (let i = 0; i < 4; i++) {
      stream.send('ping', {})
      await clock.advance(15_000)
    }
    await clock.advance(ms)
    expect(statuses().filter((status) => status === 'waiting')).toHaveLength(lost)
  })

  it('goodbye has the line replaced when it says, without counting a failure', async () => {
    const { sse, stream, clock, statuses } = bench(
      {},
      { script: [[hello(false), send('goodbye', { reconnectInMs: 3000 })], [hello(true)]] },
    )
    sse.subscribe('tick', () => {})
    await clock.advance(2999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'connecting', 'open'])
    expect(sse.state.get()).toMatchObject({ attempt: 0 })
  })

  it('a server that goes before the time it said has not failed either', async () => {
    const { sse, stream, clock } = bench(
      {},
      { script: [[hello(false), send('goodbye', { reconnectInMs: 3000 }), { end: true }], [hello(true)]] },
    )
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 0, until: clock.now() + 3000 })
    await clock.advance(3000)
    expect(stream.requests).toHaveLength(2)
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 0 })
  })

  it.each([
    ['at once', { reconnectInMs: 0 }],
    ['without a time', {}],
    ['with a time that is none', { reconnectInMs: 'x' }],
  ])('goodbye %s is no storm: the line is replaced once a second', async (_, data) => {
    const greeting = [hello(true), send('goodbye', data)]
    const { sse, stream, clock } = bench({}, { script: Array(50).fill(greeting) })
    sse.subscribe('tick', () => {})
    await clock.advance(5500)
    expect(stream.requests).toHaveLength(6)
  })

  it('goodbye and the end at once is no storm either', async () => {
    const greeting = [hello(true), send('goodbye', { reconnectInMs: 0 }), { end: true } as const]
    const { sse, stream, clock } = bench({ retry: { attempts: 0 } }, { script: Array(50).fill(greeting) })
    sse.subscribe('tick', () => {})
    await clock.advance(5500)
    expect(stream.requests).toHaveLength(6)
    expect(sse.state.get().status).toBe('waiting')
  })

  it('that is told of when it introduces itself, and left then, leaves nothing behind', async () => {
    const { sse, stream, clock, log } = bench(
      { lastEventId: 'k3f9x2ab-1', retry: false },
      { script: [[hello(true, 'k3f9x2ab-1', { heartbeatMs: 4000 }), send('tick', 1)]] },
    )
    sse.observe({
      onOpen() {
        sse.close()
      },
      onEvent: () => log.push('event'),
      onGap: () => log.push('gap'),
    })
    sse.subscribe('tick', () => log.push('tick'))
    await clock.settle()
    expect(clock.timers).toBe(0)
    await clock.advance(60_000)
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    expect(log).toEqual([])
    expect(stream.connections).toEqual([])
  })

  it('that another has taken the place of is noticed', async () => {
    const { sse, clock, log } = bench(
      {},
      {
        script: [
          [hello(false), DROP],
          [send('ping', 'plain'), send('tick', 1)],
        ],
      },
    )
    sse.observe({ onOpen: ({ recovered }) => log.push(recovered) })
    sse.subscribe('*', (data) => log.push(data))
    await clock.advance(5000)
    expect(log).toEqual([false, 'unknown', 'plain', 1])
  })

  it('malformed control events do no harm', async () => {
    const { sse, clock, log } = bench(
      {},
      {
        script: [
          [
            hello(false),
            { raw: 'event: gap\ndata: {oops\n\n' },
            { raw: 'event: goodbye\ndata: null\n\n' },
            { raw: 'event: ping\ndata\n\n' },
            send('tick', 1),
          ],
        ],
      },
    )
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    expect(log).toEqual([1])
  })
})

describe("commit: 'handled'", () => {
  const HANDLED = { commit: 'handled' } as const

  /** A handler whose work on an event, known by its data, ends when a test says. */
  function working() {
    const ends = new Map<unknown, { resolve(): void; reject(error: unknown): void }>()
    const handler = (data: unknown): Promise<void> =>
      new Promise((resolve, reject) => void ends.set(data, { resolve, reject }))
    return {
      handler,
      done: (data: unknown) => ends.get(data)?.resolve(),
      failed: (data: unknown) => ends.get(data)?.reject(`failed ${data}`),
    }
  }

  it('has the cursor pass an event once its handlers have succeeded; the event has the id it came with', async () => {
    const { sse, stream, clock, log } = bench(HANDLED)
    const { handler, done } = working()
    sse.subscribe('tick', (data, { id }) => {
      log.push([id, sse.lastEventId])
      return handler(data)
    })
    sse.subscribe('tock', (_, { id }) => void log.push([id, sse.lastEventId]))
    await clock.settle()
    stream.send('tock', 1, { id: '1' })
    stream.send('tick', 2, { id: '2' })
    stream.send('tick', 3, { id: '3' })
    stream.send('tock', 4, { id: '4' })
    await clock.settle()
    expect(log).toEqual([
      ['1', ''],
      ['2', '1'],
      ['3', '1'],
      ['4', '1'],
    ])
    done(3)
    await clock.settle()
    expect(sse.lastEventId).toBe('1')
    done(2)
    await clock.settle()
    expect(sse.lastEventId).toBe('4')
  })

  it('waits for all handlers of an event', async () => {
    const { sse, stream, clock } = bench(HANDLED)
    const [first, second] = [working(), working()]
    sse.subscribe('tick', first.handler)
    sse.subscribe('*', second.handler)
    await clock.settle()
    stream.send('tick', 1, { id: '1' })
    await clock.settle()
    first.done(1)
    await clock.settle()
    expect(sse.lastEventId).toBe('')
    second.done(1)
    await clock.settle()
    expect(sse.lastEventId).toBe('1')
  })

  it("but 'received', which is the default, does not", async () => {
    const { sse, stream, clock } = bench({ onHandlerError() {} })
    sse.subscribe('tick', () => Promise.reject('oops'))
    sse.subscribe('tick', () => new Promise(() => {}))
    await clock.settle()
    stream.send('tick', 1, { id: '1' })
    await clock.settle()
    expect(sse.lastEventId).toBe('1')
  })

  it.each([
    ['throws', true],
    ['rejects', false],
  ])('is held by a handler that %s, which is reported once; later events come all the same', async (_, sync) => {
    const onHandlerError = vi.fn()
    const { sse, stream, clock, log } = bench({ ...HANDLED, onHandlerError })
    sse.subscribe('tick', (data) => {
      log.push(data)
      if (data !== 2) return undefined
      if (sync) throw 'oops'
      return Promise.reject('oops')
    })
    await clock.settle()
    stream.send('tick', 1, { id: '1' })
    stream.raw('event: tick\nid: 2\ndata: 2\n\nevent: tick\nid: 3\ndata: 3\n\n')
    await clock.settle()
    stream.send('tick', 4, { id: '4' })
    await clock.settle()
    expect(log).toEqual([1, 2, 3, 4])
    expect(sse.lastEventId).toBe('1')
    expect(onHandlerError.mock.calls).toEqual([['oops', expect.objectContaining({ type: 'tick', data: 2, id: '2' })]])
  })

  it.each([
    ['nobody subscribes to', 'unheard', '1'],
    ['cannot be decoded', 'tick', '{oops'],
  ])('passes an event that %s', async (_, type, text) => {
    const { sse, stream, clock } = bench({ ...HANDLED, onInvalid() {} })
    sse.subscribe('tick', () => {})
    await clock.settle()
    stream.sendText(type, text, { id: '1' })
    await clock.settle()
    expect(sse.lastEventId).toBe('1')
  })

  it('counts a handler that wants one event, and none that has gone', async () => {
    const { sse, stream, clock } = bench(HANDLED)
    const once = working()
    const gone = working()
    sse.subscribe('tick', once.handler, { once: true })
    const off = sse.subscribe('tick', gone.handler)
    sse.subscribe('other', () => {})
    await clock.settle()
    stream.send('tick', 1, { id: '1' })
    await clock.settle()
    off()
    stream.send('tick', 2, { id: '2' })
    await clock.settle()
    once.done(1)
    await clock.settle()
    expect(sse.lastEventId).toBe('')
    // What it has begun it has to finish.
    gone.done(1)
    await clock.settle()
    expect(sse.lastEventId).toBe('2')
  })

  it('counts what a topic’s handlers do', async () => {
    const { sse, stream, clock } = bench(HANDLED)
    const { handler, done } = working()
    sse.topic('orders').subscribe(handler)
    await clock.settle()
    stream.send('orders.created', 1, { id: '1' })
    await clock.settle()
    expect(sse.lastEventId).toBe('')
    done(1)
    await clock.settle()
    expect(sse.lastEventId).toBe('1')
  })

  it('close() in a handler ends it there, without a trace', async () => {
    const { sse, stream, clock, log } = bench(HANDLED)
    sse.subscribe('tick', (data) => {
      log.push(data)
      sse.close()
    })
    sse.subscribe('tick', () => log.push('another'))
    await clock.settle()
    stream.raw('event: tick\nid: 1\ndata: 1\n\nevent: tick\nid: 2\ndata: 2\n\n')
    await clock.advance(60_000)
    expect(log).toEqual([1])
    expect(sse.lastEventId).toBe('1')
    expect(clock.timers).toBe(0)
  })

  it.each(['reconnect', 'disconnect'] as const)(
    '%s() in a handler has the next request begin behind its event',
    async (act) => {
      const { sse, stream, clock, log } = bench(HANDLED)
      sse.subscribe('tick', (data) => {
        log.push(data)
        if (log.length > 1) return
        sse[act]()
        sse.connect()
      })
      await clock.settle()
      stream.raw('event: tick\nid: 1\ndata: 1\n\nevent: tick\nid: 2\ndata: 2\n\n')
      await clock.settle()
      expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1'])
      expect(log).toEqual([1])
    },
  )

  it('has a plain server begin behind what has been handled, and hands out again what has not, and all that came after', async () => {
    const ticks = [1, 2, 3, 4].map((n) => send('tick', n, `${n}`))
    const script = [
      [...ticks, DROP],
      [...ticks.slice(1), send('tick', 5, '5')],
    ]
    const { sse, stream, clock, log } = bench({ ...HANDLED, onHandlerError() {} }, { script })
    let failed = false
    sse.subscribe('tick', async (data) => {
      log.push(data)
      if (data !== 2 || failed) return
      failed = true
      throw 'oops'
    })
    await clock.advance(5000)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1'])
    expect(log).toEqual([1, 2, 3, 4, 2, 3, 4, 5])
    expect(sse.lastEventId).toBe('5')
  })

  it('has a server that introduces itself do so as well; what it sends of the past is still dropped', async () => {
    const at = (n: number): string => `k3f9x2ab-${n}`
    const ticks = [11, 12, 13].map((n) => send('tick', n, at(n)))
    const script = [
      [hello(false), ...ticks, DROP],
      [hello(true, at(11)), ...ticks, send('ping', {}, at(14))],
    ]
    const { sse, stream, clock, log } = bench({ ...HANDLED, onHandlerError() {} }, { script })
    let failed = false
    sse.subscribe('tick', async (data) => {
      log.push(data)
      if (data !== 12 || failed) return
      failed = true
      throw 'oops'
    })
    await clock.advance(5000)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', at(11)])
    expect(log).toEqual([11, 12, 13, 12, 13])
    expect(sse.lastEventId).toBe(at(14))
  })

  it('counts what handlers finish while there is no connection, and not once the next has opened', async () => {
    const script = [
      [send('tick', 1, '1'), send('tick', 2, '2'), DROP],
      [{ open: { delay: 1000 } }, send('tick', 2, '2'), send('tick', 3, '3')],
    ]
    const { sse, stream, clock } = bench(HANDLED, { script })
    const [early, late] = [working(), working()]
    let connection = 0
    sse.observe({ onState: ({ status }) => status === 'connecting' && connection++ })
    sse.subscribe('tick', (data) => (connection === 1 ? early : late).handler(data))
    await clock.settle()
    early.done(1)
    await clock.advance(600)
    expect(stream.requests[1]?.lastEventId).toBe('1')
    await clock.advance(1000)
    expect(sse.state.get().status).toBe('open')
    early.done(2)
    await clock.settle()
    expect(sse.lastEventId).toBe('1')
    late.done(3)
    late.done(2)
    await clock.settle()
    expect(sse.lastEventId).toBe('3')
  })

  it('what a server has sent of its own does not pass what is at work', async () => {
    const { sse, stream, clock } = bench(HANDLED, { script: [[hello(false), send('tick', 1, 'k3f9x2ab-11')]] })
    const { handler, done } = working()
    sse.subscribe('tick', handler)
    await clock.settle()
    stream.send('ping', {}, { id: 'k3f9x2ab-20' })
    await clock.settle()
    expect(sse.lastEventId).toBe('k3f9x2ab-10')
    done(1)
    await clock.settle()
    expect(sse.lastEventId).toBe('k3f9x2ab-20')
  })

  it('a refused cursor is gone, and no handler of the past brings it back', async () => {
    const script: Step[][] = [
      [send('tick', 1, '1'), send('tick', 2, '2'), DROP],
      [{ refuse: { status: 409 } }],
      [{ open: { delay: 1000 } }, DROP],
    ]
    const { sse, stream, clock } = bench(HANDLED, { script })
    const { handler, done } = working()
    sse.subscribe('tick', handler)
    const onGap = vi.fn(() => done(2))
    sse.observe({ onGap })
    await clock.settle()
    done(1)
    await clock.advance(600)
    expect(onGap.mock.calls).toMatchObject([[{ reason: 'refused', requested: '1' }]])
    expect(sse.lastEventId).toBe('')
    await clock.advance(10_000)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1', '', ''])
  })

  it('after a gap goes on from where the server does', async () => {
    const { sse, clock } = bench(
      { ...HANDLED, onHandlerError() {} },
      {
        script: [
          [hello(false), send('tick', 1, 'k3f9x2ab-11'), DROP],
          [hello(false, 'p0d1q7zz-5'), send('gap', { reason: 'epoch' }), send('tock', 1, 'p0d1q7zz-6')],
        ],
      },
    )
    sse.subscribe('tick', () => Promise.reject('oops'))
    await clock.advance(5000)
    expect(sse.lastEventId).toBe('p0d1q7zz-6')
  })

  it('a failure behind a failure is handled like any: no rejection is left to the platform', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const onHandlerError = vi.fn()
    const { sse, stream, clock } = bench({ ...HANDLED, onHandlerError })
    sse.subscribe('tick', (data) => {
      throw data
    })
    sse.subscribe('tick', (data) => Promise.reject(data))
    await clock.settle()
    for (const n of [1, 2, 3]) {
      stream.send('tick', n, { id: `${n}` })
      await clock.settle()
    }
    sse.close()
    await clock.settle()
    process.off('unhandledRejection', unhandled)
    expect(onHandlerError.mock.calls.map(([error]) => error)).toEqual([1, 1, 2, 2, 3, 3])
    expect(unhandled).not.toHaveBeenCalled()
  })

  describe('with our own hub', () => {
    /** A client of a hub in this process. */
    function joined() {
      const { hub, clock } = hubBench()
      let drop = (): void => {}
      const sse = createSSE(`${ORIGIN}/events`, {
        ...HANDLED,
        clock,
        onHandlerError() {},
        fetch(input, init) {
          const controller = new AbortController()
          drop = () => controller.abort()
          init?.signal?.addEventListener('abort', drop)
          return hub.fetch(new Request(input, { ...init, signal: controller.signal }))
        },
      })
      onTestFinished(() => sse.close())
      return { hub, clock, sse, drop: () => drop() }
    }

    it('every event is handled in the end, and none that the cursor has passed comes again', async () => {
      const ms = fc.nat({ max: 4 })
      /** How long the handler of each event takes: the times that it fails, and then to succeed. 0: it is not async. And until the next one. */
      const event = fc.record({ failures: fc.array(ms, { maxLength: 2 }), success: ms, pause: ms })
      const events = fc.array(event, { minLength: 1, maxLength: 8 })
      /** How long each connection lasts; those after them last for long enough. */
      const lives = fc.array(ms, { maxLength: 5 })
      await fc.assert(
        fc.asyncProperty(events, lives, async (all, lasts) => {
          const { hub, clock, sse, drop } = joined()
          const given = all.map(() => 0)
          const handled = new Set<number>()
          const again: number[] = []
          let passed = 0
          sse.subscribe('n', (data) => {
            const n = data as number
            if (n < passed) again.push(n)
            const time = all[n]?.failures[given[n] ?? 0]
            given[n] = (given[n] ?? 0) + 1
            const end = (): void => {
              if (time !== undefined) throw 'oops'
              handled.add(n)
            }
            const takes = time ?? all[n]?.success
            return takes ? new Promise<void>((resolve) => clock.setTimeout(resolve, takes)).then(end) : end()
          })
          await clock.settle()
          for (const [n, { pause }] of all.entries()) {
            await hub.publish('n', n)
            if (pause) await clock.advance(pause)
          }
          for (let connection = 0; connection < 30 && passed < all.length; connection++) {
            await clock.advance(lasts[connection] ?? 10)
            const before = passed
            passed = Number(sse.lastEventId.split('-').at(-1))
            expect(passed).toBeGreaterThanOrEqual(before)
            for (let n = 0; n < passed; n++) expect(handled).toContain(n)
            drop()
            await clock.advance(40_000)
          }
          expect([passed, again]).toEqual([all.length, []])
          sse.close()
        }),
        { numRuns: 30 },
      )
    })
  })
})

describe('decoding', () => {
  it('is left out for events that nobody subscribes to', async () => {
    const parse = vi.fn((raw: string) => raw)
    const { sse, stream, clock } = bench({ parse })
    sse.subscribe('wanted', () => {})
    await clock.settle()
    stream.send('unwanted', 1)
    stream.send('wanted', 2)
    await clock.settle()
    expect(parse.mock.calls).toEqual([['2', 'wanted']])
  })

  it('happens once for all who subscribe', async () => {
    const parse = vi.fn((raw: string) => ({ raw }))
    const { sse, stream, clock, log } = bench({ parse })
    for (const pattern of ['a', 'a', '*']) sse.subscribe(pattern, (data) => log.push(data))
    await clock.settle()
    stream.send('a', 1)
    await clock.settle()
    expect(parse).toHaveBeenCalledTimes(1)
    expect(new Set(log).size).toBe(1)
  })

  it('reports malformed JSON, and the stream goes on', async () => {
    const onInvalid = vi.fn()
    const { sse, stream, clock, log } = bench({ onInvalid })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    stream.raw('event: tick\nid: 3\ndata: {"a":\n\nevent: tick\ndata: 2\n\n')
    await clock.settle()
    expect(log).toEqual([2])
    expect(onInvalid.mock.calls).toEqual([
      [
        {
          type: 'tick',
          id: '3',
          raw: '{"a":',
          data: undefined,
          receivedAt: clock.now(),
          error: expect.any(SyntaxError),
        },
      ],
    ])
  })

  it('reports it to the platform where nobody else wants to know', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const { sse, stream, clock } = bench()
    sse.subscribe('message', () => {})
    await clock.settle()
    stream.raw('data: oops\n\n')
    await clock.settle()
    expect(reported.mock.calls).toMatchObject([
      [{ message: expect.stringContaining('event message cannot be decoded'), cause: expect.any(SyntaxError) }],
    ])
  })

  it('checks and transforms by schema, and reports what does not fit', async () => {
    const clock = createClock()
    const stream = createMockStream({ clock })
    const onInvalid = vi.fn()
    const events = { 'order.created': z.object({ id: z.string(), at: z.string().transform((at) => new Date(at)) }) }
    const sse = createSSE('/events', { fetch: stream.fetch, clock, events, onInvalid })
    const log: Date[] = []
    sse.subscribe('order.created', ({ at }) => log.push(at))
    await clock.settle()
    stream.send('order.created', { id: 5, at: '2026-01-01' })
    stream.send('order.created', { id: '5', at: '2026-01-01' })
    await clock.settle()
    expect(log).toEqual([new Date('2026-01-01')])
    const issue = expect.objectContaining({ path: ['id'] })
    expect(onInvalid.mock.calls).toEqual([
      [expect.objectContaining({ type: 'order.created', error: expect.objectContaining({ issues: [issue] }) })],
    ])
    sse.close()
  })

  it.each(['__proto__', 'constructor', 'hasOwnProperty'])('treats an event named %s like any other', async (name) => {
    const { sse, stream, clock, log } = bench({ events: { [`x${name}`]: z.number() } })
    sse.subscribe(name, (data, { type }) => log.push([type, data]))
    await clock.settle()
    stream.send(name, { polluted: true })
    await clock.settle()
    expect(log).toEqual([[name, { polluted: true }]])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })
})

describe("the option 'type'", () => {
  it('routes by what the payload says', async () => {
    const { sse, stream, clock, log } = bench({ type: byDataType })
    sse.subscribe('order.updated', (data, { type }) => log.push([type, data]))
    sse.subscribe('message', () => log.push('message'))
    await clock.settle()
    stream.send('message', { type: 'order.updated', id: 1 })
    stream.send('message', { other: true })
    await clock.settle()
    expect(log).toEqual([['order.updated', { type: 'order.updated', id: 1 }], 'message'])
  })

  it('reports what it throws as an invalid event', async () => {
    const onInvalid = vi.fn()
    const oops = new Error('oops')
    const { sse, stream, clock } = bench({
      onInvalid,
      type: () => {
        throw oops
      },
    })
    sse.subscribe('*', () => {})
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect(onInvalid).toHaveBeenCalledWith(expect.objectContaining({ type: 'tick', error: oops }))
  })
})

describe('an event that is too long', () => {
  it('is told as a gap, and the others come', async () => {
    const onGap = vi.fn()
    const { sse, stream, clock, log } = bench({ onGap, maxEventSize: 1000 })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    stream.send('tick', 1, { id: '1' })
    stream.send('tick', 'x'.repeat(2000), { id: '2' })
    stream.send('tick', 3, { id: '3' })
    await clock.settle()
    expect(log).toEqual([1, 3])
    expect(onGap.mock.calls).toEqual([[expect.objectContaining({ reason: 'too-large', certain: true })]])
    expect(stream.requests).toHaveLength(1)
  })
})

it('every event of a chunk has the time the chunk came', async () => {
  const { sse, stream, clock, log } = bench()
  sse.subscribe('message', (_, { receivedAt }) => log.push(receivedAt))
  await clock.settle()
  await clock.advance(123)
  stream.raw('data: 1\n\ndata: 2\n\n')
  await clock.settle()
  expect(log).toEqual([clock.now(), clock.now()])
})
