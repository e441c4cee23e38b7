/*
 * What is HTTP about the hub's requests: refusals with a reason, origins, bodies that may not be trusted.
 */

/** A request that is not granted. Thrown on the way, and answered with as it says. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.name = 'Refusal'
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** Percent-encoding taken off, as frameworks put it on cookies too; text that is encoded badly as it is. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** An answer in JSON. */
export const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  })

/** `{ error: { code, message } }` */
export const refused = ({ status, code, message, headers }: Refusal): Response =>
  json(status, { error: { code, message } }, headers)

/**
 * The headers by which a page of another origin may read the answer.
 * @throws Refusal 403 for an origin that is not allowed. Browsers name it with every POST, and with each GET that is to be
 *   read (Fetch 3.2). A GET that is not, as of an image, has none; that it comes from elsewhere is said in `Sec-Fetch-Site`.
 */
export function corsHeaders(request: Request, origins: readonly string[]): Record<string, string> {
  const origin = request.headers.get('origin')
  if (origin === null) {
    const site = request.headers.get('sec-fetch-site') ?? 'none'
    if (site === 'none' || site === 'same-origin') return {}
    throw new Refusal(403, 'origin', 'pages of another origin may use this with CORS alone')
  }
  if (origins.includes(origin))
    return {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'retry-after, date, x-sse-heartbeat',
      vary: 'origin',
    }
  // The scheme is not compared: behind a proxy that ends TLS it is another here than out there. The port is: as of that scheme.
  const page = URL.parse(origin)
  const host = request.headers.get('host') ?? new URL(request.url).host
  if (page && page.host === URL.parse(`${page.protocol}//${host}`)?.host) return {}
  throw new Refusal(403, 'origin', `pages of ${origin} may not ${request.method} here; the option origins lets them`)
}

/** The answer to a preflight (Fetch 4.8). */
export const preflight = (request: Request): Response =>
  new Response(null, {
    status: 204,
    headers: {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? 'content-type',
      'access-control-max-age': '600',
    },
  })

/**
 * The body of a request, an object in JSON. Other types are refused: a form on a foreign page can send those, and no JSON.
 * @param limit - In bytes.
 * @throws Refusal 415, 413 or 400.
 */
export async function readBody(request: Request, limit: number): Promise<Readonly<Record<string, unknown>>> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json')
    throw new Refusal(415, 'content-type', `send application/json, not ${type ?? 'a body without a type'}`)
  const text = await readText(request, limit)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Refusal(400, 'json', `the body is not JSON: ${error instanceof Error ? error.message : error}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal(400, 'json', 'the body wants to be a JSON object')
  return value as Readonly<Record<string, unknown>>
}

/** Counted while it arrives: a length that is announced may be a lie, or not be there. */
async function readText(request: Request, limit: number): Promise<string> {
  const decoder = new TextDecoder()
  const reader = request.body?.getReader()
  let text = ''
  let size = 0
  while (reader) {
    // The client may leave in the middle of it.
    const { done, value } = await reader.read().catch((cause) => {
      throw new Refusal(400, 'body', `the body broke off: ${cause}`)
    })
    if (done) break
    size += value.length
    if (size > limit) {
      reader.cancel().catch(() => {})
      throw new Refusal(413, 'too-large', `a body may have ${limit} bytes; the option limits.body says so`)
    }
    text += decoder.decode(value, { stream: true })
  }
  return text + decoder.decode()
}
