import { isThenable } from '../../src/base/errors.ts'
import type { EventName } from '../../src/index.ts'
import { checkTarget, checkType, type PublishTarget } from '../audience/target.ts'
import { formatId } from '../log/cursor.ts'
import type { EventLog, LogRecord } from '../log/log.ts'
import type { Counters } from '../observe/counters.ts'
import { toJSON } from '../wire/encode.ts'
import type { Delivery } from './delivery.ts'

/** Who an event is for, and how it may be given up on its way to those who read slowly. */
export interface PublishOptions extends PublishTarget {
  /** While it waits for a slow client, a later event with the same key takes its place: prices, positions, progress. */
  readonly key?: string
  /**
   * Not written down: no id, no replay, and dropped where there is no room for it. Cursors, typing, presence.
   * @defaultValue false
   */
  readonly volatile?: boolean
}

/** The body of a POST that publishes: the event, and who it is for. */
export interface PublishRequest extends PublishOptions {
  readonly event: string
  readonly data?: unknown
}

/** What became of an event. */
export interface Published {
  /** Its id; '' for a volatile event. */
  readonly id: string
  /** To how many streams it has gone. Those that are away, or still catching up, have it from the log. */
  readonly delivered: number
}

/** The names and payloads of a map, as the parameters of a publishing function. */
export type Publish<E> = <N extends EventName<E>>(type: N, data: E[N], options?: PublishOptions) => Promise<Published>

/** An event that has been checked. */
export interface Message {
  readonly record: LogRecord
  readonly volatile: boolean
}

/** @throws TypeError for a name, a target or data that cannot be sent. */
export function toMessage(
  type: unknown,
  data: unknown,
  { key, volatile = false, ...target }: PublishOptions,
  at: number,
): Message {
  checkType(type)
  if (key !== undefined && typeof key !== 'string') throw new TypeError(`key wants to be a string, got ${typeof key}`)
  if (typeof volatile !== 'boolean') throw new TypeError(`volatile wants to be true or false, got ${volatile}`)
  const json = toJSON(data, `the data of ${type}`)
  return { volatile, record: { type, json, to: checkTarget(target), at, ...(key !== undefined && { key }) } }
}

/** @returns Publishes; rejects with what the log throws. */
export function createPublisher(
  log: EventLog,
  delivery: Delivery,
  counters: Counters,
): (message: Message) => Promise<Published> {
  return async ({ record, volatile }) => {
    counters.published++
    if (volatile) return { id: '', delivered: delivery.handOut(record) }
    const { epoch } = log
    const appended = log.append(record)
    const entry = isThenable(appended) ? await appended : appended
    const outcome = delivery.outcomeOf(entry)
    // Published by a filter, it has its turn after the event that is being filtered; and that is in this turn.
    await undefined
    // Nothing became of it if the log has begun anew in this very moment.
    return { id: outcome?.id ?? formatId(epoch, entry.seq), delivered: outcome?.delivered ?? 0 }
  }
}
