import { type ConnectionState, createSSE, type SSEClient, type SSEOptions, type SSEUrl } from 'headwater'
import { createHubClient, type HubClient, type HubClientOptions } from 'headwater/hub'
import {
  createClock,
  createMockStream,
  type MockStream,
  type MockStreamOptions,
  type TestClock,
} from 'headwater/testing'
import { onTestFinished } from 'vitest'

/** Everything a test of the client wants at hand. */
export interface Bench<C extends SSEClient = SSEClient> {
  readonly sse: C
  readonly stream: MockStream
  readonly clock: TestClock
  /** What happened, in order: observers and subscribers write here. */
  readonly log: unknown[]
  /** Every state since the beginning, newest last. */
  readonly states: ConnectionState[]
  readonly statuses: () => string[]
}

type Script = Pick<MockStreamOptions, 'script'>

/**
 * A client joined to a mock in this process, with a clock turned by hand. `Math.random` is 0.5, so the first retry comes
 * after 600 ms.
 */
export const bench = (options: SSEOptions = {}, { script }: Script = {}, url: SSEUrl = '/events'): Bench =>
  join(script, (parts) => createSSE(url, { ...parts, ...options }))

/** The same with a client for our own server. */
export const hubBench = (
  options: HubClientOptions = {},
  { script }: Script = {},
  url: SSEUrl = '/events',
): Bench<HubClient> => join(script, (parts) => createHubClient(url, { ...parts, ...options }))

function join<C extends SSEClient>(
  script: Script['script'],
  make: (parts: Pick<SSEOptions, 'fetch' | 'clock'>) => C,
): Bench<C> {
  const clock = createClock()
  const stream = createMockStream({ clock, ...(script && { script }) })
  const sse = make({ fetch: stream.fetch, clock })
  const log: unknown[] = []
  const states: ConnectionState[] = []
  sse.state.subscribe((state) => states.push(state))
  onTestFinished(() => sse.close())
  return { sse, stream, clock, log, states, statuses: () => states.map(({ status }) => status) }
}
