import { describe, expect, it, onTestFinished } from 'vitest'
import { checkStep, HUB_KINDS, toPublish } from '../../../server/work/effect.ts'

const event = { type: 'tick', data: 7 }

describe('an effect for the hub', () => {
  it.each<[effect: { kind: string; to?: string | string[]; options?: object }, options: object]>([
    [{ kind: 'broadcast' }, {}],
    [
      { kind: 'broadcast', options: { tenant: 'acme', key: 'k' } },
      { tenant: 'acme', key: 'k' },
    ],
    [{ kind: 'toTopic', to: 'orders' }, { topic: 'orders' }],
    [
      { kind: 'toTopic', to: 'orders', options: { volatile: true } },
      { topic: 'orders', volatile: true },
    ],
    [{ kind: 'toUser', to: 'ada' }, { userId: 'ada' }],
    [
      { kind: 'toTopic', to: 'prices', options: { key: 'lamp', window: 100 } },
      { topic: 'prices', key: 'lamp', window: 100 },
    ],
    [{ kind: 'toSession', to: 's1' }, { sessionIds: ['s1'] }],
    [{ kind: 'toSession', to: ['s1', 's2'] }, { sessionIds: ['s1', 's2'] }],
    [{ kind: 'toClients', to: 'c1' }, { clientIds: ['c1'] }],
    [{ kind: 'toClients', to: ['c1', 'c2'] }, { clientIds: ['c1', 'c2'] }],
  ])('%j is published with %j', (effect, options) => {
    expect(toPublish({ ...event, ...effect })).toStrictEqual({ ...event, options })
  })

  it.each(['mail', 'publish', 'constructor', '__proto__', ''])('has not the kind %j', (kind) => {
    expect(toPublish({ ...event, kind })).toBeUndefined()
    expect(HUB_KINDS).not.toContain(kind)
  })
})

describe('what a reducer returns', () => {
  it('is a state, and effects if there are any', () => {
    const mail = { kind: 'mail' }
    expect(checkStep({ state: 1, effects: [mail] }, ['mail'])).toStrictEqual({ state: 1, effects: [mail] })
    expect(checkStep({ state: undefined }, [])).toStrictEqual({ state: undefined, effects: [] })
  })

  const kinds = 'broadcast, toTopic, toUser, toSession, toClients'
  it.each<[step: unknown, message: string]>([
    [undefined, 'reduce must return { state, effects }, and no promise, got undefined'],
    [7, 'reduce must return { state, effects }, and no promise, got 7'],
    [{ effects: [] }, 'reduce must return { state, effects }, and no promise, got an object'],
    [{ state: 1, effects: {} }, 'reduce must return effects as a list, got an object'],
    [{ state: 1, effects: [{ kind: 'sms' }] }, `there is no effect of the kind "sms"; there are ${kinds}, mail`],
    [
      { state: 1, effects: [{ kind: 'toString' }] },
      `there is no effect of the kind "toString"; there are ${kinds}, mail`,
    ],
    [{ state: 1, effects: [undefined] }, `there is no effect of the kind undefined; there are ${kinds}, mail`],
    [
      { state: 1, effects: [{ kind: 'mail' }, {}] },
      `there is no effect of the kind undefined; there are ${kinds}, mail`,
    ],
    [
      { state: 1, effects: [{ kind: 'toUser', type: 'tick' }] },
      'userId expects a string, got undefined; without userId it is everyone',
    ],
    [{ state: 1, effects: [{ kind: 'toTopic', to: '*', type: 'tick' }] }, 'topic expects a topic'],
    [
      { state: 1, effects: [{ kind: 'toUser', to: 'ada', type: 'tick', options: { userId: 'bob' } }] },
      'toUser has userId as its first argument: leave it out of the options',
    ],
    [{ state: 1, effects: [{ kind: 'toSession', type: 'tick' }] }, 'sessionIds expects'],
    [{ state: 1, effects: [{ kind: 'broadcast', type: 'tick', options: { window: 5 } }] }, 'window needs a key'],
    [{ state: 1, effects: [{ kind: 'broadcast' }] }, 'the name of an event must be a string that is not empty'],
    [{ state: 1, effects: [{ kind: 'broadcast', type: 'tick', options: { room: 7 } }] }, 'publish takes no room'],
  ])('is refused if it is %j', (step, message) => {
    expect(() => checkStep(step, ['mail'])).toThrow(TypeError)
    expect(() => checkStep(step, ['mail'])).toThrow(message)
  })

  it('is refused if it is a promise, and a rejection of that ends nothing', async () => {
    const unhandled: unknown[] = []
    const note = (error: unknown): void => void unhandled.push(error)
    globalThis.process?.on('unhandledRejection', note)
    onTestFinished(() => void globalThis.process?.off('unhandledRejection', note))
    expect(() => checkStep(Promise.reject(new Error('late')), [])).toThrow('and no promise, got an object')
    await new Promise((resolve) => setTimeout(resolve))
    expect(unhandled).toEqual([])
  })
})
