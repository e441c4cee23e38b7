import { expect, it } from 'vitest'
import { countDenials, createCounters, resetCounters } from '../../../server/observe/counters.ts'

const ZERO = {
  connections: 0,
  published: 0,
  unlogged: 0,
  delivered: 0,
  dropped: { volatile: 0, coalesced: 0 },
  replays: { count: 0, events: 0 },
  gaps: 0,
  topicsRefused: { invalid: 0, denied: 0, full: 0, 'too-many': 0 },
  filterTimeouts: 0,
  mailbox: { kept: 0, sent: 0, acknowledged: 0, dropped: 0 },
  endings: {
    closed: 0,
    overflow: 0,
    stalled: 0,
    timeout: 0,
    expired: 0,
    kicked: 0,
    'max-age': 0,
    drained: 0,
    error: 0,
  },
  errors: {},
}

it('counts begin at 0, each hub with its own', () => {
  const [one, other] = [createCounters(), createCounters()]
  expect(one).toEqual(ZERO)
  one.dropped.volatile++
  one.replays.count++
  one.endings.closed++
  one.errors['full'] = 1
  countDenials(one, { counts: { full: 2 } })
  expect(one.topicsRefused).toEqual({ invalid: 0, denied: 0, full: 2, 'too-many': 0 })
  expect(other).toEqual(ZERO)
})

it('counts begin again in place: a holder of a part of them counts on', () => {
  const counters = createCounters()
  const { dropped, replays, mailbox, endings } = counters
  const count = (): void => {
    counters.connections++
    counters.published++
    counters.delivered++
    counters.gaps++
    counters.filterTimeouts++
    dropped.volatile++
    dropped.coalesced++
    replays.count++
    replays.events++
    for (const name of Object.keys(mailbox) as (keyof typeof mailbox)[]) mailbox[name]++
    for (const why of Object.keys(endings) as (keyof typeof endings)[]) endings[why]++
    countDenials(counters, { counts: { invalid: 1, denied: 1, full: 1, 'too-many': 1 } })
    counters.errors['full'] = (counters.errors['full'] ?? 0) + 1
  }
  count()
  count()
  resetCounters(counters)
  expect(counters).toEqual(ZERO)
  count()
  expect(counters).toMatchObject({
    connections: 1,
    published: 1,
    delivered: 1,
    gaps: 1,
    filterTimeouts: 1,
    dropped: { volatile: 1, coalesced: 1 },
    replays: { count: 1, events: 1 },
    errors: { full: 1 },
    topicsRefused: { invalid: 1, denied: 1, full: 1, 'too-many': 1 },
  })
  expect(new Set(Object.values(counters.mailbox))).toEqual(new Set([1]))
  expect(new Set(Object.values(counters.endings))).toEqual(new Set([1]))
})
