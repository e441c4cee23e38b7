import { type Block, type ConnectionState, type GapReport, SSEError } from 'headwater'
import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import type { Control } from '../../src/hub/protocol.ts'
import type { Entry, Frame } from '../../src/tabs/message.ts'
import { ALONE, FOLLOWING, LEADING } from '../../src/tabs/role.ts'
import {
  confirm,
  createAttempt,
  createTab,
  deliver,
  deliverAll,
  introduce,
  introOf,
  isActive,
  moveTo,
  NOWHERE,
  post,
  renew,
  report,
  startOver,
  type Tab,
  type TabContext,
} from '../../src/tabs/tab.ts'
import type { TransportRequest } from '../../src/transports/request.ts'
import { fakeHost } from '../support/host.ts'
import { logSink } from './sink.ts'

function createTabWith(state?: ConnectionState): Tab {
  const clock = createClock()
  return createTab({ _host: fakeHost(state, { clock }) } as unknown as TabContext)
}

function setup({ topics = [] as readonly string[], lastEventId = '' } = {}) {
  const { sink, log } = logSink()
  const url = `https://a.test/${topics.length ? `?topics=${topics}` : ''}`
  const attempt = createAttempt({ url, lastEventId } as TransportRequest, sink)
  return { tab: Object.assign(createTabWith(), { _attempt: attempt }), attempt, log }
}

const entry = (...frame: Frame): Entry => ({ term: 9, n: 5, frame })

const STATES: ConnectionState[] = [
  { status: 'connecting', attempt: 0 },
  { status: 'open', since: 0, attempt: 0 },
  { status: 'waiting', attempt: 1, until: 9, error: new Error() as never },
  { status: 'idle' },
  { status: 'paused', reasons: ['manual'] },
  { status: 'closed', error: null },
]

it('a tab is nowhere at first, and alone', () => {
  expect(createTabWith()).toMatchObject({ _role: ALONE, _waitsUntil: 0, _term: 0, _at: NOWHERE })
  const { _name, _tabId, _channel, _attempt } = createTabWith()
  expect([_name, _tabId, _channel, _attempt]).toEqual([undefined, undefined, undefined, undefined])
})

it.each([
  ['https://a.test/?topics=a', ['a']],
  ['https://a.test/?x=1&topics=a', ['a']],
  ['https://a.test/?topics=a,b', ['a', 'b']],
  ['https://a.test/?topics=a%2Cb', ['a', 'b']],
  ['https://a.test/?subtopics=a', []],
  ['https://a.test/', []],
])('an attempt for %s wants the topics %j', (url, topics) => {
  expect(createAttempt({ url } as TransportRequest, {} as never)._topics).toEqual(topics)
})

it('an attempt is neither open nor live at first', () => {
  const { attempt } = setup({ topics: ['a'] })
  expect([attempt._topics, attempt._isOpen, attempt._isLive, attempt._link]).toEqual([
    ['a'],
    undefined,
    undefined,
    undefined,
  ])
})

it.each(STATES.map((state, index) => [state.status, index < 3, state] as const))(
  'renew() has a client in the state %s make a new attempt: %s',
  (_, isRenewed, state) => {
    const tab = createTabWith(state)
    expect(isActive(tab._host)).toBe(isRenewed)
    renew(tab)
    expect(Boolean(tab._renewing)).toBe(isRenewed)
    expect(tab._host.reconnect).toHaveBeenCalledTimes(isRenewed ? 1 : 0)
  },
)

it.each<[ConnectionState, boolean]>([
  [{ status: 'connecting', attempt: 0 }, true],
  [{ status: 'open', since: 0, attempt: 0 }, true],
  [{ status: 'waiting', attempt: 1, until: 9, error: new SSEError('network', 'lost') }, true],
  [{ status: 'waiting', attempt: 1, until: 9, error: new SSEError('http', 'busy', { retryAfter: 5 }) }, false],
  [{ status: 'paused', reasons: ['manual'] }, false],
  [{ status: 'closed', error: null }, false],
])('startOver() has a client in the state %j make a new attempt: %s', (state, isRenewed) => {
  const tab = createTabWith(state)
  startOver(tab)
  expect(tab._host.reconnect).toHaveBeenCalledTimes(isRenewed ? 1 : 0)
})

it('a message is posted to the channel while there is one, with the term that the tab knows of', () => {
  const tab = createTabWith()
  const postMessage = vi.fn()
  tab._term = 7
  expect(() => post(tab, { kind: 'probe' })).not.toThrow()
  tab._channel = { postMessage, close() {} }
  post(tab, { kind: 'probe' })
  expect(postMessage).toHaveBeenCalledExactlyOnceWith({ kind: 'probe', term: 7 })
})

it('report() posts the state of the client', () => {
  const tab = createTabWith({ status: 'open', since: 3, attempt: 0 })
  const postMessage = vi.fn()
  tab._channel = { postMessage, close() {} }
  report(tab)
  const state = { status: 'open', since: 3, attempt: 0 }
  expect(postMessage).toHaveBeenCalledExactlyOnceWith({ kind: 'state', term: 0, state })
})

describe('deliver()', () => {
  it.each<Frame>([
    ['retry', 500],
    ['comment', ''],
    ['gap', { reason: 'too-large' } satisfies GapReport],
    ['block', { type: 'n', data: '1', id: undefined }],
    ['block', { type: 'n', data: '1', id: 'a' }],
    ['block', { type: 'message', data: undefined, id: 'a' }],
    ['block', { type: 'n', data: '1', id: 'a', topic: undefined }],
  ])('makes a call of the frame [%s, %j]', (...frame) => {
    const { tab, log } = setup()
    deliver(tab, entry(...(frame as Frame)))
    expect(log).toEqual([frame])
  })

  it('moves the tab with each frame, and its cursor with those that have an id', () => {
    const { tab } = setup()
    expect(tab._at).toBe(NOWHERE)
    deliver(tab, entry('block', { type: 'n', data: '1', id: 'a' }))
    expect(tab._at).toEqual({ term: 9, n: 5, cursor: 'a' })
    deliver(tab, { term: 9, n: 6, frame: ['comment', ''] })
    expect(tab._at).toEqual({ term: 9, n: 6, cursor: 'a' })
  })

  it('moves the tab before the client is called, as that may leave', () => {
    const { tab, attempt } = setup()
    const seen = vi.fn(() => tab._at.n)
    const block = (): undefined => void seen()
    tab._attempt = { ...attempt, _sink: { ...attempt._sink, block } }
    deliver(tab, entry('block', { type: 'n', data: '1', id: 'a' }))
    expect(seen).toHaveReturnedWith(5)
  })

  it('keeps the frame for tabs that lack it', () => {
    const { tab } = setup()
    tab._at = { term: 9, n: 4, cursor: '' }
    const frame = entry('comment', '')
    deliver(tab, frame)
    expect(tab._backlog._after({ term: 9, n: 4, cursor: '' })).toEqual([frame])
  })

  it.each<[string, readonly string[], string | undefined, boolean, boolean]>([
    ['brings an event of a topic that the tab has joined', ['orders'], 'orders', true, true],
    ['brings an event under a wildcard of the tab', ['orders.*'], 'orders.eu', true, true],
    ['keeps back an event of a topic that only another tab has joined', ['orders'], 'jobs', true, false],
    ['keeps back an event of a topic from a tab that has joined none', [], 'jobs', true, false],
    ['brings an event without a topic', ['orders'], undefined, true, true],
    ['brings an event of a topic that no tab has asked for', ['orders'], 'jobs', false, true],
    ['brings an event of a topic that no tab has asked for to a tab that has joined none', [], 'jobs', false, true],
  ])('%s', (_, topics, topic, isWanted, isHeard) => {
    const { tab, log } = setup({ topics })
    deliver(tab, entry('block', { type: 'n', data: '1', id: 'a', topic }, isWanted))
    // The cursor moves all the same: what is not for this tab is not missed either.
    expect(log).toEqual([['block', { type: 'n', data: isHeard ? '1' : undefined, id: 'a', topic }]])
  })

  it.each<[string, string, string, string | undefined]>([
    ['does not take a tab back with an introduction', 'k3f9x2ab-50', 'k3f9x2ab-20', undefined],
    ['takes a tab on with an introduction', 'k3f9x2ab-50', 'k3f9x2ab-60', 'k3f9x2ab-60'],
    ['takes a tab to another epoch with an introduction', 'k3f9x2ab-50', 'zzzzzzzz-20', 'zzzzzzzz-20'],
    ['takes a tab that has no id yet along with an introduction', '', 'k3f9x2ab-20', 'k3f9x2ab-20'],
  ])('%s', (_, lastEventId, id, delivered) => {
    const { tab, log } = setup({ lastEventId })
    deliver(tab, entry('block', { type: 'connected', data: '{"v":1}', id }))
    expect(log).toEqual([['block', { type: 'connected', data: '{"v":1}', id: delivered }]])
    expect(tab._at.cursor).toBe(id)
  })
})

describe('introduce()', () => {
  const denied = (topic: string) => ({ topic, code: 'denied', message: `no ${topic}` })
  const told = (log: readonly unknown[]): unknown =>
    (log as [string, Block][]).map(([, { data }]) => JSON.parse(`${data}`).denied)

  it('brings a client what the server said of itself, at an id or at none', () => {
    const { tab, log } = setup()
    introduce(tab, { v: 1, clientId: 'c' }, 'a')
    introduce(tab, undefined, 'b')
    introduce(tab, undefined)
    expect(log).toEqual([
      ['block', { type: 'connected', data: '{"v":1,"clientId":"c"}', id: 'a' }],
      ['block', { type: 'connected', data: undefined, id: 'b' }],
      ['block', { type: 'connected', data: undefined, id: undefined }],
    ])
  })

  it('brings a client the refusals of its own topics, and not those of other tabs', () => {
    const { tab, log } = setup({ topics: ['a', 'b'] })
    introduce(tab, { v: 1, topics: ['a'], denied: [denied('b'), denied('c')] })
    expect(log).toEqual([
      [
        'block',
        { type: 'connected', data: JSON.stringify({ v: 1, topics: ['a'], denied: [denied('b')] }), id: undefined },
      ],
    ])
  })

  it.each<[unknown, unknown]>([
    [['a', 'z'], ['a']],
    [['z'], []],
    [['*'], ['a', 'b']],
    ['a', ['a']],
    [5, []],
    [[null, {}], []],
    [null, null],
    [undefined, undefined],
  ])('reduces the topics %j that the server grants to those of the client: %j', (topics, own) => {
    const { tab, log } = setup({ topics: ['a', 'b'] })
    introduce(tab, { v: 1, topics } as Control)
    expect((log as [string, Block][]).map(([, { data }]) => JSON.parse(`${data}`).topics)).toEqual([own])
  })

  it('brings a refusal once, and again after a change of the topics', () => {
    const { tab, attempt, log } = setup({ topics: ['b'] })
    const intro = { v: 1, denied: [denied('b')] }
    introduce(tab, intro)
    introduce(tab, intro)
    attempt._told = false
    introduce(tab, intro)
    expect(told(log)).toEqual([[denied('b')], undefined, [denied('b')]])
  })

  it.each<[unknown]>([[5], ['b'], [{}], [[null]], [[5, 'b']], [true]])('survives refusals that are %j', (denied) => {
    const { tab, log } = setup({ topics: ['b'] })
    introduce(tab, { v: 1, denied } as Control)
    expect(told(log)).toEqual([undefined])
  })
})

describe('confirm()', () => {
  it('reports the topics to a client with hub()', () => {
    const { tab, log } = setup({ topics: ['a'] })
    Object.assign(tab._host, { topics: { wanted: () => [], change: vi.fn() } })
    confirm(tab, { v: 1, topics: ['a'] })
    expect(log).toEqual([['block', { type: 'connected', data: '{"v":1,"topics":["a"]}', id: undefined }]])
  })

  it('reports nothing to a client without hub(), where that would be an ordinary event', () => {
    const { tab, log } = setup()
    confirm(tab, { v: 1, topics: ['a'] })
    expect(log).toEqual([])
  })

  it('reports nothing of a server that has not introduced itself', () => {
    const { tab, log } = setup()
    Object.assign(tab._host, { topics: { wanted: () => [], change: vi.fn() } })
    confirm(tab, undefined)
    expect(log).toEqual([])
  })
})

describe('deliverAll()', () => {
  const entries = (...numbers: number[]): Entry[] => numbers.map((n) => ({ term: 9, n, frame: ['retry', n] }))

  it.each<[string, number, number[], number[], boolean]>([
    ['brings all frames that follow', 4, [5, 6, 7], [5, 6, 7], true],
    ['brings no frame that the tab has', 6, [5, 6, 7], [7], true],
    ['brings nothing after a hole', 4, [5, 7, 8], [5], false],
    ['brings nothing where there is a hole at once', 4, [6, 7], [], false],
    ['brings nothing of nothing', 4, [], [], true],
  ])('%s', (_, n, numbers, brought, isWhole) => {
    const { tab, attempt, log } = setup()
    tab._at = { term: 9, n, cursor: '' }
    expect(deliverAll(tab, attempt, entries(...numbers))).toBe(isWhole)
    expect(log).toEqual(brought.map((each) => ['retry', each]))
  })

  it('stops when the client leaves the attempt', () => {
    const { tab, attempt } = setup()
    const retry = vi.fn(() => {
      tab._attempt = undefined as never
    })
    Object.assign(attempt._sink, { retry })
    tab._at = { term: 9, n: 4, cursor: '' }
    expect(deliverAll(tab, attempt, entries(5, 6))).toBe(true)
    expect(retry).toHaveBeenCalledOnce()
    expect(tab._at.n).toBe(5)
  })
})

describe('introOf()', () => {
  it.each<[Omit<Block, 'id'>, object | undefined]>([
    [
      { type: 'connected', data: '{"v":1,"clientId":"c"}' },
      { v: 1, clientId: 'c' },
    ],
    [{ type: 'connected', data: '{"v":2}' }, undefined],
    [{ type: 'connected', data: '"hello"' }, undefined],
    [{ type: 'connected', data: 'hello' }, undefined],
    [{ type: 'connected', data: '' }, undefined],
    [{ type: 'connected', data: undefined }, undefined],
    [{ type: 'n', data: '{"v":1}' }, undefined],
  ])('takes %j for the introduction %j', (block, intro) => {
    expect(introOf({ ...block, id: undefined })).toEqual(intro)
  })
})

describe('moveTo()', () => {
  const cursor = (seq: number): string => `k3f9x2ab-${seq}`

  it.each<[string, string, string, boolean, object, boolean]>([
    ['a follower stays where its client is', cursor(5), cursor(5), false, { term: 9, n: 5, cursor: cursor(5) }, true],
    ['a leader stays where its client is', cursor(5), cursor(5), true, { term: 9, n: 5, cursor: cursor(5) }, true],
    [
      'a follower goes back to its client, and begins again',
      cursor(5),
      cursor(3),
      false,
      { ...NOWHERE, cursor: cursor(3) },
      false,
    ],
    [
      'a follower goes on to its client, and begins again',
      cursor(5),
      cursor(7),
      false,
      { ...NOWHERE, cursor: cursor(7) },
      false,
    ],
    ['a follower drops its cursor, and begins again', cursor(5), '', false, NOWHERE, false],
    [
      'a leader goes back to its client, and goes on counting',
      cursor(5),
      cursor(3),
      true,
      { term: 9, n: 5, cursor: cursor(3) },
      true,
    ],
    [
      'a leader stays, for others, behind its client',
      cursor(5),
      cursor(7),
      true,
      { term: 9, n: 5, cursor: cursor(5) },
      true,
    ],
    ['a leader drops its cursor, and goes on counting', cursor(5), '', true, { term: 9, n: 5, cursor: '' }, true],
    ['a leader goes to its client, where ids have no order', 'b', 'a', true, { term: 9, n: 5, cursor: 'a' }, true],
  ])('%s', (_, before, to, leads, after, keeps) => {
    const { tab } = setup()
    tab._at = { term: 9, n: 4, cursor: '' }
    tab._role = leads ? LEADING : FOLLOWING
    deliver(tab, entry('block', { type: 'n', data: '1', id: before }))
    moveTo(tab, to)
    expect(tab._at).toEqual(after)
    expect(tab._backlog._after({ term: 9, n: 4, cursor: '' }) !== undefined).toBe(keeps)
  })
})
