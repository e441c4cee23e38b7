import {
  byDataType,
  createSSE,
  eventSourceTransport,
  fetchTransport,
  type Parse,
  type SSEError,
  type SSEOptions,
  type SSEUrl,
  type Transport,
} from 'headwater'
import { expectTypeOf } from 'vitest'

/*
 * What the compiler lets through as options. Nothing here runs: `tsc` is the test.
 */

interface Events {
  tick: number
}

// Where the stream is.
createSSE('/events')
createSSE(new URL('https://example.test'))
createSSE(({ attempt, lastEventId }) => `/events?try=${attempt}&from=${lastEventId}`)
createSSE(async () => new URL('https://example.test'))
expectTypeOf(createSSE).parameter(0).toEqualTypeOf<SSEUrl>()
// @ts-expect-error no URL
createSSE()
// @ts-expect-error a number
createSSE(5)
// @ts-expect-error a function of something else
createSSE((port: number) => `${port}`)

// All of them, at their most.
createSSE<Events>('/events', {
  method: 'POST',
  headers: async ({ attempt }) => ({ authorization: attempt ? undefined : 'Bearer' }),
  body: () => new Blob([]),
  credentials: 'include',
  fetch,
  transport: () => fetchTransport(),
  onUnauthorized: async (error) => expectTypeOf(error).toEqualTypeOf<SSEError>(),
  parse: (raw, type) => [raw, type],
  type: byDataType,
  retry: { initial: 1, max: Infinity, factor: 1, jitter: 'none', attempts: 0, resetAfter: 0 },
  heartbeat: 'auto',
  connectTimeout: Infinity,
  mode: 'request',
  lastEventId: '5',
  lastEventIdParam: 'from',
  dedupe: false,
  linger: 0,
  maxEventSize: 1,
  signal: AbortSignal.timeout(5),
  clock: { now: Date.now, setTimeout, clearTimeout: () => {}, random: Math.random },
  onEvent: (event) => expectTypeOf(event.data).toEqualTypeOf<number>(),
})

// Undefined is as good as left out.
const maybe: string | undefined = undefined
createSSE('/events', { method: maybe, body: maybe, headers: undefined, retry: undefined, signal: undefined })

// The other forms.
createSSE('/events', { headers: { a: 'b', c: undefined } })
createSSE('/events', { headers: new Headers() })
createSSE('/events', { heartbeat: false, retry: false })
createSSE('/events', { heartbeat: 5000, retry: {} })
createSSE('/events', { transport: eventSourceTransport({ EventSource }) })
createSSE('/events', {
  retry(attempt, error, openFor) {
    expectTypeOf(attempt).toEqualTypeOf<number>()
    expectTypeOf(error).toEqualTypeOf<SSEError>()
    expectTypeOf(openFor).toEqualTypeOf<number>()
    return attempt > 3 ? null : 500
  },
})
createSSE('/events', { type: ({ data }) => expectTypeOf(data).toEqualTypeOf<unknown>() && 'tick' })
expectTypeOf<Parse>().toEqualTypeOf<'json' | 'text' | ((raw: string, type: string) => unknown)>()
expectTypeOf<SSEOptions['mode']>().toEqualTypeOf<'subscribe' | 'request' | undefined>()

// A transport of one's own.
const silent: Transport = {
  connect(request, sink) {
    expectTypeOf(request.url).toEqualTypeOf<string>()
    expectTypeOf(request.headers).toEqualTypeOf<Headers>()
    expectTypeOf(request.lastEventId).toEqualTypeOf<string>()
    sink.open()
    sink.id('1')
    sink.event('tick', '1', undefined)
    sink.end('eof')
    return { close() {} }
  },
}
createSSE('/events', { transport: silent })
// @ts-expect-error a transport whose tries cannot be ended
createSSE('/events', { transport: { connect: () => ({}) } })

// @ts-expect-error no such option
createSSE('/events', { retries: 3 })
// @ts-expect-error no such option of retry
createSSE('/events', { retry: { tries: 3 } })
// @ts-expect-error no such jitter
createSSE('/events', { retry: { jitter: 'some' } })
// @ts-expect-error true is not said to mean anything
createSSE('/events', { retry: true })
// @ts-expect-error a number of milliseconds
createSSE('/events', { heartbeat: '15s' })
// @ts-expect-error true is not said to mean anything
createSSE('/events', { heartbeat: true })
// @ts-expect-error no such mode
createSSE('/events', { mode: 'once' })
// @ts-expect-error no such parser
createSSE('/events', { parse: 'xml' })
// @ts-expect-error no such credentials
createSSE('/events', { credentials: true })
// @ts-expect-error headers are text
createSSE('/events', { headers: { 'x-count': 5 } })
// @ts-expect-error a body is sent as it is: JSON.stringify
createSSE('/events', { body: { prompt: 'hi' }, method: 'POST' })
// @ts-expect-error an id is text
createSSE('/events', { lastEventId: 5 })
// @ts-expect-error a signal, not its controller
createSSE('/events', { signal: new AbortController() })
// @ts-expect-error a route is text
createSSE('/events', { type: () => 5 })
// @ts-expect-error milliseconds or null
createSSE('/events', { retry: () => '5' })
