import { createSSE, eventSourceTransport, SSEError, type TransportLink, type TransportSink } from 'headwater'
import { handled } from 'headwater/resume'
import { acrossTabs, type TabsPlatform } from 'headwater/tabs'
import { describe, expect, it, vi } from 'vitest'
import { fakeHost } from '../support/host.ts'
import { createStage, failed, group, idOf, pair, range, type Stage, type Tab, type TabOptions, URL } from './stage.ts'

/** Changes with each attempt. */
let nonce = 0

describe('acrossTabs()', () => {
  it.each<[string, TabOptions, TabOptions]>([
    ['the same URL', {}, {}],
    ['the same scope', { tabs: { scope: 'ada' } }, { tabs: { scope: 'ada' } }],
    ['the same headers', { sse: { headers: { a: '1', b: '2' } } }, { sse: { headers: { B: '2', A: '1' } } }],
    [
      'the same key, though headers and URL differ',
      { tabs: { key: 'k' }, sse: { headers: { a: '1' } } },
      { tabs: { key: 'k' }, url: `${URL}?x` },
    ],
    ['different topics', { sse: { topics: ['a'] } }, { sse: { topics: ['b'] } }],
    ['topics and none', { sse: { topics: ['a'] } }, {}],
    ['none and topics', {}, { sse: { topics: ['a'] } }],
    ['a URL with a query, and topics', { url: `${URL}?x=1` }, { url: `${URL}?x=1`, sse: { topics: ['b'] } }],
    [
      'a query that has two spellings, and topics',
      { url: `${URL}?x=%7E` },
      { url: `${URL}?x=%7E`, sse: { topics: ['b'] } },
    ],
    ['topics in the URL and none', { url: `${URL}?topics=a` }, {}],
    ['hub() and without it', { sse: { topics: ['a'] } }, { hub: false }],
  ])('shares one connection between two tabs with %s', async (_, first, second) => {
    const [stage, a, b] = await pair(first, second)
    expect([a.role, b.role]).toEqual(['leader', 'follower'])
    expect([a.status, b.status]).toEqual(['open', 'open'])
    expect(stage.lines).toHaveLength(1)
  })

  it.each<[string, TabOptions, TabOptions]>([
    ['another URL', {}, { url: `${URL}/other` }],
    ['another query', { url: `${URL}?user=1` }, { url: `${URL}?user=2` }],
    ['another scope', { tabs: { scope: 'ada' } }, { tabs: { scope: 'bob' } }],
    ['a scope and none', { tabs: { scope: 'ada' } }, {}],
    ['another key', { tabs: { key: 'a' } }, { tabs: { key: 'b' } }],
    ['a key and none', { tabs: { key: URL } }, {}],
    ['the same key in another scope', { tabs: { key: 'a', scope: 'x' } }, { tabs: { key: 'a', scope: 'y' } }],
    ['other headers', { sse: { headers: { a: '1' } } }, { sse: { headers: { a: '2' } } }],
    ['other credentials', { sse: { credentials: 'include' } }, { sse: { credentials: 'same-origin' } }],
    ['what looks the same when it is put together', { tabs: { scope: 'a' }, url: `${URL}?b` }, { url: `${URL}?b&a` }],
    ['topics in the URL and none, without hub()', { url: `${URL}?topics=a`, hub: false }, { hub: false }],
  ])('shares nothing between two tabs with %s', async (_, first, second) => {
    const [stage, a, b] = await pair(first, second)
    expect([a.role, b.role]).toEqual(['leader', 'leader'])
    expect(stage.live).toHaveLength(2)
  })

  it('quotes no URL, header, key or scope in the name of a lock or in a message', async () => {
    const options: TabOptions = {
      url: `${URL}?token=secret-1`,
      sse: { headers: { authorization: 'secret-2' } },
      tabs: { scope: 'secret-3' },
    }
    const [stage] = await pair(options)
    const keyed = createStage()
    keyed.open({ tabs: { key: 'secret-4' } })
    await keyed.run(50)
    const text = JSON.stringify([stage.locks, stage.said, keyed.locks, keyed.said])
    expect(stage.said.length).toBeGreaterThan(2)
    expect(text).toContain('headwater:3:')
    expect(text).not.toMatch(/secret|a\.test/)
  })

  it.each<[string, TabOptions]>([
    ['without locks', { without: 'locks' }],
    ['where channels are forbidden', { without: 'channel' }],
    ['where locks are forbidden', { without: 'permission' }],
    ['for a POST', { sse: { method: 'POST' } }],
    ['for a request with a body', { sse: { method: 'POST', body: 'x' } }],
  ])('gives each client a connection of its own %s', async (_, options) => {
    const [stage, a, b] = await pair(options)
    expect([a.role, b.role]).toEqual(['alone', 'alone'])
    expect([a.status, b.status]).toEqual(['open', 'open'])
    expect(stage.live).toHaveLength(2)
    stage.publish(3)
    expect([a.heard, b.heard]).toEqual([range(1, 3), range(1, 3)])
    // It stays that way, and no failure is counted for it.
    stage.last.end('eof')
    await stage.run(4000)
    stage.publish(1)
    expect([a.heard, b.heard]).toEqual([range(1, 4), range(1, 4)])
    for (const tab of [a, b]) tab.sse.close()
    await stage.run(10)
    expect([stage.locks, stage.channels, stage.timers]).toEqual([{ held: [], queued: [] }, 0, 0])
  })

  it.each([
    [{ key: 1 }, 'key: expected string, got 1'],
    [{ scope: {} }, 'scope: expected string, got [object Object]'],
    [{ over: {} }, 'over: expected function, got [object Object]'],
    [{ platform: 1 }, 'platform: expected object, got 1'],
    [{ scopes: '' }, 'option: expected one of key,scope,over,platform, got scopes'],
  ])('refuses the options %j', (options, message) => {
    expect(() => acrossTabs(options as object)).toThrow(expect.objectContaining({ code: 'options', message }))
  })

  it('refuses what the transport that it runs over refuses', () => {
    const transport = acrossTabs({ over: eventSourceTransport({ EventSource: vi.fn() as never }) })
    expect(() => createSSE(URL, { transport, headers: { a: '1' } })).toThrow(/transport/)
  })

  it('works over the platform that there is', async () => {
    const connect = (_: unknown, sink: TransportSink): TransportLink => {
      sink.open()
      return { close() {} }
    }
    const transport = acrossTabs({ over: () => ({ connect }) })
    const sse = createSSE(URL, { transport })
    const opened = new Promise((resolve) => sse.observe({ onOpen: resolve }))
    sse.connect()
    await opened
    expect(transport.role.get()).toBe(globalThis.navigator?.locks ? 'leader' : 'alone')
    sse.close()
    expect(transport.role.get()).toBe('alone')
  })
})

it('the role can be watched, and is reported when it changes', async () => {
  const stage = createStage()
  const a = stage.open()
  const roles: string[] = []
  a.transport.role.subscribe((role) => roles.push(role))
  await stage.run(50)
  const b = stage.open()
  b.transport.role.subscribe((role) => roles.push(`b ${role}`))
  await stage.run(50)
  a.sse.disconnect()
  await stage.run(50)
  expect(roles).toEqual(['alone', 'follower', 'leader', 'b alone', 'b follower', 'alone', 'b leader'])
})

it('a tab whose client leaves while the tab takes the lead is reported as alone, and lets the next tab lead', async () => {
  const [stage, a, b, c] = (await group({}, {}, {})) as [Stage, Tab, Tab, Tab]
  const roles: string[] = []
  b.transport.role.subscribe((role) => roles.push(role))
  b.sse.state.subscribe(({ status }) => {
    if (status === 'connecting') b.sse.disconnect()
  })
  a.sse.disconnect()
  await stage.run(50)
  expect(roles).toEqual(['follower', 'leader', 'alone'])
  expect([b.role, b.status, c.role, c.status]).toEqual(['alone', 'paused', 'leader', 'open'])
  expect(stage.live).toHaveLength(1)
})

describe('reset()', () => {
  it('closes the clients of all tabs that share, until they connect', async () => {
    const [stage, a, b] = await pair()
    const other = stage.open({ url: `${URL}/other` })
    await stage.run(50)
    b.transport.reset()
    await stage.run(10)
    for (const tab of [a, b]) {
      expect(tab.status).toBe('closed')
      expect(failed(tab)).toMatchObject({ code: 'unauthorized' })
    }
    expect(other.status).toBe('open')
    expect(stage.live.map(({ name }) => name)).toEqual([other.name])
    stage.publish(2)
    a.sse.connect()
    b.sse.connect()
    await stage.run(50)
    stage.publish(1)
    await stage.run(50)
    expect([a.heard, b.heard]).toEqual([range(1, 3), range(1, 3)])
    expect([a.status, b.status]).toEqual(['open', 'open'])
  })

  it.each(['close', 'disconnect'] as const)('closes the other clients after its own client did %s()', async (leave) => {
    const [stage, a, b] = await pair()
    b.sse[leave]()
    b.transport.reset()
    await stage.run(10)
    expect(failed(a)).toMatchObject({ code: 'unauthorized' })
  })

  it('changes the state of each client once', async () => {
    const [stage, a, b] = await pair()
    b.transport.reset()
    await stage.run(10)
    for (const tab of [a, b]) expect(tab.states.filter(({ status }) => status === 'closed')).toHaveLength(1)
  })

  it('does not close a client that connects right after it', async () => {
    const [stage, , b] = await pair()
    b.transport.reset()
    b.sse.connect()
    await stage.run(500)
    expect(b.status).toBe('open')
  })

  it('does nothing where there is no client yet', () => {
    expect(() => acrossTabs().reset()).not.toThrow()
  })

  // It has left the channel: an open one would cost a frozen page its place in the back/forward cache.
  it('does not reach a tab that is paused', async () => {
    const [stage, a, b] = await pair()
    a.sse.disconnect()
    await stage.run(10)
    b.transport.reset()
    await stage.run(10)
    expect([a.status, b.status]).toEqual(['paused', 'closed'])
  })
})

describe('what tabs hold of the browser', () => {
  it('is released when all clients have closed', async () => {
    const stage = createStage()
    const tabs = [stage.open(), stage.open({ sse: { topics: ['a'] } }), stage.open({ visible: false })]
    await stage.run(500)
    stage.publish(10)
    await stage.run(10)
    expect(stage.locks.held).toHaveLength(4)
    for (const tab of tabs) {
      tab.sse.close()
      await stage.run(10)
    }
    expect(stage.locks).toEqual({ held: [], queued: [] })
    expect([stage.channels, stage.timers, stage.listeners, stage.live.length]).toEqual([0, 0, 0, 0])
    expect(stage.complaints).toEqual([])
  })

  it.each([0, 1, 2, 3, 5, 50])('is released when all clients close %s ms after they opened', async (ms) => {
    const stage = createStage()
    const tabs = [stage.open(), stage.open(), stage.open()]
    await stage.run(ms)
    for (const tab of tabs) tab.sse.close()
    await stage.run(20)
    expect(stage.locks).toEqual({ held: [], queued: [] })
    expect([stage.channels, stage.timers, stage.listeners, stage.live.length]).toEqual([0, 0, 0, 0])
  })

  it('does not grow when a tab comes and goes a hundred times', async () => {
    const [stage, a, b] = await pair()
    for (let n = 0; n < 100; n++) {
      b.sse.disconnect()
      if (n % 3) await stage.run(n % 7)
      b.sse.connect()
      if (n % 2) await stage.run(n % 5)
    }
    await stage.run(500)
    stage.publish(3)
    await stage.run(10)
    expect(b.heard).toEqual(range(1, 3))
    expect(stage.live).toHaveLength(1)
    a.sse.close()
    b.sse.close()
    await stage.run(10)
    expect(stage.locks).toEqual({ held: [], queued: [] })
    expect([stage.channels, stage.timers, stage.listeners]).toEqual([0, 0, 0])
  })

  it('does not grow when a client asks for another URL now and then', async () => {
    const stage = createStage()
    let count = 0
    const tab = stage.open({ url: () => `${URL}?user=${count}` })
    await stage.run(50)
    const before = stage.locks
    for (const n of range(1, 5)) {
      count = n
      tab.sse.reconnect()
      await stage.run(50)
    }
    expect(stage.locks.held).toHaveLength(before.held.length)
    expect([stage.channels, stage.listeners, stage.live.length]).toEqual([1, 2, 1])
    expect(tab.status).toBe('open')
  })

  // The member of each name watched the client: one more at each attempt where the URL holds a fresh token.
  it('does not grow, nor do the listeners of the state, with each URL that a client asks for', () => {
    const watching = new Set<unknown>()
    const host = fakeHost()
    host.state.subscribe = (listener) => {
      watching.add(listener)
      return () => watching.delete(listener)
    }
    const platform: TabsPlatform = {
      locks: { request: () => new Promise<never>(() => {}), query: async () => ({ held: [], pending: [] }) },
      channel: () => ({ postMessage() {}, close() {} }),
      isVisible: () => true,
      onVisibility: () => () => {},
    }
    const transport = acrossTabs({ platform })({ connect: vi.fn() }, host)
    for (const n of range(1, 10)) {
      const request = { ...host.options, url: `${URL}?${n}`, headers: new Headers(), body: undefined, lastEventId: '' }
      transport.connect(request, {} as TransportSink).close()
    }
    expect(watching.size).toBe(1)
  })
})

// To lead, a tab makes another attempt, which asks for the URL again; that has another name, where it begins again, for ever.
it.each<[string, TabOptions]>([
  ['URL', { url: () => `${URL}?nonce=${++nonce}` }],
  ['headers', { sse: { headers: () => ({ authorization: `${++nonce}` }) } }],
])('a client whose %s change with each attempt connects', async (_, options) => {
  const stage = createStage()
  const tab = stage.open(options)
  await stage.run(500)
  expect(tab.status).toBe('open')
})

describe('a handler in the middle of a batch', () => {
  it.each(['leader', 'follower'] as const)(
    'hears no more and misses nothing when it disconnects the %s',
    async (role) => {
      const [stage, a, b] = await pair()
      const tab = role === 'leader' ? a : b
      tab.sse.subscribe('n', (data) => data === 3 && tab.sse.disconnect())
      stage.publish(6)
      await stage.run(50)
      expect(tab.heard).toEqual(range(1, 3))
      stage.publish(2)
      await stage.run(50)
      tab.sse.connect()
      await stage.run(500)
      expect([a.heard, b.heard]).toEqual([range(1, 8), range(1, 8)])
    },
  )

  it.each(['leader', 'follower'] as const)('hears the rest once when it reconnects the %s', async (role) => {
    const [stage, a, b] = await pair()
    const tab = role === 'leader' ? a : b
    tab.sse.subscribe('n', (data) => data === 3 && tab.sse.reconnect())
    stage.publish(6)
    await stage.run(500)
    stage.publish(2)
    await stage.run(50)
    expect([a.heard, b.heard]).toEqual([range(1, 8), range(1, 8)])
    expect([a.gaps, b.gaps]).toEqual([[], []])
  })

  it.each(['leader', 'follower'] as const)(
    'hears no more when it closes the %s, and the other tab goes on',
    async (role) => {
      const [stage, a, b] = await pair()
      const [tab, other] = role === 'leader' ? [a, b] : [b, a]
      tab.sse.subscribe('n', (data) => data === 3 && tab.sse.close())
      stage.publish(6)
      await stage.run(500)
      expect(tab.heard).toEqual(range(1, 3))
      expect(other.heard).toEqual(range(1, 6))
    },
  )

  it('hears no more and misses nothing when it disconnects while its tab is brought up to date', async () => {
    const [stage, a, b] = await pair()
    stage.publish(1)
    await stage.run(10)
    b.sse.disconnect()
    await stage.run(10)
    stage.publish(6)
    const off = b.sse.subscribe('n', (data) => data === 4 && b.sse.disconnect())
    b.sse.connect()
    await stage.run(50)
    expect(b.heard).toEqual(range(1, 4))
    off()
    b.sse.connect()
    await stage.run(50)
    expect(b.heard).toEqual(range(1, 7))
    expect(a.heard).toEqual(range(1, 7))
    expect(stage.lines).toHaveLength(1)
  })
})

it('a follower that disconnects in onOpen() hears nothing', async () => {
  const stage = createStage()
  stage.open()
  await stage.run(50)
  const b = stage.open({ sse: { onOpen: () => b.sse.disconnect() } })
  await stage.run(50)
  stage.publish(1)
  await stage.run(50)
  expect([b.status, b.heard]).toEqual(['paused', []])
})

describe('handled()', () => {
  it('brings what a follower has not handled again', async () => {
    const stage = createStage()
    const a = stage.open()
    await stage.run(50)
    let stuck = true
    const b = stage.open({ sse: { commit: handled() } })
    b.sse.subscribe('n', (data) => (stuck && Number(data) > 3 ? new Promise(() => {}) : undefined))
    await stage.run(50)
    stage.publish(6)
    await stage.run(50)
    expect(b.sse.lastEventId).toBe(idOf(3))
    stuck = false
    b.sse.reconnect()
    await stage.run(50)
    stage.publish(1)
    await stage.run(50)
    expect(b.heard).toEqual([...range(1, 6), ...range(4, 7)])
    expect(b.sse.lastEventId).toBe(idOf(7))
    expect(a.heard).toEqual(range(1, 7))
    expect(stage.lines).toHaveLength(1)
  })

  // The leader resumes where its own handlers are, and passes on what comes again as if it were new.
  it.each<[string, TabOptions]>([
    ['that moves the cursor when an event arrives', {}],
    ['that uses handled(), too', { sse: { commit: handled() } }],
  ])('brings what the leader has not handled again there, and not in a follower %s', async (_, options) => {
    const [stage, a, b] = await pair({ sse: { commit: handled() } }, options)
    a.sse.subscribe('n', (data) => (Number(data) > 3 ? new Promise(() => {}) : undefined))
    stage.publish(6)
    await stage.run(50)
    stage.last.end('eof')
    await stage.run(5000)
    stage.publish(1)
    await stage.run(10)
    expect(a.heard).toEqual([...range(1, 6), ...range(4, 7)])
    expect(b.heard).toEqual(range(1, 7))
  })
})

it('retry: false closes the clients of all tabs when the stream ends', async () => {
  const [stage, a, b] = await pair({ sse: { retry: false } })
  stage.publish(2)
  stage.last.end('eof')
  await stage.run(60_000)
  for (const tab of [a, b]) {
    expect(tab.heard).toEqual([1, 2])
    expect(tab.status).toBe('closed')
    expect(failed(tab)).toMatchObject({ code: 'network', cause: 'eof' })
  }
  expect(stage.lines).toHaveLength(1)
})

it('the error of a follower is an SSEError', async () => {
  const [stage, , b] = await pair()
  stage.last.end(new SSEError('http', 'no', { status: 403 }))
  await stage.run(10)
  expect(failed(b)).toBeInstanceOf(SSEError)
})
