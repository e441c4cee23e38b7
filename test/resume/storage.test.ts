// @vitest-environment page
import { createSSE, type SSEOptions } from 'headwater'
import { type KeepCursorOptions, keepCursor } from 'headwater/resume'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { hash } from '../../src/base/hash.ts'
import { bench, hubBench } from '../support/client.ts'
import { ids, kept, keys, replace, visit, visited, watchWrites } from '../support/visits.ts'

beforeEach(() => {
  sessionStorage.clear()
  localStorage.clear()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** The options of a client whose cursor is kept for this scope. */
const scoped = (scope: KeepCursorOptions['scope']): SSEOptions => ({ resume: keepCursor('session', { scope }) })

describe('an entry', () => {
  it('stands under the path and a hash: no part of a query is legible, as it may be a token', async () => {
    await visited('1', scoped('ada@a.test'), 'https://a.test/live/orders?token=secret-token#part')
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
    expect(ids(await visit(scoped(scope), undefined, url))).toEqual([''])
  })

  it('is not shared where query and scope read the same only one after the other', async () => {
    await visited('41', scoped('2'), 'https://a.test/events?room=1')
    expect(ids(await visit(scoped(''), undefined, 'https://a.test/events?room=12'))).toEqual([''])
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
    await visited('41', scoped('orders of ada'), url)
    expect(keys()).toEqual([`headwater:${hash(JSON.stringify(['orders of ada', []]))}`])
    expect(ids(await visit(scoped('orders of ada'), undefined, () => '/elsewhere'))).toEqual(['41'])
    expect(ids(await visit(scoped('orders of bob'), undefined, url))).toEqual([''])
  })

  it('is not shared by clients of one URL that want other topics, whatever their order', async () => {
    /** The client for these topics, with an event on it. */
    async function visitedFor(topics: readonly string[], id: string): Promise<void> {
      const { sse, stream, clock } = hubBench({ topics, resume: keepCursor() })
      sse.subscribe('tick', () => {})
      await clock.settle()
      stream.send('tick', 1, { id })
      await clock.settle()
      sse.close()
    }
    async function resumedFor(topics: readonly string[]): Promise<string | undefined> {
      const { sse, stream, clock } = hubBench({ topics, resume: keepCursor() })
      sse.subscribe('tick', () => {})
      await clock.settle()
      sse.close()
      return stream.requests[0]?.lastEventId
    }
    await visitedFor(['orders'], '1')
    await visitedFor(['orders', 'jobs'], '2')
    await visitedFor([], '3')
    expect(keys()).toHaveLength(3)
    expect(await resumedFor(['orders'])).toBe('1')
    expect(await resumedFor(['jobs', 'orders'])).toBe('2')
    expect(await resumedFor([])).toBe('3')
  })

  it('stays under the topics of the first request when others come', async () => {
    const { sse, stream, clock } = hubBench({ topics: ['orders'], resume: keepCursor() })
    sse.subscribe('tick', () => {})
    await clock.settle()
    sse.topic('jobs').subscribe(() => {})
    stream.send('tick', 1, { id: '1' })
    await clock.advance(5000)
    expect(kept()).toEqual(['1'])
    const [key] = keys()
    stream.send('tick', 1, { id: '2' })
    await clock.advance(5000)
    expect([keys(), kept()]).toEqual([[key], ['2']])
  })

  it.each(['', '41', 'x 41', '1767225600000 ', '1767225600000', '{"id":"41"}', 'null'])(
    'is nothing if the entry is damaged (%j), and the next id mends it',
    async (value) => {
      await visited('1')
      const [key] = keys()
      sessionStorage.setItem(`${key}`, value)
      expect(ids(await visit())).toEqual([''])
      await visited('2')
      expect(ids(await visit())).toEqual(['2'])
    },
  )

  it('may contain any characters', async () => {
    const id = 'a b 日本 ✓'
    await visited(id)
    expect(ids(await visit())).toEqual([id])
  })

  it('is kept for the latest fifty streams: the next takes the place of the oldest', async () => {
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

  it.each([0, 10, 25, 40, 49])('gives way to other streams if it is damaged, wherever it stands (%i)', async (n) => {
    for (let n = 0; n < 50; n++) sessionStorage.setItem(`headwater:/${n}:x`, `${1_700_000_000_000 + ((n * 7) % 50)} id`)
    sessionStorage.setItem(`headwater:/${n}:x`, 'zzz')
    await visited('1')
    expect(sessionStorage.getItem(`headwater:/${n}:x`)).toBeNull()
    expect(keys()).toHaveLength(50)
  })
})

describe('a storage of the browser that does not work', () => {
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

  it('stops no stream if it is full', async () => {
    watchWrites('session', () => {
      throw new DOMException('full', 'QuotaExceededError')
    })
    expect(await outcome()).toEqual(FINE)
    expect(keys()).toEqual([])
  })

  it('stops no stream if the page may not even ask for it', async () => {
    const denied = vi.fn(() => {
      throw new DOMException('denied', 'SecurityError')
    })
    replace('session', denied)
    expect(await outcome()).toEqual(FINE)
    expect(denied).toHaveBeenCalled()
  })

  it('stops no stream if there is none', async () => {
    replace('session', () => undefined)
    expect(await outcome()).toEqual(FINE)
  })

  it('lets a server make clients that only loads the module, whatever the URL is relative to', () => {
    for (const name of ['document', 'location']) vi.stubGlobal(name, undefined)
    for (const name of ['session', 'local'] as const) replace(name, () => undefined)
    expect(() => createSSE('/events', { resume: keepCursor('session') })).not.toThrow()
    expect(() => createSSE('events?x=1', { resume: keepCursor('local', { scope: 'ada' }) })).not.toThrow()
  })

  it('is not asked for by a client that is made and not used', async () => {
    const asked = vi.fn()
    replace('session', asked)
    const { sse, clock } = bench({ resume: keepCursor() })
    sse.state.subscribe(() => {})
    await clock.advance(5000)
    expect(asked).not.toHaveBeenCalled()
  })
})
