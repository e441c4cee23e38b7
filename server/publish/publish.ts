import { isThenable } from '../../src/base/errors.ts'
import type { EventName } from '../../src/index.ts'
import { ownFields } from '../audience/fields.ts'
import type { Principal } from '../audience/principal.ts'
import { type Address, checkType, type PublishTarget, TARGET_FIELDS, toAddress } from '../audience/target.ts'
import { formatId } from '../log/cursor.ts'
import type { EventLog, LogRecord } from '../log/log.ts'
import type { Counters } from '../observe/counters.ts'
import type { HubObservers } from '../observe/observers.ts'
import { type Replacer, toJSON } from '../wire/encode.ts'
import { shown } from '../wire/shown.ts'
import type { Delivery } from './delivery.ts'
import type { Keep } from './keep.ts'
import type { Outcome } from './outcomes.ts'

/** Who an event is for, and how it may be given up on its way to those who read slowly. */
export interface PublishOptions extends PublishTarget {
  /** While it waits for a slow client, a later event with the same key takes its place: prices, positions, progress. */
  readonly key?: string
  /**
   * Not written down: no id, no replay, and dropped where there is no room for it. Cursors, typing, presence.
   * @defaultValue false
   */
  readonly volatile?: boolean
  /**
   * Kept for the user that it is for until one of their streams has acknowledged it, also while they are away for longer than
   * the log lasts. The target has to be `{ userId }`, with a `tenant` or without, and nothing else.
   * @defaultValue false
   */
  readonly persistent?: boolean
  /**
   * At most one event in so many milliseconds, for a `key`: the first is sent at once, and the newest of those that follow when the
   * window ends. It counts events of the same name, key and target. For what changes faster than anybody looks, such as a price.
   * 0: each is sent. Infinity is an error, and so is a window without a key.
   * @defaultValue 0
   */
  readonly window?: number
}

/** The body of a POST that publishes: the event, and who it is for. Tenant, window and persistent are not the client's to choose. */
export interface PublishRequest extends Omit<PublishOptions, 'tenant' | 'window' | 'persistent'> {
  readonly event: string
  readonly data?: unknown
}

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

/** An event that has been checked. */
export interface Message {
  readonly record: LogRecord
  readonly volatile: boolean
  /** In milliseconds; 0 for none. */
  readonly window: number
  /** Kept for its user. */
  readonly persistent?: true
  /** Who publishes it over HTTP. */
  readonly principal?: Principal
}

/** What `publish` takes beside a name and data. */
export const PUBLISH_FIELDS: readonly string[] = [...TARGET_FIELDS, 'key', 'volatile', 'window', 'persistent']

/**
 * @param isFleeting - It may never be written down.
 * @throws TypeError for an event that cannot be kept for a user.
 */
function checkPersistent(persistent: unknown, to: Address, isFleeting: boolean): asserts persistent is boolean {
  if (typeof persistent !== 'boolean') throw new TypeError(`persistent wants true or false, got ${shown(persistent)}`)
  if (!persistent) return
  const { userId, tenant: _, ...more } = to
  if (userId === undefined || Object.keys(more).length)
    throw new TypeError('persistent wants a target of one user and nothing else: { userId }')
  if (isFleeting) throw new TypeError('persistent does not go with volatile or window: leave one of them out')
}

/** Options that have been checked: who the event is for, and how it travels. */
type Terms = Pick<Message, 'volatile' | 'window' | 'persistent'> & Pick<LogRecord, 'to' | 'key'>

/** @throws TypeError for options that `publish` does not take. */
export function checkOptions(options: unknown): Terms {
  const given: PublishOptions = ownFields({ what: 'publish', names: PUBLISH_FIELDS }, options)
  const { key, volatile = false, window = 0, persistent = false, ...target } = given
  if (key !== undefined && typeof key !== 'string') throw new TypeError(`key wants a string, got ${shown(key)}`)
  if (typeof volatile !== 'boolean') throw new TypeError(`volatile wants true or false, got ${shown(volatile)}`)
  if (typeof window !== 'number' || !(window >= 0 && window < Infinity))
    throw new TypeError(`window wants milliseconds, or 0 for none; got ${shown(window)}`)
  if (window > 0 && key === undefined)
    throw new TypeError('window wants a key beside it: the newest event of each key is sent')
  const to = toAddress(target)
  checkPersistent(persistent, to, volatile || window > 0)
  return { to, volatile, window, ...(persistent && { persistent }), ...(key !== undefined && { key }) }
}

/** @throws TypeError for a name or options that cannot be sent. */
export function checkEvent(type: unknown, options: unknown): Terms & { readonly type: string } {
  checkType(type)
  return { type, ...checkOptions(options) }
}

/**
 * @param event - A name and options that {@link checkEvent} has checked.
 * @throws TypeError for data that cannot be sent.
 */
export function toMessage(
  { type, to, key, volatile, window, persistent }: ReturnType<typeof checkEvent>,
  data: unknown,
  at: number,
  replacer?: Replacer,
): Message {
  const json = toJSON(data, `the data of ${type}`, replacer)
  return {
    volatile,
    window,
    ...(persistent && { persistent }),
    record: { type, json, to, at, ...(key !== undefined && { key }) },
  }
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

/** @returns Publishes; rejects with what the log throws, and what the mailbox does. */
export function createPublisher(
  log: EventLog,
  delivery: Delivery,
  counters: Counters,
  keep: Keep,
  observers: HubObservers,
): (message: Message) => Promise<Published> {
  async function write(record: LogRecord, persistent: boolean): Promise<Outcome> {
    const { epoch } = log
    const claim = delivery.outcomes.claim()
    try {
      const appended = log.append(record)
      const entry = isThenable(appended) ? await appended : appended
      const { seq } = entry
      if (persistent) await keep(entry, epoch, log.epoch === epoch)
      // Nothing became of it if the log has begun anew in this very moment.
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
    // Published by a filter, an event has its turn after the one that is being filtered; and that is before this goes on.
    const { id, delivered } = await (volatile ? delivery.handOut(record) : write(record, persistent === true))
    if (observers.hears('onPublish')) tell(id, record, principal)
    return { id, delivered }
  }
}
