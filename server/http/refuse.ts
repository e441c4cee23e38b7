import { Refusal } from '../wire/refusal.ts'
import { shown } from '../wire/shown.ts'

/** How a request is refused. */
export interface RefuseOptions {
  /** From 400 to 599. A client calls `onUnauthorized` at 401, gives up at most others below 500, and retries from 500 on. */
  readonly status: number
  /** For programs: a word of a to z, digits and `-`, at most 64 characters. */
  readonly code: string
  /** For people. The page reads it as `error.message`. */
  readonly message: string
  /** More headers of the answer, such as `retry-after` or `www-authenticate`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** A refusal that the application has made. It is counted as `refused`: its codes are not for labels of metrics. */
export class OwnRefusal extends Refusal {
  /** To be sent instead of a refusal in JSON. */
  readonly response: Response | undefined

  constructor(options: RefuseOptions, response?: Response) {
    super(options.status, options.code, options.message, options.headers)
    this.response = response
  }
}

/** The hub's own answers are JSON, and it alone says which pages may read them. */
const OWN_HEADERS = /^(content-|access-control-|transfer-encoding$|connection$)/

/**
 * Refuses a request, for `authenticate` to return or to throw. The other functions that answer for a request, such as `canPublish`,
 * may throw it. The answer is `{ error: { code, message } }`.
 *
 * @example
 * authenticate(request) {
 *   const session = find(readToken(request))
 *   return session.isOver ? refuse({ status: 401, code: 'token-expired', message: 'sign in again' }) : session
 * }
 *
 * @throws TypeError for a status that is no refusal, and for a code, a message or a header that cannot be sent.
 */
export function refuse(options: RefuseOptions): Refusal {
  const { status, code, message, headers = {} } = options
  if (!Number.isInteger(status) || status < 400 || status > 599)
    throw new TypeError(`status expects a number from 400 to 599, got ${shown(status)}`)
  if (typeof code !== 'string' || !/^[a-z0-9-]{1,64}$/.test(code))
    throw new TypeError(`code expects a word of a-z, 0-9 and -, at most 64 characters, got ${shown(code)}`)
  if (typeof message !== 'string') throw new TypeError(`message expects a string, got ${shown(message)}`)
  const checked = Object.fromEntries(new Headers(headers))
  const taken = Object.keys(checked).find((name) => OWN_HEADERS.test(name))
  if (taken) throw new TypeError(`headers may not have ${taken}: the hub sets it`)
  return new OwnRefusal({ status, code, message, headers: checked })
}
