import { type CursorStorage, createSSE, type SSEOptions } from 'headwater'
import { createClock, createMockStream, type Step } from 'headwater/testing'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { hash } from '../src/hash.ts'
import { type Bench, bench } from './support/client.ts'
import { stagePage } from './support/page.ts'

beforeEach(() => {
  sessionStorage.clear()
  localStorage.clear()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const AREAS = { session: sessionStorage, local: localStorage }
const keys = (area: Storage = sessionStorage): string[] => Object.keys(area).sort()
/** The ids that are kept, without the time. */
const kept = (area: Storage = sessionStorage): string[] =>
  keys(area).map((key) => `${area.getItem(key)}`.replace(/^\d+ /, ''))
const ids = ({ stream }: Bench): string[] => stream.requests.map(({ lastEventId }) => lastEventId)

/** Puts something else in the place of a storage, until the test is over. */
function replace(name: 'session' | 'local', get: () => unknown): void {
  const before = Object.getOwnPropertyDescriptor(globalThis, `${name}Storage`)
  Object.defineProperty(globalThis, `${name}Storage`, { configurable: true, get })
  onTestFinished(() => void Object.defineProperty(globalThis, `${name}Storage`, before ?? {}))
}

/** Has each write to a storage seen first: it may throw. */
function watchWrites(name: 'session' | 'local', write: (value: string) => void): void {
  const area = AREAS[name]
  const setItem = (key: string, value: string): void => {
    write(value)
    area.setItem(key, value)
  }
  const get = (_: Storage, property: string): unknown => {
    const value = Reflect.get(area, property) as unknown
    return property === 'setItem' ? setItem : typeof value === 'function' ? value.bind(area) : value
  }
  replace(name, () => new Proxy(area, { get }))
}

/** A client that is connected, in a page of its own: only storages outlive it. */
async function visit(options: SSEOptions = {}, script?: Step[][], url?: Parameters<typeof bench>[2]): Promise<Bench> {
  const all = bench({ resume: 'session', ...options }, script && { script }, url)
  all.sse.subscribe('tick', () => {})
  await all.clock.settle()
  return all
}

/** A visit in which an event came, and that is over. */
async function visited(id: string, options: SSEOptions = {}, url?: Parameters<typeof bench>[2]): Promise<void> {
  const { sse, stream, clock } = await visit(options, undefined, url)
  stream.send('tick', 1, { id })
  await clock.settle()
  sse.close()
}

describe.each(['session', 'local'] as const)("resume: '%s'", (resume) => {
  const area = AREAS[resume]

  it('has the next page go on where this one stopped', async () => {
    await visited('41', { resume })
    expect(kept(area)).toEqual(['41'])
    expect(keys(resume === 'session' ? localStorage : sessionStorage)).toEqual([])
    const next = await visit({ resume })
    expect(ids(next)).toEqual(['41'])
    expect(next.sse.lastEventId).toBe('41')
  })

  it('writes at most once a second, and nothing that has not changed', async () => {
    const writes: string[] = []
    watchWrites(resume, (value) => writes.push(value))
    const { stream, clock } = await visit({ resume })
    const start = clock.now()
    for (let n = 1; n <= 30; n++) {
      stream.send('tick', n, { id: `${n}` })
      await clock.advance(100)
    }
    expect(writes).toEqual([`${start + 1000} 10`, `${start + 2000} 20`, `${start + 3000} 30`])
    stream.send('tick', 1, { id: '30' })
    await clock.advance(5000)
    expect(writes).toHaveLength(3)
  })

  it.each<[string, (all: Bench, page: ReturnType<typeof stagePage>) => void]>([
    ['pagehide', (_, page) => page.signal('pagehide')],
    ['freeze', (_, page) => page.freeze()],
    ['a pause in a hidden page', (_, page) => page.hide()],
    ['disconnect()', ({ sse }) => sse.disconnect()],
    ['close()', ({ sse }) => sse.close()],
  ])('writes at once with %s', async (_, act) => {
    const page = stagePage()
    const all = await visit({ resume, pauseWhenHidden: 0 })
    all.stream.send('tick', 1, { id: '7' })
    await all.clock.settle()
    expect(keys(area)).toEqual([])
    act(all, page)
    expect(kept(area)).toEqual(['7'])
    expect(all.clock.timers).toBe(0)
  })

  it('writes at once when nobody listens any more', async () => {
    const { sse, stream, clock } = bench({ resume, linger: 0 })
    const off = sse.subscribe('tick', () => {})
    await clock.settle()
    stream.send('tick', 1, { id: '7' })
    await clock.settle()
    off()
    await clock.advance(0)
    expect(sse.state.get().status).toBe('idle')
    expect(kept(area)).toEqual(['7'])
  })

  it('writes at once when the stream is over, and keeps the id of one that failed', async () => {
    const { sse, clock } = await visit({ resume, retry: false }, [[{ send: { data: 1, id: '8' } }, { drop: true }]])
    await clock.settle()
    expect(sse.state.get().status).toBe('closed')
    expect(kept(area)).toEqual(['8'])
  })

  it('forgets the id when the server clears it, or does not know it any more', async () => {
    await visited('41', { resume })
    const { stream, clock } = await visit({ resume })
    stream.raw('id\ndata: 1\n\n')
    await clock.advance(1000)
    expect(keys(area)).toEqual([])
    await visited('41', { resume })
    const refused = await visit({ resume }, [[{ refuse: { status: 410 } }]])
    await refused.clock.advance(1000)
    expect(ids(refused)).toEqual(['41', ''])
    expect(keys(area)).toEqual([])
  })
})

describe('what is kept', () => {
  it("is nothing with 'memory', which is the default", async () => {
    const asked = vi.fn()
    for (const name of ['session', 'local'] as const) replace(name, asked)
    await visited('41', { resume: undefined })
    await visited('41', { resume: 'memory' })
    expect(asked).not.toHaveBeenCalled()
  })

  it('is where the option lastEventId does not say better', async () => {
    await visited('41')
    expect(ids(await visit({ lastEventId: '50' }))).toEqual(['50'])
  })

  it('stands under the path and a hash: no part of a query is legible, which may be a token', async () => {
    await visited('1', { scope: 'ada@a.test' }, 'https://a.test/live/orders?token=secret-token#part')
    expect(keys()).toEqual([expect.stringMatching(/^headwater:\/live\/orders:[0-9a-z]+$/)])
  })

  it.each([
    ['another origin', 'https://b.test/events', ''],
    ['another path', 'https://a.test/event', ''],
    ['another query', 'https://a.test/events?room=1', ''],
    ['another scope', 'https://a.test/events', 'ada'],
    ['a scope that looks like a query', 'https://a.test/events', '?room=1'],
  ])('is not shared with %s', async (_, url, scope) => {
    await visited('41', {}, 'https://a.test/events')
    expect(ids(await visit({ scope }, undefined, url))).toEqual([''])
  })

  it('is not shared where query and scope only read the same one after the other', async () => {
    await visited('41', { scope: '2' }, 'https://a.test/events?room=1')
    expect(ids(await visit({ scope: '' }, undefined, 'https://a.test/events?room=12'))).toEqual([''])
  })

  it.each([
    ['the address written in another way', '/events', 'http://localhost:3000/events'],
    ['a URL object', '/events', new URL('http://localhost:3000/events')],
    ['another fragment', '/events#a', '/events#b'],
  ])('is shared with %s', async (_, a, b) => {
    await visited('41', {}, a)
    expect(ids(await visit({}, undefined, b))).toEqual(['41'])
  })

  it('stands under the scope alone where the URL is a function', async () => {
    const url = async (): Promise<string> => '/events'
    await visited('41', { scope: 'orders of ada' }, url)
    expect(keys()).toEqual([`headwater:${hash('orders of ada')}`])
    expect(ids(await visit({ scope: 'orders of ada' }, undefined, () => '/elsewhere'))).toEqual(['41'])
    expect(ids(await visit({ scope: 'orders of bob' }, undefined, url))).toEqual([''])
  })

  it.each(['session', 'local'] as const)('cannot be, with a URL that is a function and no scope: %s', (resume) => {
    expect(() => createSSE(() => '/events', { resume })).toThrow(
      expect.objectContaining({ code: 'options', message: expect.stringMatching(/^scope wants a name/) }),
    )
    const storage = { load: () => '', save() {} }
    expect(() => createSSE(() => '/events', { resume: storage })).not.toThrow()
    expect(() => createSSE(() => '/events')).not.toThrow()
  })

  it.each(['', '41', 'x 41', '1767225600000 ', '1767225600000', '{"id":"41"}', 'null'])(
    'and is damaged (%j) is as good as nothing, and mended',
    async (value) => {
      await visited('1')
      const [key] = keys()
      sessionStorage.setItem(`${key}`, value)
      expect(ids(await visit())).toEqual([''])
      await visited('2')
      expect(ids(await visit())).toEqual(['2'])
    },
  )

  it('may have any characters', async () => {
    const id = 'a b 日本 ✓'
    await visited(id)
    expect(ids(await visit())).toEqual([id])
  })

  it.each([
    [1024, true],
    [1025, false],
  ])('is no id of %i characters: %j', async (length, isKept) => {
    await visited('41')
    const id = 'x'.repeat(length)
    await visited(id)
    expect(kept()).toEqual(isKept ? [id] : [])
    // Neither is it taken from a storage that somebody else has filled.
    const storage = { load: () => id, save() {} }
    const { sse } = await visit({ resume: storage })
    expect(sse.lastEventId).toBe(isKept ? id : '')
  })

  it('is of the latest fifty streams: the next takes the place of the oldest', async () => {
    sessionStorage.setItem('theirs', '0 1')
    for (let n = 0; n < 50; n++) sessionStorage.setItem(`headwater:/${n}:x`, `${1_700_000_000_000 + n} id`)
    sessionStorage.setItem('headwater:/20:x', `${1_600_000_000_000} id`)
    await visited('1')
    expect(keys().filter((key) => key.startsWith('headwater:'))).toHaveLength(50)
    expect(sessionStorage.getItem('headwater:/20:x')).toBeNull()
    expect(sessionStorage.getItem('headwater:/0:x')).not.toBeNull()
    expect(sessionStorage.getItem('theirs')).toBe('0 1')
    expect(ids(await visit())).toEqual(['1'])
  })

  it.each([0, 10, 25, 40, 49])('gives way to others if it is damaged, wherever it stands (%i)', async (n) => {
    for (let n = 0; n < 50; n++) sessionStorage.setItem(`headwater:/${n}:x`, `${1_700_000_000_000 + ((n * 7) % 50)} id`)
    sessionStorage.setItem(`headwater:/${n}:x`, 'zzz')
    await visited('1')
    expect(sessionStorage.getItem(`headwater:/${n}:x`)).toBeNull()
    expect(keys()).toHaveLength(50)
  })
})

describe('without a storage that works', () => {
  /** What becomes of a stream with an event, in a page where nothing can be kept. */
  async function outcome() {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const { sse, stream, clock, log } = await visit({}, undefined, 'http://localhost:3000/events')
    sse.subscribe('tick', (data) => log.push(data))
    stream.send('tick', 1, { id: '7' })
    await clock.advance(2000)
    sse.close()
    return { log, reported: reported.mock.calls, requests: stream.requests.length }
  }
  const FINE = { log: [1], reported: [], requests: 1 }

  it('as it is full, the stream goes on', async () => {
    watchWrites('session', () => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    expect(await outcome()).toEqual(FINE)
    expect(keys()).toEqual([])
  })

  it('as the page may not even ask for it, the stream goes on', async () => {
    const denied = vi.fn(() => {
      throw new DOMException('denied', 'SecurityError')
    })
    replace('session', denied)
    expect(await outcome()).toEqual(FINE)
    expect(denied).toHaveBeenCalled()
  })

  it('as there is none, the stream goes on', async () => {
    replace('session', () => undefined)
    expect(await outcome()).toEqual(FINE)
  })

  it('a client is made on a server that only loads the module, whatever its URL is relative to', () => {
    for (const name of ['document', 'location']) vi.stubGlobal(name, undefined)
    for (const name of ['session', 'local'] as const) replace(name, () => undefined)
    expect(() => createSSE('/events', { resume: 'session' })).not.toThrow()
    expect(() => createSSE('events?x=1', { resume: 'local', scope: 'ada' })).not.toThrow()
  })

  it('a client that is made, and not used, does not ask for one', async () => {
    const asked = vi.fn()
    replace('session', asked)
    const { sse, clock } = bench({ resume: 'session' })
    sse.state.subscribe(() => {})
    await clock.advance(5000)
    expect(asked).not.toHaveBeenCalled()
  })
})

describe("mode: 'request'", () => {
  const REQUEST = { mode: 'request', method: 'POST', body: 'x' } as const
  const TOKEN: Step = { send: { event: 'tick', data: 'a', id: '5' } }

  it('that the page was left in is resumed', async () => {
    const page = stagePage()
    await visit(REQUEST, [[TOKEN]])
    page.signal('pagehide')
    expect(kept()).toEqual(['5'])
    expect(ids(await visit(REQUEST))).toEqual(['5'])
  })

  it('that is complete is forgotten', async () => {
    const { sse, clock } = await visit(REQUEST, [[TOKEN, { wait: 1000 }, { end: true }]])
    await clock.advance(999)
    expect(kept()).toEqual([])
    await clock.advance(1)
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    await clock.advance(5000)
    expect(keys()).toEqual([])
    expect(sse.lastEventId).toBe('')
  })

  it.each(['close()', 'the leaving of the last who listens'])('that is broken off by %s is forgotten', async (by) => {
    const { sse, clock } = bench({ ...REQUEST, resume: 'session', linger: 0 }, { script: [[TOKEN]] })
    const off = sse.subscribe('tick', () => {})
    await clock.advance(1000)
    expect(kept()).toEqual(['5'])
    if (by === 'close()') sse.close()
    else off()
    await clock.advance(5000)
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    expect(keys()).toEqual([])
  })

  it('that has failed is resumed by the next page', async () => {
    const { sse, clock } = await visit({ ...REQUEST, retry: false }, [[TOKEN, { drop: true }]])
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'network' } })
    expect(ids(await visit(REQUEST))).toEqual(['5'])
  })

  it.each(['before it is asked for', 'while it is read where it stood'])(
    'that is closed %s is forgotten all the same',
    async (when) => {
      const page = stagePage()
      await visit(REQUEST, [[TOKEN]])
      page.signal('pagehide')
      expect(kept()).toEqual(['5'])
      const { sse, stream, clock } = bench({ ...REQUEST, resume: 'session' })
      if (when !== 'before it is asked for') sse.connect()
      sse.close()
      expect(keys()).toEqual([])
      await clock.advance(5000)
      expect(stream.requests).toEqual([])
      expect(keys()).toEqual([])
    },
  )

  it('that was broken off while it was read where it stood begins anew with connect()', async () => {
    let answer = (_: string): void => {}
    const save = vi.fn()
    const load = (): Promise<string> => new Promise((resolve) => (answer = resolve))
    const all = bench({ ...REQUEST, resume: { load, save }, linger: 0 })
    const off = all.sse.subscribe('tick', () => {})
    await all.clock.settle()
    off()
    await all.clock.advance(0)
    expect(all.sse.state.get()).toEqual({ status: 'closed', error: null })
    expect(save.mock.calls).toEqual([['']])
    all.sse.connect()
    answer('5')
    await all.clock.settle()
    expect(ids(all)).toEqual([''])
    all.stream.send('tick', 'a', { id: '1' })
    await all.clock.advance(1000)
    expect(save.mock.calls).toEqual([[''], ['1']])
  })

  it('that is complete is not remembered by handlers that end after it', async () => {
    let done = (): void => {}
    const { sse, clock } = bench(
      { ...REQUEST, resume: 'session', commit: 'handled' },
      { script: [[TOKEN, { end: true }]] },
    )
    sse.subscribe('tick', () => new Promise<void>((resolve) => (done = resolve)))
    await clock.settle()
    expect(sse.state.get().status).toBe('closed')
    done()
    await clock.advance(5000)
    expect(keys()).toEqual([])
    expect(clock.timers).toBe(0)
  })
})

it('what handlers finish after close() is kept, too', async () => {
  let done = (): void => {}
  const { sse, stream, clock } = bench({ resume: 'session', commit: 'handled' })
  sse.subscribe('tick', () => new Promise<void>((resolve) => (done = resolve)))
  await clock.settle()
  stream.send('tick', 1, { id: '7' })
  await clock.settle()
  sse.close()
  expect(kept()).toEqual([])
  done()
  await clock.advance(1000)
  expect(kept()).toEqual(['7'])
  expect(clock.timers).toBe(0)
})

describe('a storage of one’s own', () => {
  /** One that answers when a test says. */
  function slow() {
    const saved: string[] = []
    let answer = (_: string | null): void => {}
    const load = vi.fn(() => new Promise<string | null>((resolve) => (answer = resolve)))
    const storage: CursorStorage = { load, save: (id) => saved.push(id) }
    return { storage, load, saved, answer: (id: string | null) => answer(id) }
  }

  it('holds the first request until it has answered', async () => {
    const { storage, answer, saved } = slow()
    const headers = vi.fn(() => ({}))
    const all = await visit({ resume: storage, headers })
    await all.clock.advance(60_000)
    expect([all.stream.requests, headers.mock.calls]).toEqual([[], []])
    expect(all.sse.state.get()).toEqual({ status: 'connecting', attempt: 0 })
    answer('41')
    await all.clock.settle()
    expect(ids(all)).toEqual(['41'])
    expect(headers).toHaveBeenCalledWith({ attempt: 0, lastEventId: '41' })
    all.stream.send('tick', 1, { id: '42' })
    await all.clock.advance(1000)
    expect(saved).toEqual(['42'])
  })

  it('is asked once, however often a connection is asked for meanwhile and after', async () => {
    const { storage, load, answer } = slow()
    const all = await visit({ resume: storage })
    all.sse.reconnect()
    all.sse.disconnect()
    all.sse.connect()
    await all.clock.settle()
    expect(all.stream.requests).toEqual([])
    answer('41')
    await all.clock.settle()
    expect(ids(all)).toEqual(['41'])
    all.sse.reconnect()
    await all.clock.settle()
    expect(ids(all)).toEqual(['41', '41'])
    expect(load).toHaveBeenCalledTimes(1)
  })

  it.each(['close', 'disconnect'] as const)(
    'that answers after %s() has nothing sent, and nothing written',
    async (act) => {
      const { storage, answer, saved } = slow()
      const { sse, stream, clock } = await visit({ resume: storage })
      sse[act]()
      answer('41')
      await clock.advance(60_000)
      expect(stream.requests).toEqual([])
      expect(saved).toEqual([])
      expect(clock.timers).toBe(0)
    },
  )

  it('holds also the one of a page that was suspended meanwhile', async () => {
    const page = stagePage()
    const { storage, answer } = slow()
    const all = await visit({ resume: storage })
    page.freeze()
    page.thaw()
    await all.clock.settle()
    expect(all.stream.requests).toEqual([])
    answer('41')
    await all.clock.settle()
    expect(ids(all)).toEqual(['41'])
  })

  it('may do to the client what it likes', async () => {
    const onState = vi.fn()
    const clock = createClock()
    const stream = createMockStream({ clock })
    const load = (): string => {
      sse.close()
      return '41'
    }
    const sse = createSSE('/events', { fetch: stream.fetch, clock, onState, resume: { load, save() {} } })
    sse.connect()
    await clock.advance(5000)
    expect(onState.mock.calls.map(([{ status }]) => status)).toEqual(['connecting', 'closed'])
    expect(stream.requests).toEqual([])
  })

  it.each<[string, CursorStorage['load']]>([
    [
      'throws',
      () => {
        throw 'oops'
      },
    ],
    ['rejects', () => Promise.reject('oops')],
  ])('whose load() %s is reported, and the stream begins without it', async (_, load) => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const saved: string[] = []
    const all = await visit({ resume: { load, save: (id) => saved.push(id) } })
    expect(ids(all)).toEqual([''])
    all.stream.send('tick', 1, { id: '42' })
    await all.clock.advance(1000)
    expect(saved).toEqual(['42'])
    expect(reported.mock.calls).toEqual([['oops']])
  })

  it.each<[string, CursorStorage['save']]>([
    [
      'throws',
      () => {
        throw 'oops'
      },
    ],
    ['rejects', () => Promise.reject('oops')],
  ])('whose save() %s is reported, and the stream goes on', async (_, save) => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const all = await visit({ resume: { load: () => null, save } })
    all.sse.subscribe('tick', (data) => all.log.push(data))
    for (const n of [1, 2]) {
      all.stream.send('tick', n, { id: `${n}` })
      await all.clock.advance(1000)
    }
    expect(all.log).toEqual([1, 2])
    expect(reported.mock.calls).toEqual([['oops'], ['oops']])
    expect(all.sse.state.get().status).toBe('open')
  })

  it('has its methods called as such', async () => {
    class Kept implements CursorStorage {
      id = '41'
      load(): string {
        return this.id
      }
      save(id: string): void {
        this.id = id
      }
    }
    const storage = new Kept()
    const all = await visit({ resume: storage })
    expect(ids(all)).toEqual(['41'])
    all.stream.send('tick', 1, { id: '42' })
    await all.clock.advance(1000)
    expect(storage.id).toBe('42')
  })

  it.each<unknown>([null, undefined, '', 5, {}, ['41']])('may have %j, which is nothing', async (id) => {
    const all = await visit({ resume: { load: () => id as string, save() {} } })
    expect(ids(all)).toEqual([''])
    expect(all.sse.lastEventId).toBe('')
  })

  it('is told of an id that is no more', async () => {
    const saved: string[] = []
    const all = await visit({ resume: { load: () => '41', save: (id) => saved.push(id) } }, [
      [{ refuse: { status: 410 } }],
    ])
    await all.clock.advance(1000)
    expect(ids(all)).toEqual(['41', ''])
    expect(saved).toEqual([''])
  })
})

it('a clock that is an object with methods of its own is asked as one', async () => {
  class Clock {
    readonly clock = createClock()
    now(): number {
      return this.clock.now()
    }
    random(): number {
      return 0.5
    }
    setTimeout(callback: () => void, ms: number): unknown {
      return this.clock.setTimeout(callback, ms)
    }
    clearTimeout(timer: unknown): void {
      this.clock.clearTimeout(timer)
    }
  }
  const clock = new Clock()
  const { sse, stream } = await visit({ clock })
  stream.send('tick', 1, { id: '7' })
  await clock.clock.settle()
  sse.close()
  expect(kept()).toEqual(['7'])
})
