import { optionError, withDefaults } from './base/check.ts'
import { SSEError } from './base/errors.ts'
import type { SSEClient } from './client.ts'
import type { EventPattern, Matching, SSEEvent } from './events/event.ts'
import type { Gap } from './events/observers.ts'

/** How to iterate over events. */
export interface EventsOfOptions {
  /** Ends the iteration when it aborts; events that wait unread are dropped. */
  readonly signal?: AbortSignal | undefined
  /**
   * How many events may wait unread, 1 at least. Infinity: as many as fit into memory.
   * @defaultValue 1000
   */
  readonly limit?: number | undefined
  /**
   * The reaction to one more event. `error`: the iteration hands out the waiting events and then throws `too-large` ·
   * `drop-oldest`: the oldest is dropped, and `onGap` is called · `latest`: only the newest ever waits.
   * @defaultValue 'error'
   */
  readonly overflow?: 'error' | 'drop-oldest' | 'latest' | undefined
  /** With `drop-oldest`: called when events begin to be dropped. */
  readonly onGap?: ((gap: Gap) => void) | undefined
}

/** Events for `for await`. Leaving the loop unsubscribes. */
export interface EventIterator<T> {
  next(): Promise<IteratorResult<T, undefined>>
  return(): Promise<IteratorResult<T, undefined>>
  [Symbol.asyncIterator](): EventIterator<T>
}

const OVERFLOW: readonly string[] = ['error', 'drop-oldest', 'latest']
const DEFAULTS = {
  signal: undefined as EventsOfOptions['signal'],
  limit: 1000,
  overflow: 'error',
  onGap: undefined as EventsOfOptions['onGap'],
}

/**
 * The events of a client for `for await`. It listens from now on, not from the first `next()`, so nothing is lost in
 * between. It ends when the client closes: normally if that was in order, else by throwing the error; but first it hands
 * out what waits.
 *
 * @example
 * for await (const { type, data } of eventsOf(sse, 'order.*')) await save(type, data)
 *
 * @throws SSEError with code `options` for a wrong option.
 */
export function eventsOf<E, P extends EventPattern<E>>(
  sse: SSEClient<E>,
  pattern: P,
  options: EventsOfOptions = {},
): EventIterator<SSEEvent<E, Matching<E, P>>> {
  type T = SSEEvent<E, Matching<E, P>>
  const { limit, overflow, signal, onGap } = withDefaults(DEFAULTS, options)
  // A misspelt word must not drop events.
  if (!OVERFLOW.includes(overflow)) throw optionError('overflow', `one of ${OVERFLOW}`, overflow)
  let isOver = false
  let isDropping = false
  // The platform's own bounded queue. It is not iterated itself, as Safari's has no async iterator. An error stands in it
  // behind what waits: the platform's own way to report one drops that.
  let queue!: ReadableStreamDefaultController<T | SSEError>
  const start = (controller: typeof queue): void => {
    queue = controller
  }
  const reader = new ReadableStream({ start }, { highWaterMark: overflow === 'latest' ? 1 : limit || 1 }).getReader()

  const stops = [
    sse.subscribe(pattern, (_, event) => {
      const isFull = Number(queue.desiredSize) < 1
      if (isFull && overflow === 'error')
        return end(new SSEError('too-large', `${limit} events wait unread: raise limit`))
      if (isFull && !isDropping && overflow !== 'latest')
        onGap?.({ reason: 'overflow', certain: true, requested: '', resumedFrom: event.id, topics: ['*'] })
      // The oldest is dropped by reading it: nobody else waits for it, or the queue would not be full.
      if (isFull) reader.read()
      isDropping = isFull
      queue.enqueue(event as T)
    }),
    () => signal?.removeEventListener('abort', abort),
  ]
  stops.push(sse.state.subscribe((state) => state.status === 'closed' && end(state.error)))
  signal?.addEventListener('abort', abort)
  if (signal?.aborted) abort()
  // The store calls at once: the end may have come before all of this could be stopped.
  if (isOver) stop()

  function stop(): void {
    for (const each of stops) each()
  }

  function end(error: SSEError | null): void {
    if (isOver) return
    isOver = true
    if (error) queue.enqueue(error)
    queue.close()
    stop()
  }

  function abort(): void {
    end(null)
    reader.cancel()
  }

  return createIterator(reader, abort)
}

const createIterator = <T>(reader: ReadableStreamDefaultReader<T | SSEError>, abort: () => void): EventIterator<T> => ({
  async next() {
    const { done, value } = await reader.read()
    if (value instanceof Error) throw value
    return done ? { done, value: undefined } : { done, value }
  },
  async return() {
    abort()
    return { done: true, value: undefined }
  },
  [Symbol.asyncIterator]() {
    return this
  },
})
