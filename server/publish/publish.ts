import { isThenable } from '../../src/base/errors.ts'
import type { EventName } from '../../src/index.ts'
import type { Principal } from '../audience/principal.ts'
import { formatId } from '../log/cursor.ts'
import type { EventLog, LogRecord } from '../log/log.ts'
import type { Counters } from '../observe/counters.ts'
import type { HubObservers } from '../observe/observers.ts'
import type { Delivery } from './delivery.ts'
import type { Keep } from './keep.ts'
import type { Message, PublishOptions } from './message.ts'
import type { Outcome } from './outcomes.ts'

/** What `canPublish` answers: whether a client may publish an event, or for which tenant in place of its own. */
export type PublishAnswer = boolean | { readonly tenant: string }

/** What became of an event. */
export interface Published {
  /** Its id; '' for a volatile event. */
  readonly id: string
  /**
   * To how many streams it has gone at once. Streams that are away, or still catching up, get it from the log. Those for which
   * `filter` has answered with a promise are not counted: the hub does not wait for it.
   */
  readonly delivered: number
  /**
   * The event was held because of its `window` and was never sent: a later event with its key took its place, or the hub was reset.
   * Left out otherwise.
   */
  readonly superseded?: true
}

/**
 * The names and payloads of a map, as the parameters of a publishing function. The promise resolves when the event was sent. For an event
 * that its `window` holds back that is when the window ends, or when a later event takes its place. So do not wait for one event
 * before you publish the next of the same key.
 */
export type Publish<E> = <N extends EventName<E>>(type: N, data: E[N], options?: PublishOptions) => Promise<Published>

/** Publishes to one kind of target: who, then the event. */
export type PublishTo<E, To> = <N extends EventName<E>>(
  to: To,
  type: N,
  data: E[N],
  options?: PublishOptions,
) => Promise<Published>

/** What publishing needs of a hub. */
export interface PublisherParts {
  readonly log: EventLog
  readonly delivery: Pick<Delivery, 'handOut' | 'outcomes'>
  readonly counters: Counters
  readonly keep: Keep
  readonly observers: HubObservers
}

/** @returns Publishes; rejects with what the log throws, and what the mailbox does. */
export function createPublisher({
  log,
  delivery,
  counters,
  keep,
  observers,
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
      // Nothing became of it if the log has begun again in this very moment.
      return claim.take(seq) ?? { id: formatId(epoch, seq), delivered: 0 }
    } finally {
      claim.end()
    }
  }

  function tell(id: string, { type, to, at }: LogRecord, principal: Principal | undefined): void {
    // A copy: what an observer does to it must not change who is sent the event in a replay.
    const target = structuredClone(to)
    observers.tell('onPublish', { id, type, target, at, ...(principal && { principal }) })
  }

  return async ({ record, volatile, persistent, principal }) => {
    counters.published++
    // Its outcome is read when its turn is over: that is before this goes on.
    const { id, delivered } = await (volatile ? delivery.handOut(record) : write(record, persistent === true))
    if (observers.hears('onPublish')) tell(id, record, principal)
    return { id, delivered }
  }
}
