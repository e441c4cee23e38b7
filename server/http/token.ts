/** Percent-encoding taken off, as frameworks put it on cookies too; text that is encoded badly as it is. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * The token of a request: of `Authorization: Bearer`, or else of a cookie, or else of a query parameter, for the native
 * EventSource, which can send no header. Query parameters end up in the logs of proxies: let such tokens be short-lived.
 * @param from - Where else to look: `{ cookie: 'session', query: 'token' }`.
 */
export function readToken(
  request: Request,
  from: { readonly cookie?: string; readonly query?: string } = {},
): string | undefined {
  const [, bearer] = /^Bearer +([^\s]+)$/i.exec(request.headers.get('authorization') ?? '') ?? []
  if (bearer) return bearer
  if (from.cookie) {
    for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
      const equals = pair.indexOf('=')
      const value = pair.slice(equals + 1).trim()
      if (equals > 0 && value && pair.slice(0, equals).trim() === from.cookie)
        return percentDecoded(value.replace(/^"(.*)"$/, '$1'))
    }
  }
  return (from.query && new URL(request.url).searchParams.get(from.query)) || undefined
}
