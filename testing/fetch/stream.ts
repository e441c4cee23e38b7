import { createEventSource } from '../../adapters/eventsource-class.ts'
import { systemClock } from '../../src/base/clock.ts'
import { type Clock, type EventMap, fetchTransport, type Transport } from '../../src/index.ts'
import { createMock, type Mock, type MockOptions } from '../mock/mock.ts'
import { completePlatform } from '../platform/builtins.ts'
import { realTime } from '../platform/clock.ts'
import { baseAddress } from '../request/request.ts'
import { createLocalServer } from './fetch.ts'

/** The options of a mock stream. */
export interface MockStreamOptions extends MockOptions {
  /**
   * The clock of the steps `wait` and `open.delay`, and of the reconnects of `EventSource`.
   * @defaultValue the time of the platform
   */
  readonly clock?: Pick<Clock, 'now' | 'setTimeout' | 'clearTimeout'> | undefined
}

/** A server without a network: hand its `fetch` to a client. */
export interface MockStream<E = Record<string, unknown>> extends Mock<E> {
  /** For the option `fetch`, or in place of the global one. Aborting a request closes its stream, as on a real network. */
  readonly fetch: typeof globalThis.fetch
  /**
   * For the option `transport`, if the client must have another `fetch`. POSTs of a client, by `send()` or to change its
   * topics, still go through the option `fetch`.
   */
  readonly transport: Transport
  /**
   * A class in place of the global `EventSource`. It reconnects as browsers do (HTML 9.2.3): after the time of the last `retry`, or
   * 3 s, and never after a status other than 200. With `eventSourceTransport({ EventSource })` give the option `fetch` as well: the
   * client uses it to find out why it was refused.
   */
  readonly EventSource: typeof globalThis.EventSource
  /** Answers a request as it is, and follows no redirect: for what takes a Request and returns a Response. */
  respond(request: Request): Promise<Response>
}

/**
 * Makes a mock of a server that lives in this process: no port, no time, and chunks arrive just as they are sent.
 *
 * @example
 * const stream = createMockStream()
 * const sse = createSSE('/events', { fetch: stream.fetch })
 * sse.subscribe('greeting', console.log)
 * await stream.connected()
 * await stream.send('greeting', { hello: 'world' })
 *
 * @throws TypeError if the script has a step in it that there is not.
 */
export function createMockStream<E extends EventMap = Record<string, unknown>>(
  options: MockStreamOptions = {},
): MockStream<E> {
  completePlatform()
  const { clock = realTime } = options
  const { mock, answer } = createMock<E>(options)
  const { fetch, respond } = createLocalServer(answer, clock)
  const own = {
    fetch,
    transport: { connect: (request, sink) => fetchTransport().connect({ ...request, fetch }, sink) },
    EventSource: createEventSource({ fetch, clock: { ...systemClock, ...clock }, getBase: baseAddress }),
    respond,
  } satisfies Partial<MockStream<E>>
  return Object.defineProperties(own as MockStream<E>, Object.getOwnPropertyDescriptors(mock))
}
