/** When notices are given: once for all events that arrived together, or at most once per animation frame. */
export type Batch = 'chunk' | 'frame'

/** How often a page that has no frames is told. */
const FRAMELESS = 100

/**
 * What is due with the next frame. Whoever's frame comes first has all of it told in one go: told one by one, two
 * components would show one value differently in between.
 */
const due = new Set<() => void>()

function runDue(): void {
  for (const flush of [...due]) guarded(flush)
}

/**
 * Many requests, one call.
 * @param batch - `chunk`: in a microtask, which comes when the handlers of a chunk are through.
 */
export function createBatch(batch: Batch = 'chunk', call: () => void): { request(): void; cancel(): void } {
  let requested = false
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function cancel(): void {
    requested = false
    due.delete(flush)
    clearTimeout(timer)
    if (frame) cancelAnimationFrame(frame)
    frame = 0
  }

  function flush(): void {
    if (!requested) return
    cancel()
    call()
  }

  return {
    request() {
      if (requested) return
      requested = true
      // A microtask cannot be called off, but finds then that nothing is requested.
      // Not by queueMicrotask(), which Jest's fake timers hold back.
      if (batch === 'chunk') return void Promise.resolve().then(flush)
      due.add(flush)
      // A page may be hidden, or scrolled out of its parent's view, while a frame is awaited: then none comes.
      timer = setTimeout(runDue, FRAMELESS)
      if (globalThis.document?.visibilityState === 'visible') frame = requestAnimationFrame(runDue)
    },
    cancel,
  }
}

/** The last resort for an error, as in the core: Node has no reportError. */
const report = (error: unknown): void => (globalThis.reportError ?? console.error)(error)

/**
 * Calls a callback of the application's. What it throws, or its promise is rejected with, is reported: the others that
 * are told in the same go still hear.
 * @returns What it returned; undefined if it threw.
 */
export function guarded<T>(callback: () => T): T | undefined {
  try {
    const result = callback()
    if (result instanceof Promise) result.catch(report)
    return result
  } catch (error) {
    report(error)
    return undefined
  }
}
