import { requestError, type SSEError } from '../base/errors.ts'
import { same } from '../base/same.ts'

/** How much of a refused response's body is read, in characters, and for how long. */
const BODY_MAX = 1024
const BODY_TIME = 1000

/** The parts of a response that are looked at. */
type ResponseParts = Pick<Response, 'status' | 'headers' | 'body'>

/**
 * Checks that a response opens a stream (HTML 9.2.3, "processResponse"). If not, its body is cancelled: an unread body
 * keeps one of the six connections to its origin.
 * @throws The reason to end the attempt: an SSEError, or `stop` for status 204.
 */
export async function checkResponse(response: ResponseParts, url: string): Promise<void> {
  const { status, headers } = response
  // The last of the values, without its parameters (Fetch 3.6, "extract a MIME type"). Without a header it is tested as "null".
  if (/(^|,)\s*text\/event-stream\s*(;[^,]*)?$/i.test(headers.get('content-type') as string) && status === 200) return
  const error = await createRefusal(response, url)
  throw status === 204 ? 'stop' : error
}

/** The error about a response that is not what was asked for. Its body is cancelled. */
export async function createRefusal(response: ResponseParts, url: string): Promise<SSEError> {
  const { status, headers } = response
  const code = status === 200 ? 'content-type' : status === 401 ? 'unauthorized' : 'http'
  // Status 0 is an "opaque redirect": what a browser makes of one that was not to be followed.
  const message = `status ${status || 'redirect'}, type ${headers.get('content-type')}`
  return requestError(url, code, message, {
    status,
    retryAfter: parseRetryAfter(headers.get('retry-after'), headers.get('date'), Date.now()),
    // One chunk: the rest may not come for long.
    body: (await readText(response, 1, BODY_TIME).catch(() => '')).slice(0, BODY_MAX),
  })
}

/**
 * The beginning of a body, as text: what has come when there are `enough` characters, or after `ms`, if given. The rest is
 * cancelled.
 */
export async function readText({ body }: Pick<Response, 'body'>, enough: number, ms?: number): Promise<string> {
  const reader = body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let bytes: Uint8Array | undefined
  const cancel = (): unknown => reader?.cancel().catch(same)
  // Not a timer of the client's clock: a test that stops the clock gets its error all the same.
  const timer = ms && setTimeout(cancel, ms)
  try {
    do {
      bytes = (await reader?.read())?.value
      text += decoder.decode(bytes, { stream: true })
    } while (bytes && text.length < enough)
  } finally {
    cancel()
    clearTimeout(timer)
  }
  return text
}

/**
 * `Retry-After` as milliseconds from now (RFC 9110 10.2.3): seconds, or a date, which is read against the answer's own
 * `Date`, so that a client whose clock is wrong does not wait longer than it was asked to. 0 if there is none or it makes
 * no sense.
 */
export function parseRetryAfter(value: string | null, date: string | null, now: number): number {
  // null is 0 as a number, and no date.
  const seconds = +(value as string)
  const ms = seconds >= 0 ? seconds * 1000 : Date.parse(value as string) - (Date.parse(date as string) || now)
  return Math.max(ms || 0, 0)
}
