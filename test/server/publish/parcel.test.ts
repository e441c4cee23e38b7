import type { EventFilter, LogRecord } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { createAsk } from '../../../server/publish/filter.ts'
import { createParcels } from '../../../server/publish/parcels.ts'
import { testClient } from '../../support/hub.ts'
import { parseChunks } from '../../support/wire.ts'

const RECORD: LogRecord = { type: 'n', json: '{"a":1}', to: {}, at: 5 }
const ID = 'k3f9x2abcdef-7'
const ada = testClient({ principal: { userId: 'ada' }, topics: ['orders'] })
const bob = testClient({ principal: { userId: 'bob' } })

function setup(record: Partial<LogRecord> = {}, filter?: EventFilter, id = ID) {
  const failed = vi.fn()
  const ask = filter && createAsk(filter, createClock(), 5000, () => {})
  return { parcel: createParcels(ask, failed).ofRecord({ ...RECORD, ...record }, id), failed }
}

describe('the bytes of an event', () => {
  it.each<[topic: string | undefined, native: boolean, reports: unknown[]]>([
    [undefined, false, [['block', 'n', '{"a":1}', ID]]],
    [undefined, true, [['block', 'n', '{"a":1}', ID]]],
    [
      'a',
      false,
      [
        ['comment', 'topic a'],
        ['block', 'n', '{"a":1}', ID],
      ],
    ],
    [
      'a',
      true,
      [
        ['block', 'ping', '{"topic":"a","event":"n"}', undefined],
        ['block', 'n', '{"a":1}', ID],
      ],
    ],
  ])('say the topic %s, where comments are not heard: %j', (topic, native, reports) => {
    for (const to of topic ? [{ topic }, { resource: topic }] : [{}, { userId: 'ada' }])
      expect(parseChunks([setup({ to }).parcel.bytes(native)])).toEqual(reports)
  })

  it('are without an id where it is in no log', () => {
    expect(parseChunks([setup({}, undefined, '').parcel.bytes(false)])).toEqual([['block', 'n', '{"a":1}', undefined]])
  })

  it('are made once, and shared', () => {
    const { parcel } = setup()
    expect(parcel.bytes(false)).toBe(parcel.bytes(false))
    expect(parcel.bytes(true)).toBe(parcel.bytes(false))
    const { parcel: ofTopic } = setup({ to: { topic: 'a' } })
    const [plain, native] = [ofTopic.bytes(false), ofTopic.bytes(true)]
    expect(plain).not.toEqual(native)
    expect([ofTopic.bytes(false), ofTopic.bytes(true)]).toEqual([plain, native])
    expect(ofTopic.bytes(false)).toBe(plain)
    expect(ofTopic.bytes(true)).toBe(native)
  })
})

describe('an event that may be given up', () => {
  it('is one that is in no log', () => {
    const { type, id, expendable } = setup().parcel
    expect([type, id, expendable]).toEqual(['n', ID, { key: undefined, volatile: false }])
    const { parcel } = setup({}, undefined, '')
    expect([parcel.id, parcel.expendable]).toEqual(['', { key: undefined, volatile: true }])
  })

  it('is given up for one with the same key, type and kind alone', () => {
    const keys = ['a', 'b'].flatMap((key) =>
      ['n', 'm'].flatMap((type) => [ID, ''].map((id) => setup({ key, type }, undefined, id).parcel.expendable.key)),
    )
    expect(new Set(keys).size).toBe(8)
    const [one, other] = [setup({ key: 'a', json: '1' }), setup({ key: 'a', to: { userId: 'ada' } }, undefined, 'x-8')]
    expect(one.parcel.expendable).toEqual(other.parcel.expendable)
  })
})

describe('an event for a client', () => {
  it.each<[to: LogRecord['to'], ada: boolean, bob: boolean]>([
    [{}, true, true],
    [{ userId: 'ada' }, true, false],
    [{ topic: 'orders' }, true, false],
    [{ resource: 'orders' }, true, true],
    [{ topic: 'orders', userId: 'bob' }, false, false],
  ])('reaches the clients that it is addressed to, if nothing is filtered: %j', (to, forAda, forBob) => {
    const { parcel } = setup({ to })
    expect([parcel.isFor(ada), parcel.isFor(bob)]).toEqual([forAda, forBob])
  })

  it('is one that the filter lets through, which is asked about no other client', () => {
    const filter = vi.fn<EventFilter>(({ userId }) => userId !== 'bob')
    const { parcel, failed } = setup({ to: { resource: 'orders' } }, filter)
    expect([ada, bob, testClient({ topics: ['jobs'] })].map((client) => parcel.isFor(client))).toEqual([
      true,
      false,
      false,
    ])
    expect(filter).toHaveBeenCalledTimes(2)
    expect(failed).not.toHaveBeenCalled()
  })

  it('is none for which the filter throws, which is reported once; it is asked about others all the same', () => {
    const { parcel, failed } = setup({}, ({ userId }) => {
      if (userId === 'ada') throw new Error('oops')
      return true
    })
    expect([ada, ada, bob].map((client) => parcel.isFor(client))).toEqual([false, false, true])
    expect(failed.mock.calls).toEqual([[new Error('oops')]])
  })
})

it('asks its filter about an event that is made once', () => {
  const events: unknown[] = []
  const { parcel } = setup({}, (_, event) => events.push(event) > 0)
  parcel.isFor(ada)
  parcel.isFor(bob)
  expect(events).toEqual([parcel.event(), parcel.event()])
  expect(events[0]).toBe(parcel.event())
})

it('waits for a filter that answers with a promise', async () => {
  const { parcel, failed } = setup({}, async ({ userId }) => userId === 'ada')
  const answers = [ada, bob].map(
    (client) =>
      new Promise((resolve) => {
        const answer = parcel.isFor(client)
        if (typeof answer === 'function') answer(resolve)
      }),
  )
  expect(await Promise.all(answers)).toEqual([true, false])
  expect(failed).not.toHaveBeenCalled()
})

it('reports the first failure of a filter at an event, also of promises', async () => {
  const { parcel, failed } = setup({}, () => Promise.reject(new Error('oops')))
  const answers = [ada, bob].map(
    (client) =>
      new Promise((resolve) => {
        const answer = parcel.isFor(client)
        if (typeof answer === 'function') answer(resolve)
      }),
  )
  expect(await Promise.all(answers)).toEqual([false, false])
  expect(failed.mock.calls).toEqual([[new Error('oops')]])
})

describe('an event that was published before a principal may have events', () => {
  it.each([
    [4, true],
    [5, true],
    [6, false],
    [Infinity, false],
  ])('at 5, with events from %d on, is for it: %s', (since, expected) => {
    const filter = vi.fn(() => true)
    const { parcel } = setup({}, filter)
    expect(parcel.isFor(testClient({ since }))).toBe(expected)
    expect(filter).toHaveBeenCalledTimes(expected ? 1 : 0)
  })
})
