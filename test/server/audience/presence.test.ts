import { describe, expect, it } from 'vitest'
import { checkPresence, type PresenceQuery, presenceOf } from '../../../server/audience/presence.ts'
import { createRegistry } from '../../../server/audience/registry.ts'
import { type TestClientOptions, testClient } from '../../support/hub.ts'

function registryOf(...clients: TestClientOptions[]) {
  const registry = createRegistry()
  for (const client of clients) registry.add(testClient(client))
  return registry
}

const ADA = { userId: 'ada', sessionId: 's1', tenant: 'acme' }

const registry = registryOf(
  { id: 'a1', principal: ADA, topics: ['orders.eu'], connectedAt: 100, lastSeen: 150 },
  { id: 'b1', principal: { userId: 'bob', sessionId: 's3' }, topics: ['orders.*'], connectedAt: 110, lastSeen: 110 },
  { id: 'a2', principal: { ...ADA, role: 'admin' }, topics: ['jobs'], connectedAt: 120, lastSeen: 180 },
  { id: 'a3', principal: { ...ADA, sessionId: 's2' }, topics: [], connectedAt: 130, lastSeen: 130 },
  { id: 'n1', principal: {}, topics: ['*'], connectedAt: 140, lastSeen: 140 },
  { id: 'n2', principal: { tenant: 'acme' }, connectedAt: 150, lastSeen: 150 },
)

const ids = (query: PresenceQuery): (readonly string[])[] => presenceOf(registry, query).map((each) => each.clientIds)

describe('presence', () => {
  it('has an entry for each principal, with all its streams', () => {
    expect(presenceOf(registry, {})).toEqual([
      { ...ADA, clientIds: ['a1', 'a2'], connectedAt: 100, lastSeen: 180 },
      { userId: 'bob', sessionId: 's3', tenant: undefined, clientIds: ['b1'], connectedAt: 110, lastSeen: 110 },
      { ...ADA, sessionId: 's2', clientIds: ['a3'], connectedAt: 130, lastSeen: 130 },
      {
        userId: undefined,
        sessionId: undefined,
        tenant: undefined,
        clientIds: ['n1'],
        connectedAt: 140,
        lastSeen: 140,
      },
      { userId: undefined, sessionId: undefined, tenant: 'acme', clientIds: ['n2'], connectedAt: 150, lastSeen: 150 },
    ])
  })

  it.each<[PresenceQuery, string[][]]>([
    [{ topic: 'orders.eu' }, [['a1'], ['b1'], ['n1']]],
    [{ topic: 'jobs' }, [['a2'], ['n1']]],
    [{ topic: 'nothing' }, [['n1']]],
    [{ userId: 'ada' }, [['a1', 'a2'], ['a3']]],
    [{ sessionId: 's1' }, [['a1', 'a2']]],
    [{ tenant: 'acme' }, [['a1', 'a2'], ['a3'], ['n2']]],
    [{ userId: 'ada', topic: 'jobs' }, [['a2']]],
    [{ tenant: 'acme', topic: 'orders.eu' }, [['a1']]],
    [{ userId: 'ada', sessionId: 's3' }, []],
    [{ userId: 'zoe' }, []],
  ])('presence(%j) finds %j', (query, expected) => {
    expect(ids(query)).toEqual(expected)
  })

  it('keeps principals apart that join the same letters in another way', () => {
    const apart = registryOf(
      { principal: { userId: 'a', sessionId: 'b' } },
      { principal: { userId: 'ab' } },
      { principal: { sessionId: 'ab' } },
      { principal: { userId: 'a","b' } },
    )
    expect(presenceOf(apart, {})).toHaveLength(4)
  })

  it('lists the oldest stream first, whatever the order in which topics were joined', () => {
    const mixed = registryOf({ id: 'new', topics: ['*'], connectedAt: 2 }, { id: 'old', topics: ['a'], connectedAt: 1 })
    expect(presenceOf(mixed, { topic: 'a' }).map((each) => each.clientIds)).toEqual([['old'], ['new']])
  })
})

describe('a question about presence', () => {
  it.each<[unknown, PresenceQuery]>([
    ['orders', { topic: 'orders' }],
    [{}, {}],
    [{ userId: 'ada' }, { userId: 'ada' }],
  ])('may be %j', (query, checked) => {
    expect(checkPresence(query)).toEqual(checked)
  })

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
  ])('may not be %j', (query, got) => {
    expect(() => checkPresence(query)).toThrow(
      new TypeError(`presence expects a topic, or an object with topic, userId, sessionId, tenant; got ${got}`),
    )
  })

  it.each([
    [{ user: 'ada' }, 'user'],
    [{ resource: 'orders' }, 'resource'],
    [['orders'], '0'],
  ])('may not have a field that does not exist: %j', (query, name) => {
    expect(() => checkPresence(query)).toThrow(
      new TypeError(`presence takes no ${name}; it takes topic, userId, sessionId, tenant`),
    )
  })

  it.each([{ userId: undefined }, { topic: '' }, { topic: 'orders.*' }, { tenant: 7 }])(
    'may not have a field without a value: %j',
    (query) => {
      expect(() => presenceOf(registry, checkPresence(query))).toThrow(TypeError)
    },
  )
})
