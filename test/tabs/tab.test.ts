import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import type { Entry, Frame } from '../../src/tabs/message.ts'
import { createTab, createTry, hand, joined, NOWHERE, type Tab, type Try } from '../../src/tabs/tab.ts'
import type { TransportRequest } from '../../src/transports/transport.ts'

function setup({ topics = [] as readonly string[], lastEventId = '' } = {}) {
  const log: unknown[] = []
  const say =
    (name: string) =>
    (...args: unknown[]): void => {
      log.push([name, ...args])
    }
  const sink = {
    open: say('open'),
    heard: say('heard'),
    beat: say('beat'),
    id: say('id'),
    event: say('event'),
    retry: say('retry'),
    oversized: say('oversized'),
    end: say('end'),
  }
  const mine = createTry(
    { url: 'https://a.test/', topics, lastEventId, names: ['n'] } as unknown as TransportRequest,
    sink,
  )
  const tab = createTab({ name: 'x', clock: createClock() } as unknown as Tab)
  return { tab, mine, log }
}

const entry = (...frame: Frame): Entry => ({ term: 9, n: 5, frame })

it('a tab stands nowhere at first', () => {
  const tab = createTab({ name: 'x', clock: createClock() } as unknown as Tab)
  expect(tab).toMatchObject({ name: 'x', term: 0, before: 0, at: NOWHERE, try: undefined })
})

it.each([
  ['https://a.test/?topics=a', [], true],
  ['https://a.test/?x=1&topics=a', [], true],
  ['https://a.test/?topics=a', ['a'], false],
  ['https://a.test/?subtopics=a', [], false],
  ['https://a.test/', [], false],
])('a try for %s, with topics %j, hears any topic: %s', (url, topics, isFree) => {
  const request = { url, topics, names: [] } as unknown as TransportRequest
  expect(createTry(request, {} as never).isFree).toBe(isFree)
})

it('a try starts with what its request asks for', () => {
  const { mine } = setup({ topics: ['a'] })
  expect(mine).toMatchObject({ topics: ['a'], opened: false, synced: false, joining: false, line: undefined })
  expect([...mine.names]).toEqual(['n'])
})

describe('a frame becomes a call', () => {
  it.each<[Frame, unknown[]]>([
    [['id', 'a'], [['id', 'a']]],
    [['retry', 500], [['retry', 500]]],
    [['beat'], [['beat']]],
    [['oversized'], [['oversized']]],
    [['event', 'n', '1', undefined, undefined], [['event', 'n', '1', undefined, undefined]]],
    [
      ['event', 'n', '1', 'a', undefined],
      [
        ['id', 'a'],
        ['event', 'n', '1', 'a', undefined],
      ],
    ],
  ])('%j', (frame, calls) => {
    const { tab, mine, log } = setup()
    hand(tab, mine, entry(...frame))
    expect(log).toEqual(calls)
  })
})

describe('the place of a tab', () => {
  it('moves with each frame, and its cursor with those that have an id', () => {
    const { tab, mine } = setup()
    expect(tab.at).toBe(NOWHERE)
    hand(tab, mine, entry('event', 'n', '1', 'a', undefined))
    expect(tab.at).toEqual({ term: 9, n: 5, cursor: 'a' })
    hand(tab, mine, { term: 9, n: 6, frame: ['beat'] })
    expect(tab.at).toEqual({ term: 9, n: 6, cursor: 'a' })
  })

  it('has moved when the client is called, which may leave', () => {
    const { tab, mine } = setup()
    const seen = vi.fn(() => tab.at.n)
    hand(tab, { ...mine, sink: { ...mine.sink, event: seen } }, entry('event', 'n', '1', undefined, undefined))
    expect(seen).toHaveReturnedWith(5)
  })
})

describe('an event of a topic', () => {
  it.each<[string, readonly string[], string | undefined, boolean]>([
    ['that the tab has joined is heard', ['orders'], 'orders', true],
    ['under a wildcard of the tab is heard', ['orders.*'], 'orders.eu', true],
    ['that only another tab has joined is not', ['orders'], 'jobs', false],
    ['is not heard in a tab that has joined none', [], 'jobs', false],
    ['without a topic is for everybody', ['orders'], undefined, true],
  ])('%s', (_, topics, topic, isHeard) => {
    const { tab, mine, log } = setup({ topics })
    hand(tab, mine, entry('event', 'n', '1', 'a', topic))
    expect(log.some((call) => (call as unknown[])[0] === 'event')).toBe(isHeard)
    // The cursor moves all the same: what is not for this tab is not missed either.
    expect(log[0]).toEqual(['id', 'a'])
  })
})

describe("the server's word", () => {
  const told = (mine: Try, tab: Tab, log: unknown[], type: string, data: object, id?: string): unknown => {
    hand(tab, mine, entry('event', type, JSON.stringify(data), id, undefined))
    const call = log.find((each) => (each as unknown[])[0] === 'event') as unknown[] | undefined
    return call && JSON.parse(`${call[2]}`)
  }

  it('that it resumed does not hold for a tab that had nowhere to resume from', () => {
    const { tab, mine, log } = setup()
    expect(told(mine, tab, log, 'connected', { v: 1, recovered: true })).toEqual({ v: 1, recovered: false })
  })

  it('that it resumed holds for a tab with a cursor', () => {
    const { tab, mine, log } = setup({ lastEventId: 'k3f9x2ab-5' })
    expect(told(mine, tab, log, 'connected', { v: 1, recovered: true })).toEqual({ v: 1, recovered: true })
  })

  it('does not take a tab back that stands further on', () => {
    const { tab, mine, log } = setup({ lastEventId: 'k3f9x2ab-50' })
    told(mine, tab, log, 'connected', { v: 1 }, 'k3f9x2ab-20')
    expect(log).not.toContainEqual(['id', 'k3f9x2ab-20'])
    const other = setup({ lastEventId: 'k3f9x2ab-50' })
    told(other.mine, other.tab, other.log, 'connected', { v: 1 }, 'zzzzzzzz-20')
    expect(other.log).toContainEqual(['id', 'zzzzzzzz-20'])
  })

  it.each<[string, readonly string[], object, boolean]>([
    ['of a change that it was asked for is for it', ['a'], { asked: ['a', 'b'], topics: ['a'] }, true],
    ['of a change before it asked is not', ['a', 'c'], { asked: ['a', 'b'], topics: ['a'] }, false],
    ['of a server that was not asked is for all', ['a'], { topics: ['b'] }, true],
  ])('on topics %s', (_, topics, data, isHeard) => {
    const { tab, mine, log } = setup({ topics })
    expect(told(mine, tab, log, 'subscribed', data) !== undefined).toBe(isHeard)
  })
})

describe('a client that waits for its topics', () => {
  it('is told once', () => {
    const { mine, log } = setup()
    mine.joining = true
    joined(mine, ['a'])
    joined(mine, ['a'])
    expect(log).toEqual([['event', 'subscribed', '{"topics":["a"]}', undefined]])
  })

  it('and one that does not is not', () => {
    const { mine, log } = setup()
    joined(mine, ['a'])
    expect(log).toEqual([])
  })
})
