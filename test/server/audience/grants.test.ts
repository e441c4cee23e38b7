import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type GivenBy,
  type Grants,
  NOTHING_GIVEN,
  topicsAt,
  topicsOf,
  withGiven,
  withoutGiven,
} from '../../../server/audience/grants.ts'

type Gift = readonly [by: GivenBy, topic: string, since: number]

const asking = (...topics: string[]): Grants => ({ asked: new Set(topics), given: NOTHING_GIVEN })
const given = (grants: Grants, ...gifts: Gift[]): Grants =>
  gifts.reduce((each, [by, topic, since]) => withGiven(each, by, topic, since), grants)

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
    expect([...topicsOf(given(asking(...asked), ...gifts))]).toEqual(topics)
  })

  it('are the very set that was asked for where nothing is given: nothing is copied', () => {
    const grants = asking('a')
    expect(topicsOf(grants)).toBe(grants.asked)
    expect(topicsOf(withoutGiven(withGiven(grants, 'userId', 'b', 0), 'userId', 'b'))).toBe(grants.asked)
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
    const grants = takes.reduce((each, [by, topic]) => withoutGiven(each, by, topic), given(asking(...asked), ...gifts))
    expect([...topicsOf(grants)]).toEqual(topics)
  })

  it('do not change what they were made of', () => {
    const before = given(asking('a'), ['userId', 'b', 1])
    withGiven(before, 'userId', 'c', 2)
    withoutGiven(before, 'userId', 'b')
    expect(before).toEqual(given(asking('a'), ['userId', 'b', 1]))
    expect(NOTHING_GIVEN.userId.size).toBe(0)
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
