import { requestError, textOf } from '../base/errors.ts'
import type {
  PerAttempt,
  RequestContext,
  RequestHeaders,
  RequestOptions,
  SSEUrl,
  TransportRequest,
} from '../transports/request.ts'

/**
 * Asks the caller's functions for the URL, the headers and the body of an attempt. If they throw, for example because a token
 * endpoint fails, the attempt fails like any other.
 * @throws SSEError `options` for a request that can never be sent.
 */
export async function resolveRequest(
  options: RequestOptions,
  url: SSEUrl,
  context: RequestContext,
): Promise<TransportRequest> {
  const ask = <T>(value: PerAttempt<T>): T | PromiseLike<T> =>
    // A type parameter may stand for a function itself; the options' own types do not.
    typeof value === 'function' ? (value as (context: RequestContext) => T | PromiseLike<T>)(context) : value
  const [address, headers, body] = await Promise.all([ask(url), ask(options.headers), ask(options.body)])
  return {
    ...options,
    ...checkRequest(options, address, headers, body),
    ...context,
    body,
  }
}

/**
 * Makes the absolute URL and the headers.
 * @throws SSEError `options` for a request that fetch refuses.
 */
export function checkRequest(
  { base, method, credentials }: Pick<RequestOptions, 'base' | 'method' | 'credentials'>,
  address: string | URL,
  given: RequestHeaders = {},
  body?: unknown,
): { url: string; headers: Headers } {
  let url = textOf(address)
  let headers: Headers | undefined
  try {
    headers = new Headers(given as HeadersInit)
    // It would be sent as the text "undefined".
    for (const [name, value] of Object.entries(given)) if (value === undefined) headers.delete(name)
    // '' would mean the page itself. '//' is no URL.
    url = new URL(address || '//', base).href
    // fetch's own check: the method, a body where none may be or a stream that was used, credentials in the URL. Not every test
    // environment has it.
    globalThis.Request && new Request(url, { method, credentials, body, duplex: 'half' } as RequestInit)
    if (!/^http/.test(url)) throw 'not http'
    // A plain object would be sent as this text.
    if (/^\[object O/.test(body as string)) throw 'body: an object'
    return { url, headers }
  } catch (cause) {
    // Without the cause, which quotes headers, and credentials in the URL. The message has its words without them.
    throw requestError(url, 'options', headers ? cause : 'bad headers')
  }
}
