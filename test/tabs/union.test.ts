import type { Block, ConnectionState } from 'headwater'
import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import type { Hello } from '../../src/tabs/message.ts'
import { createAttempt, createTab, introOf, type TabContext } from '../../src/tabs/tab.ts'
import { createUnion } from '../../src/tabs/union.ts'
import type { TransportRequest } from '../../src/transports/request.ts'
import type { TopicsChange } from '../../src/transports/transport.ts'
import { fakeHost } from '../support/host.ts'
import { logSink } from './sink.ts'

const OPEN: ConnectionState = { status: 'open', since: 0, attempt: 0 }

function setup(own: readonly string[], ...others: string[][]) {
  const clock = createClock()
  const sent: TopicsChange[] = []
  const answers: { resolve(): void; reject(error: unknown): void }[] = []
  const change = (body: TopicsChange): Promise<unknown> =>
    new Promise((resolve, reject) => {
      sent.push(body)
      answers.push({ resolve: () => resolve(undefined), reject })
    })
  const renew = vi.fn()
  const host = { ...fakeHost(OPEN, { clock }), reconnect: renew, topics: { wanted: () => own, change } }
  const { sink, log } = logSink()
  const attempt = createAttempt({ url: `https://a.test/?topics=${own}` } as TransportRequest, sink)
  attempt._isLive = true
  const tab = Object.assign(createTab({ _host: host } as unknown as TabContext), { _attempt: attempt })
  const hellos = others.map((topics) => ({ topics }) as unknown as Hello)
  const union = createUnion(tab, () => hellos)
  const want = (...topics: string[][]): void => {
    hellos.splice(0, hellos.length, ...topics.map((topics) => ({ topics }) as unknown as Hello))
  }
  const update = (): void => union._changed()
  /** The server introduces itself. */
  const greet = (more: object = {}): void => {
    const data = JSON.stringify({ v: 1, clientId: 'c', topics: own, ...more })
    union._intro = introOf({ type: 'connected', data, id: undefined })
  }
  const say = (type: string, data: object): boolean =>
    union._confirm({ type, data: JSON.stringify(data), id: undefined })
  const confirm = (rev: number | undefined, topics?: readonly string[]): boolean => say('subscribed', { rev, topics })
  return { clock, sent, renew, log, host, union, want, update, greet, say, confirm, answers }
}

/** What a client gets that waits for its topics: the introduction, with the topics that there are now. */
const confirmed = (topics: readonly string[]): [string, Block] => [
  'block',
  { type: 'connected', data: JSON.stringify({ v: 1, clientId: 'c', topics }), id: undefined },
]

it('a leader asks for what all tabs want, each topic once', () => {
  expect(setup(['a', 'b'], ['b', 'c'], ['a']).union._start()).toEqual(['a', 'b', 'c'])
})

describe('a change of topics', () => {
  it('is sent with what came and went, and covers no tab until the server has confirmed it', () => {
    const { union, want, update, greet, sent, confirm } = setup(['a'], ['b'])
    union._start()
    greet()
    expect(union._covers(['a', 'b'])).toBe(true)
    want(['c'])
    update()
    expect(sent).toMatchObject([{ clientId: 'c', add: ['c'], remove: ['b'], all: ['a', 'c'] }])
    expect(union._covers(['a'])).toBe(false)
    confirm(sent[0]?.rev, ['a', 'c'])
    expect(union._covers(['a', 'c'])).toBe(true)
    expect(union._covers(['b'])).toBe(false)
  })

  it('is not sent where nothing changes', () => {
    const { union, update, greet, sent } = setup(['a'], ['b'])
    union._start()
    greet()
    update()
    expect(sent).toEqual([])
  })

  it('needs no POST where other tabs have asked for the topics already', () => {
    const { union, update, greet, sent, log } = setup(['a'], ['a'])
    union._start()
    greet({ topics: ['a', 'z'] })
    update()
    // Of what is granted, a client gets its own.
    expect(log).toEqual([confirmed(['a'])])
    expect(sent).toEqual([])
  })

  it('confirms nothing to the leader while an earlier change is under way', () => {
    const { union, want, update, greet, log } = setup([])
    union._start()
    greet()
    want(['b'])
    update()
    update()
    expect(log).toEqual([])
  })

  it('is confirmed by the answer with its own number', () => {
    const { union, want, update, greet, sent, confirm, log, clock } = setup(['a'])
    union._start()
    greet()
    want(['b'])
    update()
    const rev = Number(sent[0]?.rev)
    expect(confirm(rev - 1, [])).toBe(false)
    expect(confirm(undefined, [])).toBe(false)
    expect(log).toEqual([])
    expect(confirm(rev, ['a', 'b'])).toBe(true)
    expect(log).toEqual([confirmed(['a'])])
    expect(union._intro?.topics).toEqual(['a', 'b'])
    expect(clock.timers).toBe(0)
  })

  it('is granted as it was asked for, if the answer names no topics', () => {
    const { union, want, update, greet, sent, confirm } = setup(['a'])
    union._start()
    greet()
    want(['b'])
    update()
    confirm(sent[0]?.rev)
    expect(union._intro?.topics).toEqual(['a', 'b'])
  })

  it('leads to a new request if the server does not confirm it in 5 s', async () => {
    const { union, want, update, greet, clock, renew, answers } = setup([])
    union._start()
    greet()
    want(['b'])
    update()
    answers[0]?.resolve()
    await clock.advance(4999)
    expect(renew).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(renew).toHaveBeenCalledOnce()
  })

  it.each<[string, (stage: ReturnType<typeof setup>) => void, number]>([
    ['leads to a new request', () => {}, 1],
    [
      'leads to none, if a later change is under way',
      ({ want, update }) => {
        want(['b'], ['c'])
        update()
      },
      0,
    ],
    ['leads to none, if there is a new request already', ({ union }) => union._start(), 0],
    ['leads to none, if the change has been confirmed', ({ confirm, sent }) => confirm(sent[0]?.rev, ['b']), 0],
    ['leads to none, if the tab has stopped leading', ({ union }) => union._end(), 0],
  ])('a POST that fails %s', async (_, meanwhile, times) => {
    const stage = setup([])
    stage.union._start()
    stage.greet()
    stage.want(['b'])
    stage.update()
    const [first] = stage.answers
    meanwhile(stage)
    first?.reject(Error('no'))
    await stage.clock.settle()
    expect(stage.renew).toHaveBeenCalledTimes(times)
  })

  it.each<[string, (stage: ReturnType<typeof setup>) => void]>([
    ['the server has not introduced itself', () => {}],
    [
      'the client has no hub()',
      ({ greet, host }) => {
        greet()
        Object.assign(host, { topics: undefined })
      },
    ],
  ])('is a new request for one more, and nothing for one less, where %s', (_, prepare) => {
    const stage = setup(['a'], ['b'])
    stage.union._start()
    prepare(stage)
    stage.want()
    stage.update()
    expect(stage.renew).not.toHaveBeenCalled()
    stage.want(['c'])
    stage.update()
    expect(stage.renew).toHaveBeenCalledOnce()
    expect(stage.sent).toEqual([])
  })
})

describe('the answer of the server', () => {
  it.each<[string, object]>([
    ['n', { v: 1, rev: 1 }],
    ['connected', { v: 1, clientId: 'c' }],
  ])('an event with the name %s confirms no change', (type, data) => {
    const { union, say, greet } = setup([])
    union._start()
    greet()
    expect(say(type, data)).toBe(false)
  })

  it('names the topics that the server does not grant, which stay refused until it says otherwise', () => {
    const { union, want, update, greet, sent, say } = setup(['a'])
    union._start()
    greet()
    want(['b'])
    update()
    const denied = [{ topic: 'b', code: 'denied', message: 'no b' }]
    say('subscribed', { rev: sent[0]?.rev, topics: ['a'], denied })
    expect(union._intro).toMatchObject({ v: 1, clientId: 'c', topics: ['a'], denied })
    say('subscribed', { rev: sent[0]?.rev, topics: ['a', 'given'] })
    expect(union._intro).toMatchObject({ topics: ['a', 'given'], denied })
    say('subscribed', { rev: sent[0]?.rev, topics: ['a', 'b'], denied: [] })
    expect(union._intro).toMatchObject({ topics: ['a', 'b'], denied: [] })
  })

  it('comes unasked when the server joins the stream to a topic, and is not taken for that to a change', () => {
    const { union, want, update, greet, log, confirm } = setup(['a'])
    union._start()
    greet()
    expect(confirm(0, ['a', 'given'])).toBe(true)
    expect(log).toEqual([confirmed(['a'])])
    expect(union._intro?.topics).toEqual(['a', 'given'])
    want(['b'])
    update()
    expect(confirm(0, ['a', 'given', 'more'])).toBe(false)
    expect(union._covers(['a'])).toBe(false)
  })

  it('an event with the name subscribed confirms no change if the server has not introduced itself', () => {
    const { union, confirm, log } = setup([])
    union._start()
    expect(confirm(1, [])).toBe(false)
    expect(log).toEqual([])
  })
})

describe('a topic of an event', () => {
  it.each([
    ['orders', true],
    ['jobs.eu', true],
    ['jobs', false],
    ['given', false],
    [undefined, false],
  ])('called %s has been asked for by a tab: %s', (topic, isWanted) => {
    const { union } = setup(['orders'], ['jobs.*'])
    union._start()
    expect(union._isWanted(topic)).toBe(isWanted)
  })

  it('has been asked for until the server confirms that the tabs have left it', () => {
    const { union, want, update, greet, sent, confirm } = setup([], ['a', 'b'])
    const wanted = (): boolean[] => ['a', 'b', 'c'].map(union._isWanted)
    union._start()
    greet()
    want(['b', 'c'])
    update()
    expect(wanted()).toEqual([true, true, true])
    want(['c'])
    update()
    confirm(sent[0]?.rev)
    expect(wanted()).toEqual([true, true, true])
    confirm(sent[1]?.rev)
    expect(wanted()).toEqual([false, false, true])
  })
})

it('a new request forgets what the server said of itself on the last one', () => {
  const { union, greet } = setup([])
  union._start()
  greet()
  union._start()
  expect(union._intro).toBeUndefined()
})
