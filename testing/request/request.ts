/** A request as the mock saw it. */
export interface MockRequest {
  readonly method: string
  /** Path and query, as they came. */
  readonly url: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Where the client wants to resume: the `Last-Event-ID` header, decoded, or the query parameter `lastEventId`; else ''. */
  readonly lastEventId: string
  readonly body: string
  /** When it came, in epoch milliseconds. */
  readonly at: number
}

/** The values that depend on where a request goes. */
export function addressed(
  { pathname, search, searchParams }: URL,
  headers: MockRequest['headers'],
): Pick<MockRequest, 'url' | 'path' | 'query' | 'lastEventId'> {
  // Header bytes are read as Latin-1; an id is UTF-8.
  const bytes = Uint8Array.from(headers['last-event-id'] ?? '', (character) => character.charCodeAt(0))
  const header = new TextDecoder().decode(bytes)
  const lastEventId = header || (searchParams.get('lastEventId') ?? '')
  return { url: pathname + search, path: pathname, query: Object.fromEntries(searchParams), lastEventId }
}

/** The arguments of `fetch`. */
type FetchInput = Parameters<typeof fetch>[0]

/** The request that a call of `fetch` makes. */
export interface Asked {
  readonly request: MockRequest
  readonly url: URL
  readonly redirect: NonNullable<RequestInit['redirect']>
  readonly signal: AbortSignal | undefined
}

/**
 * Reads what `fetch(input, init)` was called with, and does without the class Request where a test environment has none, or
 * one that takes no signal but its own.
 * @throws TypeError for a URL that cannot be parsed, or a GET with a body.
 */
export async function readRequest(input: FetchInput, init: RequestInit = {}, at: number): Promise<Asked> {
  const given = isRequest(input) ? input : undefined
  const url = new URL(isRequest(input) ? input.url : input, baseAddress())
  const method = (init.method ?? given?.method ?? 'GET').toUpperCase()
  const headers = Object.fromEntries(new Headers(init.headers ?? given?.headers))
  const body = init.body ?? undefined
  if (body !== undefined && (method === 'GET' || method === 'HEAD'))
    throw new TypeError(`a request with method ${method} cannot have a body`)
  const text = body === undefined ? ((await given?.clone().text()) ?? '') : await textOf(body, headers)
  return {
    request: { method, headers, body: text, at, ...addressed(url, headers) },
    url,
    redirect: init.redirect ?? given?.redirect ?? 'follow',
    // Null takes that of a Request away.
    signal: (init.signal === undefined ? given?.signal : init.signal) ?? undefined,
  }
}

const isRequest = (input: FetchInput): input is Request => typeof input === 'object' && 'method' in input

/** The base of a relative URL. */
export const baseAddress = (): string => {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href
  try {
    return new URL('/', base) && base
  } catch {
    // A page without an address, as some test environments have, is at home on this machine.
    return 'http://localhost'
  }
}

async function textOf(body: NonNullable<RequestInit['body']>, headers: Record<string, string>): Promise<string> {
  if (typeof body === 'string') {
    headers['content-type'] ??= 'text/plain;charset=UTF-8'
    return body
  }
  if (body instanceof URLSearchParams) {
    headers['content-type'] ??= 'application/x-www-form-urlencoded;charset=UTF-8'
    return `${body}`
  }
  if (typeof Response !== 'function')
    throw new TypeError('a body that is no text needs an environment that has Response: see docs/testing.md')
  const response = new Response(body)
  const type = response.headers.get('content-type')
  if (type) headers['content-type'] ??= type
  return response.text()
}
