import { onTestFinished, vi } from 'vitest'
import { turn } from '../../testing/platform/settle.ts'

/** What a page does that sends itself a message. */
export { turn }

/*
 * How long events take, and when the page has its turn: a client pauses a burst after 10 ms (src/base/task.ts).
 */

/**
 * Stops the time that events take, so that no burst pauses by itself, however busy the machine is. In a new task, so that
 * nothing counts that was delivered before.
 * @returns Lets so many milliseconds pass.
 */
export async function handTime(): Promise<(ms: number) => void> {
  await turn()
  let now = Date.now()
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => now)
  onTestFinished(() => spy.mockRestore())
  return (ms) => {
    now += ms
  }
}
