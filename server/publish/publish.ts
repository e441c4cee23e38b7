import { isThenable } from '../../src/base/errors.ts'
import type { EventName } from '../../src/index.ts'
import { ownFields } from '../audience/fields.ts'
import { checkType, type PublishTarget, TARGET_FIELDS, toAddress } from '../audience/target.ts'
import { formatId } from '../log/cursor.ts'
import type { EventLog, LogRecord } from '../log/log.ts'
import type { Counters } from '../observe/counters.ts'
import { toJSON } from '../wire/encode.ts'
import { shown } from '../wire/shown.ts'
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

/** The body of a POST that publishes: the event, and who it is for. The tenant is not the client's to choose. */
export interface PublishRequest extends Omit<PublishOptions, 'tenant'> {
  readonly event: string
  readonly data?: unknown
}

/** What `canPublish` answers: whether a client may publish an event, or for which tenant in place of its own. */
export type PublishAnswer = boolean | { readonly tenant: string }

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

/** What `publish` takes beside a name and data. */
export const PUBLISH_FIELDS: readonly string[] = [...TARGET_FIELDS, 'key', 'volatile']

/** Options that have been checked: who the event is for, and how it travels. */
type Terms = Pick<Message, 'volatile'> & Pick<LogRecord, 'to' | 'key'>

/** @throws TypeError for options that `publish` does not take. */
export function checkOptions(options: unknown): Terms {
  const given: PublishOptions = ownFields({ what: 'publish', names: PUBLISH_FIELDS }, options)
  const { key, volatile = false, ...target } = given
  if (key !== undefined && typeof key !== 'string') throw new TypeError(`key wants a string, got ${shown(key)}`)
  if (typeof volatile !== 'boolean') throw new TypeError(`volatile wants true or false, got ${shown(volatile)}`)
  return { to: toAddress(target), volatile, ...(key !== undefined && { key }) }
}

/** @throws TypeError for a name, options or data that cannot be sent. */
export function toMessage(type: unknown, data: unknown, options: unknown, at: number): Message {
  checkType(type)
  const { volatile, to, key } = checkOptions(options)
  const json = toJSON(data, `the data of ${type}`)
  return { volatile, record: { type, json, to, at, ...(key !== undefined && { key }) } }
}

/**
 * The options of `toUser` and its like: those of `publish`, with the target that the function is named after.
 * @throws TypeError for options that `publish` does not take, and for a target that is there twice.
 */
export function optionsTo(
  what: string,
  field: keyof PublishTarget,
  to: unknown,
  options: unknown = {},
): PublishOptions {
  const own = ownFields({ what, names: PUBLISH_FIELDS }, options)
  if (Object.hasOwn(own, field))
    throw new TypeError(`${what} has ${field} as its first argument: leave it out of the options`)
  return { ...own, [field]: to }
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
