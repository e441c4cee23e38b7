import { SSEError, type SSEErrorCode, type SSEErrorDetails } from '../errors.ts'
import { parseRetryAfter } from '../retry.ts'

/** An error about a request. */
export const failure = (url = '', code: SSEErrorCode, message: string, details?: SSEErrorDetails): SSEError =>
  new SSEError(code, `${publicPart(url)}: ${publicPart(message)}`, details)

/** Query, fragment and credentials of a URL may be secrets; what a platform says of a failure may quote one. */
const publicPart = (text: string): string => text.replace(/[?#]\S*/g, '').replace(/\/\/\S+@/g, '//')

/**
 * Whether a response opens a stream (HTML 9.2.3, "processResponse"): undefined if so, else what ends the try.
 * Its body is cancelled then, since an unread body keeps one of the six connections to its origin.
 */
export function refusal({ status, headers, body }: Response, url: string, now: number): SSEError | 'stop' | undefined {
  const type = headers.get('content-type')
  if (status === 200 && ESSENCE.test(`${type}`)) return undefined
  body?.cancel().catch(() => {})
  if (status === 204) return 'stop'
  if (status === 200) return failure(url, 'content-type', `content type ${type} instead of text/event-stream`)
  const retryAfter = parseRetryAfter(headers.get('retry-after'), headers.get('date'), now)
  const code = status === 401 ? 'unauthorized' : 'http'
  return failure(url, code, HINTS[status] ?? `status ${status}`, { status, retryAfter })
}

const HINTS: Readonly<Record<number, string>> = {
  // "Opaque redirect": what a browser makes of one that was not to be followed.
  0: 'a redirect, which would take your headers along: use the address it leads to',
  401: 'status 401; onUnauthorized may sign in again',
}

/** The last of the values, without its parameters (Fetch 3.6, "extract a MIME type"). */
const ESSENCE = /^(.*,)?\s*text\/event-stream\s*(;[^,]*)?$/i
