import { callSafely } from '../src/base/errors.ts'

/** When subscribers are notified: once for all events that arrived together, or at most once per animation frame. */
export type Batch = 'chunk' | 'frame'

/** How often subscribers are notified while a page has no frames, in milliseconds. */
const FRAMELESS = 100

/** What is due. The first frame flushes all of it, so that two components never differ. */
const due = new Set<() => void>()

function runDue(): void {
  for (const flush of [...due]) callSafely(flush)
}

/**
 * Many requests, one call.
 * @param batch - `chunk`, the default: in a microtask, which runs when the handlers of a chunk have run.
 */
export function createBatch(batch: Batch | undefined, call: () => void): { request(): void; cancel(): void } {
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function cancel(): void {
    due.delete(flush)
    clearTimeout(timer)
    if (frame) cancelAnimationFrame(frame)
    frame = 0
  }

  function flush(): void {
    if (!due.has(flush)) return
    cancel()
    call()
  }

  return {
    request() {
      if (due.has(flush)) return
      due.add(flush)
      // A microtask cannot be cancelled, but it finds then that nothing is due.
      // Not with queueMicrotask(), which Jest's fake timers hold back.
      if (batch !== 'frame') return void Promise.resolve().then(flush)
      // No frame comes while the page is hidden or scrolled out of its parent's view. Both may happen during the wait.
      timer = setTimeout(runDue, FRAMELESS)
      if (globalThis.document?.visibilityState === 'visible') frame = requestAnimationFrame(runDue)
    },
    cancel,
  }
}
