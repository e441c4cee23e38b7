import { describe, expect, it } from 'vitest'
import { type Heard, judge } from './scale/judge.ts'
import { plan } from './scale/play.ts'

/*
 * The pure parts of `npm run prove -- scale`.
 */

const event = (id: string, text = `text of ${id}`): Heard => ({ kind: 'event', text, id })
const gap = (resumedFrom: string, reason = 'epoch'): Heard => ({ kind: 'gap', gap: { reason, resumedFrom } })
const none = { missed: 0, lost: [], doubled: [], disordered: [], wrong: [] }

describe('judge()', () => {
  it.each<[what: string, history: Heard[], verdict: object]>([
    ['nothing', [], none],
    ['all events', [event('a-5'), event('a-6'), event('a-7')], none],
    ['a gap, and the first event behind it', [event('a-5'), gap('b-0'), event('b-1')], none],
    ['a gap in the same epoch', [event('a-5'), gap('a-8', 'expired'), event('a-9')], { ...none, missed: 3 }],
    ['an event less', [event('a-5'), event('a-7')], { ...none, lost: ['what is between a-5 and a-7'] }],
    ['an event less behind a gap', [gap('b-2'), event('b-4')], { ...none, lost: ['what is between b-2 and b-4'] }],
    [
      'an event twice',
      [event('a-5'), event('a-5')],
      { ...none, doubled: ['text of a-5 (a-5)'], disordered: ['a-5 after a-5'] },
    ],
    [
      'an event twice, with another id',
      [event('a-5', 'x'), gap('b-0'), event('b-1', 'x')],
      { ...none, doubled: ['x (b-1)'] },
    ],
    ['an older event', [event('a-5'), event('a-4')], { ...none, disordered: ['a-4 after a-5'] }],
    [
      'another epoch without a gap',
      [event('a-5'), event('b-1')],
      { ...none, wrong: ['b-1 follows a-5 without a gap'] },
    ],
    [
      'two events in the wrong order',
      [event('a-5'), event('a-7'), event('a-6')],
      { ...none, lost: ['what is between a-5 and a-7'], disordered: ['a-6 after a-7'] },
    ],
    [
      'a gap that does not say where the stream goes on',
      [event('a-5'), gap(''), event('a-9')],
      {
        ...none,
        wrong: ['a gap (epoch) does not say where the stream goes on: nothing'],
        lost: ['what is between a-5 and a-9'],
      },
    ],
    [
      'a gap that leads back',
      [event('a-5'), gap('a-2', 'expired'), event('a-3')],
      { ...none, wrong: ['a gap (expired) leads back from a-5 to a-2'] },
    ],
    ['an id of something else', [event('5')], { ...none, wrong: ['text of 5 came with the id 5'] }],
  ])('sees %s', (_, history, verdict) => {
    expect(judge(history, new Map())).toMatchObject(verdict)
  })

  it('sees that two clients have different events with one id', () => {
    const texts = new Map<string, string>()
    judge([event('a-1', 'one')], texts)
    expect(judge([event('a-1', 'other')], texts).wrong).toEqual(['a-1 is other, and elsewhere one'])
  })

  it('counts events, and gaps by their reasons', () => {
    const { events, gaps } = judge([event('a-5'), gap('b-0'), gap('b-3', 'expired'), gap('c-0')], new Map())
    expect([events, gaps]).toEqual([1, { epoch: 2, expired: 1 }])
  })
})

describe('plan()', () => {
  it('has each kind before one comes twice, and as many as asked', () => {
    const planned = plan(['a', 'b', 'c'], 7, () => 0.99)
    expect(planned).toEqual(['c', 'b', 'a', 'c', 'b', 'a', 'c'])
  })
})
