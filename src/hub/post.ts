import { createTimer } from '../base/clock.ts'
import { requestError, SSEError } from '../base/errors.ts'
import { resolveRequest } from '../connection/request.ts'
import type { SSEUrl } from '../transports/request.ts'
import { createRefusal, readText } from '../transports/response.ts'
import type { Host } from '../transports/transport.ts'

/** How much of an answer is read, in characters. */
const ANSWER_MAX = 1e6

/**
 * Sends JSON to the server, with the headers and credentials of the stream. It is never sent twice, but after a 401. It ends
 * when it takes too long, and with the client.
 * @param url - Undefined: the stream's own.
 * @returns The server's answer: JSON as a value, anything else as text; undefined for nothing.
 * @throws SSEError: `network` if the server cannot be reached, or the client is closed · `timeout` if there is no answer
 *   within `connectTimeout` · `unauthorized` · `http` for any other status that is not 2xx, redirects too.
 */
export function post(host: Host, url: SSEUrl | undefined, body: object): Promise<unknown> {
  const { options } = host
  const { clock, connectTimeout } = options
  const controller = new AbortController()
  const timer = createTimer(clock)
  let unwatch!: () => void
  const answer = new Promise<unknown>((resolve, reject) => {
    const fail = (error: unknown): void =>
      reject(error instanceof SSEError ? error : requestError('POST', 'network', error, { cause: error }))
    timer(connectTimeout || Infinity, () => fail(requestError('POST', 'timeout', `no answer in ${connectTimeout} ms`)))
    unwatch = host.state.subscribe(({ status }) => status === 'closed' && fail('closed'))
    const send = async (): Promise<void> => {
      const context = { attempt: 0, lastEventId: '' }
      const request = await resolveRequest({ ...options, body: undefined }, url ?? options.url, context)
      request.headers.set('content-type', 'application/json')
      const response = await request.fetch(request.url, {
        // Its credentials; of the rest, fetch knows nothing or it is replaced.
        ...(request as object),
        method: 'POST',
        signal: controller.signal,
        body: JSON.stringify(body),
        // A redirect would take the headers and the body to another origin, or make a GET of the POST.
        redirect: 'manual',
      })
      if (!response.ok) throw explained(await createRefusal(response, request.url))
      const text = await readText(response, ANSWER_MAX)
      try {
        resolve(JSON.parse(text))
      } catch {
        // The server took it all the same: an error would have the caller send it twice.
        resolve(text || undefined)
      }
    }
    send()
      .catch((error) => {
        if (error?.code === 'unauthorized') return host.refresh(error)?.then(send)
        throw error
      })
      .catch(fail)
  })
  return answer.finally(() => {
    timer()
    unwatch()
    // Of what is not read, no more is sent.
    controller.abort()
  })
}

/** The error about a refusal with the words of the server: `{ error: { code, message } }`. Anything else as it is. */
export function explained(reason: unknown): unknown {
  try {
    const { code, message } = JSON.parse((reason as SSEError).body as string).error
    return new SSEError(code, message, { ...(reason as SSEError), reason: code })
  } catch {
    return reason
  }
}
