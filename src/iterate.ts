import { fill, type Spec } from './check.ts'
import { SSEError } from './errors.ts'
import type { ConnectionState } from './machine.ts'
import type { Gap } from './observers.ts'
import type { Store } from './store.ts'

/** How to iterate over events. */
export interface IterateOptions {
  /** Ends the iteration when it aborts; what waits unread is dropped. */
  readonly signal?: AbortSignal | undefined
  /**
   * How many events may wait unread, 1 at least. Infinity: as many as fit into memory.
   * @defaultValue 1000
   */
  readonly limit?: number | undefined
  /**
   * What happens when one more comes. `error`: the iteration hands out what waits and then throws `too-large` ·
   * `drop-oldest`: the oldest goes, and a gap is reported · `latest`: only the newest ever waits.
   * @defaultValue 'error'
   */
  readonly overflow?: 'error' | 'drop-oldest' | 'latest' | undefined
}

/** Events for `for await`. Leaving the loop unsubscribes. */
export interface EventIterator<T> {
  next(): Promise<IteratorResult<T, undefined>>
  return(): Promise<IteratorResult<T, undefined>>
  [Symbol.asyncIterator](): EventIterator<T>
}

const SPEC: Spec<IterateOptions> = {
  signal: ['object'],
  limit: ['number from 0', 1000],
  overflow: ["'error'|'drop-oldest'|'latest'", 'error'],
}

/**
 * A subscription as an async iterator. It listens from now on, not from the first `next()`, so nothing is lost in
 * between. It ends with the subscription: regularly where that ended well, else by throwing why; but first it hands out
 * what waits.
 * @param listen - Starts calling `push`; returns what stops it.
 * @param tellGap - Called when events begin to be dropped.
 */
export function iterate<T extends { readonly id: string }>(
  listen: (push: (event: T) => void) => () => void,
  state: Store<ConnectionState>,
  options: IterateOptions,
  tellGap: (gap: Gap) => void,
): EventIterator<T> {
  const { signal, limit, overflow } = fill(SPEC, options)
  let ended = false
  /** Thrown once, after the last event. */
  let failure: SSEError | null = null
  let dropping = false
  // The platform's own bounded queue. It is not iterated itself, as Safari's has no async iterator.
  let queue!: ReadableStreamDefaultController<T>
  const start = (controller: ReadableStreamDefaultController<T>): void => {
    queue = controller
  }
  const highWaterMark = overflow === 'latest' ? 1 : limit || 1
  const reader = new ReadableStream<T>({ start }, { highWaterMark }).getReader()

  const stops = [
    listen((event) => {
      const full = Number(queue.desiredSize) < 1
      if (full && overflow === 'error')
        return end(new SSEError('too-large', `${limit} events wait unread: read faster, or raise limit`))
      if (full && !dropping && overflow !== 'latest')
        tellGap({ reason: 'overflow', certain: true, requested: '', resumedFrom: event.id, topics: ['*'] })
      // The oldest is dropped by reading it: nobody else is waiting to, or the queue would not be full.
      if (full) reader.read()
      dropping = full
      queue.enqueue(event)
    }),
    () => signal?.removeEventListener('abort', abort),
  ]
  stops.push(state.subscribe((current) => current.status === 'closed' && end(current.error)))
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  // The store calls at once: the end may have come before all of this could be stopped.
  if (ended) stop()

  function stop(): void {
    for (const each of stops) each()
  }

  function end(error: SSEError | null): void {
    if (ended) return
    ended = true
    failure = error
    queue.close()
    stop()
  }

  function abort(): void {
    end(null)
    reader.cancel()
  }

  return {
    async next() {
      const { done, value } = await reader.read()
      if (!done) return { done, value }
      const error = failure
      failure = null
      if (error) throw error
      return { done, value: undefined }
    },
    async return() {
      abort()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
