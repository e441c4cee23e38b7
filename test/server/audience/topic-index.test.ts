import { expect, it } from 'vitest'
import { createTopicIndex } from '../../../server/audience/topic-index.ts'
import { testClient, withGiven } from '../../support/hub.ts'

function setup(...topics: string[][]) {
  const index = createTopicIndex()
  const clients = topics.map((each, n) => testClient({ id: `c${n}`, topics: each }))
  for (const client of clients) index.add(client)
  const ids = (found: ReadonlySet<{ readonly id: string }>): string[] => Array.from(found, ({ id }) => id).sort()
  return {
    ...index,
    clients,
    joined: (topic: string) => ids(index.joined(topic)),
    interested: (resource: string) => ids(index.interested(resource)),
    size: () => index.size,
  }
}

it('an event of a topic finds who joined it, or a wildcard over it', () => {
  const { joined, interested } = setup(['a.b'], ['a.*', 'a.b'], ['*'], ['a'], [])
  expect(joined('a.b')).toEqual(['c0', 'c1', 'c2'])
  expect(joined('a')).toEqual(['c2', 'c3'])
  expect(interested('a.b')).toEqual(['c0', 'c1', 'c2', 'c4'])
})

it('a client that is given a topic still gets what is for a resource, as it asked for none', () => {
  const { clients, give, take, interested, joined, count } = setup([])
  const [client] = clients
  if (!client) throw new Error('there is one')
  expect(give(client, 'userId', 'a', 0)).toBe(true)
  expect([joined('a'), interested('x'), count('a')]).toEqual([['c0'], ['c0'], 1])
  expect(take(client, 'userId', 'a')).toBe(true)
  expect(take(client, 'userId', 'a')).toBe(false)
  expect([joined('a'), interested('x'), count('a')]).toEqual([[], ['c0'], 0])
})

it('a client that moves is found under its new topics alone', () => {
  const { clients, move, joined, interested, size } = setup(['a', 'b'])
  const [client] = clients
  if (!client) throw new Error('there is one')
  move(client, withGiven({ asked: new Set(['b']), given: client.given }, 'sessionId', 'c', 0))
  expect([joined('a'), joined('b'), joined('c'), size()]).toEqual([[], ['c0'], ['c0'], 2])
  expect([...client.topics]).toEqual(['b', 'c'])
  move(client, { asked: new Set(), given: client.given })
  expect([joined('b'), interested('x')]).toEqual([[], ['c0']])
})

it('a client that is removed leaves nothing behind', () => {
  const { clients, remove, interested, size } = setup(['a'], [])
  for (const client of clients) remove(client)
  expect([size(), interested('a')]).toEqual([0, []])
})
