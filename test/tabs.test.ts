import { createSSE, eventSourceTransport, fetchTransport } from 'headwater'
import { acrossTabs } from 'headwater/tabs'
import { describe, expect, it, vi } from 'vitest'
import { SSEError } from '../src/errors.ts'
import { createStage, failed, idOf, range, type Stage, type Tab, type TabOptions, URL } from './tabs/stage.ts'

/** What is another at each try. */
let nonce = 0

/** Two tabs, both open, the first of which leads. */
async function pair(first: TabOptions = {}, second: TabOptions = first): Promise<[Stage, Tab, Tab]> {
  const stage = createStage()
  const a = stage.open(first)
  await stage.run(50)
  const b = stage.open(second)
  await stage.run(50)
  return [stage, a, b]
}

describe('who shares', () => {
  it.each<[string, TabOptions, TabOptions]>([
    ['the same URL', {}, {}],
    ['the same scope', { sse: { scope: 'ada' } }, { sse: { scope: 'ada' } }],
    ["the client's scope is the transport's", { sse: { scope: 'ada' } }, { tabs: { scope: 'ada' } }],
    ['the same headers', { sse: { headers: { a: '1', b: '2' } } }, { sse: { headers: { B: '2', A: '1' } } }],
    [
      'the same key, though headers and URL differ',
      { tabs: { key: 'k' }, sse: { headers: { a: '1' } } },
      { tabs: { key: 'k' }, url: `${URL}?x` },
    ],
    ['other topics', { sse: { topics: ['a'] } }, { sse: { topics: ['b'] } }],
    ['topics and none', { sse: { topics: ['a'] } }, {}],
    ['none and topics', {}, { sse: { topics: ['a'] } }],
    ['a URL with a query, and topics', { url: `${URL}?x=1` }, { url: `${URL}?x=1`, sse: { topics: ['b'] } }],
  ])('%s: one connection', async (_, first, second) => {
    const [stage, a, b] = await pair(first, second)
    expect([a.role, b.role]).toEqual(['leader', 'follower'])
    expect([a.status, b.status]).toEqual(['open', 'open'])
    expect(stage.lines).toHaveLength(1)
  })

  it.each<[string, TabOptions, TabOptions]>([
    ['another URL', {}, { url: `${URL}/other` }],
    ['another query', { url: `${URL}?user=1` }, { url: `${URL}?user=2` }],
    ['another scope', { sse: { scope: 'ada' } }, { sse: { scope: 'bob' } }],
    ['a scope and none', { sse: { scope: 'ada' } }, {}],
    [
      "the transport's scope goes before the client's",
      { tabs: { scope: 'b' }, sse: { scope: 'a' } },
      { sse: { scope: 'a' } },
    ],
    ['another key', { tabs: { key: 'a' } }, { tabs: { key: 'b' } }],
    ['a key and none', { tabs: { key: URL } }, {}],
    ['the same key in another scope', { tabs: { key: 'a', scope: 'x' } }, { tabs: { key: 'a', scope: 'y' } }],
    ['other headers', { sse: { headers: { a: '1' } } }, { sse: { headers: { a: '2' } } }],
    ['other credentials', { sse: { credentials: 'include' } }, { sse: { credentials: 'same-origin' } }],
    ['what looks the same when it is put together', { tabs: { scope: 'a' }, url: `${URL}?b` }, { url: `${URL}?b&a` }],
  ])('%s: two', async (_, first, second) => {
    const [stage, a, b] = await pair(first, second)
    expect([a.role, b.role]).toEqual(['leader', 'leader'])
    expect(stage.live).toHaveLength(2)
  })

  it('no URL, header, key or scope is quoted in a name, or said on a channel', async () => {
    const options: TabOptions = {
      url: `${URL}?token=secret-1`,
      sse: { headers: { authorization: 'secret-2' }, scope: 'secret-3' },
    }
    const [stage] = await pair(options)
    const keyed = createStage()
    keyed.open({ tabs: { key: 'secret-4' } })
    await keyed.run(50)
    const told = JSON.stringify([stage.locks, stage.said, keyed.locks, keyed.said])
    expect(stage.said.length).toBeGreaterThan(2)
    expect(told).toContain('headwater:1:')
    expect(told).not.toMatch(/secret|a\.test/)
  })
})

describe('a connection of its own', () => {
  it.each<[string, TabOptions]>([
    ['without locks', { without: 'locks' }],
    ['where channels are forbidden', { without: 'channel' }],
    ['where locks are forbidden', { without: 'permission' }],
    ['for a POST', { sse: { method: 'POST' } }],
    ['for a request with a body', { sse: { method: 'POST', body: 'x' } }],
  ])('%s', async (_, options) => {
    const [stage, a, b] = await pair(options)
    expect([a.role, b.role]).toEqual(['alone', 'alone'])
    expect([a.status, b.status]).toEqual(['open', 'open'])
    expect(stage.live).toHaveLength(2)
    stage.publish(3)
    expect([a.heard, b.heard]).toEqual([range(1, 3), range(1, 3)])
    // It stays that way, and no failure is counted for it.
    stage.last.end('eof')
    await stage.run(2000)
    stage.publish(1)
    expect([a.heard, b.heard]).toEqual([range(1, 4), range(1, 4)])
    for (const tab of [a, b]) tab.sse.close()
    await stage.run(10)
    expect([stage.locks, stage.channels, stage.timers]).toEqual([{ held: [], queued: [] }, 0, 0])
  })
})

describe('options', () => {
  it.each([
    [{ key: 1 }, /key wants string/],
    [{ scope: {} }, /scope wants string/],
    [{ platform: 1 }, /platform wants object/],
    [{ scopes: '' }, /scopes wants to be left out/],
  ])('%j is refused', (options, message) => {
    expect(() => acrossTabs(fetchTransport(), options as object)).toThrow(message)
  })

  it('a transport that can send only a URL stays one', () => {
    expect(acrossTabs(eventSourceTransport()).urlOnly).toBe(true)
    expect('urlOnly' in acrossTabs()).toBe(false)
    const transport = acrossTabs(eventSourceTransport())
    expect(() => createSSE(URL, { transport, headers: { a: '1' } })).toThrow(/transport/)
  })
})

describe('the role', () => {
  it('can be watched, and changes only when it does', async () => {
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

  it('reaches the others though this client has closed or paused', async () => {
    for (const leave of ['close', 'disconnect'] as const) {
      const [stage, a, b] = await pair()
      b.sse[leave]()
      b.transport.reset()
      await stage.run(10)
      expect(failed(a)).toMatchObject({ code: 'unauthorized' })
    }
  })

  it('is told once to those who watch', async () => {
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

describe('nothing is left behind', () => {
  it('when all clients have closed', async () => {
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

  it.each([0, 1, 2, 3, 5, 50])('when all close %s ms after they opened', async (ms) => {
    const stage = createStage()
    const tabs = [stage.open(), stage.open(), stage.open()]
    await stage.run(ms)
    for (const tab of tabs) tab.sse.close()
    await stage.run(20)
    expect(stage.locks).toEqual({ held: [], queued: [] })
    expect([stage.channels, stage.timers, stage.listeners, stage.live.length]).toEqual([0, 0, 0, 0])
  })

  it('when a tab comes and goes a hundred times', async () => {
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

  it('when a client asks for another URL now and then, only the last counts', async () => {
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

  // To lead, a tab makes its try anew, which asks for the URL again; that has another name, where it begins again, for ever.
  it.each<[string, TabOptions]>([
    ['URL', { url: () => `${URL}?nonce=${++nonce}` }],
    ['headers', { sse: { headers: () => ({ authorization: `${++nonce}` }) } }],
  ])('a client whose %s is another at each try connects', async (_, options) => {
    const stage = createStage()
    const tab = stage.open(options)
    await stage.run(500)
    expect(tab.status).toBe('open')
  })

  // Each name's member goes on watching the client: one more at each try where the URL holds a fresh token.
  it('of a client that asks for another URL, the earlier ones do not watch its state', () => {
    const watching = new Set<unknown>()
    const host = {
      state: {
        get: () => ({ status: 'connecting' }),
        subscribe(listener: unknown) {
          watching.add(listener)
          return () => watching.delete(listener)
        },
      },
    }
    const platform = {
      locks: { request: () => new Promise(() => {}), query: async () => ({ held: [] }) },
      channel: () => ({ postMessage() {}, close() {} }),
      isVisible: () => true,
      onVisibility: () => () => {},
    }
    const transport = acrossTabs(fetchTransport(), { platform } as object)
    const clock = { now: Date.now, random: Math.random, setTimeout: () => 0, clearTimeout: () => {} }
    for (const n of range(1, 10)) {
      const request = {
        url: `${URL}?${n}`,
        topics: [],
        names: [],
        headers: new Headers(),
        method: 'GET',
        lastEventId: '',
      }
      transport.connect({ ...request, host, clock, scope: '', credentials: 'omit' } as never, {} as never).close()
    }
    expect(watching.size).toBe(1)
  })
})

describe('a handler that leaves in the middle of a batch', () => {
  it.each(['leader', 'follower'] as const)(
    'by disconnect(), in the %s, hears no more and misses nothing',
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

  it.each(['leader', 'follower'] as const)('by reconnect(), in the %s, hears the rest once', async (role) => {
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
    'by close(), in the %s, hears no more, and the other goes on',
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

  it('while it is brought up to date, hears no more and misses nothing', async () => {
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

  it('when it opens, hears no more', async () => {
    const stage = createStage()
    stage.open()
    await stage.run(50)
    const b = stage.open({ sse: { onOpen: () => b.sse.disconnect() } })
    await stage.run(50)
    stage.publish(1)
    await stage.run(50)
    expect([b.status, b.heard]).toEqual(['paused', []])
  })
})

describe("options of a tab's client", () => {
  it("commit: 'handled' in a follower: what was not handled comes again", async () => {
    const stage = createStage()
    const a = stage.open()
    await stage.run(50)
    let stuck = true
    const b = stage.open({ sse: { commit: 'handled' } })
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

  async function unhandled(options: TabOptions): Promise<[Tab, Tab]> {
    const [stage, a, b] = await pair({ sse: { commit: 'handled' } }, options)
    a.sse.subscribe('n', (data) => (Number(data) > 3 ? new Promise(() => {}) : undefined))
    stage.publish(6)
    await stage.run(50)
    stage.last.end('eof')
    await stage.run(5000)
    stage.publish(1)
    await stage.run(10)
    expect(a.heard).toEqual([...range(1, 6), ...range(4, 7)])
    return [a, b]
  }

  it("commit: 'handled' in the leader: what it has not handled comes again there, and in no other tab", async () => {
    const [, b] = await unhandled({})
    expect(b.heard).toEqual(range(1, 7))
    const [, c] = await unhandled({ sse: { commit: 'handled' } })
    expect(c.heard).toEqual(range(1, 7))
  })

  // The leader resumes where its own handlers are, and hands on what comes again as if it were new.

  it("mode: 'request': the end of the response is the end, for all", async () => {
    const [stage, a, b] = await pair({ sse: { mode: 'request' } })
    stage.publish(2)
    stage.last.end('eof')
    await stage.run(60_000)
    for (const tab of [a, b]) {
      expect(tab.heard).toEqual([1, 2])
      expect(tab.sse.state.get()).toEqual({ status: 'closed', error: null })
    }
    expect(stage.lines).toHaveLength(1)
  })
})

it('works over the platform that there is', async () => {
  const { locks } = await import('node:worker_threads').then(() => globalThis.navigator)
  const connect = vi.fn((_: unknown, sink: { open(): void }) => {
    sink.open()
    return { close() {} }
  })
  const transport = acrossTabs({ connect } as never)
  const sse = createSSE(URL, { transport })
  const opened = new Promise((resolve) => sse.observe({ onOpen: resolve }))
  sse.connect()
  await opened
  expect(transport.role.get()).toBe(locks ? 'leader' : 'alone')
  sse.close()
  expect(transport.role.get()).toBe('alone')
})

it('an error that a follower is told is an SSEError', async () => {
  const [stage, , b] = await pair()
  stage.last.end(new SSEError('http', 'no', { status: 403 }))
  await stage.run(10)
  expect(failed(b)).toBeInstanceOf(SSEError)
})
