import { Refusal } from '../wire/refusal.ts'

/*
 * Which pages may use the hub from another origin (Fetch, CORS protocol).
 */

/** The options of a hub that say so. */
export interface Access {
  /** Origins whose pages may connect and post, with their user's credentials. */
  readonly origins: readonly string[]
  /** Pages of all origins may, without credentials. */
  readonly cors?: '*' | undefined
}

const EXPOSED = { 'access-control-expose-headers': 'retry-after, date, x-sse-heartbeat' }

/**
 * The headers by which a page of another origin may read the answer.
 * @throws Refusal 403 for an origin that is not allowed. Browsers send `Origin` with every POST, and with each GET whose answer the
 *   page may read (Fetch 3.2). A GET for an image has none. `Sec-Fetch-Site` says that it comes from another site.
 */
export function corsHeaders(request: Request, { origins, cors }: Access): Record<string, string> {
  const origin = request.headers.get('origin')
  if (origin === null) {
    const site = request.headers.get('sec-fetch-site') ?? 'none'
    if (site === 'none' || site === 'same-origin') return {}
    throw new Refusal(403, 'origin', 'a page of another site must use CORS')
  }
  if (origins.includes(origin))
    return {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      ...EXPOSED,
      vary: 'origin',
    }
  // Behind a proxy that ends TLS the page has another scheme than this request. So only host and port are compared, with the
  // default port of the page's scheme.
  const page = URL.parse(origin)
  const host = request.headers.get('host') ?? new URL(request.url).host
  if (page && page.host === URL.parse(`${page.protocol}//${host}`)?.host) return {}
  if (cors === undefined)
    throw foreign(
      origin,
      'origin',
      `pages of ${origin} may not ${request.method} here: name the origin in the option origins`,
    )
  // A browser adds them by itself, so they do not show that the user wants this. And with them no page may read a `*`.
  if (request.headers.has('cookie') || request.headers.has('authorization'))
    throw foreign(origin, 'credentials', 'pages of other origins may not send cookies or Authorization here')
  return { 'access-control-allow-origin': '*', ...EXPOSED }
}

/**
 * A refusal that the page's script may read. It has no `allow-credentials` and there is nothing of the hub's in it, so any page may.
 * Without this header the script would see a network error, and its author no reason.
 */
function foreign(origin: string, code: string, message: string): Refusal {
  // Only what a browser sends is repeated. Those of extensions have schemes of their own.
  const isOrigin = origin === 'null' || /^[a-z][a-z\d+.-]*:\/\/[\w.:[\]-]+$/.test(origin)
  return new Refusal(403, code, message, isOrigin ? { 'access-control-allow-origin': origin, vary: 'origin' } : {})
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
