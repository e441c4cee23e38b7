/** When notices are given: once for all events that arrived together, or at most once per animation frame. */
export type Batch = 'chunk' | 'frame'

/** How often a page that is hidden, and so has no frames, is told. */
const HIDDEN = 100

/**
 * Many requests, one call.
 * @param batch - `chunk`: in a microtask, which comes when the handlers of a chunk are through.
 */
export function createBatch(batch: Batch = 'chunk', call: () => void): { request(): void; cancel(): void } {
  let cancel: (() => void) | undefined

  function flush(): void {
    cancel = undefined
    call()
  }

  function schedule(): () => void {
    if (batch === 'frame' && globalThis.document?.visibilityState === 'visible') {
      const frame = requestAnimationFrame(flush)
      return () => cancelAnimationFrame(frame)
    }
    if (batch === 'frame') {
      const timer = setTimeout(flush, HIDDEN)
      return () => clearTimeout(timer)
    }
    let wanted = true
    queueMicrotask(() => wanted && flush())
    return () => {
      wanted = false
    }
  }

  return {
    request() {
      cancel ??= schedule()
    },
    cancel() {
      cancel?.()
      cancel = undefined
    },
  }
}
