import { type ConnectionState, createSSE, type SSEClient, type SSEOptions, type SSEUrl } from 'headwater'
import {
  createClock,
  createMockStream,
  type MockStream,
  type MockStreamOptions,
  type TestClock,
} from 'headwater/testing'
import { onTestFinished } from 'vitest'

/** Everything a test of the client wants at hand. */
export interface Bench {
  readonly sse: SSEClient
  readonly stream: MockStream
  readonly clock: TestClock
  /** What happened, in order: observers and subscribers write here. */
  readonly log: unknown[]
  /** Every state since the beginning, newest last. */
  readonly states: ConnectionState[]
  readonly statuses: () => string[]
}

/**
 * A client joined to a mock in this process, with a clock turned by hand. `Math.random` is 0.5, so the first retry comes
 * after 600 ms.
 */
export function bench(
  options: SSEOptions = {},
  { script }: Pick<MockStreamOptions, 'script'> = {},
  url: SSEUrl = '/events',
): Bench {
  const clock = createClock()
  const stream = createMockStream({ clock, ...(script && { script }) })
  const sse = createSSE(url, { fetch: stream.fetch, clock, ...options })
  const log: unknown[] = []
  const states: ConnectionState[] = []
  sse.state.subscribe((state) => states.push(state))
  onTestFinished(() => sse.close())
  return { sse, stream, clock, log, states, statuses: () => states.map(({ status }) => status) }
}
