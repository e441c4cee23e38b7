/*
 * What a fetch in this process answers with: the platform's own Response, or, where a test environment has none, something
 * that has what clients of event streams use of it.
 */

type Body = ReadableStream<Uint8Array<ArrayBuffer>>

/** @param url - Where the answer comes from, after redirects. */
export function createResponse(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Body,
  url: string,
  redirected: boolean,
): Response {
  const empty = status === 204 || status === 205 || status === 304
  if (typeof Response !== 'function') return standIn(status, headers, empty ? null : body, url, redirected)
  const response = new Response(empty ? null : body, { status, headers })
  // Only a network may say so; native code would read the slots behind these, but nobody here is.
  return Object.defineProperties(response, { url: { value: url }, redirected: { value: redirected } })
}

/** What a browser makes of a redirect that the request says not to follow: nothing can be seen of it (Fetch 2.2.6). */
export function createOpaqueRedirect(url: string): Response {
  const response = typeof Response === 'function' ? Response.error() : standIn(0, {}, null, url, false)
  return Object.defineProperties(response, { type: { value: 'opaqueredirect' }, url: { value: url } })
}

function standIn(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Body | null,
  url: string,
  redirected: boolean,
): Response {
  const text = async (): Promise<string> => {
    let read = ''
    const decoder = new TextDecoder()
    const reader = body?.getReader()
    for (;;) {
      const { done = true, value } = (await reader?.read()) ?? {}
      if (done) return read + decoder.decode()
      read += decoder.decode(value, { stream: true })
    }
  }
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
