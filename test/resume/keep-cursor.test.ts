// @vitest-environment page
import { createSSE } from 'headwater'
import { type CursorStorage, handled, keepCursor } from 'headwater/resume'
import { createClock, createMockStream } from 'headwater/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Bench, bench } from '../support/client.ts'
import { stagePage } from '../support/page.ts'
import { AREAS, ids, kept, keys, replace, visit, visited, watchWrites } from '../support/visits.ts'

beforeEach(() => {
  sessionStorage.clear()
  localStorage.clear()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe.each(['session', 'local'] as const)("keepCursor('%s')", (where) => {
  const area = AREAS[where]
  const resume = keepCursor(where)

  it('has the next page resume where this one stopped', async () => {
    await visited('41', { resume })
    expect(kept(area)).toEqual(['41'])
    expect(keys(where === 'session' ? localStorage : sessionStorage)).toEqual([])
    const next = await visit({ resume })
    expect(ids(next)).toEqual(['41'])
    expect(next.sse.lastEventId).toBe('41')
  })

  it('saves at most once a second, and nothing that has not changed', async () => {
    const writes: string[] = []
    watchWrites(where, (value) => writes.push(value))
    const { stream, clock } = await visit({ resume })
    vi.spyOn(Date, 'now').mockImplementation(clock.now)
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
  ])('saves at once with %s', async (_, act) => {
    const page = stagePage()
    const all = await visit({ resume, pauseWhenHidden: 0 })
    all.stream.send('tick', 1, { id: '7' })
    await all.clock.settle()
    expect(keys(area)).toEqual([])
    act(all, page)
    expect(kept(area)).toEqual(['7'])
    expect(all.clock.timers).toBe(0)
  })

  it('saves at once when the last subscriber has left', async () => {
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

  it('saves at once when the client closes with an error', async () => {
    const { sse, clock } = await visit({ resume, retry: false }, [[{ send: { data: 1, id: '8' } }, { drop: true }]])
    await clock.settle()
    expect(sse.state.get().status).toBe('closed')
    expect(kept(area)).toEqual(['8'])
  })

  it('removes the id when the server clears it, or refuses it', async () => {
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

describe('the cursor that is kept', () => {
  it('is nothing without the option', async () => {
    const asked = vi.fn()
    for (const name of ['session', 'local'] as const) replace(name, asked)
    await visited('41', { resume: undefined })
    expect(asked).not.toHaveBeenCalled()
  })

  it('is the id in sessionStorage without an argument', async () => {
    await visited('41', { resume: keepCursor() })
    expect([kept(sessionStorage), kept(localStorage)]).toEqual([['41'], []])
  })

  it('gives way to the option lastEventId', async () => {
    await visited('41')
    expect(ids(await visit({ lastEventId: '50' }))).toEqual(['50'])
  })

  it.each(['session', 'local'] as const)('cannot be kept for a URL that is a function without a scope: %s', (where) => {
    expect(() => createSSE(() => '/events', { resume: keepCursor(where) })).toThrow(
      expect.objectContaining({
        code: 'options',
        message: 'keepCursor: scope: expected a name, as url is a function, got ',
      }),
    )
    const storage = { load: () => '', save() {} }
    expect(() => createSSE(() => '/events', { resume: keepCursor(storage) })).not.toThrow()
    expect(() => createSSE(() => '/events')).not.toThrow()
  })

  it.each<unknown>(['memory', '', 5, null, {}, { load() {} }, { save() {} }, { load: '', save: '' }])(
    'cannot be kept in %j, which is an options error',
    (where) => {
      expect(() => keepCursor(where as CursorStorage)).toThrow(
        expect.objectContaining({
          code: 'options',
          message: `keepCursor: expected 'session'|'local'|{ load, save }, got ${where}`,
        }),
      )
    },
  )

  it.each([8192, 8193, 100_000])('is an id of %i characters', async (length) => {
    await visited('41')
    const id = 'x'.repeat(length)
    await visited(id)
    expect(kept()).toEqual([id])
    const { sse } = await visit({ resume: keepCursor() })
    expect(sse.lastEventId).toBe(id)
  })
})

it('keeps what handlers finish after close()', async () => {
  let done = (): void => {}
  const { sse, stream, clock } = bench({ resume: keepCursor(), commit: handled() })
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

describe('a storage of your own', () => {
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
    const all = await visit({ resume: keepCursor(storage), headers })
    await all.clock.advance(14_999)
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
    const all = await visit({ resume: keepCursor(storage) })
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
    'has nothing sent and nothing saved if it answers after %s()',
    async (act) => {
      const { storage, answer, saved } = slow()
      const { sse, stream, clock } = await visit({ resume: keepCursor(storage) })
      sse[act]()
      answer('41')
      await clock.advance(60_000)
      expect(stream.requests).toEqual([])
      expect(saved).toEqual([])
      expect(clock.timers).toBe(0)
    },
  )

  it('is a timeout if it does not answer within connectTimeout, and the next attempt goes on without it', async () => {
    const { storage, answer, saved } = slow()
    const all = await visit({ resume: keepCursor(storage), connectTimeout: 4000 })
    await all.clock.advance(3999)
    expect(all.statuses()).toEqual(['idle', 'connecting'])
    await all.clock.advance(1)
    const late = { code: 'timeout', message: 'request: no answer in 4000 ms' }
    expect(all.sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, error: late })
    await all.clock.advance(1100)
    expect(all.statuses()).toEqual(['idle', 'connecting', 'waiting', 'connecting', 'open'])
    expect(ids(all)).toEqual([''])
    // What it answers later is of no use: the stream has begun.
    answer('41')
    await all.clock.settle()
    expect(all.sse.lastEventId).toBe('')
    all.stream.send('tick', 1, { id: '1' })
    await all.clock.advance(1000)
    expect(saved).toEqual(['1'])
  })

  it.each([0, Infinity])('is waited for without a limit with connectTimeout %d', async (connectTimeout) => {
    const { storage, answer } = slow()
    const all = await visit({ resume: keepCursor(storage), connectTimeout })
    await all.clock.advance(3_600_000)
    expect(all.statuses()).toEqual(['idle', 'connecting'])
    answer('41')
    await all.clock.settle()
    expect(ids(all)).toEqual(['41'])
  })

  it('shares the limit of the attempt with the server', async () => {
    const { storage, answer } = slow()
    const all = await visit({ resume: keepCursor(storage) }, [[{ open: { delay: 14_000 } }]])
    await all.clock.advance(14_000)
    answer('41')
    await all.clock.advance(999)
    expect(all.sse.state.get().status).toBe('connecting')
    await all.clock.advance(1)
    const late = { code: 'timeout', message: expect.stringMatching(/^http.*: no answer in 15000 ms$/) }
    expect(all.sse.state.get()).toMatchObject({ status: 'waiting', error: late })
    // The id is there, and the next attempt resumes from it.
    await all.clock.advance(1100)
    expect(ids(all)).toEqual(['41', '41'])
  })

  it('is waited for as long as at first when the client is paused and goes on meanwhile', async () => {
    const { storage, answer } = slow()
    const all = await visit({ resume: keepCursor(storage) })
    await all.clock.advance(10_000)
    all.sse.disconnect()
    all.sse.connect()
    await all.clock.advance(14_999)
    expect(all.sse.state.get()).toEqual({ status: 'connecting', attempt: 0 })
    answer('41')
    await all.clock.settle()
    expect(ids(all)).toEqual(['41'])
  })

  it('may close the client while it saves', async () => {
    const saved: string[] = []
    const save = (id: string): void => {
      saved.push(id)
      all.sse.close()
    }
    const all = await visit({ resume: keepCursor({ load: () => '', save }) })
    all.stream.send('tick', 1, { id: '7' })
    await all.clock.advance(60_000)
    expect(all.statuses()).toEqual(['idle', 'connecting', 'open', 'closed'])
    expect(saved).toEqual(['7'])
    expect(all.clock.timers).toBe(0)
  })

  it.each(['a second after an id', 'at a pause'])('may reconnect the client while it saves, %s', async (when) => {
    const saved: string[] = []
    const save = (id: string): void => {
      saved.push(id)
      all.sse.reconnect()
    }
    const all = await visit({ resume: keepCursor({ load: () => '', save }) })
    all.stream.send('tick', 1, { id: '7' })
    await all.clock.settle()
    if (when === 'at a pause') all.sse.disconnect()
    await all.clock.advance(5000)
    expect(all.sse.state.get().status).toBe('open')
    expect(ids(all)).toEqual(['', '7'])
    expect(saved).toEqual(['7'])
  })

  it('holds the request of a page that was suspended meanwhile, too', async () => {
    const page = stagePage()
    const { storage, answer } = slow()
    const all = await visit({ resume: keepCursor(storage) })
    page.freeze()
    page.thaw()
    await all.clock.settle()
    expect(all.stream.requests).toEqual([])
    answer('41')
    await all.clock.settle()
    expect(ids(all)).toEqual(['41'])
  })

  it('may close the client while it loads', async () => {
    const onState = vi.fn()
    const clock = createClock()
    const stream = createMockStream({ clock })
    const load = (): string => {
      sse.close()
      return '41'
    }
    const sse = createSSE('/events', { fetch: stream.fetch, clock, onState, resume: keepCursor({ load, save() {} }) })
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
  ])('has its load() reported that %s, and the stream begins without it', async (_, load) => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const saved: string[] = []
    const all = await visit({ resume: keepCursor({ load, save: (id) => saved.push(id) }) })
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
  ])('has its save() reported that %s, and the stream goes on', async (_, save) => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const all = await visit({ resume: keepCursor({ load: () => null, save }) })
    all.sse.subscribe('tick', (data) => all.log.push(data))
    for (const n of [1, 2]) {
      all.stream.send('tick', n, { id: `${n}` })
      await all.clock.advance(1000)
    }
    expect(all.log).toEqual([1, 2])
    expect(reported.mock.calls).toEqual([['oops'], ['oops']])
    expect(all.sse.state.get().status).toBe('open')
  })

  it('has its functions called as methods', async () => {
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
    const all = await visit({ resume: keepCursor(storage) })
    expect(ids(all)).toEqual(['41'])
    all.stream.send('tick', 1, { id: '42' })
    await all.clock.advance(1000)
    expect(storage.id).toBe('42')
  })

  it.each<unknown>([null, undefined, '', 5, {}, ['41']])('may answer %j, which is nothing', async (id) => {
    const all = await visit({ resume: keepCursor({ load: () => id as string, save() {} }) })
    expect(ids(all)).toEqual([''])
    expect(all.sse.lastEventId).toBe('')
  })

  it('is given the empty id when the server refuses the last one', async () => {
    const saved: string[] = []
    const all = await visit({ resume: keepCursor({ load: () => '41', save: (id) => saved.push(id) }) }, [
      [{ refuse: { status: 410 } }],
    ])
    await all.clock.advance(1000)
    expect(ids(all)).toEqual(['41', ''])
    expect(saved).toEqual([''])
  })
})

it('calls the functions of a clock as methods', async () => {
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
