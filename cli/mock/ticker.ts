import type { Clock } from '../../src/index.ts'
import type { MockServer } from '../../testing/node.ts'

/** A comment comes with every so many ticks, as a heartbeat. */
const HEARTBEAT = 5

/**
 * Sends simple events, until it is stopped.
 * @param ms - How far apart.
 */
export function startTicking(
  server: Pick<MockServer, 'send' | 'comment'>,
  ms: number,
  clock: Pick<Clock, 'now' | 'setTimeout' | 'clearTimeout'>,
): () => void {
  let n = 0
  let timer = clock.setTimeout(tick, ms)
  function tick(): void {
    n++
    void server.send('tick', { n, at: clock.now() }, { id: `${n}` })
    if (n % HEARTBEAT === 0) void server.comment('heartbeat')
    timer = clock.setTimeout(tick, ms)
  }
  return () => clock.clearTimeout(timer)
}
