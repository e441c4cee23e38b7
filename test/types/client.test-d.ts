import {
  type ConnectionState,
  createSSE,
  type EventIterator,
  eventsOf,
  type Gap,
  type Invalid,
  isSSEError,
  type Observer,
  type Opened,
  type PauseReason,
  type Retry,
  type SSEClient,
  SSEError,
  type SSEErrorCode,
  type SSEEvent,
  type Store,
} from 'headwater'
import { expectTypeOf } from 'vitest'

/*
 * What the compiler makes of a client's members. Nothing here runs: `tsc` is the test.
 */

interface Events {
  'order.created': { id: string }
  tick: number
}
const sse = createSSE<Events>('/events')

// Subscribing.
expectTypeOf(sse).toEqualTypeOf<SSEClient<Events>>()
expectTypeOf(sse.subscribe('tick', () => {}, { once: true, signal: AbortSignal.abort() })).toEqualTypeOf<() => void>()
// @ts-expect-error no such way to subscribe
sse.subscribe('tick', () => {}, { onec: true })

// What only a client of our own server has, and what there is no more.
// @ts-expect-error createHubClient() has it
sse.topic
// @ts-expect-error createHubClient() has it
sse.send
// @ts-expect-error eventsOf(sse, …) does this
sse.events

// A connection without a subscriber.
expectTypeOf(sse.keepOpen()).toEqualTypeOf<() => void>()

// Iterating.
const iterator = eventsOf(sse, 'tick', { limit: Infinity, overflow: 'drop-oldest' })
expectTypeOf(iterator).toEqualTypeOf<EventIterator<SSEEvent<Events, 'tick'>>>()
for await (const event of iterator) {
  expectTypeOf(event.type).toEqualTypeOf<'tick'>()
  expectTypeOf(event.data).toEqualTypeOf<number>()
}
for await (const event of eventsOf(sse, '*'))
  if (event.type === 'order.created') expectTypeOf(event.data.id).toEqualTypeOf<string>()
for await (const event of eventsOf(sse, 'order.*')) expectTypeOf(event.data).toEqualTypeOf<{ id: string }>()
for await (const event of eventsOf(createSSE('/events'), 'any')) expectTypeOf(event.data).toEqualTypeOf<unknown>()
expectTypeOf(await iterator.return()).toEqualTypeOf<IteratorResult<SSEEvent<Events, 'tick'>, undefined>>()
eventsOf(sse, 'tick', {
  signal: AbortSignal.abort(),
  limit: undefined,
  onGap: (gap) => expectTypeOf(gap).toEqualTypeOf<Gap>(),
})
// @ts-expect-error no such policy
eventsOf(sse, 'tick', { overflow: 'newest' })
// @ts-expect-error a number
eventsOf(sse, 'tick', { limit: '5' })
// @ts-expect-error no such option
eventsOf(sse, 'tick', { max: 5 })
// @ts-expect-error no such event
eventsOf(sse, 'tock')
// @ts-expect-error no pattern
eventsOf(sse)
// @ts-expect-error a client, not its URL
eventsOf('/events', 'tick')

// State.
expectTypeOf(sse.state).toEqualTypeOf<Store<ConnectionState>>()
expectTypeOf(sse.state.subscribe(() => {})).toEqualTypeOf<() => void>()
// @ts-expect-error it is the client's to set
sse.state.set
const state = sse.state.get()
switch (state.status) {
  case 'idle':
    expectTypeOf(state).toEqualTypeOf<{ readonly status: 'idle' }>()
    break
  case 'connecting':
    expectTypeOf(state.attempt).toEqualTypeOf<number>()
    break
  case 'open':
    expectTypeOf(state.since).toEqualTypeOf<number>()
    break
  case 'waiting':
    expectTypeOf(state.until).toEqualTypeOf<number>()
    expectTypeOf(state.error).toEqualTypeOf<SSEError>()
    break
  case 'paused':
    expectTypeOf(state.reasons).toEqualTypeOf<readonly PauseReason[]>()
    break
  case 'closed':
    expectTypeOf(state.error).toEqualTypeOf<SSEError | null>()
    break
  default:
    expectTypeOf(state).toEqualTypeOf<never>()
}
// @ts-expect-error a state without an error has none
if (state.status === 'open') state.error
// @ts-expect-error a state cannot be changed
state.status = 'open'
// @ts-expect-error nor can the cursor
sse.lastEventId = '5'

// Observing.
expectTypeOf(sse.observe({})).toEqualTypeOf<() => void>()
sse.observe({
  onState: (state) => expectTypeOf(state).toEqualTypeOf<ConnectionState>(),
  onOpen: (opened) => expectTypeOf(opened).toEqualTypeOf<Opened>(),
  onEvent: (event) => expectTypeOf(event).toEqualTypeOf<SSEEvent<Events>>(),
  onGap: (gap) => expectTypeOf(gap).toEqualTypeOf<Gap>(),
  onRetry: (retry) => expectTypeOf(retry).toEqualTypeOf<Retry>(),
  onInvalid: (invalid) => expectTypeOf(invalid).toEqualTypeOf<Invalid>(),
  onHandlerError(error, event) {
    expectTypeOf(error).toEqualTypeOf<unknown>()
    expectTypeOf(event).toEqualTypeOf<SSEEvent<Events>>()
  },
})
expectTypeOf<Opened['recovered']>().toEqualTypeOf<boolean | 'unknown'>()
expectTypeOf<Observer<Events>>().toExtend<Parameters<typeof sse.observe>[0]>()
// @ts-expect-error no such observer
sse.observe({ onClose() {} })
// @ts-expect-error an observer of another payload
sse.observe({ onEvent: (event: SSEEvent<{ tick: string }>) => event })

// Closing.
{
  using scoped = createSSE('/events')
  expectTypeOf(scoped.close).toEqualTypeOf<() => void>()
}
expectTypeOf(sse).toExtend<Disposable>()

// Errors.
expectTypeOf<SSEErrorCode>().toEqualTypeOf<
  'network' | 'http' | 'content-type' | 'timeout' | 'stalled' | 'too-large' | 'unauthorized' | 'gave-up' | 'options'
>()
const error: unknown = new SSEError('http', 'no', { status: 500, retryAfter: 5, body: 'no', cause: 'x' })
if (isSSEError(error)) {
  expectTypeOf(error).toEqualTypeOf<SSEError>()
  expectTypeOf(error.code).toEqualTypeOf<SSEErrorCode>()
  expectTypeOf(error.status).toEqualTypeOf<number | undefined>()
  expectTypeOf(error.body).toEqualTypeOf<string | undefined>()
}
// @ts-expect-error no such code
new SSEError('oops', '')
// @ts-expect-error nothing that is unknown has a code
error.code
