import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import type { Hub } from './hub.ts'
import type { HubStats } from './observe/stats.ts'

/** How metrics are named. */
export interface MetricsOptions {
  /**
   * The beginning of each name.
   * @defaultValue 'headwater_'
   */
  readonly prefix?: string | undefined
}

/** Events that a replay may have: from a moment's absence to the whole of a log. */
const REPLAY_BUCKETS = [0, 1, 10, 100, 1000, 10_000]

/** A value at this moment. */
const GAUGES: readonly (readonly [name: string, help: string, read: (stats: HubStats) => number])[] = [
  ['clients', 'Streams that are open', ({ clients }) => clients],
  ['users', 'Users that have a stream open', ({ users }) => users],
  ['topics', 'Topics that somebody has joined', ({ topics }) => topics],
  ['queue_bytes', 'Bytes that wait for clients that do not keep up', ({ queue }) => queue.bytes],
  ['queue_events', 'Events that wait for clients that do not keep up', ({ queue }) => queue.events],
  ['filter_events', 'Events that wait for an answer of filter', ({ filtering }) => filtering],
  ['log_available', '1, or 0 while the log cannot be reached', ({ log }) => Number(log.available)],
]

/** A count of the hub: one number, or one for each value of a label. */
const COUNTERS: readonly (readonly [
  name: string,
  help: string,
  label: string | undefined,
  read: (stats: HubStats) => number | object,
])[] = [
  ['filter_timeouts_total', 'Answers of filter that came too late', undefined, (stats) => stats.filterTimeouts],
  ['connections_total', 'Streams opened', undefined, ({ connections }) => connections],
  ['disconnections_total', 'Streams ended', 'reason', ({ endings }) => endings],
  ['events_published_total', 'Events published', undefined, ({ published }) => published],
  ['events_unlogged_total', 'Events given to clients without the log', undefined, ({ unlogged }) => unlogged],
  ['events_delivered_total', 'Events handed to clients, once for each', undefined, ({ delivered }) => delivered],
  ['events_dropped_total', 'Events given up for slow clients', 'reason', ({ dropped }) => dropped],
  ['topics_refused_total', 'Topics asked for and not granted', 'code', ({ topicsRefused }) => topicsRefused],
  ['mailbox_events_total', 'Events kept for users, and what became of them', 'outcome', ({ mailbox }) => mailbox],
  ['gaps_total', 'Cursors that could not be gone on from', undefined, ({ gaps }) => gaps],
  ['stalls_total', 'Streams that took nothing for too long', undefined, ({ endings }) => endings.stalled],
  ['errors_total', 'Requests refused, and functions that threw', 'code', ({ errors }) => errors],
]

/**
 * Adds a hub's figures to a registry of prom-client. Labels are few and fixed: none is a user, a topic or a client. The figures are
 * read when the registry is asked for them, so an event costs nothing.
 * @returns A function that removes them.
 *
 * @example
 * registerMetrics(hub, registry)
 * app.get('/metrics', async (_, response) => response.type(registry.contentType).send(await registry.metrics()))
 */
export function registerMetrics(
  hub: Pick<Hub, 'stats' | 'observe'>,
  registry: Registry,
  { prefix = 'headwater_' }: MetricsOptions = {},
): () => void {
  const registers = [registry]
  const names: string[] = []
  const named = (name: string, help: string) => {
    names.push(prefix + name)
    return { name: prefix + name, help, registers }
  }
  const stats = readOnce(hub)

  for (const [name, help, read] of GAUGES) {
    new Gauge({
      ...named(name, help),
      collect() {
        this.set(read(stats()))
      },
    })
  }
  for (const [name, help, label, read] of COUNTERS) {
    new Counter({
      ...named(name, help),
      labelNames: label === undefined ? [] : [label],
      // Counted by the hub already: what it has counted is put in as a whole.
      collect() {
        this.reset()
        const counted = read(stats())
        if (label === undefined) this.inc(Number(counted))
        else for (const [value, count] of Object.entries(counted)) this.inc({ [label]: value }, count)
      },
    })
  }
  const replays = new Histogram({ ...named('replay_events', 'Events in a replay'), buckets: REPLAY_BUCKETS })
  const stop = hub.observe({ onReplay: ({ events }) => replays.observe(events) })
  return () => {
    stop()
    for (const name of names) registry.removeSingleMetric(name)
  }
}

/** The figures, which each metric asks for: read once for all that ask in one turn. */
function readOnce(hub: Pick<Hub, 'stats'>): () => HubStats {
  let current: HubStats | undefined
  return () => {
    if (!current) queueMicrotask(() => (current = undefined))
    current ??= hub.stats()
    return current
  }
}
