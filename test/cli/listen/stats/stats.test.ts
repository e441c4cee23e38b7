import { describe, expect, it } from 'vitest'
import { count, type Happening, openTime, type Stats, startStats } from '../../../../cli/listen/stats/stats.ts'

const counted = (...happenings: Happening[]): Stats => happenings.reduce(count, startStats(1000))
const event = (at: number, type = 'tick', bytes = 10): Happening => ({ kind: 'event', type, bytes, at })

describe('what is counted', () => {
  it('starts with nothing', () => {
    expect(startStats(1000)).toMatchObject({ startedAt: 1000, events: 0, bytes: 0, opened: 0, longestSilence: 0 })
  })

  it('is events, by name and in bytes, and the longest silence between two of them', () => {
    const stats = counted(event(5000), event(5100, 'other', 3), event(7000), event(7001))
    expect(stats).toMatchObject({ events: 4, bytes: 33, longestSilence: 1900, lastEventAt: 7001 })
    expect([...stats.names]).toEqual([
      ['tick', 3],
      ['other', 1],
    ])
  })

  it.each<[kind: 'shown' | 'invalid' | 'repeat' | 'heartbeat' | 'retry' | 'gap', field: keyof Stats]>([
    ['shown', 'shown'],
    ['invalid', 'invalid'],
    ['repeat', 'repeats'],
    ['heartbeat', 'heartbeats'],
    ['retry', 'retries'],
    ['gap', 'gaps'],
  ])('is each %s', (kind, field) => {
    expect(counted({ kind }, { kind })).toEqual({ ...startStats(1000), [field]: 2 })
  })

  it('is the time for which a connection was open, the one that is included', () => {
    const stats = counted({ kind: 'open', at: 2000 }, { kind: 'lost', at: 5000 }, { kind: 'open', at: 6000 })
    expect(stats.opened).toBe(2)
    expect(openTime(stats, 6500)).toBe(3500)
    expect(openTime(counted({ kind: 'open', at: 2000 }, { kind: 'lost', at: 5000 }), 9000)).toBe(3000)
  })

  it('is a hundred names, whatever a server makes up; the others are counted together', () => {
    const stats = counted(...Array.from({ length: 150 }, (_, n) => event(n, `n${n}`)), event(200, 'n0'))
    expect([stats.names.size, stats.unnamed, stats.events]).toEqual([100, 50, 151])
    expect(stats.names.get('n0')).toBe(2)
  })

  it('leaves the value before as it was', () => {
    const before = counted(event(1))
    count(before, event(2))
    expect(before.names.get('tick')).toBe(1)
  })
})
