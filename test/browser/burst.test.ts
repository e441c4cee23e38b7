import { createSSE } from 'headwater'
import { requestEvents } from 'headwater/request'
import { handled } from 'headwater/resume'
import { describe, expect, it } from 'vitest'
import { commands } from 'vitest/browser'
import { eventually } from '../support/eventually.ts'

/*
 * Many events that arrive at once, in real browsers: the page gets its turns between them.
 */

const EVENTS = 300
const inOrder = Array.from({ length: EVENTS }, (_, n) => n)

/** As a handler that needs a millisecond. */
function work(): void {
  for (const end = performance.now() + 1; performance.now() < end; );
}

/** Takes note of how many events there were at each turn of the page. */
function watchTurns(seen: () => number): { readonly turns: readonly number[]; stop(): void } {
  const turns: number[] = []
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    turns.push(seen())
    port2.postMessage(0)
  }
  port2.postMessage(0)
  return { turns, stop: () => port1.close() }
}

/** So many events at most came between two turns of the page. 10 ms of them are right, and some more where clocks are coarse. */
const most = (turns: readonly number[]): number =>
  Math.max(...[...turns, EVENTS].map((count, index) => count - (turns[index - 1] ?? 0)))

describe('a burst of events', () => {
  it('leaves the page a turn every ten milliseconds, and comes whole and in order', async () => {
    const log: unknown[] = []
    using sse = createSSE<{ tick: number }>(await commands.serveBurst(EVENTS), { retry: false })
    const { turns, stop } = watchTurns(() => log.length)
    sse.subscribe('tick', (n) => {
      work()
      log.push(n)
    })
    await eventually(() => expect(log).toEqual(inOrder))
    stop()
    expect(most(turns)).toBeLessThanOrEqual(15)
  })

  it('ends with close(), in a turn of the page between two events', async () => {
    const log: unknown[] = []
    const sse = createSSE<{ tick: number }>(await commands.serveBurst(EVENTS), { retry: false })
    sse.subscribe('tick', (n) => {
      work()
      log.push(n)
      // Its turn comes before the rest of the burst.
      if (n === 0) setTimeout(sse.close)
    })
    await eventually(() => expect(sse.state.get().status).toBe('closed'))
    const { length } = log
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setTimeout(resolve))
    expect(log).toHaveLength(length)
    expect(length).toBeLessThan(EVENTS)
  })

  it('moves the cursor event by event with commit: handled()', async () => {
    const cursors: string[] = []
    using sse = createSSE<{ tick: number }>(await commands.serveBurst(EVENTS), { retry: false, commit: handled() })
    sse.subscribe('tick', async () => {
      work()
      await undefined
      setTimeout(() => cursors.push(sse.lastEventId))
    })
    await eventually(() => expect(cursors).toHaveLength(EVENTS))
    expect(cursors.at(-1)).toBe(`${EVENTS - 1}`)
    expect(new Set(cursors).size).toBeGreaterThan(1)
  })

  it('leaves turns to the page in requestEvents() too, where the loop does the work', async () => {
    const log: unknown[] = []
    const { turns, stop } = watchTurns(() => log.length)
    for await (const { data } of requestEvents(await commands.serveBurst(EVENTS))) {
      work()
      if (log.push(data) === EVENTS) break
    }
    stop()
    expect(log).toEqual(inOrder)
    expect(most(turns)).toBeLessThanOrEqual(15)
  })
})
