import type { Clock } from '../../src/index.ts'

/** What can be seen of a request and its response. */
export type ExchangeReport =
  | { readonly kind: 'request'; readonly method: string; readonly url: string; readonly headers: Headers }
  | { readonly kind: 'response'; readonly response: Response }
  /** The beginning of a body that is no stream: what the server says of its refusal. */
  | { readonly kind: 'excerpt'; readonly text: string }

const EXCERPT_BYTES = 1000
const EXCERPT_WAIT = 1000
/** Not HTML: a page says nothing in its first lines. */
const READABLE = /json|text\/plain|xml|^$/

/**
 * A fetch that is watched, and whose body is read only as fast as `pass` allows.
 * @param fetch - What sends the request.
 * @param pass - Called with each chunk, which is handed on when it resolves.
 */
export function watchFetch(
  fetch: typeof globalThis.fetch,
  clock: Clock,
  hear: (report: ExchangeReport) => void,
  pass: (chunk: Uint8Array, signal: AbortSignal | null | undefined) => Promise<void>,
): typeof globalThis.fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : `${input}`
    hear({ kind: 'request', method: init?.method ?? 'GET', url, headers: new Headers(init?.headers) })
    const response = await fetch(input, init)
    hear({ kind: 'response', response })
    const { body, status, headers } = response
    const type = headers.get('content-type') ?? ''
    if (!body) return response
    if (status === 200 && type.includes('event-stream')) {
      const slow = new TransformStream<Uint8Array, Uint8Array>({
        async transform(chunk, controller) {
          await pass(chunk, init?.signal)
          controller.enqueue(chunk)
        },
      })
      return new Response(body.pipeThrough(slow), { status, headers })
    }
    if (READABLE.test(type)) hear({ kind: 'excerpt', text: await excerpt(body, clock) })
    return response
  }
}

/** The first bytes as text; what there is of them after a second. The rest is not read, whoever asks for it. */
async function excerpt(body: ReadableStream<Uint8Array>, clock: Clock): Promise<string> {
  const reader = body.getReader()
  const cancel = (): unknown => reader.cancel().catch(() => {})
  const timer = clock.setTimeout(cancel, EXCERPT_WAIT)
  const decoder = new TextDecoder()
  let text = ''
  try {
    while (text.length < EXCERPT_BYTES) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value, { stream: true })
    }
  } catch {
    // The status says enough.
  }
  clock.clearTimeout(timer)
  cancel()
  return text.slice(0, EXCERPT_BYTES).replace(/\s+/g, ' ').trim()
}
