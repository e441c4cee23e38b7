import { type ConnectionState, SSEError, type TransportSink } from 'headwater'
import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { createIntake } from '../../src/tabs/intake.ts'
import type { Frame } from '../../src/tabs/message.ts'
import { createRelay } from '../../src/tabs/relay.ts'
import { createAttempt, createTab, type TabContext } from '../../src/tabs/tab.ts'
import { createUnion } from '../../src/tabs/union.ts'
import type { TransportRequest } from '../../src/transports/request.ts'
import { fakeHost } from '../support/host.ts'
import { logSink } from './sink.ts'

/** What a leader's connection reports. */
function setup() {
  const clock = createClock()
  const { sink, log } = logSink()
  const posted: { kind: string }[] = []
  const attempt = createAttempt({ url: 'https://a.test/', lastEventId: '' } as TransportRequest, sink)
  /** The state of the client. */
  const now: { state: ConnectionState } = { state: { status: 'connecting', attempt: 0 } }
  const host = { ...fakeHost(undefined, { clock }), state: { get: () => now.state, subscribe: () => () => {} } }
  const tab = Object.assign(createTab({ _host: host } as unknown as TabContext), {
    _name: 'x',
    _tabId: 'me',
    _term: 4,
    _attempt: attempt,
    _channel: { postMessage: (message: { kind: string }) => posted.push(message), close() {} },
  })
  const union = createUnion(tab, () => [])
  const relay = createRelay(tab, () => [], vi.fn())
  const frames: Frame[] = []
  const confirmed = vi.fn()
  const add = (frame: Frame): unknown => frames.push(frame)
  const intake: TransportSink = createIntake(tab, attempt, union, { ...relay, _add: add }, confirmed)
  const event = (type: string, data: unknown, id?: string): unknown =>
    intake.block({ type, data: JSON.stringify(data), id })
  const introduce = (): unknown => event('connected', { v: 1, clientId: 'c' })
  const states = (): number => posted.filter(({ kind }) => kind === 'state').length
  return { clock, log, posted, attempt, now, tab, union, frames, confirmed, intake, event, introduce, states }
}

/** @param isWanted - Whether a tab has asked for the topic. */
const block = (type: string, data: string | undefined, id?: string, topic?: string, isWanted = false): Frame => [
  'block',
  { type, data, id, topic },
  isWanted,
]

describe('an open connection', () => {
  it('opens the client of the leader, and begins with the first event', () => {
    const { intake, log, attempt, states, event } = setup()
    intake.open({ heartbeatMs: 9000 })
    expect(log).toEqual([['open', { heartbeatMs: 9000 }]])
    expect([attempt._heartbeatMs, attempt._isLive, states()]).toEqual([9000, undefined, 0])
    event('n', 1)
    event('n', 2)
    expect([attempt._isLive, states()]).toEqual([true, 1])
  })

  it('begins after a second without an event', async () => {
    const { intake, attempt, states, clock } = setup()
    intake.open()
    await clock.advance(999)
    expect([attempt._isLive, states()]).toEqual([undefined, 0])
    await clock.advance(1)
    expect([attempt._isLive, states()]).toEqual([true, 1])
  })

  it('is noted as heard with its headers, and with each byte', async () => {
    const { intake, attempt, log, clock } = setup()
    const start = clock.now()
    intake.open()
    expect(attempt._heardAt).toBe(start)
    await clock.advance(500)
    intake.heard()
    expect(attempt._heardAt).toBe(start + 500)
    expect(log.at(-1)).toEqual(['heard'])
  })
})

describe('the first event', () => {
  it('may introduce the server', () => {
    const { introduce, union, frames } = setup()
    introduce()
    expect(union._intro).toEqual({ v: 1, clientId: 'c' })
    expect(frames).toEqual([block('connected', '{"v":1,"clientId":"c"}')])
  })

  it('is waited for after an id without an event', () => {
    const { intake, introduce, union } = setup()
    intake.block({ type: 'message', data: undefined, id: 'a' })
    introduce()
    expect(union._intro).toEqual({ v: 1, clientId: 'c' })
  })

  it('decides: a later introduction is an ordinary event', () => {
    const { event, introduce, union } = setup()
    event('n', 1)
    introduce()
    expect(union._intro).toBeUndefined()
  })
})

describe('what is reported', () => {
  it('becomes frames', () => {
    const { intake, event, frames } = setup()
    event('n', 1, 'a')
    intake.retry(500)
    intake.comment('ping')
    intake.gap({ reason: 'too-large' })
    expect(frames).toEqual([block('n', '1', 'a'), ['retry', 500], ['comment', ''], ['gap', { reason: 'too-large' }]])
  })

  it('is an event with the topic that a comment announced', () => {
    const { intake, event, introduce, frames } = setup()
    introduce()
    intake.comment('topic orders')
    event('n', 1)
    event('n', 2)
    expect(frames.slice(1)).toEqual([block('n', '1', undefined, 'orders'), block('n', '2')])
  })

  it('is an event with the topic that a ping announced, which is not passed on', () => {
    const { event, introduce, frames } = setup()
    introduce()
    event('ping', { topic: 'orders', event: 'n' })
    event('n', 1)
    event('ping', { topic: 'orders', event: 'other' })
    event('n', 2)
    expect(frames.slice(1)).toEqual([block('n', '1', undefined, 'orders'), block('n', '2')])
  })

  it('is marked if a tab has asked for its topic', () => {
    const { intake, introduce, event, tab, union, frames } = setup()
    tab._attempt = Object.assign(tab._attempt, { _topics: ['orders.*'] })
    union._start()
    introduce()
    for (const topic of ['orders.eu', 'given']) {
      intake.comment(`topic ${topic}`)
      event('n', 1)
    }
    event('n', 2)
    expect(frames.slice(1)).toEqual([
      block('n', '1', undefined, 'orders.eu', true),
      block('n', '1', undefined, 'given'),
      block('n', '2'),
    ])
  })

  it('keeps the topic of a transport that knows it', () => {
    const { intake, introduce, frames } = setup()
    introduce()
    intake.comment('topic orders')
    intake.block({ type: 'n', data: '1', id: undefined, topic: 'jobs' })
    expect(frames[1]).toEqual(block('n', '1', undefined, 'jobs'))
  })

  it('has no topic after a gap, where the event that was announced is lost', () => {
    const { intake, event, introduce, frames } = setup()
    introduce()
    intake.comment('topic orders')
    intake.gap({ reason: 'too-large' })
    event('n', 1)
    expect(frames.at(-1)).toEqual(block('n', '1'))
  })

  it('has no topic where the server has not introduced itself', () => {
    const { intake, event, frames } = setup()
    event('n', 0)
    intake.comment('topic orders')
    event('n', 1)
    event('ping', { topic: 'orders' })
    event('n', 2)
    expect(frames.slice(1)).toEqual([
      ['comment', ''],
      block('n', '1'),
      block('ping', '{"topic":"orders"}'),
      block('n', '2'),
    ])
  })

  it('is passed on without the data of what the server says to the leader, whose id counts', () => {
    const { event, introduce, frames } = setup()
    introduce()
    event('ping', { topic: 'orders' }, 'a')
    event('subscribed', { topics: [] }, 'b')
    event('ping', { t: 5 }, 'c')
    expect(frames.slice(1)).toEqual([
      block('ping', undefined, 'a'),
      block('subscribed', undefined, 'b', 'orders'),
      block('ping', '{"t":5}', 'c'),
    ])
  })
})

describe('an event with the name subscribed', () => {
  it('confirms the topics, so that tabs may join', () => {
    const { event, introduce, confirmed, union } = setup()
    introduce()
    event('subscribed', { topics: ['a'], rev: 0 })
    expect(confirmed).toHaveBeenCalledOnce()
    expect(union._intro?.topics).toEqual(['a'])
  })

  it('confirms nothing where the server has not introduced itself', () => {
    const { event, confirmed, frames } = setup()
    event('n', 1)
    event('subscribed', { topics: ['a'], rev: 0 })
    expect(confirmed).not.toHaveBeenCalled()
    expect(frames.at(-1)).toEqual(block('subscribed', '{"topics":["a"],"rev":0}'))
  })
})

describe('the end of the connection', () => {
  it('is noted while the client draws its conclusions', () => {
    const { intake, tab, attempt } = setup()
    const seen: unknown[] = []
    Object.assign(attempt._sink, { end: (reason: unknown) => seen.push([reason, tab._isEnding]) })
    intake.end('eof')
    expect([seen, tab._isEnding]).toEqual([[['eof', true]], false])
  })

  it.each<[string, unknown, ConnectionState['status'], string[]]>([
    ['posted if it refused the cursor', new SSEError('http', 'gone', { status: 409 }), 'connecting', ['refused']],
    ['not posted if the client waits', new SSEError('http', 'busy', { status: 503 }), 'waiting', []],
    ['not posted if it is no answer', new SSEError('network', 'lost'), 'connecting', []],
    ['not posted after a clean end', 'eof', 'connecting', []],
    ['not posted without a reason', undefined, 'connecting', []],
  ])('is %s', (_, reason, status, kinds) => {
    const { intake, now, posted, attempt } = setup()
    Object.assign(attempt._sink, {
      end: () => {
        now.state = { status } as ConnectionState
      },
    })
    intake.end(reason)
    expect(posted.map(({ kind }) => kind)).toEqual(kinds)
  })
})

it('a report of an attempt that was left is not heard', () => {
  const { intake, introduce, event, tab, attempt, log, frames, union } = setup()
  tab._attempt = { ...attempt }
  intake.open()
  intake.heard()
  introduce()
  event('n', 1)
  intake.end('eof')
  expect([log, frames, union._intro]).toEqual([[], [], undefined])
})
