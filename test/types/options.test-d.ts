import {
  byDataType,
  createSSE,
  eventSourceTransport,
  fetchTransport,
  type Layer,
  type Parse,
  type PayloadParser,
  type SSEError,
  type SSEErrorCode,
  type SSEOptions,
  type SSEUrl,
  type Transport,
} from 'headwater'
import { createHubClient, hub, type TopicRefused } from 'headwater/hub'
import { type RequestEvent, type RequestEventsOptions, requestEvents } from 'headwater/request'
import { handled, keepCursor } from 'headwater/resume'
import { acrossTabs } from 'headwater/tabs'
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
  transport: fetchTransport(),
  server: hub(),
  onUnauthorized: async (error) => expectTypeOf(error).toEqualTypeOf<SSEError>(),
  parse: (raw, type) => [raw, type],
  type: byDataType,
  retry: { initial: 1, max: Infinity, factor: 1, jitter: 'none', attempts: 0, resetAfter: 0 },
  heartbeat: 'auto',
  connectTimeout: Infinity,
  lastEventId: '5',
  lastEventIdIn: 'query',
  lastEventIdParam: 'from',
  resume: keepCursor('local', { scope: 'ada' }),
  commit: handled(),
  dedupe: false,
  linger: 0,
  pauseWhenHidden: 60_000,
  maxEventSize: 1,
  signal: AbortSignal.timeout(5),
  clock: { now: Date.now, monotonic: () => 0, setTimeout, clearTimeout: () => {}, random: Math.random },
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
createSSE('/events', { transport: acrossTabs({ scope: 'ada' }), resume: keepCursor({ load: () => '5', save() {} }) })
createSSE('/events', {
  retry(attempt, error, openFor) {
    expectTypeOf(attempt).toEqualTypeOf<number>()
    expectTypeOf(error).toEqualTypeOf<SSEError>()
    expectTypeOf(openFor).toEqualTypeOf<number>()
    return attempt > 3 ? null : 500
  },
})
createSSE('/events', { type: ({ data }) => expectTypeOf(data).toEqualTypeOf<unknown>() && 'tick' })
expectTypeOf<Parse>().toEqualTypeOf<'json' | 'text' | PayloadParser>()
expectTypeOf<(raw: string, type: string) => unknown>().toExtend<PayloadParser>()
expectTypeOf<SSEOptions['pauseWhenHidden']>().toEqualTypeOf<number | false | undefined>()
createSSE('/events', {
  pauseWhenHidden: false,
  clock: { now: Date.now, setTimeout, clearTimeout() {}, random: () => 0 },
})

// A transport of one's own.
const silent: Transport = {
  connect(request, sink) {
    expectTypeOf(request.url).toEqualTypeOf<string>()
    expectTypeOf(request.headers).toEqualTypeOf<Headers>()
    expectTypeOf(request.lastEventId).toEqualTypeOf<string>()
    sink.open()
    sink.open({ recovered: 'unknown', heartbeatMs: 15_000 })
    sink.heard()
    expectTypeOf(sink.block({ type: 'tick', data: '1', id: '1' })).toExtend<readonly unknown[] | undefined>()
    sink.block({ type: 'tick', data: undefined, id: undefined, topic: 'orders' })
    sink.gap({ reason: 'expired' })
    // @ts-expect-error a block without a name
    sink.block({ data: '1', id: undefined })
    // @ts-expect-error no such answer
    sink.open({ recovered: 'maybe' })
    sink.end('eof')
    return { close() {} }
  },
}
createSSE('/events', { transport: silent })

// A layer of one's own: a transport over another.
const logged: Layer = (inner, host) => ({
  connect(request, sink) {
    expectTypeOf(host.options.lastEventIdIn).toEqualTypeOf<'auto' | 'header' | 'query'>()
    return inner.connect(request, {
      ...sink,
      block(block) {
        expectTypeOf(block.data).toEqualTypeOf<string | undefined>()
        return sink.block(block)
      },
    })
  },
})
createSSE('/events', { transport: logged, server: logged, resume: logged, commit: logged })
// @ts-expect-error a layer, not what makes one
createSSE('/events', { commit: handled })
// @ts-expect-error handled()
createSSE('/events', { commit: 'handled' })
// @ts-expect-error keepCursor('session')
createSSE('/events', { resume: 'session' })
// @ts-expect-error hub()
createSSE('/events', { server: hub })
// @ts-expect-error no such place
keepCursor('cookie')
// @ts-expect-error a transport whose attempts cannot be ended
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
// @ts-expect-error requestEvents() does this
createSSE('/events', { mode: 'request' })
// @ts-expect-error createHubClient() has it
createSSE('/events', { topics: ['orders'] })
// @ts-expect-error keepCursor() has it
createSSE('/events', { scope: 'ada' })
// @ts-expect-error no such way
createSSE('/events', { lastEventIdIn: 'cookie' })
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

// A response that ends.
const answer = requestEvents<Events>('/complete', {
  method: 'POST',
  headers: { authorization: undefined },
  body: '{}',
  credentials: 'omit',
  signal: AbortSignal.timeout(5),
  fetch,
  parse: 'json',
  done: '[DONE]',
  lastEventId: '5',
  retry: { attempts: 3 },
  maxEventSize: 1,
})
for await (const event of answer) {
  expectTypeOf(event).toEqualTypeOf<RequestEvent<Events>>()
  expectTypeOf(event.type).toEqualTypeOf<'tick'>()
  expectTypeOf(event.data).toEqualTypeOf<number>()
  expectTypeOf(event.id).toEqualTypeOf<string>()
  expectTypeOf(event.raw).toEqualTypeOf<string>()
  // @ts-expect-error it cannot be changed
  event.id = '5'
  // @ts-expect-error only what subscriptions give
  event.receivedAt
}
for await (const { data } of requestEvents<{ a: 1; b: 2 }>('/complete')) expectTypeOf(data).toEqualTypeOf<1 | 2>()
for await (const event of requestEvents<{ a: 1; b: '2' }>('/complete'))
  if (event.type === 'b') expectTypeOf(event.data).toEqualTypeOf<'2'>()
for await (const { type, data } of requestEvents(new URL('https://example.test'))) {
  expectTypeOf(type).toEqualTypeOf<string>()
  expectTypeOf(data).toEqualTypeOf<unknown>()
}
requestEvents('/complete', { retry: false, done: ({ type, raw, id }) => `${type}${raw}${id}` === 'end' })
expectTypeOf<RequestEventsOptions['retry']>().toEqualTypeOf<NonNullable<typeof noFunction> | false | undefined>()
declare const noFunction: Exclude<SSEOptions['retry'], false | ((...args: never) => unknown)>
// @ts-expect-error the URL is sent as it is: no function
requestEvents(() => '/complete')
// @ts-expect-error a body is sent as it is: JSON.stringify
requestEvents('/complete', { method: 'POST', body: { prompt: 'hi' } })
// @ts-expect-error sent once, so no function
requestEvents('/complete', { headers: () => ({}) })
// @ts-expect-error options of a retry, not true
requestEvents('/complete', { retry: true })
// @ts-expect-error there is no heartbeat
requestEvents('/complete', { heartbeat: 5000 })
// @ts-expect-error a misspelt option
requestEvents('/complete', { until: '[DONE]' })
// @ts-expect-error there is no data yet: it ends before anything is parsed
requestEvents('/complete', { done: ({ data }) => data === 1 })

createHubClient('/events', {
  onTopicRefused(error) {
    expectTypeOf(error).toEqualTypeOf<TopicRefused>()
    expectTypeOf(error.topic).toEqualTypeOf<string>()
    expectTypeOf(error.code).toEqualTypeOf<SSEErrorCode>()
    if (error.reason === 'too-many') return
  },
})
hub({ onTopicRefused: ({ topic, reason }) => console.warn(topic, reason) })
// @ts-expect-error a function
hub({ onTopicRefused: true })
// @ts-expect-error of a hub alone
createSSE('/events', { onTopicRefused() {} })
