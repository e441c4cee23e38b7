import type { Host, SSEOptions, Transport, TransportLink, TransportSink } from 'headwater'
import { createSSE } from 'headwater'
import { createHubClient, hub } from 'headwater/hub'
import { createClock, createMockStream, type Script, type Step } from 'headwater/testing'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { RESERVED } from '../../src/hub/protocol.ts'
import { type Bench, bench, hubBench } from '../support/client.ts'
import { ORIGIN, hubBench as serverBench } from '../support/reader.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const send = (event: string, data: unknown, id?: string): Step => ({ send: { event, data, id } })
const DROP: Step = { drop: true }
const END: Step = { end: true }

/** What a server that speaks the protocol says first. */
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

/** A client with `hub()`, of a server with this script. */
const speaking = (script: Script, options: SSEOptions = {}): Bench => bench({ server: hub(), ...options }, { script })

/** So many requests, all answered alike. */
const always = (...steps: Step[]): Script => Array(50).fill(steps)

describe('opening with hub()', () => {
  it('reports the connection as open once the server has said whether it resumed', async () => {
    const { sse, stream, clock, log, statuses } = speaking([[hello(false), DROP], [{ open: {} }]])
    sse.observe({ onOpen: ({ recovered }) => log.push(recovered) })
    sse.subscribe('*', () => {})
    await clock.advance(600)
    expect(stream.connections).toHaveLength(1)
    await clock.advance(999)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'waiting', 'connecting'])
    expect(log).toEqual([false])
    stream.send('connected', { v: 1, recovered: true }, { id: 'k3f9x2ab-10' })
    await clock.settle()
    expect(sse.state.get()).toEqual({ status: 'open', since: clock.now(), attempt: 1 })
    expect(log).toEqual([false, true])
  })

  it.each<[connectTimeout: number, ms: number]>([
    [15_000, 1000],
    [0, 1000],
    [Infinity, 1000],
    [800, 400],
  ])(
    'reports it as open without a word of the server: with connectTimeout %d after %d ms',
    async (connectTimeout, ms) => {
      const onOpen = vi.fn()
      const { sse, clock } = speaking([[{ open: {} }, { comment: 'ok' }]], {
        connectTimeout,
        onOpen,
        lastEventId: '1700000000000-0',
      })
      sse.subscribe('*', () => {})
      await clock.advance(ms - 1)
      expect(sse.state.get().status).toBe('connecting')
      await clock.advance(1)
      expect(sse.state.get().status).toBe('open')
      expect(onOpen.mock.calls).toEqual([[{ recovered: 'unknown', attempt: 0 }]])
      await clock.advance(30_000)
      expect(sse.state.get().status).toBe('open')
    },
  )

  it('believes a server that introduces itself after the connection was reported as open', async () => {
    const onOpen = vi.fn()
    const { sse, stream, clock, log } = speaking([[{ open: {} }]], { onOpen })
    sse.subscribe('*', (_, { type }) => log.push(type))
    await clock.advance(1000)
    for (const step of [() => stream.send('connected', { v: 1, recovered: true }), () => stream.send('live', {})])
      step()
    stream.send('tick', 1)
    await clock.settle()
    expect(log).toEqual(['tick'])
    expect(onOpen.mock.calls).toEqual([[{ recovered: false, attempt: 0 }]])
  })

  it('learns the name of the connection and its topics from a late introduction, too', async () => {
    const { sse, stream, clock, log } = hubBench({ topics: ['a', 'b'] }, { script: [[{ open: {} }]] })
    sse.connect()
    await clock.advance(1000)
    expect([sse.state.get().status, sse.clientId]).toEqual(['open', ''])
    stream.send('connected', { v: 1, clientId: 'n1.x', topics: ['a'] })
    await clock.settle()
    expect(sse.clientId).toBe('n1.x')
    await sse.topic('a').joined()
    await sse
      .topic('b')
      .joined()
      .catch(({ code }) => log.push(code))
    expect(log).toEqual(['unauthorized'])
  })

  it('takes an id without an event for a sign of life, and waits for the introduction all the same', async () => {
    const onOpen = vi.fn()
    const { sse, clock, log } = speaking(
      [[{ raw: 'id: k3f9x2ab-9\n\n' }, hello(true), send('live', {}), send('tick', 1)]],
      {
        onOpen,
      },
    )
    sse.subscribe('*', (_, { type }) => log.push(type))
    await clock.settle()
    expect(onOpen.mock.calls).toEqual([[{ recovered: false, attempt: 0 }]])
    expect(log).toEqual(['tick'])
    expect(sse.lastEventId).toBe('k3f9x2ab-10')
  })

  it('reports it as open with the first event of any other server', async () => {
    const { sse, clock, log } = speaking([[send('tick', 1)]])
    sse.observe({ onOpen: (opened) => log.push(opened) })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    expect(log).toEqual([{ recovered: false, attempt: 0 }, 1])
  })

  it.each([true, false])('hands on that recovered is %j where the id came from an earlier page', async (recovered) => {
    const onOpen = vi.fn()
    const { sse, clock } = speaking([[hello(recovered)]], { onOpen, lastEventId: 'k3f9x2ab-10' })
    sse.subscribe('*', () => {})
    await clock.settle()
    expect(onOpen.mock.calls).toEqual([[{ recovered, attempt: 0, clientId: 'n1.x' }]])
  })

  it('does not know whether the stream was resumed if the server leaves that out', async () => {
    const onOpen = vi.fn()
    const { sse, clock } = speaking([[send('connected', { v: 1 })]], { onOpen, lastEventId: 'k3f9x2ab-10' })
    sse.subscribe('*', () => {})
    await clock.settle()
    expect(onOpen.mock.calls).toEqual([[{ recovered: 'unknown', attempt: 0 }]])
  })

  it('resumes after a connection that broke before its first event', async () => {
    const { sse, stream, clock } = speaking([[hello(false), DROP], [hello(true)]])
    sse.subscribe('*', () => {})
    await clock.advance(5000)
    expect(stream.requests[1]?.lastEventId).toBe('k3f9x2ab-10')
  })

  it('leaves nothing behind when onOpen closes the client', async () => {
    const { sse, stream, clock, log } = speaking(
      [[hello(true, 'k3f9x2ab-1', { heartbeatMs: 4000 }), send('tick', 1)]],
      { lastEventId: 'k3f9x2ab-1', retry: false },
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

  it.each(['close', 'disconnect'] as const)(
    'leaves no timer behind when %s() comes before the first event',
    async (act) => {
      const { sse, clock } = speaking([[{ open: {} }]])
      sse.subscribe('*', () => {})
      await clock.settle()
      sse[act]()
      expect(clock.timers).toBe(0)
    },
  )

  it('notices at a reconnect that another server has taken the place of ours', async () => {
    const { sse, clock, log } = speaking([
      [hello(false), DROP],
      [send('ping', 'plain'), send('tick', 1)],
    ])
    sse.observe({ onOpen: ({ recovered }) => log.push(recovered) })
    sse.subscribe('*', (data) => log.push(data))
    await clock.advance(5000)
    expect(log).toEqual([false, 'unknown', 'plain', 1])
  })
})

describe('a server that is no hub', () => {
  it.each<[what: string, first: Step]>([
    ['version 2', send('connected', { v: 2, clientId: 'n1.x', topics: [] }, 'a-1')],
    ['version 10', send('connected', { v: 10, clientId: 'n1.x', topics: [] }, 'a-1')],
    ['version 1.5', send('connected', { v: 1.5, clientId: 'n1.x', topics: [] }, 'a-1')],
    ['the version as a text', send('connected', { v: '1', clientId: 'n1.x', topics: [] }, 'a-1')],
    ['the version as a list', send('connected', { v: [1], clientId: 'n1.x', topics: [] }, 'a-1')],
    ['true as its version', send('connected', { v: true, clientId: 'n1.x', topics: [] }, 'a-1')],
    ['no version', send('connected', { clientId: 'n1.x', topics: [] }, 'a-1')],
    ['no payload', { raw: 'event: connected\nid: a-1\ndata\n\n' }],
    ['a payload that is no JSON', { raw: 'event: connected\nid: a-1\ndata: {"v":1\n\n' }],
    ['another name', send('hello', { v: 1, clientId: 'n1.x' }, 'a-1')],
  ])('gets all its events through to handlers: it introduces itself with %s', async (_, first) => {
    const script = [
      first,
      send('ping', 1),
      send('gap', { reason: 'epoch' }),
      send('live', 1),
      send('subscribed', {}),
      send('goodbye', { reconnectInMs: 1 }),
      { raw: ': topic orders\nid: a-1\nevent: tick\ndata: 1\n\n' },
    ]
    const onGap = vi.fn()
    const { sse, clock, log } = speaking([script], { onGap, onInvalid() {}, parse: 'text' })
    sse.subscribe('*', (_, event) => log.push([event.type, 'topic' in event]))
    await clock.advance(60_000)
    expect(log.slice(1)).toEqual(['ping', 'gap', 'live', 'subscribed', 'goodbye', 'tick'].map((type) => [type, false]))
    expect(log).toHaveLength(7)
    expect(onGap).not.toHaveBeenCalled()
    expect(sse.state.get().status).toBe('open')
  })

  it('is not believed if it introduces itself after another event', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { sse, clock, log } = speaking([[send('tick', 1), hello(false), send('ping', 1)]])
    sse.subscribe('*', (_, { type }) => log.push(type))
    await clock.settle()
    expect(log).toEqual(['tick', 'connected', 'ping'])
  })

  it('has no name for the connection', async () => {
    const { clock, stream } = speaking([[send('connected', { v: 2, clientId: 'n1.x' })]])
    const live = createHubClient('/events', { clock, fetch: stream.fetch })
    onTestFinished(() => live.close())
    live.connect()
    await clock.settle()
    expect(live.clientId).toBe('')
  })
})

describe('ids that look like those of a hub', () => {
  const at = (n: number): string => `abcdefgh-${n}`
  const plain = (n: number): Step => send('tick', n, at(n))

  it.each<[how: string, options: SSEOptions]>([
    ['without hub()', { server: undefined }],
    ['with hub(), from a server that does not introduce itself', {}],
  ])('change nothing %s', async (_, options) => {
    const script = [
      [plain(5), plain(3), plain(4), DROP],
      [plain(2), plain(1)],
    ]
    const onGap = vi.fn()
    const { sse, stream, clock, log } = speaking(script, { onGap, ...options })
    sse.observe({ onOpen: ({ recovered }) => log.push(recovered) })
    sse.subscribe('tick', (data, { id }) => log.push([data, id]))
    await clock.advance(5000)
    expect(log).toEqual([false, [5, at(5)], [3, at(3)], [4, at(4)], 'unknown', [2, at(2)], [1, at(1)]])
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', at(4)])
    expect(sse.lastEventId).toBe(at(1))
    expect(onGap).not.toHaveBeenCalled()
  })
})

describe('control events', () => {
  it('reach no handler and no onEvent', async () => {
    const onEvent = vi.fn()
    const { sse, clock, log } = speaking(
      [[hello(false), send('live', {}), send('ping', {}), send('subscribed', {}), send('tick', 1, 'k3f9x2ab-11')]],
      { onEvent },
    )
    sse.subscribe('*', (_, { type }) => log.push(type))
    await clock.settle()
    expect(log).toEqual(['tick'])
    expect(onEvent).toHaveBeenCalledTimes(1)
    expect(sse.lastEventId).toBe('k3f9x2ab-11')
  })

  it.each(RESERVED)('are all that are reserved: %s', async (name) => {
    const { sse, clock, log } = speaking([[hello(false), send(name, { reason: 'epoch' })]], { onGap() {} })
    sse.subscribe('*', (_, { type }) => log.push(type))
    await clock.settle()
    expect(log).toEqual([])
  })

  it.each(['constructor', '__proto__', 'toString', 'Ping', 'pings', 'message'])(
    'leave an event of the name %s to the handlers',
    async (name) => {
      const { sse, clock, log } = speaking([[hello(false), send(name, 1)]])
      sse.subscribe('*', (_, { type }) => log.push(type))
      await clock.settle()
      expect(log).toEqual([name])
    },
  )

  it('report a gap after onOpen and before events', async () => {
    const { sse, clock, log } = speaking([
      [hello(false), DROP],
      [
        hello(false, 'p0d1q7zz-12'),
        send('gap', { reason: 'epoch', requested: 'k3f9x2ab-10', resumedFrom: 'p0d1q7zz-12', topics: ['orders'] }),
        send('live', {}),
        send('tick', 1, 'p0d1q7zz-13'),
      ],
    ])
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

  it('report the gap of our own server, which has the id of the introduction', async () => {
    const { hub: server, clock } = serverBench()
    const onGap = vi.fn()
    const sse = createHubClient(`${ORIGIN}/events`, {
      clock,
      onGap,
      lastEventId: 'k3f9x2ab-5',
      fetch: (input, init) => server.fetch(new Request(input, init)),
    })
    onTestFinished(() => sse.close())
    sse.subscribe('*', () => {})
    await clock.settle()
    const resumedFrom = sse.lastEventId
    expect(resumedFrom).toMatch(/^[a-z0-9]+-0$/)
    expect(onGap.mock.calls).toEqual([
      [{ reason: 'epoch', certain: true, requested: 'k3f9x2ab-5', resumedFrom, topics: ['*'] }],
    ])
  })

  it('move the cursor by their ids, but never back', async () => {
    const { sse, stream, clock } = speaking([[hello(false), send('ping', { t: 1 }, 'k3f9x2ab-60')]])
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.lastEventId).toBe('k3f9x2ab-60')
    stream.send('live', {}, { id: 'k3f9x2ab-50' })
    await clock.settle()
    expect(sse.lastEventId).toBe('k3f9x2ab-60')
  })

  it('do no harm if they are malformed', async () => {
    const { sse, clock, log, statuses } = speaking([
      [
        hello(false),
        { raw: 'event: gap\ndata: {oops\n\n' },
        { raw: 'event: goodbye\n\n' },
        { raw: 'event: ping\ndata\n\n' },
        send('subscribed', null),
        send('tick', 1),
      ],
    ])
    sse.subscribe('tick', (data) => log.push(data))
    await clock.advance(10_000)
    expect(log).toEqual([1])
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
  })

  it.each<[field: string, value: unknown]>([
    ['topics', null],
    ['topics', 5],
    ['topics', 'orders'],
    ['topics', {}],
    ['heartbeatMs', null],
    ['heartbeatMs', 'often'],
    ['heartbeatMs', -5],
    ['heartbeatMs', {}],
    ['recovered', null],
    ['clientId', null],
  ])('keep the connection if a field of connected is wrong: %s %j', async (field, value) => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const { sse, stream, clock, log, statuses } = speaking(always(hello(false, 'k3f9x2ab-10', { [field]: value })))
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    stream.send('tick', 1)
    await clock.advance(10_000)
    expect(log).toEqual([1])
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
    expect(reported).not.toHaveBeenCalled()
  })

  it.each<[event: string, field: string]>([
    ['subscribed', 'rev'],
    ['goodbye', 'reconnectInMs'],
  ])('keep the connection if %s has a %s that cannot become a number, and report it', async (event, field) => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const { sse, stream, clock, log } = speaking(always(hello(false, 'k3f9x2ab-10')))
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    stream.send(event, { [field]: { toString: 1, valueOf: 1 } })
    stream.send('tick', 1)
    await clock.advance(10_000)
    expect(log).toEqual([1])
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 0 })
    expect(reported.mock.calls).toEqual([[expect.any(TypeError)]])
  })
})

describe('a refused stream', () => {
  it('closes with the words of the server', async () => {
    const body = JSON.stringify({ error: { code: 'forbidden', message: 'not for you' } })
    const { sse, clock } = bench({ server: hub() }, { script: [[{ refuse: { status: 403, body } }]] })
    sse.connect()
    await clock.settle()
    const error = { name: 'SSEError', code: 'http', status: 403, body, reason: 'forbidden', message: 'not for you' }
    expect(sse.state.get()).toMatchObject({ status: 'closed', error })
  })

  it('hands the words of the server to onUnauthorized', async () => {
    const body = JSON.stringify({ error: { code: 'token-expired', message: 'your token has expired' } })
    const onUnauthorized = vi.fn(() => Promise.reject(new Error('no')))
    const { sse, clock } = bench({ server: hub(), onUnauthorized }, { script: [[{ refuse: { status: 401, body } }]] })
    sse.connect()
    await clock.settle()
    const error = { code: 'unauthorized', status: 401, reason: 'token-expired', message: 'your token has expired' }
    expect(onUnauthorized.mock.calls).toMatchObject([[error]])
  })
})

describe('repeats of a server that numbers its events', () => {
  const script = [
    [hello(false), send('tick', 1, 'k3f9x2ab-11'), send('tick', 2, 'k3f9x2ab-12'), DROP],
    [
      hello(true, 'k3f9x2ab-12'),
      send('tick', 'again', 'k3f9x2ab-12'),
      send('tick', 3, 'k3f9x2ab-13'),
      send('tick', 'again', 'k3f9x2ab-11'),
    ],
  ]

  it('are dropped by their ids, whatever they contain and wherever they come', async () => {
    const { sse, clock, log } = speaking(script)
    sse.subscribe('tick', (data) => log.push(data))
    await clock.advance(5000)
    expect(log).toEqual([1, 2, 3])
    expect(sse.lastEventId).toBe('k3f9x2ab-13')
  })

  it('reach handlers with dedupe: false', async () => {
    const { sse, clock, log } = speaking(script, { dedupe: false })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.advance(5000)
    expect(log).toEqual([1, 2, 'again', 3, 'again'])
  })

  it('are not suspected in another epoch', async () => {
    const { sse, clock, log } = speaking([
      [hello(false), send('tick', 1, 'k3f9x2ab-11'), DROP],
      [hello(false, 'p0d1q7zz-2'), send('tick', 2, 'p0d1q7zz-3')],
    ])
    sse.subscribe('tick', (data) => log.push(data))
    await clock.advance(5000)
    expect(log).toEqual([1, 2])
    expect(sse.lastEventId).toBe('p0d1q7zz-3')
  })

  it('are not suspected in events without an id', async () => {
    const { sse, clock, log } = speaking([[hello(false), send('note', 1), send('note', 1)]])
    sse.subscribe('note', (data) => log.push(data))
    await clock.settle()
    expect(log).toEqual([1, 1])
  })
})

describe('announced topics', () => {
  it('become the topic of the event that they announce, and of no other', async () => {
    const script = [
      hello(false),
      { raw: ': topic orders\nevent: tick\ndata: 1\n\n' },
      send('tick', 2),
      // For transports that hear no comments.
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
    const { sse, clock, log } = speaking([script], { maxEventSize: 150, onGap() {} })
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

  it('are no heartbeat', async () => {
    const { sse, stream, clock, states } = speaking([[{ open: {} }]])
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
})

describe('the heartbeat of a hub', () => {
  it('is watched as it was announced', async () => {
    const { sse, clock } = speaking([[hello(false)]])
    sse.subscribe('tick', () => {})
    await clock.advance(37_499)
    expect(sse.state.get().status).toBe('open')
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'stalled' } })
  })

  it('is taken from the header if the introduction has none', async () => {
    const { sse, clock } = speaking([
      [{ open: { headers: { 'x-sse-heartbeat': '8000' } } }, hello(false, 'k3f9x2ab-10', { heartbeatMs: undefined })],
    ])
    sse.subscribe('tick', () => {})
    await clock.advance(20_000)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'stalled' } })
  })

  it.each<[what: string, beat: Step]>([
    ['pings', send('ping', {})],
    ['comments', { comment: 'ping' }],
  ])('is learnt from %s if it was not announced', async (_, beat) => {
    const beats = Array.from({ length: 4 }, () => [beat, { wait: 15_000 }]).flat()
    const { sse, clock } = speaking([[send('connected', { v: 1 }), ...beats]])
    sse.subscribe('tick', () => {})
    await clock.advance(45_000 + 37_499)
    expect(sse.state.get().status).toBe('open')
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'stalled' } })
  })
})

describe('goodbye', () => {
  const GOODBYE = send('goodbye', { reconnectInMs: 3000 })

  it('replaces a connection that brought an event at the time that the server asks for, without a failure', async () => {
    const { sse, stream, clock, statuses } = speaking([[hello(false), send('tick', 1), GOODBYE], [hello(true)]])
    sse.subscribe('tick', () => {})
    await clock.advance(2999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'connecting', 'open'])
    expect(sse.state.get()).toMatchObject({ attempt: 0 })
  })

  it('is no failure on a quiet connection that lasted ten seconds', async () => {
    const { sse, clock, statuses } = speaking([[hello(false), { wait: 7000 }, GOODBYE], [hello(true)]], {
      retry: false,
    })
    sse.subscribe('tick', () => {})
    await clock.advance(10_000)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'connecting', 'open'])
  })

  it('counts as a failure on a short connection that brought nothing', async () => {
    const { sse, clock } = speaking([[hello(false), GOODBYE], [hello(true)]])
    sse.subscribe('tick', () => {})
    await clock.advance(3000)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, until: clock.now() + 600 })
    await clock.advance(600)
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 1 })
  })

  it('has the client wait for the time that the server asks for, and a tenth, if the connection ends before', async () => {
    const { sse, stream, clock } = speaking([[hello(false), send('tick', 1), GOODBYE, END], [hello(true)]])
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get()).toMatchObject({
      status: 'waiting',
      attempt: 1,
      until: clock.now() + 3300,
      error: { code: 'network', message: 'goodbye', retryAfter: 3000 },
    })
    await clock.advance(3300)
    expect(stream.requests).toHaveLength(2)
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 1 })
  })

  it.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('is followed in time though the wall clock is set %s by an hour after it', async (_, jump) => {
    const clock = createClock()
    let offset = 0
    const stream = createMockStream({
      clock,
      script: [[hello(false), send('tick', 1), GOODBYE, { wait: 100 }, END], [hello(true)]],
    })
    const wall = { ...clock, now: () => clock.now() + offset }
    const sse = createSSE('/events', { fetch: stream.fetch, clock: wall, server: hub() })
    onTestFinished(() => sse.close())
    sse.subscribe('tick', () => {})
    await clock.settle()
    offset = jump
    // 3 s from the goodbye on, and at most a fifth.
    await clock.advance(3600)
    expect(stream.requests).toHaveLength(2)
    expect(stream.requests[1]?.at).toBeGreaterThanOrEqual(clock.now() - 600)
  })

  it.each([
    ['for now', { reconnectInMs: 0 }],
    ['without a time', {}],
    ['with a time that is none', { reconnectInMs: 'x' }],
    ['with a time before now', { reconnectInMs: -5 }],
  ])('a goodbye %s replaces the connection once a second if events come', async (_, data) => {
    const { sse, stream, clock } = speaking(always(hello(true), send('tick', 1), send('goodbye', data)))
    sse.subscribe('tick', () => {})
    await clock.advance(5500)
    expect(stream.requests.map(({ at }) => at - clock.now() + 5500)).toEqual([0, 1000, 2000, 3000, 4000, 5000])
  })

  it('at once to every connection, without an event, is backed off from', async () => {
    const { sse, stream, clock } = speaking(always(hello(true), send('goodbye', { reconnectInMs: 0 })))
    sse.subscribe('tick', () => {})
    await clock.advance(5500)
    expect(stream.requests.map(({ at }) => at - clock.now() + 5500)).toEqual([0, 1600, 3700])
  })

  it('at once and the end at once is backed off from', async () => {
    const { sse, stream, clock } = speaking(always(hello(true), send('goodbye', { reconnectInMs: 0 }), END))
    sse.subscribe('tick', () => {})
    await clock.advance(5500)
    expect(stream.requests.map(({ at }) => at - clock.now() + 5500)).toEqual([0, 1100, 2200, 4300])
  })

  it('leaves no timer behind when the client is closed before its time', async () => {
    const { sse, clock, statuses } = speaking([[hello(false), send('tick', 1), GOODBYE]])
    sse.subscribe('tick', () => {})
    await clock.settle()
    sse.close()
    expect(clock.timers).toBe(0)
    await clock.advance(10_000)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'closed'])
  })
})

describe('changes of the topics', () => {
  /** A transport that opens nothing by itself, and has `join()` if that is given. */
  function silent(join?: TransportLink['join']) {
    const sinks: TransportSink[] = []
    const transport: Transport = {
      connect(_, sink) {
        sinks.push(sink)
        return { close() {}, ...(join && { join }) }
      },
    }
    const introduce = (): void => {
      sinks.at(-1)?.open()
      sinks.at(-1)?.block({ type: 'connected', data: '{"v":1,"clientId":"n1.x","topics":["a"]}', id: undefined })
    }
    return { transport, introduce }
  }

  it.each<[what: string, join: TransportLink['join'], all: string[][], posts: number]>([
    ['by a transport that says that it does', vi.fn(() => true), [['a', 'b']], 0],
    ['by the client if the transport says that it does not', vi.fn(() => false), [['a', 'b']], 1],
    ['by the client if the transport has no join()', undefined, [], 1],
  ])('are sent %s', async (_, join, all, posts) => {
    const fetch = vi.fn(async () => new Response(null, { status: 204 }))
    const { transport, introduce } = silent(join)
    const { sse, clock } = hubBench({ transport, fetch, topics: ['a'] })
    sse.connect()
    await clock.settle()
    introduce()
    sse.topic('b').subscribe(() => {})
    await clock.advance(20)
    expect(join ? vi.mocked(join).mock.calls.flat() : []).toEqual(all)
    expect(fetch).toHaveBeenCalledTimes(posts)
  })

  it('are sent for layers too, to where topics are sent, and the answer is theirs', async () => {
    const fetch = vi.fn(async (_: RequestInfo | URL, _init?: RequestInit) => Response.json({ fine: true }))
    let host: Host | undefined
    const { sse } = hubBench({
      fetch,
      topics: ['a'],
      topicsUrl: '/topics',
      headers: () => ({ authorization: 'Bearer 1' }),
      transport(inner, given) {
        host = given
        return inner
      },
    })
    sse.topic('b').subscribe(() => {})
    expect(host?.topics?.wanted()).toEqual(['a', 'b'])
    const change = { clientId: 'n1.x', rev: 1, add: ['c'], remove: [], all: ['a', 'b', 'c'] }
    await expect(host?.topics?.change(change)).resolves.toEqual({ fine: true })
    const [url, init] = fetch.mock.calls[0] ?? []
    expect(url).toBe(new URL('/topics', document.baseURI).href)
    expect(init).toMatchObject({ method: 'POST', body: JSON.stringify(change) })
    expect(new Headers(init?.headers).get('authorization')).toBe('Bearer 1')
  })
})

describe('the topics of hub()', () => {
  it('stand in the URL of every request, after the other parameters', async () => {
    const { sse, stream, clock } = bench(
      { server: hub({ topics: ['news', 'prüfung'] }) },
      { script: [[DROP]] },
      '/e?x=1',
    )
    sse.connect()
    await clock.advance(5000)
    expect(stream.requests.map(({ url }) => url)).toEqual(Array(2).fill('/e?x=1&topics=news%2Cpr%C3%BCfung'))
  })

  it('leave the URL alone if there are none', async () => {
    const { sse, stream, clock } = bench({ server: hub() }, {}, '/e?x=1')
    sse.connect()
    await clock.settle()
    expect(stream.requests.map(({ url }) => url)).toEqual(['/e?x=1'])
  })
})
