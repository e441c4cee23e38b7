import type { ConnectionState, Host, HostOptions } from 'headwater'
import { createClock } from 'headwater/testing'
import { vi } from 'vitest'

/** A client as its layers see it, in the state that a test names. */
export function fakeHost(
  state: ConnectionState = { status: 'connecting', attempt: 0 },
  options: Partial<HostOptions> = {},
): Host {
  return {
    state: {
      get: () => state,
      subscribe(listener) {
        listener(state)
        return () => {}
      },
    },
    options: {
      url: 'https://a.test/events',
      base: 'https://a.test/',
      method: 'GET',
      credentials: 'same-origin',
      lastEventIdIn: 'auto',
      lastEventIdParam: 'lastEventId',
      fetch: vi.fn(),
      maxEventSize: Infinity,
      clock: createClock(),
      connectTimeout: 15_000,
      linger: 1000,
      dedupe: true,
      ...options,
    },
    lastEventId: '',
    resumeFrom: vi.fn(),
    refresh: vi.fn(),
    reconnect: vi.fn(),
    wait: vi.fn(),
    end: vi.fn(),
  }
}
