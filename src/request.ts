import { wrong } from './check.ts'
import { withParam } from './cursor.ts'
import type { PerTry, RequestContext } from './options.ts'
import type { Settings } from './settings.ts'
import type { TransportRequest } from './transports/transport.ts'

/**
 * Asks the caller's functions for this try's URL, headers and body. What they throw, as a token endpoint may, is a
 * failed try like any other.
 * @throws SSEError `options` if the URL or a header cannot be sent at all.
 */
export async function resolveRequest(
  settings: Settings,
  context: RequestContext,
  topics = (): string => '',
): Promise<Omit<TransportRequest, 'names' | 'host'>> {
  const ask = async <T>(value: PerTry<T>): Promise<T> =>
    // A type parameter may stand for a function itself; the options' own types do not.
    typeof value === 'function' ? (value as (context: RequestContext) => T | PromiseLike<T>)(context) : value
  const [address, given, body] = await Promise.all([ask(settings.url), ask(settings.headers), ask(settings.body)])
  const own = settings.fetch
  try {
    const plain = new URL(address, settings.base).href
    // As of now: the caller's functions may have taken their time.
    const names = topics()
    const url = names ? withParam(plain, 'topics', names) : plain
    const headers = new Headers(given as HeadersInit)
    // It would have said "undefined".
    for (const [name, value] of Object.entries(given)) if (value === undefined) headers.delete(name)
    // The global fetch is looked up at each try, as tests and tracers replace it; it must not be called as a method.
    return {
      ...settings,
      ...context,
      url,
      topics: names ? names.split(',') : [],
      headers,
      body,
      fetch: own ?? ((input, init) => fetch(input, init)),
    }
  } catch (cause) {
    throw wrong('url or headers', 'what can be sent (a full URL where there is no document)', address, cause)
  }
}
