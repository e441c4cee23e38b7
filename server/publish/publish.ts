import { isThenable } from '../../src/base/errors.ts'
import type { EventName } from '../../src/index.ts'
import type { Principal } from '../audience/principal.ts'
import { formatId } from '../log/cursor.ts'
import type { EventLog, LogRecord } from '../log/log.ts'
import { LogUnavailableError } from '../log/unavailable.ts'
import type { Counters } from '../observe/counters.ts'
import type { HubObservers } from '../observe/observers.ts'
import type { Delivery } from './delivery.ts'
import type { Keep } from './keep.ts'
import type { Message, PublishOptions } from './message.ts'
import type { Outcome } from './outcomes.ts'

/** The answer of `canPublish`: whether a client may publish an event, or the tenant that it publishes for. */
export type PublishAnswer = boolean | { readonly tenant: string }

/** The result of `publish`. */
export interface Published {
  /** The id of the event. '' for a volatile event, and for one that the log has lost before it was handed out: clients have a gap. */
  readonly id: string
  /**
   * How many streams got it at once. Clients that are away, or in a replay, get it from the log. Streams for which `filter` answered
   * with a promise do not count, because the hub does not wait for it.
   */
  readonly delivered: number
  /**
   * The event waited because of its `window` and was never sent: a later event of its key replaced it, or the hub was reset.
   * Otherwise the field is left out.
   */
  readonly superseded?: true
}

/**
 * Publishes an event with a name and data of the map `E`. The promise resolves when the event was sent. If a `window` holds the event
 * back, that is when the window ends, or when a later event replaces it. So do not wait for one event before you publish the next of
 * the same key.
 */
export type Publish<E> = <N extends EventName<E>>(type: N, data: E[N], options?: PublishOptions) => Promise<Published>

/** Publishes to one kind of target: who, then the event. */
export type PublishTo<E, To> = <N extends EventName<E>>(
  to: To,
  type: N,
  data: E[N],
  options?: PublishOptions,
) => Promise<Published>

/** Nobody gets the event unless it is handed out here. */
const isUnwritten = (error: unknown): boolean => error instanceof LogUnavailableError && error.written === false

/** The parts of a hub that publishing needs. */
export interface PublisherParts {
  readonly log: EventLog
  readonly delivery: Pick<Delivery, 'handOut' | 'outcomes'>
  readonly counters: Counters
  readonly keep: Keep
  readonly observers: HubObservers
  /** Gives a volatile event to the hubs of other processes. */
  relay(record: LogRecord): void
}

/** @returns Publishes; rejects with what the log throws, and what the mailbox does. */
export function createPublisher({
  log,
  delivery,
  counters,
  keep,
  observers,
  relay,
}: PublisherParts): (message: Message) => Promise<Published> {
  async function write(record: LogRecord, persistent: boolean): Promise<Outcome> {
    const { epoch } = log
    const claim = delivery.outcomes.claim()
    try {
      const appended = log.append(record)
      const entry = isThenable(appended) ? await appended : appended
      const { seq } = entry
      if (persistent) await keep(entry, epoch, log.epoch === epoch)
      const outcome = claim.take(seq)
      if (outcome) return outcome
      // Published by a filter, it has its turn after the event that is being filtered; and that is before this goes on.
      await undefined
      // Nothing became of it if the log has begun again in this very moment. Then its number is that of another event, or will be.
      return claim.take(seq) ?? { id: log.epoch === epoch ? formatId(epoch, seq) : '', delivered: 0 }
    } catch (error) {
      if (persistent || !log.localOnly || !isUnwritten(error)) throw error
      counters.unlogged++
      return delivery.handOut(record)
    } finally {
      claim.end()
    }
  }

  function callObservers(id: string, { type, to, at }: LogRecord, principal: Principal | undefined): void {
    // A copy: what an observer does to it must not change who is sent the event in a replay.
    const target = structuredClone(to)
    observers.call('onPublish', { id, type, target, at, ...(principal && { principal }) })
  }

  return async ({ record, volatile, persistent, principal }) => {
    counters.published++
    // Its outcome is read when its turn is over: that is before this goes on.
    if (volatile) relay(record)
    const { id, delivered } = await (volatile ? delivery.handOut(record) : write(record, persistent === true))
    if (observers.has('onPublish')) callObservers(id, record, principal)
    return { id, delivered }
  }
}
