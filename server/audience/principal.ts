import type { Refusal } from '../wire/refusal.ts'
import { shown, shownTyped } from '../wire/shown.ts'

/* The user at the other end, as `authenticate` found out. */

/** The fields of a principal that the hub uses. The hub never sends them to clients. */
export interface Identity {
  /** For the target `{ userId }`, and for limits of one user. */
  readonly userId?: string | undefined
  /** For the target `{ sessionId }`. */
  readonly sessionId?: string | undefined
  /** For the target `{ tenant }`. A client's posts stay within its tenant. */
  readonly tenant?: string | undefined
  /**
   * When the hub closes the stream: a Date, or epoch milliseconds. The `exp` of a JWT is in seconds: `exp * 1000`.
   * @defaultValue never
   */
  readonly expires?: Date | number | undefined
  /**
   * Events that were published earlier are not sent to this principal, and its cursor does not change that. For example the time when
   * a user became a member. A Date, or epoch milliseconds.
   * @defaultValue no limit but the log
   */
  readonly since?: Date | number | undefined
}

/** The user who makes a request, with fields of your own for `authorize`, `filter` and `canPublish`, such as roles. */
export interface Principal extends Identity {
  readonly [claim: string]: unknown
}

/** As milliseconds March 1973, as seconds the year 5138: what lies below was meant as seconds. */
const SECONDS_BELOW = 1e11

/**
 * When a principal expires, in epoch milliseconds; Infinity if never. All of the principal is checked.
 * @throws TypeError for a time that is none, or one in seconds; and for a name that is no text, as no target would ever find it.
 */
export function expiryOf({ userId, sessionId, tenant, expires, since }: Identity): number {
  for (const [name, value] of Object.entries({ userId, sessionId, tenant }))
    if (value !== undefined && typeof value !== 'string')
      throw new TypeError(`${name} expects a string, got ${shownTyped(value)}`)
  sinceOf({ since })
  return expires === undefined ? Infinity : timeOf('expires', expires)
}

/**
 * From when on events are for a principal, in epoch milliseconds; 0 if always.
 * @throws TypeError if that is no time, or one in seconds.
 */
export const sinceOf = ({ since }: Identity): number => (since === undefined ? 0 : timeOf('since', since))

function timeOf(name: string, time: Date | number): number {
  const at = Number(time)
  if (at > SECONDS_BELOW) return at
  const hint = at > 1e9 ? 'epoch milliseconds, and that looks like seconds: multiply it by 1000' : 'a Date or epoch ms'
  throw new TypeError(`${name} expects ${hint}; got ${shown(time)}`)
}

/** Whether two requests come from the same one. Only the principal that opened a stream may change it. */
export const isSame = (a: Identity, b: Identity): boolean =>
  a.userId === b.userId && a.sessionId === b.sessionId && a.tenant === b.tenant

/**
 * The answers of `authenticate`. `P`: a principal. null, undefined or false: status 401. A Response with a status from 300 is
 * sent as it is. `refuse()` makes a refusal with a status and a code of your own.
 */
export type Authentication<P> = P | Response | Refusal | null | undefined | false
