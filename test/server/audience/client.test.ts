import { createClock } from 'headwater/testing'
import { expect, it } from 'vitest'
import { concernOf, createClient, describeClient, mintClientId, noteSeen } from '../../../server/audience/client.ts'
import { block, testClient, withGiven } from '../../support/hub.ts'

it('a client begins behind its cursor, not live, with nothing confirmed', () => {
  const clock = createClock()
  const { sink, outlet } = testClient({ clock })
  const { given } = withGiven(testClient(), 'userId', 'room', 0)
  const principal = { userId: 'ada', since: 1_700_000_000_000 }
  const known = {
    principal,
    asked: new Set(['a']),
    given,
    native: true,
    sink,
    outlet,
    expiresAt: 5,
    leavesAt: 6,
    after: 41,
  }
  const date = clock.now()
  expect(createClient(known, clock)).toEqual({
    ...known,
    id: expect.stringMatching(/^[A-Za-z0-9_-]{22}$/),
    topics: new Set(['a', 'room']),
    wanted: new Set(['a']),
    revision: 0,
    confirmed: undefined,
    connectedAt: date,
    lastSeen: date,
    openedAt: expect.any(Number),
    since: 1_700_000_000_000,
    endsAt: Infinity,
    leaving: 'max-age',
    live: false,
    sentSeq: 41,
    sentAt: expect.any(Number),
    turn: 0,
    ended: undefined,
  })
})

it('the facts about a client have what the operator wants to know, whose it is too', () => {
  const client = testClient({
    id: 'c1',
    principal: { userId: 'ada', sessionId: 's1', tenant: 'acme', role: 'admin' },
    topics: ['a', 'b.*'],
    connectedAt: 7,
    lastSeen: 8,
    live: false,
    room: 1,
  })
  for (const size of [1, 2, 3]) client.outlet.send(block(size))
  expect(describeClient(client)).toEqual({
    clientId: 'c1',
    principal: { userId: 'ada', sessionId: 's1', tenant: 'acme', role: 'admin' },
    topics: ['a', 'b.*'],
    connectedAt: 7,
    lastSeen: 8,
    live: false,
    queue: { events: 2, bytes: 5 },
  })
})

it('the facts about a client stay as they were', () => {
  const client = testClient({ topics: ['a'], room: 1 })
  const told = describeClient(client)
  client.topics = new Set(['b'])
  for (const size of [1, 2]) client.outlet.send(block(size))
  expect(told).toMatchObject({ topics: ['a'], queue: { events: 0, bytes: 0 } })
})

it.each([
  [
    ['a', 'b.*'],
    ['a', 'b.*'],
  ],
  [[], ['*']],
])('a gap of a client that has joined %j concerns %j', (topics, concern) => {
  expect(concernOf(testClient({ topics }))).toEqual(concern)
})

it.each<[what: string, seen: number, written: number, date: number, expected: number]>([
  ['when that was written', 1000, 500, 5000, 4500],
  ['as it was, if that was written before', 4900, 500, 5000, 4900],
  ['now, if that was written now', 1000, 0, 5000, 5000],
  ['not later than now, though the clock was set back', 9000, 500, 5000, 5000],
])('a client that has taken all was seen %s', (_, seen, written, date, expected) => {
  const client = testClient({ lastSeen: seen })
  noteSeen(client, client.outlet.lastWriteAt + written, date)
  expect(client.lastSeen).toBe(expected)
})

it.each([
  [['b'], ['b', 'a']],
  [[], ['*']],
])('a gap of a client that asked for %j and was given a topic concerns %j', (topics, concern) => {
  const { given } = withGiven(testClient(), 'userId', 'a', 0)
  expect(concernOf(testClient({ topics, given }))).toEqual(concern)
})

it('ids are long, made of all the letters there are, and never the same', () => {
  const ids = Array.from({ length: 2000 }, mintClientId)
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/)
  expect(new Set(ids).size).toBe(2000)
  expect(new Set(ids.join('')).size).toBe(64)
})
