import type { ConnectionState, TransportHost } from 'headwater'
import { vi } from 'vitest'

/** A subscription as a transport sees it, which stands where a test says. */
export function fakeHost(state: ConnectionState = { status: 'connecting', attempt: 0 }): TransportHost {
  return {
    state: { get: () => state, subscribe: () => () => {} },
    send: vi.fn(),
    reconnect: vi.fn(),
    tell: vi.fn(async () => undefined),
  }
}
