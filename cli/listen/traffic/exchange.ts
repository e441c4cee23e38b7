/** The visible parts of a request and its response. */
export type ExchangeReport =
  | { readonly kind: 'request'; readonly method: string; readonly url: string; readonly headers: Headers }
  | { readonly kind: 'response'; readonly response: Response }

/**
 * A fetch that is watched. The body of a stream is read only as fast as `pass` allows.
 * @param fetch - The function that sends the request.
 * @param pass - Called with each chunk, which is handed on when it resolves.
 */
export function watchFetch(
  fetch: typeof globalThis.fetch,
  onReport: (report: ExchangeReport) => void,
  pass: (chunk: Uint8Array, signal: AbortSignal | null | undefined) => Promise<void>,
): typeof globalThis.fetch {
  return async (input, init) => {
    const url = input instanceof Request ? input.url : `${input}`
    onReport({ kind: 'request', method: init?.method ?? 'GET', url, headers: new Headers(init?.headers) })
    const response = await fetch(input, init)
    onReport({ kind: 'response', response })
    const { body, status, headers } = response
    if (!body || status !== 200 || !headers.get('content-type')?.includes('event-stream')) return response
    const slow = new TransformStream<Uint8Array, Uint8Array>({
      async transform(chunk, controller) {
        await pass(chunk, init?.signal)
        controller.enqueue(chunk)
      },
    })
    return new Response(body.pipeThrough(slow), { status, headers })
  }
}
