import { SSEError, type SSEErrorCode, type SSEErrorDetails } from '../errors.ts'
import { parseRetryAfter } from '../retry.ts'

/** An error about a request. The query string is left out of its message: it may hold a token. */
export const failure = (url: string, code: SSEErrorCode, message: string, details?: SSEErrorDetails): SSEError =>
  new SSEError(code, `${url.replace(/\?.*/s, '')}: ${message}`, details)

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
  return failure(url, status === 401 ? 'unauthorized' : 'http', `status ${status}`, { status, retryAfter })
}

/** The last of the values, without its parameters (Fetch 3.6, "extract a MIME type"). */
const ESSENCE = /^(.*,)?\s*text\/event-stream\s*(;[^,]*)?$/i
