import { createSSE } from 'headwater'
import { createClock, createMockStream } from 'headwater/testing'
import { expect, onTestFinished } from 'vitest'

interface Events {
  notification: { text: string }
}

/** What every example is run with: a client, a server, and what they should leave behind. */
export function stage() {
  const clock = createClock()
  const stream = createMockStream<Events>({ clock })
  const sse = createSSE<Events>('/events', { fetch: stream.fetch, clock })
  onTestFinished(() => sse.close())
  return {
    sse,
    stream,
    clock,
    /** Waits until the example has made a connection. */
    async open(): Promise<void> {
      await stream.connected()
      await clock.settle()
    },
    async notify(times = 1): Promise<void> {
      for (let n = 0; n < times; n++) stream.send('notification', { text: 'hello' })
      await clock.settle()
    },
    /** Nobody listens any more: nothing is left behind. */
    async expectReleased(): Promise<void> {
      await clock.advance(1000)
      expect(sse.state.get().status).toBe('idle')
      expect(stream.connections).toHaveLength(0)
      expect(clock.timers).toBe(0)
    },
  }
}
