import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventMap } from '../../src/index.ts'
import { createGuard } from '../control/guard.ts'
import type { Mock } from '../mock/mock.ts'
import { perform } from '../mock/perform.ts'
import type { Step } from '../script/step.ts'
import { createEndpoint } from './endpoint.ts'
import { Handler } from './handler.ts'
import { listen, urlOf } from './listen.ts'
import type { MockServerOptions } from './options.ts'
import { addressOf } from './request.ts'
import { createRoutes } from './routes.ts'
import { isUnder, resolveServerOptions } from './settings.ts'

/** A real HTTP server that answers on every path. Its actions are for the streams of all paths. */
export interface MockServer<E = Record<string, unknown>> extends Mock<E> {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** The URL of the control endpoint, without a slash at the end; undefined if there is none. */
  readonly controlUrl: string | undefined
  /** CORS preflights, which are answered and not counted as requests. */
  readonly preflights: number
  /**
   * The mock of one path, with the same controls.
   * @throws Error for a path that the option `routes` does not name.
   */
  route<R extends EventMap = Record<string, unknown>>(path: string): Mock<R>
  /**
   * Does steps now, one after the other, to every stream that is open, with `wait` in between: for what comes as data.
   * @returns How many streams it reached.
   * @throws TypeError, before anything is done, for a step that there is not and for `open`, `refuse` and `redirect`, which
   *   answer a request; Error for one that comes at the wrong time, as `introduce` does after an event.
   */
  perform(...steps: readonly Step[]): Promise<number>
  /** Breaks all connections and stops listening. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts a mock server.
 *
 * @example
 * const server = await createMockServer()
 * server.refuse(503, { headers: { 'retry-after': '1' } })
 * const sse = createSSE(`${server.url}/events`)
 *
 * @throws TypeError that names an option and what it wants, or the place in a script; Error with the system's `code` if it
 *   cannot listen: `EADDRINUSE` for a port that is taken.
 */
export async function createMockServer<E extends EventMap = Record<string, unknown>>(
  options: MockServerOptions = {},
): Promise<MockServer<E>> {
  const settings = resolveServerOptions(options)
  const { port, host, control } = settings
  const routes = createRoutes<E>(settings)
  const handler = new Handler(routes, settings)
  const server = createServer()
  const listening = await listen(server, port, host)
  const url = urlOf(host, listening)
  const controlled = { url, mock: routes.mock as Mock, route: routes.route, watch: routes.watch }
  const answerCall = createEndpoint(control || '', controlled, createGuard(host))
  // In the same turn in which it has begun to listen: no request has come yet.
  server.on('request', (request, response) =>
    isUnder(addressOf(request).pathname, control) ? answerCall(request, response) : handler.handle(request, response),
  )

  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const own = {
    url,
    port: listening,
    controlUrl: control === false ? undefined : url + control,
    get preflights() {
      return handler.preflights
    },
    route: routes.route as MockServer<E>['route'],
    perform: (...steps) => perform(controlled.mock, steps, (ms) => sleep(ms, true, { ref: false })),
    close,
    [Symbol.asyncDispose]: close,
  } satisfies Partial<MockServer<E>>
  return Object.defineProperties({} as MockServer<E>, {
    ...Object.getOwnPropertyDescriptors(routes.mock),
    ...Object.getOwnPropertyDescriptors(own),
  })
}
