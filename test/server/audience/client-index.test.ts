import { describe, expect, it } from 'vitest'
import { createClientIndex, union } from '../../../server/audience/client-index.ts'
import { testClient } from '../../support/hub.ts'

const [ada, bob, eve] = [testClient({ id: 'ada' }), testClient({ id: 'bob' }), testClient({ id: 'eve' })]
const ids = (clients: Iterable<{ readonly id: string }>): string[] => Array.from(clients, ({ id }) => id)

describe('an index of clients', () => {
  it('finds them by their key, in the order in which they came', () => {
    const index = createClientIndex()
    for (const client of [bob, ada, bob]) index.add('a', client)
    index.add('b', eve)
    expect([ids(index.get('a')), ids(index.get('b')), ids(index.get('c')), index.size]).toEqual([
      ['bob', 'ada'],
      ['eve'],
      [],
      2,
    ])
  })

  it('has no clients without a key', () => {
    const index = createClientIndex()
    index.add(undefined, ada)
    index.remove(undefined, ada)
    expect([ids(index.get(undefined)), index.size]).toEqual([[], 0])
  })

  it('forgets a key with its last client', () => {
    const index = createClientIndex()
    for (const client of [ada, eve]) index.add('a', client)
    index.remove('a', bob)
    index.remove('b', ada)
    index.remove('a', eve)
    expect([ids(index.get('a')), index.size]).toEqual([['ada'], 1])
    index.remove('a', ada)
    expect([ids(index.get('a')), index.size]).toEqual([[], 0])
  })
})

describe('a union of sets', () => {
  it('has each client once', () => {
    expect(ids(union([new Set([ada, bob]), new Set(), new Set([bob, eve])]))).toEqual(['ada', 'bob', 'eve'])
    expect(ids(union([]))).toEqual([])
  })

  it('is the only set that is not empty: nothing is copied', () => {
    const one = new Set([ada])
    expect(union([new Set(), one, one])).toBe(one)
  })
})
