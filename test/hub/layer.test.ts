import type { SSEOptions } from 'headwater'
import { createHubClient, hub } from 'headwater/hub'
import type { Step } from 'headwater/testing'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { RESERVED } from '../../src/hub/protocol.ts'
import { bench, hubBench } from '../support/client.ts'
import { ORIGIN, hubBench as serverBench } from '../support/reader.ts'
import { always, DROP, hello, send, speaking } from './layer-stage.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

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
