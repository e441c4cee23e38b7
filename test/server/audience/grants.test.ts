import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type GivenBy,
  type Grants,
  give,
  type Joined,
  NOTHING_GIVEN,
  take,
  topicsAt,
  topicsOf,
} from '../../../server/audience/grants.ts'

type Gift = readonly [by: GivenBy, topic: string, since: number]

const asking = (...topics: string[]): Grants => ({ asked: new Set(topics), given: NOTHING_GIVEN })
/** A stream that asked for the same topics, and is given some. */
function given({ asked }: Grants, ...gifts: Gift[]): Joined {
  const joined: Joined = { asked, given: NOTHING_GIVEN, topics: asked }
  for (const [by, topic, since] of gifts) give(joined, by, topic, since)
  return joined
}

describe('the topics of a stream', () => {
  it.each<[asked: string[], gifts: Gift[], topics: string[]]>([
    [[], [], []],
    [['a'], [], ['a']],
    [[], [['userId', 'a', 0]], ['a']],
    [['a'], [['userId', 'a', 0]], ['a']],
    [['a'], [['userId', 'b', 0]], ['a', 'b']],
    [
      ['a'],
      [
        ['userId', 'b', 0],
        ['sessionId', 'b', 0],
        ['clientId', 'c', 0],
      ],
      ['a', 'c', 'b'],
    ],
  ])('a stream that asked for %j and was given %j has the topics %j', (asked, gifts, topics) => {
    const joined = given(asking(...asked), ...gifts)
    expect([...topicsOf(joined)]).toEqual(topics)
    expect(joined.topics).toEqual(new Set(topics))
  })

  it('are the very set that was asked for where nothing is given: nothing is copied', () => {
    const grants = asking('a')
    expect(topicsOf(grants)).toBe(grants.asked)
    const joined = given(grants, ['userId', 'a', 0])
    expect(joined.topics).toBe(grants.asked)
    give(joined, 'userId', 'b', 0)
    for (const topic of ['a', 'b']) take(joined, 'userId', topic)
    expect([topicsOf(joined), joined.topics]).toEqual([grants.asked, grants.asked])
    expect(topicsOf(joined)).toBe(grants.asked)
    expect(joined.topics).toBe(grants.asked)
  })

  it.each<[what: string, asked: string[], gifts: Gift[], takes: (readonly [GivenBy, string])[], topics: string[]]>([
    ['given, taken', [], [['userId', 'a', 0]], [['userId', 'a']], []],
    ['given, taken under another name', [], [['userId', 'a', 0]], [['sessionId', 'a']], ['a']],
    [
      'given twice, taken once',
      [],
      [
        ['userId', 'a', 0],
        ['clientId', 'a', 0],
      ],
      [['userId', 'a']],
      ['a'],
    ],
    ['asked for and given, taken', ['a'], [['userId', 'a', 0]], [['userId', 'a']], ['a']],
    ['asked for, taken', ['a'], [], [['userId', 'a']], ['a']],
  ])('%s', (_, asked, gifts, takes, topics) => {
    const joined = given(asking(...asked), ...gifts)
    for (const [by, topic] of takes) take(joined, by, topic)
    expect([...topicsOf(joined)]).toEqual(topics)
    expect(joined.topics).toEqual(new Set(topics))
  })

  it('do not change what they were made of, nor what all streams share', () => {
    const grants = asking('a')
    const joined = given(grants, ['userId', 'b', 1])
    take(joined, 'sessionId', 'b')
    give(joined, 'sessionId', 'c', 2)
    take(given(grants), 'userId', 'b')
    expect(grants).toEqual(asking('a'))
    expect(Object.values(NOTHING_GIVEN).map(({ size }) => size)).toEqual([0, 0, 0])
    expect(given(asking()).topics.size).toBe(0)
  })
})

describe('the topics that count for an event', () => {
  const at = (grants: Grants, seq: number) => [...topicsAt({ ...grants, topics: topicsOf(grants) }, seq)]
  const some = given(asking('a'), ['userId', 'b', 5], ['sessionId', 'b', 7], ['clientId', 'c', 9], ['userId', 'a', 9])

  it.each<[seq: number, topics: string[]]>([
    [1, ['a']],
    [5, ['a']],
    [6, ['a', 'b']],
    [9, ['a', 'b']],
    [10, ['a', 'c', 'b']],
  ])('number %i are %j', (seq, topics) => {
    expect(at(some, seq)).toEqual(topics)
  })

  it('are all of them, without a copy, once nothing is later', () => {
    const topics = topicsOf(some)
    expect(topicsAt({ ...some, topics }, 10)).toBe(topics)
    const grants = asking('a')
    expect(topicsAt({ ...grants, topics: grants.asked }, 0)).toBe(grants.asked)
  })

  it('only become more with later events', () => {
    const gift = fc.tuple(
      fc.constantFrom<GivenBy>('clientId', 'sessionId', 'userId'),
      fc.constantFrom('a', 'b', 'c'),
      fc.nat(9),
    )
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom('a', 'd')), fc.array(gift), fc.nat(9), (asked, gifts, seq) => {
        const grants = given(asking(...asked), ...gifts)
        const later = new Set(at(grants, seq + 1))
        for (const topic of [...asked, ...at(grants, seq)]) expect(later).toContain(topic)
        expect(new Set(at(grants, 10))).toEqual(topicsOf(grants))
      }),
    )
  })
})
