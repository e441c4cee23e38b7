/*
 * The answer of a fetch in this process: the platform's own Response, or, where a test environment has none, an object with
 * the parts of it that clients of event streams use.
 */

type Body = ReadableStream<Uint8Array<ArrayBuffer>>

/** A response without its body. */
export interface ResponseHead {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Where the answer comes from, after redirects. */
  readonly url: string
  readonly redirected: boolean
}

export function createResponse(head: ResponseHead, body: Body): Response {
  const { status, headers, url, redirected } = head
  const sent = status === 204 || status === 205 || status === 304 ? null : body
  if (typeof Response !== 'function') return standIn(head, sent)
  const response = new Response(sent, { status, headers })
  // Only a network may set these. Native code would read the slots behind them, but none is at work here.
  return Object.defineProperties(response, { url: { value: url }, redirected: { value: redirected } })
}

/** The response of a browser to a redirect that the request says not to follow: nothing can be seen of it (Fetch 2.2.6). */
export function createOpaqueRedirect(url: string): Response {
  const response =
    typeof Response === 'function'
      ? Response.error()
      : standIn({ status: 0, headers: {}, url, redirected: false }, null)
  return Object.defineProperties(response, { type: { value: 'opaqueredirect' }, url: { value: url } })
}

function standIn({ status, headers, url, redirected }: ResponseHead, body: Body | null): Response {
  const text = (): Promise<string> => textOf(body)
  const missing = (name: string) => (): never => {
    throw new Error(`${name}() of a response needs an environment that has Response: see docs/testing.md`)
  }
  return {
    status,
    statusText: '',
    ok: status >= 200 && status <= 299,
    headers: new Headers(headers),
    type: 'basic',
    url,
    redirected,
    body,
    get bodyUsed() {
      return body?.locked ?? false
    },
    text,
    json: async () => JSON.parse(await text()),
    clone: missing('clone'),
    arrayBuffer: missing('arrayBuffer'),
    blob: missing('blob'),
    bytes: missing('bytes'),
    formData: missing('formData'),
  }
}

async function textOf(body: Body | null): Promise<string> {
  let read = ''
  const decoder = new TextDecoder()
  const reader = body?.getReader()
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {}
    if (done) return read + decoder.decode()
    read += decoder.decode(value, { stream: true })
  }
}
