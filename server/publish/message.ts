import { type Form, ownFields } from '../audience/fields.ts'
import type { Principal } from '../audience/principal.ts'
import { type Address, checkType, type PublishTarget, TARGET_FIELDS, toAddress } from '../audience/target.ts'
import type { LogRecord } from '../log/log.ts'
import { type Replacer, toJSON } from '../wire/encode.ts'
import { shown } from '../wire/shown.ts'

/*
 * From the arguments of `publish` to an event that has been checked.
 */

/** The target of an event, and how it is sent. */
export interface PublishOptions extends PublishTarget {
  /** While it waits for a slow client, a later event of the same name and key replaces it: prices, positions, progress. */
  readonly key?: string
  /**
   * Not in the log: no id, no replay, and dropped if there is no room for it. For cursors, typing, presence.
   * @defaultValue false
   */
  readonly volatile?: boolean
  /**
   * Kept until a stream of its user has acknowledged it, even if the user is away for longer than the log lasts. The target must be
   * `{ userId }`, with a `tenant` or without, and nothing else.
   * @defaultValue false
   */
  readonly persistent?: boolean
  /**
   * At most one event of a `key` in this time, in milliseconds. The first is sent at once. Of the events that follow, the newest is
   * sent when the window ends. Events count together if they have the same name, key and target. For what changes faster than anybody
   * can look, such as a price. 0: each is sent. Infinity is an error, and so is a window without a key.
   * @defaultValue 0
   */
  readonly window?: number
}

/** The body of a POST that publishes: the event, and who it is for. A client may not set `tenant`, `window` and `persistent`. */
export interface PublishRequest extends Omit<PublishOptions, 'tenant' | 'window' | 'persistent'> {
  readonly event: string
  readonly data?: unknown
}

/** An event that has been checked. */
export interface Message {
  readonly record: LogRecord
  readonly volatile: boolean
  /** In milliseconds; 0 for none. */
  readonly window: number
  /** Kept for its user. */
  readonly persistent?: true
  /** The user who publishes it over HTTP. */
  readonly principal?: Principal
}

/** The options of `publish`. */
export const PUBLISH_FIELDS: readonly string[] = [...TARGET_FIELDS, 'key', 'volatile', 'window', 'persistent']

const FORM: Form = { what: 'publish', names: PUBLISH_FIELDS }

/**
 * @param isFleeting - It may never be written down.
 * @throws TypeError for an event that cannot be kept for a user.
 */
function checkPersistent(persistent: unknown, to: Address, isFleeting: boolean): asserts persistent is boolean {
  if (typeof persistent !== 'boolean') throw new TypeError(`persistent expects true or false, got ${shown(persistent)}`)
  if (!persistent) return
  const { userId, tenant: _, ...more } = to
  if (userId === undefined || Object.keys(more).length)
    throw new TypeError('persistent needs a target of one user and nothing else: { userId }')
  if (isFleeting) throw new TypeError('persistent cannot be combined with volatile or window: leave one of them out')
}

/** A name and options that have been checked. */
export interface Terms {
  readonly type: string
  readonly to: Address
  readonly key: string | undefined
  readonly volatile: boolean
  readonly window: number
  readonly persistent: boolean
}

/** @throws TypeError for options that `publish` does not take. */
export function checkOptions(options: unknown): Omit<Terms, 'type'> {
  const given: PublishOptions = ownFields(FORM, options)
  const { key, volatile = false, window = 0, persistent = false, ...target } = given
  if (key !== undefined && typeof key !== 'string') throw new TypeError(`key expects a string, got ${shown(key)}`)
  if (typeof volatile !== 'boolean') throw new TypeError(`volatile expects true or false, got ${shown(volatile)}`)
  if (typeof window !== 'number' || !(window >= 0 && window < Infinity))
    throw new TypeError(`window expects milliseconds, or 0 for none; got ${shown(window)}`)
  if (window > 0 && key === undefined) throw new TypeError('window needs a key: the newest event of each key is sent')
  const to = toAddress(target)
  checkPersistent(persistent, to, volatile || window > 0)
  return { to, key, volatile, window, persistent }
}

/** @throws TypeError for a name or options that cannot be sent. */
export function checkEvent(type: unknown, options: unknown): Terms {
  checkType(type)
  return { ...checkOptions(options), type }
}

/**
 * @param terms - An event that {@link checkEvent} has checked.
 * @throws TypeError for data that cannot be sent.
 */
export function toMessage(
  { type, to, key, volatile, window, persistent }: Terms,
  data: unknown,
  at: number,
  replacer?: Replacer,
): Message {
  const json = toJSON(data, `the data of ${type}`, replacer)
  // Not by spreading: each event passes here, and most have neither.
  const record: LogRecord = key === undefined ? { type, json, to, at } : { type, json, to, at, key }
  return persistent ? { volatile, window, persistent, record } : { volatile, window, record }
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
