import { type EventFilter, type EventLog, type LogEntry, memoryLog, type PublishTarget } from 'headwater/server'
import { createClock, type TestClock } from 'headwater/testing'
import type { Sink } from '../../server/audience/carrier.ts'
import { type Client, createClient, type Ending } from '../../server/audience/client.ts'
import { type GivenBy, type Grants, NOTHING_GIVEN } from '../../server/audience/grants.ts'
import { createOutlet } from '../../server/audience/outlet.ts'
import type { Principal } from '../../server/audience/principal.ts'
import { createRegistry, type Registry } from '../../server/audience/registry.ts'
import { checkTarget } from '../../server/audience/target.ts'
import type { Losses } from '../../server/audience/waiting.ts'
import { type Counters, createCounters } from '../../server/observe/counters.ts'
import { createDelivery, type Delivery } from '../../server/publish/delivery.ts'
import { checkEvent, type Message, toMessage } from '../../server/publish/message.ts'
import { parseChunks, type Report } from './wire.ts'

/*
 * The parts of a hub without the hub: for tests of one part that needs its neighbours.
 */

/** A sink that keeps what it is given. */
export interface TestSink extends Sink {
  readonly chunks: Uint8Array[]
  /** How many writes it takes; with the last of them it says that it is full. */
  room: number
  /** How stream ended. */
  readonly did: ('end' | 'destroy')[]
}

export function testSink(room = Infinity): TestSink {
  const sink: TestSink = {
    chunks: [],
    did: [],
    room,
    write(bytes) {
      sink.chunks.push(bytes)
      return --sink.room > 0
    },
    end: () => sink.did.push('end'),
    destroy: () => sink.did.push('destroy'),
  }
  return sink
}

/** What a sink's bytes say, read as a client reads them. */
export const heard = ({ chunks }: TestSink): Report[] => parseChunks(chunks)

/** The names and payloads of its events. */
export const events = (sink: TestSink): [type: string, data: unknown][] =>
  heard(sink).flatMap((report) =>
    report[0] === 'block' && report[2] !== undefined ? [[report[1], JSON.parse(report[2])]] : [],
  )

/** The payloads of the events that {@link Stage.append} wrote down. */
export const payloads = (sink: TestSink): unknown[] =>
  events(sink).flatMap(([type, data]) => (type === 'n' ? [data] : []))

/** The same for any sink, with nothing of the protocol in between: bytes that mean nothing. */
export const block = (length: number): Uint8Array => new Uint8Array(length).fill(0x3a)

export interface TestClient extends Client {
  readonly sink: TestSink
  /** Has the sink take so many writes more. */
  drain(room?: number): void
}

export interface TestClientOptions extends Partial<Omit<Client, 'outlet' | 'sink' | 'asked' | 'topics'>> {
  /** What it asked for. */
  readonly topics?: readonly string[]
  readonly room?: number
  readonly limits?: { readonly queueBytes?: number; readonly queueEvents?: number; readonly eventsPerSecond?: number }
  readonly clock?: TestClock
  readonly losses?: Losses
}

let lastId = 0

/** A client that is live, of nobody in particular, over a sink that takes everything; unless said otherwise. */
export function testClient({
  topics = [],
  given = NOTHING_GIVEN,
  room,
  limits,
  clock = createClock(),
  losses = { volatile: 0, coalesced: 0 },
  ...rest
}: TestClientOptions = {}): TestClient {
  const asked = new Set(topics)
  const sink = testSink(room)
  const outlet = createOutlet(
    sink,
    { queueBytes: Infinity, queueEvents: Infinity, eventsPerSecond: Infinity, ...limits },
    clock,
    losses,
  )
  const known = { principal: {}, asked, given, native: false, outlet, sink, expiresAt: Infinity, leavesAt: Infinity }
  return {
    ...createClient({ ...known, after: 0 }, clock),
    sink,
    id: `client-${++lastId}`,
    confirmed: 0,
    live: true,
    ...rest,
    drain(more = Infinity) {
      sink.room = more
      outlet.drained()
    },
  }
}

/** The same grants, and one topic more that the server gives. */
export const withGiven = ({ asked, given }: Grants, by: GivenBy, topic: string, since: number): Grants => ({
  asked,
  given: { ...given, [by]: new Map([...given[by], [topic, since]]) },
})

/** An event as the hub makes it of a call of `publish`, without schemas. */
export const messageOf = (type: unknown, data: unknown, options: unknown, at: number): Message =>
  toMessage(checkEvent(type, options), data, at)

/** A log, those who hear of it, and what is between them. */
export interface Stage {
  readonly clock: TestClock
  readonly log: EventLog
  readonly registry: Registry
  readonly counters: Counters
  readonly delivery: Delivery
  /** Those that were given up, and why. */
  readonly ended: [id: string, why: Ending][]
  /** What filters and sinks threw. */
  readonly failures: unknown[]
  /** The epochs that the log has begun. */
  readonly restarts: string[]
  join(options?: TestClientOptions): TestClient
  /** Writes an event `n` down. */
  append(data: unknown, to?: PublishTarget, rest?: { readonly key?: string }): LogEntry | Promise<LogEntry>
}

export interface StageOptions {
  readonly isWatched?: boolean
  readonly log?: EventLog
  readonly filter?: EventFilter<Principal>
  readonly limits?: { readonly filterTimeout?: number; readonly filterQueue?: number }
}

export function stage({ log = memoryLog(), filter, limits, isWatched = false }: StageOptions = {}): Stage {
  const clock = createClock()
  const registry = createRegistry()
  const counters = createCounters()
  const ended: [id: string, why: Ending][] = []
  const failures: unknown[] = []
  const restarts: string[] = []
  const settings = { log, filter, clock, limits: { filterTimeout: Infinity, filterQueue: Infinity, ...limits } }
  function end(client: Client, why: Ending): void {
    ended.push([client.id, why])
    client.ended = why
    registry.remove(client)
    client.outlet.close()
    delivery.closeLine(client)
  }
  const delivery = createDelivery(settings, registry, counters, {
    overflowed: (client) => end(client, 'overflow'),
    broken(client, error) {
      failures.push(error)
      end(client, 'error')
    },
    filterFailed: (error) => failures.push(error),
    isWatched: () => isWatched,
    delivered: () => {},
    begins: () => {},
    happened: () => {},
    restarted: () => restarts.push(log.epoch),
  })
  return {
    clock,
    log,
    registry,
    counters,
    delivery,
    ended,
    restarts,
    failures,
    join(options = {}) {
      const client = testClient({ clock, losses: counters.dropped, ...options })
      registry.add(client)
      return client
    },
    append: (data, to = {}, rest = {}) =>
      log.append({ type: 'n', json: JSON.stringify(data), to: checkTarget(to), at: clock.now(), ...rest }),
  }
}
