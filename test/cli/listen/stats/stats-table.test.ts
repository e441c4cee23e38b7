import { describe, expect, it } from 'vitest'
import { count, type Happening, startStats } from '../../../../cli/listen/stats/stats.ts'
import { statsTable } from '../../../../cli/listen/stats/stats-table.ts'

const event = (at: number, type: string): Happening => ({ kind: 'event', type, bytes: 5, at })

describe('the table', () => {
  it('is aligned', () => {
    const happenings: Happening[] = [
      { kind: 'open', at: 1000 },
      ...Array.from({ length: 10 }, (_, n) => event(1000 + n * 100, 'order.created')),
      event(2500, 'ping\x1b'),
      { kind: 'shown' },
      { kind: 'heartbeat' },
      { kind: 'retry' },
      { kind: 'gap' },
      { kind: 'invalid' },
      { kind: 'repeat' },
    ]
    const stats = happenings.reduce(count, startStats(1000))
    expect(statsTable(stats, 3000, 'a\x07')).toBe(
      `
duration         2 s
events           11 (5.5 per second), 1 shown
  order.created  10
  ping\\u001b      1
bytes of data    55
longest silence  600 ms between two events
heartbeats       1
connections      1 opened, open for 2 s
retries          1
gaps             1
invalid          1
sent again       1, not counted as events
last event id    a\\u0007`.slice(1),
    )
  })

  it('says so where there is nothing to say', () => {
    expect(statsTable(startStats(1000), 1000, '')).toBe(
      `
duration         0 ms
events           0
bytes of data    0
longest silence  unknown
heartbeats       0
connections      0 opened, open for 0 ms
retries          0
gaps             0
last event id    none`.slice(1),
    )
  })

  it('shows the twenty most frequent names, and the others together', () => {
    const happenings = Array.from({ length: 130 }, (_, n) => event(n, `n${n}`))
    const stats = [...happenings, event(200, 'n50')].reduce(count, startStats(0))
    const rows = statsTable(stats, 1000, '')
      .split('\n')
      .filter((row) => row.startsWith('  '))
    expect(rows).toHaveLength(21)
    expect(rows[0]).toMatch(/^ {2}n50 +2$/)
    expect(rows.at(-1)).toMatch(/^ {2}\(other names\) +110$/)
  })

  it('cuts a name that is long', () => {
    const stats = count(startStats(0), event(0, 'x'.repeat(500)))
    expect(statsTable(stats, 1, '').split('\n')[2]?.length).toBeLessThan(100)
  })
})
