import type { Block, ConnectionState, GapReport } from 'headwater'
import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import type { Entry, Frame } from '../../src/tabs/message.ts'
import {
  confirm,
  createAttempt,
  createTab,
  deliver,
  introOf,
  isActive,
  moveTo,
  NOWHERE,
  post,
  renew,
  type Tab,
  type TabContext,
  without,
} from '../../src/tabs/tab.ts'
import type { TransportRequest } from '../../src/transports/request.ts'
import { fakeHost } from '../support/host.ts'
import { logSink } from './sink.ts'

function createTabWith(state?: ConnectionState): Tab {
  const clock = createClock()
  return createTab({ _name: 'x', _host: fakeHost(state, { clock }) } as unknown as TabContext)
}

function setup({ topics = [] as readonly string[], lastEventId = '' } = {}) {
  const { sink, log } = logSink()
  const url = `https://a.test/${topics.length ? `?topics=${topics}` : ''}`
  return { tab: createTabWith(), attempt: createAttempt({ url, lastEventId } as TransportRequest, sink), log }
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

it('a tab is nowhere at first', () => {
  expect(createTabWith()).toMatchObject({ _name: 'x', _id: '', _term: 0, _at: NOWHERE })
  expect(createTabWith()._attempt).toBeUndefined()
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

it.each([
  [[], ['a'], []],
  [['a', 'b'], [], ['a', 'b']],
  [
    ['a', 'b', 'c'],
    ['b', 'z'],
    ['a', 'c'],
  ],
])('%j without %j is %j', (names, others, rest) => {
  expect(without(names, others)).toEqual(rest)
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

it('a message is posted to the channel while there is one', () => {
  const tab = createTabWith()
  const postMessage = vi.fn()
  expect(() => post(tab, { kind: 'probe' })).not.toThrow()
  tab._channel = { postMessage, close() {} }
  post(tab, { kind: 'probe' })
  expect(postMessage).toHaveBeenCalledExactlyOnceWith({ kind: 'probe' })
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
    const { tab, attempt, log } = setup()
    deliver(tab, attempt, entry(...(frame as Frame)))
    expect(log).toEqual([frame])
  })

  it('moves the tab with each frame, and its cursor with those that have an id', () => {
    const { tab, attempt } = setup()
    expect(tab._at).toBe(NOWHERE)
    deliver(tab, attempt, entry('block', { type: 'n', data: '1', id: 'a' }))
    expect(tab._at).toEqual({ term: 9, n: 5, cursor: 'a' })
    deliver(tab, attempt, { term: 9, n: 6, frame: ['comment', ''] })
    expect(tab._at).toEqual({ term: 9, n: 6, cursor: 'a' })
  })

  it('moves the tab before the client is called, as that may leave', () => {
    const { tab, attempt } = setup()
    const seen = vi.fn(() => tab._at.n)
    const block = (): undefined => void seen()
    deliver(tab, { ...attempt, _sink: { ...attempt._sink, block } }, entry('block', { type: 'n', data: '1', id: 'a' }))
    expect(seen).toHaveReturnedWith(5)
  })

  it('keeps the frame for tabs that lack it', () => {
    const { tab, attempt } = setup()
    tab._at = { term: 9, n: 4, cursor: '' }
    const frame = entry('comment', '')
    deliver(tab, attempt, frame)
    expect(tab._backlog._after({ term: 9, n: 4, cursor: '' })).toEqual([frame])
  })

  it.each<[string, readonly string[], string | undefined, boolean]>([
    ['brings an event of a topic that the tab has joined', ['orders'], 'orders', true],
    ['brings an event under a wildcard of the tab', ['orders.*'], 'orders.eu', true],
    ['keeps back an event of a topic that only another tab has joined', ['orders'], 'jobs', false],
    ['keeps back an event of a topic from a tab that has joined none', [], 'jobs', false],
    ['brings an event without a topic', ['orders'], undefined, true],
  ])('%s', (_, topics, topic, isHeard) => {
    const { tab, attempt, log } = setup({ topics })
    deliver(tab, attempt, entry('block', { type: 'n', data: '1', id: 'a', topic }))
    // The cursor moves all the same: what is not for this tab is not missed either.
    expect(log).toEqual([['block', { type: 'n', data: isHeard ? '1' : undefined, id: 'a', topic }]])
  })

  it.each<[string, string, string, string | undefined]>([
    ['does not take a tab back with an introduction', 'k3f9x2ab-50', 'k3f9x2ab-20', undefined],
    ['takes a tab on with an introduction', 'k3f9x2ab-50', 'k3f9x2ab-60', 'k3f9x2ab-60'],
    ['takes a tab to another epoch with an introduction', 'k3f9x2ab-50', 'zzzzzzzz-20', 'zzzzzzzz-20'],
    ['takes a tab that has no id yet along with an introduction', '', 'k3f9x2ab-20', 'k3f9x2ab-20'],
  ])('%s', (_, lastEventId, id, delivered) => {
    const { tab, attempt, log } = setup({ lastEventId })
    deliver(tab, attempt, entry('block', { type: 'connected', data: '{"v":1}', id }))
    expect(log).toEqual([['block', { type: 'connected', data: '{"v":1}', id: delivered }]])
    expect(tab._at.cursor).toBe(id)
  })
})

describe('confirm()', () => {
  it('reports the topics to a client with hub()', () => {
    const { attempt, log } = setup()
    const host = { ...fakeHost(), topics: { wanted: () => [], change: vi.fn() } }
    confirm(host, attempt, ['a'])
    expect(log).toEqual([['block', { type: 'subscribed', data: '{"topics":["a"]}', id: undefined }]])
  })

  it('reports nothing to a client without hub(), where that would be an ordinary event', () => {
    const { attempt, log } = setup()
    confirm(fakeHost(), attempt, ['a'])
    expect(log).toEqual([])
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
    const { tab, attempt } = setup()
    tab._at = { term: 9, n: 4, cursor: '' }
    deliver(tab, attempt, entry('block', { type: 'n', data: '1', id: before }))
    moveTo(tab, to, leads)
    expect(tab._at).toEqual(after)
    expect(tab._backlog._after({ term: 9, n: 4, cursor: '' }) !== undefined).toBe(keeps)
  })
})
