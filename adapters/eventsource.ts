import { systemClock } from '../src/base/clock.ts'
import { createEventSource, type EventSourceConstructor, type Source } from './eventsource-class.ts'
import { nextTask } from './next-task.ts'

export type { EventSourceConstructor, EventSourceErrorEvent, EventSourceInit } from './eventsource-class.ts'

/** The instances of {@link EventSource}. */
export type EventSource = Source

/**
 * The class of the WHATWG standard (HTML 9.2), over `fetch`: it takes request headers, and an `error` event says what happened.
 * It does what the standard says and nothing more. It never backs off, and any status but 200 ends it: `createSSE` does better.
 *
 * @example
 * const source = new EventSource('/api/events', { headers: { authorization: 'Bearer …' } })
 * source.addEventListener('order.created', ({ data }) => console.log(JSON.parse(data)))
 */
export const EventSource: EventSourceConstructor = createEventSource({
  clock: systemClock,
  nextTask,
  getBase: () => globalThis.document?.baseURI ?? globalThis.location?.href,
})
