import { Counter, type CounterConfiguration, Gauge, Histogram, type Registry } from 'prom-client'
import type { Hub } from './hub.ts'
import type { HubStats } from './observe/stats.ts'

/** How metrics are named. */
export interface MetricsOptions {
  /**
   * Comes before each name.
   * @defaultValue 'headwater_'
   */
  readonly prefix?: string | undefined
}

/** Events that a replay may have: from a moment's absence to the whole of a log. */
const REPLAY_BUCKETS = [0, 1, 10, 100, 1000, 10_000]

/**
 * Adds a hub's figures to a registry of prom-client. Labels are few and fixed: no user, topic or client is among them. Figures
 * are read when the registry is asked for them, so that an event costs nothing.
 * @returns Takes them away again.
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

  /** Asked for by each metric, and all of them in one turn. */
  let current: HubStats | undefined
  function stats(): HubStats {
    if (!current) queueMicrotask(() => (current = undefined))
    current ??= hub.stats()
    return current
  }

  const gauge = (name: string, help: string, read: (stats: HubStats) => number): void => {
    new Gauge({
      ...named(name, help),
      collect() {
        this.set(read(stats()))
      },
    })
  }

  /** Counted by the hub already: what it has counted is put in as a whole. */
  function counter<L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    read: (stats: HubStats) => Iterable<readonly [value: number, label?: string]>,
  ): void {
    const configuration: CounterConfiguration<L> = {
      ...named(name, help),
      labelNames,
      collect() {
        this.reset()
        for (const [value, label] of read(stats())) {
          const [labelName] = labelNames
          if (labelName !== undefined && label !== undefined)
            this.inc({ [labelName]: label } as Record<L, string>, value)
          else this.inc(value)
        }
      },
    }
    new Counter(configuration)
  }
  const byLabel = (counts: Readonly<Record<string, number>>): (readonly [number, string])[] =>
    Object.entries(counts).map(([label, value]) => [value, label])

  gauge('clients', 'Streams that are open', ({ clients }) => clients)
  gauge('users', 'Users that have a stream open', ({ users }) => users)
  gauge('topics', 'Topics that somebody has joined', ({ topics }) => topics)
  gauge('queue_bytes', 'Bytes that wait for clients that do not keep up', ({ queue }) => queue.bytes)
  gauge('queue_events', 'Events that wait for clients that do not keep up', ({ queue }) => queue.events)
  gauge('filter_events', 'Events that wait for an answer of filter', ({ filtering }) => filtering)
  counter('filter_timeouts_total', 'Answers of filter that came too late', [], (stats) => [[stats.filterTimeouts]])
  counter('connections_total', 'Streams opened', [], ({ connections }) => [[connections]])
  counter('disconnections_total', 'Streams ended', ['reason'], ({ endings }) => byLabel(endings))
  counter('events_published_total', 'Events published', [], ({ published }) => [[published]])
  counter('events_delivered_total', 'Events handed to clients, once for each', [], ({ delivered }) => [[delivered]])
  counter('events_dropped_total', 'Events given up for slow clients', ['reason'], ({ dropped }) =>
    byLabel({ ...dropped }),
  )
  counter('topics_refused_total', 'Topics asked for and not granted', ['code'], ({ topicsRefused }) =>
    byLabel(topicsRefused),
  )
  counter('mailbox_events_total', 'Events kept for users, and what became of them', ['outcome'], ({ mailbox }) =>
    byLabel(mailbox),
  )
  counter('gaps_total', 'Cursors that could not be gone on from', [], ({ gaps }) => [[gaps]])
  counter('stalls_total', 'Streams that took nothing for too long', [], ({ endings }) => [[endings.stalled]])
  counter('errors_total', 'Requests refused, and functions that threw', ['code'], ({ errors }) => byLabel(errors))

  const replays = new Histogram({ ...named('replay_events', 'Events in a replay'), buckets: REPLAY_BUCKETS })
  const stop = hub.observe({ onReplay: ({ events }) => replays.observe(events) })
  return () => {
    stop()
    for (const name of names) registry.removeSingleMetric(name)
  }
}
