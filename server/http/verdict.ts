import { type Authentication, expiryOf, type Identity, type Principal } from '../audience/principal.ts'
import { Refusal } from '../wire/refusal.ts'
import { shownToken } from '../wire/shown.ts'
import { OwnRefusal } from './refuse.ts'

/* The meaning of an answer of `authenticate`. An answer that is not clearly a principal lets nobody in. */

/** The knowledge that a host has of a request already. */
export interface Known {
  /**
   * The user who makes the request, with the same answers as `authenticate`, or a function that returns it, sync or async.
   * undefined: `authenticate` decides. If the hub has no `authenticate`, the answer is 401.
   */
  readonly principal?:
    | Authentication<Principal | Identity>
    | (() => Authentication<Principal | Identity> | Promise<Authentication<Principal | Identity>>)
}

export type Verdict =
  | { readonly kind: 'principal'; readonly principal: Principal }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'refusal'; readonly refusal: Refusal }

/**
 * @param where - The name of the function that answered, for messages: 'authenticate' or 'principal'.
 * @param now - Epoch milliseconds. A principal that has expired by then is nobody.
 * @throws TypeError for an answer that is none of {@link Authentication}.
 */
export function verdictOf(answer: unknown, where: string, now: number): Verdict {
  if (!answer) return { kind: 'nobody' }
  if (answer instanceof Refusal) return { kind: 'refusal', refusal: answer }
  if (isResponse(answer)) return { kind: 'refusal', refusal: refusalBy(answer, where) }
  if (!isPlain(answer))
    throw new TypeError(`${where} must answer with a principal, which is an object, or with null; got ${named(answer)}`)
  return expiryOf(answer) > now ? { kind: 'principal', principal: answer } : { kind: 'nobody' }
}

/** By its name: a framework may have put a Response of its own in the place of the platform's. */
const isResponse = (value: unknown): value is Response => tagOf(value) === 'Response'

const tagOf = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1)

/** An object of the application's own. The platform's (a Promise, a Map, an Error, a Request) are no principals. */
const isPlain = (value: unknown): value is Principal => typeof value === 'object' && tagOf(value) === 'Object'

const named = (value: unknown): string =>
  typeof value === 'object' ? `an object of the type ${tagOf(value)}` : `${typeof value} ${shownToken(value)}`

/** @throws TypeError for a Response that does not refuse: to a client it would look as if it had been let in. */
function refusalBy(response: Response, where: string): Refusal {
  const { status } = response
  const isRead = response.bodyUsed || response.body?.locked === true
  if (status >= 300 && !isRead)
    return new OwnRefusal({ status, code: 'response', message: `${where} answered with a Response` }, response)
  const got = isRead ? 'one that has been read' : `status ${status}`
  throw new TypeError(
    `${where} answered with a Response, which must have a status from 300 to 599 and an unread body; got ${got}`,
  )
}
