import type { Gap } from 'headwater'
import { describe, expect, it } from 'vitest'
import { type Entry, judge, names, placeOf } from './chaos/history.ts'

const EPOCHS = ['first', 'second']

const gap = (requested: string, resumedFrom: string, reason = 'expired'): Gap => ({
  reason,
  certain: true,
  requested,
  resumedFrom,
  topics: ['*'],
})

describe('placeOf()', () => {
  it.each([
    ['first-0', [0, 0]],
    ['first-12', [0, 12]],
    ['second-3', [1, 3]],
    ['third-3', undefined],
    ['first-x', undefined],
    ['', undefined],
  ])('reads the id %j', (id, place) => {
    expect(placeOf(id, EPOCHS)).toEqual(place)
  })
})

describe('names(): does a gap name an event?', () => {
  it.each([
    ['the first event behind the cursor', 'first-4', 'first-9', 'first-5', true],
    ['the last one before the stream goes on', 'first-4', 'first-9', 'first-9', true],
    ['the event of the cursor itself', 'first-4', 'first-9', 'first-4', false],
    ['the first one that the stream brings', 'first-4', 'first-9', 'first-10', false],
    ['the rest of an old log', 'first-4', 'second-2', 'first-900', true],
    ['what the old log had before the cursor', 'first-4', 'second-2', 'first-3', false],
    ['the beginning of the new log', 'first-4', 'second-2', 'second-2', true],
    ['what the new log brings', 'first-4', 'second-2', 'second-3', false],
    ['all before the stream goes on, if the cursor is not named', '', 'second-2', 'first-1', true],
    ['no event, if it does not say where the stream goes on', 'first-4', '', 'first-5', false],
    ['no event without an id', 'first-4', 'first-9', '', false],
  ])('answers for %s', (_, requested, resumedFrom, id, answer) => {
    expect(names(gap(requested, resumedFrom), id, EPOCHS)).toBe(answer)
  })
})

/** Ids of the events 1 to 9 of a topic: every second event of the log. */
const IDS = Array.from({ length: 10 }, (_, n) => (n ? `first-${2 * n}` : undefined))
const PUBLISHED = new Map([
  ['eu', IDS],
  ['us', IDS.map((id) => id?.replace('first', 'second'))],
])

const event = (n: number, id = IDS[n] ?? ''): Entry => ({ kind: 'event', topic: 'eu', n, id })
const joining: Entry = { kind: 'joining', topic: 'eu' }
const joined: Entry = { kind: 'joined', topic: 'eu' }
const open: Entry = { kind: 'open', recovered: true }
const lost = (requested: string, resumedFrom: string): Entry => ({ kind: 'gap', gap: gap(requested, resumedFrom) })

const FINE = { events: 0, gaps: {}, missed: 0, lost: [], doubled: [], disordered: [], wrong: [] }

describe('judge()', () => {
  it.each<[string, Entry[], object]>([
    ['nothing', [], {}],
    ['events in order, from any number on', [joined, event(3), event(4), open, event(5)], { events: 3 }],
    ['a hole', [joined, event(3), event(5)], { events: 2, lost: ['eu 4 (first-8), between 3 and 5'] }],
    [
      'a hole of two',
      [joined, event(1), event(4)],
      { events: 2, lost: ['eu 2 (first-4), between 1 and 4', 'eu 3 (first-6), between 1 and 4'] },
    ],
    [
      'an opening does not explain a hole',
      [event(3), { ...open, recovered: false } as Entry, event(5)],
      { events: 2, lost: [expect.any(String)] },
    ],
    [
      'a gap that names what is missing',
      [event(3), lost('first-6', 'first-9'), event(5)],
      { events: 2, gaps: { expired: 1 }, missed: 1 },
    ],
    [
      'a gap that names too little',
      [event(3), lost('first-6', 'first-8'), event(6)],
      { events: 2, gaps: { expired: 1 }, missed: 1, lost: ['eu 5 (first-10), between 3 and 6'] },
    ],
    [
      'a gap after the hole',
      [event(3), event(5), lost('first-6', 'first-9')],
      { events: 2, gaps: { expired: 1 }, lost: [expect.any(String)] },
    ],
    [
      'two gaps that name it together',
      [event(3), lost('first-6', 'first-8'), lost('first-8', 'first-10'), event(6)],
      { events: 2, gaps: { expired: 2 }, missed: 2 },
    ],
    ['an event twice', [event(3), event(3)], { events: 2, doubled: ['eu 3'] }],
    ['an event twice, later', [event(3), event(4), event(3), event(5)], { events: 4, doubled: ['eu 3'] }],
    [
      'an event late',
      [joined, event(2), event(4), event(3)],
      { events: 3, lost: [expect.any(String)], disordered: ['eu 3 after 4'] },
    ],
    ['a topic that is joined again', [joined, event(3), joined, event(7)], { events: 2 }],
    [
      'a topic that is asked for again while the server carries out that it was left',
      [joined, event(2), joining, event(3), event(5), joined, event(7)],
      { events: 4 },
    ],
    [
      'a hole behind the confirmation',
      [joining, event(2), event(3), joined, event(4), event(6)],
      { events: 4, lost: ['eu 5 (first-10), between 4 and 6'] },
    ],
    ['a topic that is asked for, and an event twice', [event(3), joining, event(3)], { events: 2, doubled: ['eu 3'] }],
    [
      'a topic that is joined again, and an event twice',
      [event(3), joined, event(3)],
      { events: 2, doubled: ['eu 3'] },
    ],
    [
      'another id than that of the event',
      [event(3, 'first-7')],
      { events: 1, wrong: ['eu 3 came with the id first-7, and was published with first-6'] },
    ],
    ['what the application could not use', [{ kind: 'misfit', topic: 'eu', text: 'no' }], { wrong: ['eu: no'] }],
    ['topics apart', [event(3), { kind: 'event', topic: 'us', n: 8, id: 'second-16' }, event(4)], { events: 3 }],
  ])('finds what there is to find: %s', (_, history, found) => {
    expect(judge(history, PUBLISHED, EPOCHS)).toEqual({ ...FINE, ...found })
  })
})
