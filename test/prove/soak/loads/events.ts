import { createSSE, type SSEClient } from 'headwater'
import { createHubClient } from 'headwater/hub'
import { handled } from 'headwater/resume'
import { createProgress, type Load, type StartLoad } from '../load.ts'

/*
 * One client that gets many events. It reconnects now and then, and is sent some of them again.
 */

type Events = { tick: { readonly n: number; readonly text: string } }

/** @param part - So many events are sent at a time, and then the client waits for the last. @param stay - Parts between two reconnects. @param isHandled - The handlers are async. */
function count(sse: SSEClient<Events>, send: string, part: number, stay: number, isHandled = false): Load {
  const arrived = createProgress()
  let parts = 0
  /** Without a connection it has no cursor yet, and would miss what is sent. */
  const opened = new Promise<void>((resolve) => void sse.observe({ onOpen: () => resolve() }))
  sse.subscribe('tick', ({ n }) => {
    // With `handled()`, what the server sends again is handled again.
    if (isHandled && n <= arrived.count) return undefined
    if (n !== arrived.count + 1) arrived.fail(Error(`event ${n} after ${arrived.count}`))
    arrived.add()
    return isHandled ? Promise.resolve() : undefined
  })
  sse.observe({ onGap: ({ reason }) => arrived.fail(Error(`a gap: ${reason}`)) })
  return {
    async run(operations) {
      for (let left = operations; left > 0; left -= part) {
        await opened
        if (parts++ % stay === 0 && arrived.count) sse.reconnect()
        const wanted = arrived.count + Math.min(left, part)
        await fetch(`${send}?count=${Math.min(left, part)}`, { method: 'POST' })
        await arrived.reach(wanted)
      }
    },
    close: sse.close,
  }
}

/** A plain server: the ids go through the cursor and the guard against repeats. */
export const startEvents: StartLoad = (origin) =>
  count(createSSE<Events>(`${origin}/wire/ticks`), `${origin}/wire/ticks`, 25_000, 1)

/** The cursor waits for the handlers. */
export const startHandledEvents: StartLoad = (origin) => {
  const sse = createSSE<Events>(`${origin}/wire/ticks`, { commit: handled() })
  return count(sse, `${origin}/wire/ticks`, 25_000, 1, true)
}

/** A hub publishes each of them. The part fits into the queue of a client. */
export const startHubEvents: StartLoad = (origin) =>
  count(createHubClient<Events>(`${origin}/hub`), `${origin}/publish/tick`, 500, 100)
