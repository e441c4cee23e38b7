import { registerMetrics } from 'headwater/server/metrics'
import { Registry } from 'prom-client'
import { describe, expect, it } from 'vitest'
import { hubBench } from '../support/reader.ts'

/** The samples of a registry, by name and labels. */
async function samples(registry: Registry): Promise<Record<string, number>> {
  const lines = (await registry.metrics()).split('\n').filter((line) => line && !line.startsWith('#'))
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]))
}

describe('metrics', () => {
  it('say what a hub has done', async () => {
    const bench = hubBench({ authorize: (_, topic) => topic !== 'no', limits: { perUser: 2 } })
    const { hub, stream, ask, clock } = bench
    const registry = new Registry()
    registerMetrics(hub, registry)
    const one = await stream('?user=ada&topics=orders')
    await stream('?user=ada')
    await ask('/events?user=ada')
    const denied = await stream('?topics=a%20b,no')
    await denied.leave()
    await hub.publish('x', 1)
    await hub.publish('x', 2, { topic: 'orders' })
    await stream(`?lastEventId=${one.find('connected')?.['cursor']}`)
    await stream('?lastEventId=gone')
    await one.leave()
    hub.kick({ userId: 'ada' })
    await clock.settle()
    expect(await samples(registry)).toEqual({
      headwater_clients: 2,
      headwater_users: 0,
      headwater_topics: 0,
      headwater_queue_bytes: 0,
      headwater_queue_events: 0,
      headwater_filter_events: 0,
      headwater_log_available: 1,
      headwater_filter_timeouts_total: 0,
      headwater_connections_total: 5,
      'headwater_disconnections_total{reason="closed"}': 2,
      'headwater_disconnections_total{reason="overflow"}': 0,
      'headwater_disconnections_total{reason="stalled"}': 0,
      'headwater_disconnections_total{reason="timeout"}': 0,
      'headwater_disconnections_total{reason="expired"}': 0,
      'headwater_disconnections_total{reason="kicked"}': 1,
      'headwater_disconnections_total{reason="max-age"}': 0,
      'headwater_disconnections_total{reason="drained"}': 0,
      'headwater_disconnections_total{reason="error"}': 0,
      headwater_events_published_total: 2,
      headwater_events_unlogged_total: 0,
      headwater_events_delivered_total: 3,
      'headwater_events_dropped_total{reason="volatile"}': 0,
      'headwater_events_dropped_total{reason="coalesced"}': 0,
      'headwater_topics_refused_total{code="invalid"}': 1,
      'headwater_topics_refused_total{code="denied"}': 1,
      'headwater_topics_refused_total{code="full"}': 0,
      'headwater_topics_refused_total{code="too-many"}': 0,
      'headwater_mailbox_events_total{outcome="kept"}': 0,
      'headwater_mailbox_events_total{outcome="sent"}': 0,
      'headwater_mailbox_events_total{outcome="acknowledged"}': 0,
      'headwater_mailbox_events_total{outcome="dropped"}': 0,
      headwater_gaps_total: 1,
      headwater_stalls_total: 0,
      'headwater_errors_total{code="per-user"}': 1,
      'headwater_replay_events_bucket{le="0"}': 0,
      'headwater_replay_events_bucket{le="1"}': 1,
      'headwater_replay_events_bucket{le="10"}': 1,
      'headwater_replay_events_bucket{le="100"}': 1,
      'headwater_replay_events_bucket{le="1000"}': 1,
      'headwater_replay_events_bucket{le="10000"}': 1,
      'headwater_replay_events_bucket{le="+Inf"}': 1,
      headwater_replay_events_sum: 1,
      headwater_replay_events_count: 1,
    })
  })

  it('are the same when they are asked for twice', async () => {
    const { hub } = hubBench()
    const registry = new Registry()
    registerMetrics(hub, registry)
    await hub.publish('x', 1)
    const once = await samples(registry)
    expect(await samples(registry)).toEqual(once)
    expect(once['headwater_events_published_total']).toBe(1)
  })

  it('have the names that are asked for, so that two hubs fit into one registry, and can be taken away', async () => {
    const registry = new Registry()
    const [one, two] = [hubBench(), hubBench()]
    const remove = registerMetrics(one.hub, registry, { prefix: 'one_' })
    registerMetrics(two.hub, registry, { prefix: 'two_' })
    await two.hub.publish('x', 1)
    expect(await samples(registry)).toMatchObject({ one_events_published_total: 0, two_events_published_total: 1 })
    remove()
    expect(Object.keys(await samples(registry)).filter((name) => name.startsWith('one_'))).toEqual([])
  })
})
