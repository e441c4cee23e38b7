import type { SSEError } from 'headwater'
import { EventSource, type EventSourceErrorEvent, type EventSourceInit } from 'headwater/eventsource'
import { expectTypeOf } from 'vitest'

/*
 * What the compiler lets through of the drop-in class. Nothing here runs: `tsc` is the test.
 */

const source = new EventSource('/events', { withCredentials: true })
expectTypeOf(source).toEqualTypeOf<EventSource>()

// It stands wherever the browser's own is expected: the object, and the class.
const native: globalThis.EventSource = source
const Native: typeof globalThis.EventSource = EventSource
new Native('/events').close()
native.close()
class Mine extends EventSource {}
new Mine(new URL('http://a.test/')).close()

expectTypeOf(EventSource.OPEN).toEqualTypeOf<1>()
expectTypeOf(source.readyState).toEqualTypeOf<number>()

source.onmessage = (event) => expectTypeOf(event).toEqualTypeOf<MessageEvent>()
source.onopen = null
source.onerror = ({ error }) => expectTypeOf(error).toEqualTypeOf<SSEError | undefined>()
source.addEventListener('error', (event) => expectTypeOf(event).toEqualTypeOf<EventSourceErrorEvent>(), { once: true })
source.addEventListener('open', (event) => expectTypeOf(event).toEqualTypeOf<Event>())
source.addEventListener('order.created', (event) => expectTypeOf(event).toEqualTypeOf<MessageEvent>())
source.addEventListener('tick', { handleEvent: () => {} }, { signal: AbortSignal.timeout(1000), capture: true })

const inits: EventSourceInit[] = [
  {},
  { headers: { authorization: 'Bearer 1', 'x-left-out': undefined } },
  { headers: new Headers() },
  { headers: async ({ attempt, lastEventId }) => ({ 'x-attempt': `${attempt} ${lastEventId}` }) },
  { fetch: (url, init) => fetch(url, { ...init, priority: 'low' }) },
]
for (const init of inits) new EventSource('/events', init)

// @ts-expect-error a URL is missing
new EventSource()
// @ts-expect-error it is a GET, as the standard says
new EventSource('/events', { method: 'POST' })
// @ts-expect-error a header is text
new EventSource('/events', { headers: { 'x-number': 1 } })
// @ts-expect-error it cannot be set
source.url = '/other'
// @ts-expect-error it cannot be set
EventSource.CLOSED = 3
// @ts-expect-error it makes objects
EventSource('/events')
