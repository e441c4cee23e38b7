import { Refusal } from '../wire/refusal.ts'

/*
 * Which pages may use the hub from another origin (Fetch, CORS protocol).
 */

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
