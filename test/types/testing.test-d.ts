import { createSSE, eventSourceTransport, type Transport } from 'headwater'
import {
  type Chunk,
  createClock,
  createMockStream,
  type GapNotice,
  type Introduction,
  type Mock,
  type MockActions,
  type MockConnection,
  type MockOptions,
  type MockRequest,
  type MockStream,
  type MockStreamOptions,
  type Refusal,
  type Script,
  type SendOptions,
  type Step,
  type TestClock,
  type TestClockOptions,
  type WireEvent,
} from 'headwater/testing'
import { createMockServer, type MockServer } from 'headwater/testing/node'
import { expectTypeOf } from 'vitest'

/*
 * What the compiler lets through of the testing kit. Nothing here runs: `tsc` is the test.
 */

interface Order {
  id: string
  total: number
}

// An interface as well as a type.
interface Events {
  'order.created': Order
  tick: number
  nothing: undefined
}

const stream = createMockStream<Events>()
expectTypeOf(stream).toEqualTypeOf<MockStream<Events>>()

// What is sent fits the client's own map of events.
stream.send('order.created', { id: 'A-1', total: 5 })
stream.send('tick', 1, { id: '1', retry: 5, comment: 'c' })
stream.send('tick', 1, { id: undefined })
// Without data it is an event with an empty `data:`.
stream.send('nothing')
// @ts-expect-error no such event
stream.send('order.deleted', 1)
// @ts-expect-error another payload
stream.send('tick', '1')
// @ts-expect-error a part of the payload
stream.send('order.created', { id: 'A-1' })
// @ts-expect-error more than the payload
stream.send('order.created', { id: 'A-1', total: 5, color: 'red' })
// @ts-expect-error an id is text
stream.send('tick', 1, { id: 1 })
// @ts-expect-error no such option
stream.send('tick', 1, { event: 'tick' })

// As text it is whatever the text says, under the same names.
stream.sendText('tick', '{broken')
// @ts-expect-error no such event
stream.sendText('order.deleted', '')
// @ts-expect-error no text
stream.sendText('tick', 1)

// One stream has the same.
const connection = await stream.connected()
expectTypeOf(connection).toEqualTypeOf<MockConnection<Events>>()
expectTypeOf(stream.connections).toEqualTypeOf<readonly MockConnection<Events>[]>()
connection.send('tick', 1)
// @ts-expect-error no such event
connection.send('order.deleted', 1)
// @ts-expect-error another payload
connection.send('tick', '1')
expectTypeOf(connection.request).toEqualTypeOf<MockRequest>()
expectTypeOf(connection.closed).toEqualTypeOf<Promise<void>>()
expectTypeOf<MockConnection<Events>>().toExtend<MockActions<Events>>()
expectTypeOf<MockStream<Events>>().toExtend<Mock<Events>>()
expectTypeOf<MockServer<Events>>().toExtend<Mock<Events>>()
expectTypeOf(await createMockServer<Events>()).toEqualTypeOf<MockServer<Events>>()

// Without a map, names and payloads are anybody's.
const untyped = createMockStream()
expectTypeOf(untyped).toEqualTypeOf<MockStream>()
untyped.send('whatever', { a: 1 })
untyped.sendText('whatever', '')
// @ts-expect-error a name is text
untyped.send(5)

// Every action can be awaited, and need not be.
expectTypeOf(stream.send('tick', 1)).toEqualTypeOf<Promise<void>>()
expectTypeOf(stream.drop()).toEqualTypeOf<Promise<void>>()
expectTypeOf(stream.closed()).toEqualTypeOf<Promise<void>>()
expectTypeOf(stream.reset()).toEqualTypeOf<void>()

// The rest of the actions.
stream.comment()
stream.retry(5)
stream.raw('a', new Uint8Array([1]), Buffer.from('a'))
stream.raw(...(['a', 'b'] as const))
// @ts-expect-error numbers are no bytes
stream.raw([1, 2])
expectTypeOf<Chunk>().toEqualTypeOf<string | Uint8Array>()
stream.introduce()
stream.introduce({ recovered: true, topics: ['a'] })
// @ts-expect-error there is one version
stream.introduce({ v: 2 })
stream.gap({ reason: 'expired' })
// @ts-expect-error clients have it from the server's word
stream.gap({ certain: true })
stream.goodbye()
stream.goodbye(5000)
expectTypeOf(stream.introduce).parameter(0).toEqualTypeOf<Partial<Introduction> | undefined>()
expectTypeOf(stream.gap).parameter(0).toEqualTypeOf<Partial<GapNotice> | undefined>()
expectTypeOf(stream.send).parameter(2).toEqualTypeOf<SendOptions | undefined>()

// Refusals.
stream.refuse(503)
stream.refuse(503, { 'retry-after': '1' })
stream.refuse(503, { headers: { 'retry-after': '1' }, body: 'no', times: 3 })
stream.refuse(503, { body: undefined })
// @ts-expect-error a header is text
stream.refuse(503, { 'retry-after': 1 })
// @ts-expect-error the status is first
stream.refuse({ status: 503 })
// @ts-expect-error neither headers nor options
stream.refuse(503, { times: 2, 'retry-after': '1' })
expectTypeOf<Refusal['status']>().toEqualTypeOf<number>()

// A script is data, as written down anywhere.
const steps = [
  { open: { delay: 5, headers: { 'x-sse-heartbeat': '5' } } },
  { send: { event: 'tick', data: { n: [1, null] }, id: '1', retry: 5, comment: 'c' } },
  { send: { text: 'a' } },
  { comment: 'beat' },
  { retry: 5 },
  { raw: ['da', 'ta: 1\n\n'] },
  { raw: 'data: 1\n\n' },
  { wait: 5 },
  { introduce: { recovered: true, topics: ['a'] } },
  { gap: { reason: 'expired', topics: [] } },
  { goodbye: 0 },
  { refuse: { status: 503, headers: { a: 'b' }, body: 'no' } },
  { redirect: '/b', status: 308 },
  { redirect: '/b' },
  { drop: true },
  { end: true },
  { stall: true },
] as const
createMockStream({ script: steps })
createMockStream({ script: [steps, [], [{ drop: true }]] })
createMockStream({ script: [] })
stream.script(...steps)
expectTypeOf(steps).toExtend<readonly Step[]>()
expectTypeOf(steps).toExtend<Script>()
const satisfied = [{ send: { data: 1 } }, { drop: true }] satisfies Script
createMockStream({ script: satisfied })
// Two scripts together are one for two requests.
createMockStream({ script: [...[steps], ...[satisfied]] })
// @ts-expect-error no such step
createMockStream({ script: [{ sned: {} }] })
// @ts-expect-error no such field
createMockStream({ script: [{ send: { type: 'tick' } }] })
// @ts-expect-error it does or it does not
createMockStream({ script: [{ drop: false }] })
// @ts-expect-error milliseconds are a number
createMockStream({ script: [{ wait: '5s' }] })
// @ts-expect-error a status is wanted
createMockStream({ script: [{ refuse: {} }] })
// @ts-expect-error steps are a list
createMockStream({ script: { drop: true } })
// @ts-expect-error one after the other, and not in a list
stream.script([{ drop: true }])

// Options.
createMockStream({ replay: true, introduce: true, script: undefined, clock: undefined })
// @ts-expect-error no such option
createMockStream({ log: true })
expectTypeOf<MockStreamOptions>().toExtend<MockOptions>()
// A clock without chance is enough.
createMockStream({ clock: { now: Date.now, setTimeout, clearTimeout: () => {} } })

// It goes wherever a client takes one.
expectTypeOf(stream.fetch).toEqualTypeOf<typeof fetch>()
expectTypeOf(stream.transport).toEqualTypeOf<Transport>()
expectTypeOf(stream.EventSource).toEqualTypeOf<typeof EventSource>()
expectTypeOf(stream.respond).toEqualTypeOf<(request: Request) => Promise<Response>>()
const clock = createClock({ now: 0, random: () => 0.5 })
expectTypeOf(clock).toEqualTypeOf<TestClock>()
expectTypeOf(createClock).parameter(0).toEqualTypeOf<TestClockOptions | undefined>()
createSSE<Events>('/events', { fetch: stream.fetch, clock })
createSSE<Events>('/events', { transport: stream.transport, clock })
createSSE<Events>('/events', { transport: eventSourceTransport({ EventSource: stream.EventSource }) })

// A mock of more is not one of less: what it would send, the others do not know.
declare function withTicks(mock: Mock<{ tick: number }>): void
declare function withOrders(mock: Mock<{ 'order.created': Order; tick: string }>): void
withTicks(stream)
// @ts-expect-error a tick is a number here
withOrders(stream)

// What a request was cannot be changed.
// @ts-expect-error read-only
connection.request.body = ''
// @ts-expect-error read-only
stream.requests.push(connection.request)

expectTypeOf<WireEvent['data']>().toEqualTypeOf<unknown>()
