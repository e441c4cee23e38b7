import type { Published, PublishOptions } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { Conflator, type Step, sameness, stepOf } from '../../../server/publish/conflate.ts'
import type { Message } from '../../../server/publish/message.ts'
import { messageOf } from '../../support/hub.ts'

describe('an event of a key', () => {
  it.each<[window: number, sentAt: number | undefined, now: number, step: Step]>([
    [0, undefined, 1000, { kind: 'send' }],
    [0, 1000, 1000, { kind: 'send' }],
    [100, undefined, 1000, { kind: 'send' }],
    [100, 1000, 1000, { kind: 'hold', ms: 100 }],
    [100, 1000, 1099, { kind: 'hold', ms: 1 }],
    [100, 1000, 1100, { kind: 'send' }],
    [100, 1000, 1101, { kind: 'send' }],
    [50, 1000, 1060, { kind: 'send' }],
  ])('an event of a key with a window of %d ms, the last one sent at %s, is at %d: %j', (window, sentAt, now, step) => {
    expect(stepOf(window, sentAt, now)).toEqual(step)
  })

  const same = (type: string, options: PublishOptions): string => sameness(messageOf(type, 1, options, 5))

  it.each<[type: string, options: PublishOptions]>([
    ['m', { key: 'k' }],
    ['n', { key: 'l' }],
    ['n', { key: 'k', volatile: true }],
    ['n', { key: 'k', topic: 'a' }],
    ['n', { key: 'k', resource: 'a' }],
    ['n', { key: 'k', userId: 'a' }],
    ['n', { key: 'k', tenant: 'a' }],
    ['n', { key: 'k', sessionId: 'a' }],
    ['n', { key: 'k', clientIds: ['a'] }],
    ['n', { key: 'k', except: 'a' }],
    ['n', { key: 'k', clientIds: [] }],
  ])('is another than one of the same key that differs in %j or %j', (type, options) => {
    expect(same(type, options)).not.toBe(same('n', { key: 'k' }))
  })

  it('is the same with another window, and with its target in another order', () => {
    expect(same('n', { key: 'k', window: 5 })).toBe(same('n', { key: 'k', window: 7 }))
    expect(same('n', { key: 'k', topic: 'a', tenant: 'b' })).toBe(same('n', { tenant: 'b', topic: 'a', key: 'k' }))
    expect(same('n', { key: 'k', sessionId: 'a' })).toBe(same('n', { key: 'k', sessionIds: ['a'] }))
  })
})

function setup(
  answer: (message: Message) => Promise<Published> = async ({ record }) => ({ id: record.json, delivered: 1 }),
) {
  const clock = createClock()
  const sent: [at: number, json: string][] = []
  const start = clock.now()
  const conflator = new Conflator(clock, (message) => {
    sent.push([clock.now() - start, message.record.json])
    return answer(message)
  })
  const outcomes: [data: unknown, outcome: unknown][] = []
  return {
    clock,
    sent,
    conflator,
    outcomes,
    publish(data: unknown, options: PublishOptions = { key: 'k', window: 100 }) {
      conflator.send(messageOf('n', data, options, clock.now())).then(
        (published) => outcomes.push([data, published.superseded ? 'superseded' : published.id]),
        (error) => outcomes.push([data, `${error}`]),
      )
    },
  }
}

describe('a window', () => {
  it('sends the first event at once, and the newest of those that follow when it ends', async () => {
    const { clock, sent, outcomes, publish } = setup()
    publish(1)
    expect(sent).toEqual([[0, '1']])
    await clock.advance(10)
    publish(2)
    await clock.advance(10)
    publish(3)
    await clock.advance(79)
    expect(sent).toEqual([[0, '1']])
    expect(outcomes).toEqual([
      [1, '1'],
      [2, 'superseded'],
    ])
    await clock.advance(1)
    expect(sent).toEqual([
      [0, '1'],
      [100, '3'],
    ])
    expect(outcomes.at(-1)).toEqual([3, '3'])
  })

  it('begins again with the event that it held: no two are sent within one', async () => {
    const { clock, sent, publish } = setup()
    for (let n = 0; n < 50; n++) {
      publish(n)
      await clock.advance(10)
    }
    expect(sent).toEqual([
      [0, '0'],
      [100, '9'],
      [200, '19'],
      [300, '29'],
      [400, '39'],
      [500, '49'],
    ])
    await clock.advance(1000)
    expect(sent).toHaveLength(6)
  })

  it('is forgotten when it ends with nothing held, and the next event is sent at once', async () => {
    const { clock, sent, publish } = setup()
    publish(1)
    expect(clock.timers).toBe(1)
    await clock.advance(100)
    expect(clock.timers).toBe(0)
    publish(2)
    expect(sent).toEqual([
      [0, '1'],
      [100, '2'],
    ])
  })

  it('takes memory for keys within their window only', async () => {
    const { clock, conflator, publish } = setup()
    for (let n = 0; n < 1000; n++) {
      publish(n, { key: `${n}`, window: 100 })
      publish(n, { key: `${n}`, window: 100 })
      if (n % 100 === 99) await clock.advance(100)
      expect(conflator.size).toBeLessThanOrEqual(200)
    }
    await clock.advance(200)
    expect(conflator.size).toBe(0)
  })

  it('is one of each key', async () => {
    const { clock, sent, publish } = setup()
    for (const key of ['a', 'b']) for (const n of [1, 2, 3]) publish(`${key}${n}`, { key, window: 100 })
    await clock.advance(100)
    expect(sent).toEqual([
      [0, '"a1"'],
      [0, '"b1"'],
      [100, '"a3"'],
      [100, '"b3"'],
    ])
    await clock.advance(100)
    expect(clock.timers).toBe(0)
  })

  it('leaves events alone that have none, whatever their key is', () => {
    const { clock, sent, publish } = setup()
    for (const options of [{}, { key: 'k' }, { key: 'k', window: 0 }]) for (const n of [1, 2]) publish(n, options)
    expect(sent).toHaveLength(6)
    expect(clock.timers).toBe(0)
  })

  it('gives way to an event without one: the older one must not come after it', async () => {
    const { clock, sent, outcomes, publish } = setup()
    publish(1)
    publish(2)
    publish(3, { key: 'k' })
    expect(sent).toEqual([
      [0, '1'],
      [0, '3'],
    ])
    await clock.advance(500)
    expect(sent).toHaveLength(2)
    expect(outcomes).toContainEqual([2, 'superseded'])
    expect(clock.timers).toBe(0)
  })

  it('is that of the newest event', async () => {
    const { clock, sent, publish } = setup()
    publish(1, { key: 'k', window: 1000 })
    publish(2, { key: 'k', window: 50 })
    await clock.advance(50)
    expect(sent.at(-1)).toEqual([50, '2'])
    publish(3, { key: 'k', window: 200 })
    await clock.advance(199)
    expect(sent.at(-1)).toEqual([50, '2'])
    await clock.advance(1)
    expect(sent.at(-1)).toEqual([250, '3'])
    await clock.advance(20)
    publish(4, { key: 'k', window: 10 })
    expect(sent.at(-1)).toEqual([270, '4'])
    await clock.advance(10)
    expect(clock.timers).toBe(0)
  })

  it('tells the publisher of an event that it held if the log fails', async () => {
    const { clock, outcomes, publish } = setup(({ record }) =>
      record.json === '2' ? Promise.reject(new Error('disk')) : Promise.resolve({ id: record.json, delivered: 0 }),
    )
    publish(1)
    publish(2)
    await clock.advance(100)
    expect(outcomes).toEqual([
      [1, '1'],
      [2, 'Error: disk'],
    ])
  })
})

describe('resetting', () => {
  it('drops what is held, and forgets the windows', async () => {
    const { clock, sent, outcomes, publish, conflator } = setup()
    publish(1)
    publish(2)
    conflator.reset()
    expect(clock.timers).toBe(0)
    publish(3)
    await clock.advance(100)
    expect(sent).toEqual([
      [0, '1'],
      [0, '3'],
    ])
    expect(outcomes).toContainEqual([2, 'superseded'])
  })
})

describe('closing', () => {
  it('sends what is held at once, and holds nothing after that', async () => {
    const { clock, sent, outcomes, publish, conflator } = setup()
    publish(1)
    publish(2)
    publish('other', { key: 'other', window: 100 })
    const closed = conflator.close()
    expect(sent).toEqual([
      [0, '1'],
      [0, '"other"'],
      [0, '2'],
    ])
    await closed
    await clock.settle()
    expect(outcomes).toContainEqual([2, '2'])
    publish(3)
    publish(4)
    expect(sent).toHaveLength(5)
    expect(clock.timers).toBe(0)
  })

  it('has nothing to wait for if nothing is held', () => {
    const { publish, conflator, clock } = setup()
    publish(1)
    expect(conflator.close()).toBeUndefined()
    expect(clock.timers).toBe(0)
  })

  it.each<[what: string, answer: () => Promise<Published>]>([
    ['fails', () => Promise.reject(new Error('disk'))],
    ['never answers', () => new Promise(() => {})],
  ])('waits a second at most for a log that %s', async (_, answer) => {
    const { clock, publish, conflator } = setup(answer)
    publish(1)
    publish(2)
    let over = false
    conflator.close()?.then(() => {
      over = true
    })
    await clock.advance(1000)
    expect(over).toBe(true)
    expect(clock.timers).toBe(0)
  })
})
