import { callSafely } from '../src/base/errors.ts'

/**
 * When subscribers are notified: once for all events that arrived together, at most once per animation frame, or at most once in so
 * many milliseconds. A number of 0 waits for the next task.
 */
export type Batch = 'chunk' | 'frame' | number

/** How often subscribers are notified while a page has no frames, in milliseconds. */
const FRAMELESS = 100

/** The notices that are due with the next frame: all at once, so that two components never differ. */
const due = new Set<() => void>()

function runDue(): void {
  for (const flush of [...due]) callSafely(flush)
}

/**
 * Many requests, one call.
 * @param batch - `chunk`, the default: in a microtask, which runs when the handlers of a chunk have run.
 */
export function createBatch(batch: Batch = 'chunk', call: () => void): { request(): void; cancel(): void } {
  let isDue: boolean | undefined
  let frame: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function cancel(): void {
    isDue = false
    due.delete(flush)
    clearTimeout(timer)
    if (frame) cancelAnimationFrame(frame)
  }

  function flush(): void {
    if (!isDue) return
    cancel()
    call()
  }

  return {
    request() {
      if (isDue) return
      isDue = true
      // A microtask cannot be cancelled, but it finds then that nothing is due.
      // Not with queueMicrotask(), which Jest's fake timers hold back.
      if (batch === 'chunk') Promise.resolve().then(flush)
      else if (batch !== 'frame') timer = setTimeout(flush, batch)
      else {
        due.add(flush)
        // No frame comes while the page is hidden or scrolled out of its parent's view. Both may happen during the wait.
        timer = setTimeout(runDue, FRAMELESS)
        if (globalThis.document?.visibilityState === 'visible') frame = requestAnimationFrame(runDue)
      }
    },
    cancel,
  }
}
