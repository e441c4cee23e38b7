import { createSSE, type SchemaIssue, type StandardSchema } from 'headwater'
import {
  type Address,
  type Authentication,
  type ClientInfo,
  type ClientSelector,
  type Connected,
  createEffects,
  createHub,
  type Delivered,
  type Ending,
  type EventFilter,
  type EventLog,
  type Hub,
  type HubEvent,
  type HubLimits,
  type HubObserver,
  type HubOptions,
  type HubSchemas,
  type HubStats,
  type Identity,
  type InvalidEventError,
  type Known,
  type LogEntry,
  type Mail,
  type Mailbox,
  type MailboxOptions,
  memoryLog,
  memoryMailbox,
  type NotifyOptions,
  type On,
  type Presence,
  type Principal,
  type Publication,
  type Publish,
  type Published,
  type PublishOptions,
  type PublishRequest,
  type PublishTarget,
  type PublishTo,
  type Refusal,
  type RefuseOptions,
  readToken,
  refuse,
  type ShapeEvents,
} from 'headwater/server'
import { registerMetrics } from 'headwater/server/metrics'
import { type FileLog, type FileLogOptions, fileLog, toNodeHandler } from 'headwater/server/node'
import { Registry } from 'prom-client'
import { expectTypeOf } from 'vitest'

/*
 * What the compiler makes of a hub: its events, targets, principals and options. Nothing here runs: `tsc` is the test.
 */

interface Events {
  'order.created': { id: string }
  tick: number
  note: string | undefined
}
const hub = createHub<Events>()
expectTypeOf(hub).toEqualTypeOf<Hub<Events, Principal>>()

// Publishing.
expectTypeOf(hub.publish).toEqualTypeOf<Publish<Events>>()
expectTypeOf(await hub.publish('tick', 7)).toEqualTypeOf<Published>()
hub.publish('order.created', { id: 'a' }, { topic: 'orders', except: ['c1'], key: 'a', volatile: true })
hub.publish('note', undefined)
hub.broadcast('tick', 7, { volatile: true })
// @ts-expect-error no such name
hub.publish('order.deleted', { id: 'a' })
// @ts-expect-error a pattern is no name
hub.publish('order.*', { id: 'a' })
// @ts-expect-error a payload of another type
hub.publish('tick', '7')
// @ts-expect-error the payload of another name
hub.publish('tick', { id: 'a' })
// @ts-expect-error a payload that lacks something
hub.publish('order.created', {})
// @ts-expect-error a payload with something that it does not have
hub.publish('order.created', { id: 'a', total: 5 })
// @ts-expect-error no payload
hub.publish('tick')
// @ts-expect-error no such name to everyone
hub.broadcast('tock', 7)

// To one kind of target.
expectTypeOf(hub.toTopic).toEqualTypeOf<PublishTo<Events, string>>()
hub.toTopic('orders', 'tick', 7)
hub.toUser('ada', 'order.created', { id: 'a' }, { topic: 'orders', key: 'a' })
hub.toSession('s1', 'tick', 7)
hub.toSession(['s1', 's2'], 'tick', 7)
hub.toClients(['c1'] as const, 'tick', 7)
// @ts-expect-error a list of topics
hub.toTopic(['a', 'b'], 'tick', 7)
// @ts-expect-error a list of users
hub.toUser(['ada'], 'tick', 7)
// @ts-expect-error nobody
hub.toUser(undefined, 'tick', 7)
// @ts-expect-error a number is no session
hub.toSession([7], 'tick', 7)
// @ts-expect-error no such name to a user
hub.toUser('ada', 'tock', 7)
// @ts-expect-error a payload of another type to a client
hub.toClients('c1', 'tick', 'seven')

// Targets.
const everybody: PublishTarget = {}
hub.publish('tick', 7, everybody)
hub.publish('tick', 7, { userId: 'ada', sessionId: 's', sessionIds: ['s'], clientIds: ['c'], tenant: 't', except: 'c' })
// @ts-expect-error no such field
hub.publish('tick', 7, { user: 'ada' })
// @ts-expect-error no such field of a topic
hub.toTopic('orders', 'tick', 7, { sessionID: 's' })
// @ts-expect-error undefined must not mean everyone
hub.publish('tick', 7, { userId: undefined })
// @ts-expect-error a user that may be missing must not mean everyone
hub.publish('tick', 7, { userId: new Map<string, string>().get('ada') })
// @ts-expect-error a list of one kind
hub.publish('tick', 7, { clientIds: 'c1' })
// @ts-expect-error a list of names
hub.publish('tick', 7, { sessionIds: [7] })
// @ts-expect-error a target cannot be changed
everybody.topic = 'a'
// @ts-expect-error a key is a string
hub.publish('tick', 7, { key: 7 })
// @ts-expect-error yes or no
hub.publish('tick', 7, { volatile: 'yes' })
hub.publish('tick', 7, { key: 'a', window: 250 })
// @ts-expect-error milliseconds
hub.publish('tick', 7, { key: 'a', window: '250ms' })
expectTypeOf<Published['superseded']>().toEqualTypeOf<true | undefined>()
// @ts-expect-error a window is for code on the server
createHub({ canPublish: (_, { window }) => window === 0 })
expectTypeOf<PublishOptions>().toExtend<PublishTarget>()
expectTypeOf<PublishTarget['except']>().toEqualTypeOf<string | readonly string[] | undefined>()
expectTypeOf<Address['except']>().toEqualTypeOf<readonly string[] | undefined>()

// Without types every name will do, and every payload.
const untyped = createHub()
expectTypeOf(untyped).toEqualTypeOf<Hub<Record<string, unknown>, Principal>>()
untyped.publish('whatever', { a: 1 })
untyped.toUser('ada', 'whatever', undefined)
// @ts-expect-error a name is a string all the same
untyped.publish(7, 1)
// A hub with names of its own is not one for any, nor the other way round.
expectTypeOf(hub).not.toExtend<Hub>()
expectTypeOf(untyped).not.toExtend<Hub<Events>>()

// A type alias serves like an interface.
createHub<{ 'a.b': 1 | null }>().publish('a.b', null)
// @ts-expect-error events are a map
createHub<'tick'>()

// What the shapes publish is for the client to add.
expectTypeOf(hub.notification('hi', 'warning', { userId: 'ada', priority: 'high' })).toEqualTypeOf<Promise<Published>>()
hub.alert('fire', 'run')
hub.update('orders', 'created', { id: 'a' }, { topic: 'orders' })
hub.system('bye')
createSSE<Events & ShapeEvents>('/events').subscribe('notification', ({ level }) =>
  expectTypeOf(level).toEqualTypeOf<'info' | 'success' | 'warning' | 'error'>(),
)
// @ts-expect-error no such level
hub.notification('hi', 'fatal')
// @ts-expect-error no such priority
hub.alert('fire', 'run', { priority: 'highest' })
// @ts-expect-error no such field of a notification's target
hub.notification('hi', 'info', { user: 'ada' })

// A wrapped function is called as before, and tells its result later.
const rename = hub.notifyAfter('orders', (id: string, name: string) => ({ id, name }))
expectTypeOf(rename).toEqualTypeOf<(id: string, name: string) => Promise<{ id: string; name: string }>>()
const remove = hub.notifyAfter('orders', async (id: number) => id > 5, { userId: 'ada' })
expectTypeOf(remove).toEqualTypeOf<(id: number) => Promise<boolean>>()
hub.notifyAfter('orders', async (id: number) => ({ id }), {
  tenant: 'acme',
  data(result) {
    expectTypeOf(result).toEqualTypeOf<{ id: number }>()
    return result.id
  },
})
expectTypeOf<NotifyOptions<number>['data']>().toEqualTypeOf<((result: number) => unknown) | undefined>()
// @ts-expect-error the result has no such field
hub.notifyAfter('orders', () => ({ id: 7 }), { data: ({ total }) => total })
// @ts-expect-error data is made of the result
hub.notifyAfter('orders', () => 7, { data: 7 })
// @ts-expect-error a table-update has no priority
hub.notifyAfter('orders', () => 7, { priority: 'high' })
expectTypeOf(hub.emitUpdate('orders', { id: 7 }, { tenant: 'acme' })).toEqualTypeOf<Promise<Published>>()
hub.emitUpdate('orders')
// @ts-expect-error no such option
hub.emitUpdate('orders', 1, { priority: 'high' })
createSSE<ShapeEvents>('/events').subscribe('table-update', (update) =>
  expectTypeOf(update).toEqualTypeOf<{ readonly resource: string; readonly data?: unknown }>(),
)
// @ts-expect-error an argument of another type
rename('a', 5)
// @ts-expect-error nothing that could be called
hub.notifyAfter('orders', { id: 'a' })

// Principals.
type User = { userId: string; role: 'admin' | 'guest'; tenant?: string }
createHub<Events, User>({
  authenticate: async (request) => (readToken(request) ? { userId: 'ada', role: 'admin' } : null),
  authorize(principal, topic) {
    expectTypeOf(principal).toEqualTypeOf<User>()
    expectTypeOf(topic).toEqualTypeOf<string>()
    return principal.role === 'admin'
  },
  filter(principal, event) {
    expectTypeOf(principal).toEqualTypeOf<User>()
    expectTypeOf(event).toEqualTypeOf<HubEvent>()
    return principal.role === 'admin' || event.topic !== 'audit'
  },
  canPublish(principal, message) {
    expectTypeOf(principal).toEqualTypeOf<User>()
    expectTypeOf(message).toEqualTypeOf<PublishRequest>()
    return Promise.resolve(true)
  },
  canReadAll: ({ role }) => role === 'admin',
  canReadStats: async ({ role }) => role === 'admin',
  canReset: ({ role }) => role === 'admin',
})
// Where only the principal is given by what `authenticate` returns, the others see it too.
createHub({
  authenticate: () => ({ userId: 'ada', seat: 5 }),
  filter: ({ seat }) => seat > 3,
  authorize: async ({ seat }) => expectTypeOf(seat).toEqualTypeOf<number>() && true,
})
// An interface says that it is a principal.
interface Member extends Principal {
  readonly userId: string
  readonly seat: number
}
createHub<Events, Member>({ filter: ({ seat }) => seat > 3 })
// Unless said otherwise there may be anything in a principal, of which nothing is known.
createHub<Events>({
  filter(principal, { data }) {
    expectTypeOf(principal).toEqualTypeOf<Principal>()
    expectTypeOf(principal.userId).toEqualTypeOf<string | undefined>()
    expectTypeOf(principal['role']).toEqualTypeOf<unknown>()
    expectTypeOf(data).toEqualTypeOf<unknown>()
    return true
  },
})
expectTypeOf<EventFilter>().parameter(0).toEqualTypeOf<Principal>()
createHub({ authenticate: () => ({ expires: new Date() }) })
createHub({ authenticate: () => ({ since: new Date(), userId: 'ada' }) })
createHub({ authenticate: async () => ({ since: Date.now() }) })
// @ts-expect-error a time that is no time
createHub({ authenticate: () => ({ since: '2026-01-01' }) })
createHub({ authenticate: () => undefined })
createHub({ authenticate: async () => false as const })
// @ts-expect-error a user of another type
createHub({ authenticate: () => ({ userId: 7 }) })
// @ts-expect-error a time that is no time
createHub({ authenticate: () => ({ expires: '2026-01-01' }) })
// @ts-expect-error true is nobody in particular
createHub({ authenticate: () => true })
// @ts-expect-error a principal that lacks a claim
createHub<Events, User>({ authenticate: () => ({ userId: 'ada' }) })
// @ts-expect-error no such claim
createHub<Events, User>({ filter: ({ seat }) => seat > 3 })
// @ts-expect-error no such role
createHub<Events, User>({ authorize: ({ role }) => role === 'editor' })
// A filter answers at once or with a promise.
createHub({ filter: async () => false })
createHub<Events, User>({
  filter: ({ role }, { type }) => (role === 'admin' ? true : Promise.resolve(type === 'tick')),
})
// @ts-expect-error a promise of something else
createHub({ filter: async () => 'yes' })
// @ts-expect-error a filter answers
createHub({ filter: () => {} })
// @ts-expect-error nothing is known of the payload
createHub<Events>({ filter: (_, { data }) => data.id === 'a' })
// @ts-expect-error a principal is an object
createHub<Events, string>()

// Schemas: the map of events follows from their outputs, or they have to fit the map.
declare const orderSchema: StandardSchema<{ id: string }>
declare const tickSchema: StandardSchema<number>
const checked = createHub({ schemas: { 'order.created': orderSchema, tick: tickSchema } })
expectTypeOf(checked).toEqualTypeOf<Hub<{ 'order.created': { id: string }; tick: number }, Principal>>()
checked.publish('tick', 7)
// @ts-expect-error a payload that its schema does not have
checked.publish('tick', 'seven')
// @ts-expect-error an event without a schema, and no map that has it
checked.publish('note', 'a')
expectTypeOf(createHub<Events>({ schemas: { tick: tickSchema } })).toEqualTypeOf<Hub<Events, Principal>>()
createHub<Events, User>({ schemas: { tick: undefined }, filter: ({ role }) => role === 'admin' })
createHub({
  schemas: { tick: tickSchema },
  authenticate: () => ({ userId: 'a', seat: 5 }),
  filter: ({ seat }) => seat > 3,
})
expectTypeOf(createHub({ authenticate: () => null })).toEqualTypeOf<Hub>()
// @ts-expect-error the schema of another event
createHub<Events>({ schemas: { tick: orderSchema } })
// @ts-expect-error no such event
createHub<Events>({ schemas: { tock: tickSchema } })
// @ts-expect-error no schema
createHub({ schemas: { tick: { parse: Number } } })
expectTypeOf<HubSchemas<Events>['tick']>().toEqualTypeOf<StandardSchema<number> | undefined>()
expectTypeOf<InvalidEventError['issues']>().toEqualTypeOf<readonly SchemaIssue[]>()

// All options, at their most.
const options: HubOptions = {
  heartbeat: false,
  log: memoryLog({ size: 0, characters: Infinity }),
  limits: {
    clients: 1,
    perUser: 1,
    perTopic: 1,
    topics: 1,
    queueBytes: 1,
    queueEvents: 1,
    stall: 1,
    body: 1,
    filterTimeout: 0,
    filterQueue: 1,
    eventsPerSecond: 1,
  },
  maxAge: Infinity,
  clientTimeout: 60_000,
  retry: 2000,
  origins: ['https://app.example'] as const,
  paths: { '/sse/:stream': ':stream' },
  schemas: { tick: tickSchema },
  compress: true,
  replacer: (key, value) => (typeof value === 'bigint' ? key : value),
  clock: { now: Date.now, setTimeout, clearTimeout: () => {}, random: Math.random },
  onConnect: ({ clientId, recovered }) => expectTypeOf([clientId, recovered]).toEqualTypeOf<(string | boolean)[]>(),
  onDisconnect: ({ reason }) => expectTypeOf(reason).toEqualTypeOf<Ending>(),
  onReplay: ({ events }) => expectTypeOf(events).toEqualTypeOf<number>(),
  onError: (error, where) => expectTypeOf([error, where]).toEqualTypeOf<unknown[]>(),
}
createHub(options)
// Undefined is as good as left out.
const maybe: number | undefined = undefined
createHub({ heartbeat: maybe, limits: { clients: maybe }, log: undefined, filter: undefined, onError: undefined })
expectTypeOf<keyof HubLimits>().toEqualTypeOf<
  | 'clients'
  | 'perUser'
  | 'perTopic'
  | 'topics'
  | 'memberships'
  | 'queueBytes'
  | 'queueEvents'
  | 'stall'
  | 'body'
  | 'filterTimeout'
  | 'eventsPerSecond'
  | 'filterQueue'
  | 'postsPerSecond'
>()
// @ts-expect-error no such option
createHub({ hartbeat: 5 })
// @ts-expect-error a list of fields is no replacer
createHub({ replacer: ['id'] })
createHub({ cors: '*', metrics: ({ clients, connections }) => ({ clients, connections }) })
createHub({ cors: undefined, metrics: async (stats) => expectTypeOf(stats).toEqualTypeOf<HubStats>() })
// @ts-expect-error all origins or none
createHub({ cors: 'https://app.example' })
// @ts-expect-error figures come from the hub
createHub({ metrics: { clients: 0 } })
// @ts-expect-error no such limit
createHub({ limits: { client: 5 } })
// @ts-expect-error milliseconds
createHub({ heartbeat: '15s' })
// @ts-expect-error there is nothing automatic here
createHub({ heartbeat: 'auto' })
// @ts-expect-error yes or no: the client chooses the coding
createHub({ compress: 'gzip' })
// @ts-expect-error a list
createHub({ origins: '*' })
// @ts-expect-error how large a log is is the log's own
createHub({ log: 10_000 })
createHub({ canPublish: async ({ userId }) => userId === 'billing' && { tenant: 'acme' } })
// @ts-expect-error a tenant is a string
createHub({ canPublish: () => ({ tenant: 7 }) })
// @ts-expect-error nothing else is narrowed
createHub({ canPublish: () => ({ userId: 'ada' }) })
// @ts-expect-error the tenant is not the client's to choose
createHub({ canPublish: (_, { tenant }) => tenant === 'acme' })
// @ts-expect-error who may publish is a question
createHub({ canPublish: true })
// @ts-expect-error a path stands for one topic
createHub({ paths: { '/a': ['a'] } })
// @ts-expect-error no such bound
memoryLog({ age: 5 })
// @ts-expect-error options cannot be changed
options.heartbeat = 5

// A log of one's own.
expectTypeOf(memoryLog()).toEqualTypeOf<EventLog>()
expectTypeOf<EventLog['append']>().returns.toEqualTypeOf<LogEntry | Promise<LogEntry>>()
expectTypeOf<LogEntry['to']>().toEqualTypeOf<Address>()
// @ts-expect-error a log that lacks something
createHub({ log: { epoch: 'abcdefgh', head: 0 } })

// The rest of a hub.
expectTypeOf(hub.fetch).toEqualTypeOf<(request: Request, known?: Known) => Promise<Response>>()
const request = new Request('http://a')
hub.fetch(request, { principal: { userId: 'ada', roles: ['admin'] } })
hub.fetch(request, { principal: null })
hub.fetch(request, { principal: undefined })
hub.fetch(request, { principal: async () => ({ userId: 'ada' }) })
hub.fetch(request, { principal: refuse({ status: 402, code: 'unpaid', message: 'pay first' }) })
// @ts-expect-error true is nobody in particular
hub.fetch(request, { principal: true })
// @ts-expect-error a user is a string
hub.fetch(request, { principal: { userId: 7 } })
// @ts-expect-error no such field
hub.fetch(request, { user: { userId: 'ada' } })
// Fetch handlers of platforms call it as it stands.
const handler: { fetch(request: Request): Promise<Response> } = { fetch: hub.fetch }
expectTypeOf(handler.fetch).returns.toEqualTypeOf<Promise<Response>>()
createHub({ authenticate: () => refuse({ status: 403, code: 'banned', message: 'no', headers: { 'x-why': 'spam' } }) })
createHub({ authenticate: async () => new Response('no', { status: 403 }) })
createHub({
  authenticate: ({ url }) => (url ? { userId: 'ada', seat: 5 } : refuse({ status: 401, code: 'x', message: '' })),
  filter: ({ seat }) => seat > 3,
})
createHub({
  authenticate: async ({ url }) => (url ? { userId: 'ada', seat: 5 } : new Response(null, { status: 401 })),
  authorize: ({ seat }) => seat > 3,
})
expectTypeOf(refuse).parameters.toEqualTypeOf<[RefuseOptions]>()
expectTypeOf(refuse).returns.toEqualTypeOf<Refusal>()
expectTypeOf<Authentication<User>>().toEqualTypeOf<User | Response | Refusal | null | undefined | false>()
// @ts-expect-error a refusal has a message
refuse({ status: 403, code: 'banned' })
// @ts-expect-error no such field
refuse({ status: 403, code: 'banned', message: 'no', header: {} })
expectTypeOf(hub.join({ userId: 'ada' }, 'room.7')).toEqualTypeOf<number>()
expectTypeOf(hub.leave({ clientId: 'c' }, 'room.*')).toEqualTypeOf<number>()
expectTypeOf<Parameters<typeof hub.join>>().toEqualTypeOf<[ClientSelector, string]>()
// @ts-expect-error one of the three
hub.join({ userId: 'ada', sessionId: 's' }, 'room.7')
// @ts-expect-error a list is not a topic
hub.join({ userId: 'ada' }, ['room.7'])
// @ts-expect-error which topic
hub.leave({ userId: 'ada' })
// @ts-expect-error a tenant is not joined
hub.join({ tenant: 'acme' }, 'room.7')
hub.toUser('ada', 'order.created', { id: '1' }, { persistent: true })
// @ts-expect-error true or false
hub.toUser('ada', 'order.created', { id: '1' }, { persistent: 'yes' })
expectTypeOf(fileLog({ path: '/a', size: 5, maxAge: 5, fsync: 'always' })).toEqualTypeOf<FileLog>()
fileLog({ path: '/a', fsync: false })
fileLog({ path: '/a', fsync: 500 })
expectTypeOf(fileLog).parameters.toEqualTypeOf<[options: FileLogOptions]>()
// @ts-expect-error a log on disk has a folder
fileLog({})
// @ts-expect-error true says nothing about when
fileLog({ path: '/a', fsync: true })
expectTypeOf<FileLog>().toExtend<EventLog>()
expectTypeOf(memoryMailbox()).toEqualTypeOf<Mailbox>()
expectTypeOf<Awaited<ReturnType<Mailbox['list']>>>().toEqualTypeOf<readonly Mail[]>()
createHub({ log: fileLog({ path: '/a' }), mailbox: { perUser: 5, maxAge: 0, store: memoryMailbox() } })
// @ts-expect-error a mailbox has these four
createHub({ mailbox: { store: { add: () => 1 } } })
expectTypeOf<MailboxOptions['perUser']>().toEqualTypeOf<number | undefined>()
expectTypeOf(hub.kick({ userId: 'ada' })).toEqualTypeOf<number>()
expectTypeOf(hub.clients()).toEqualTypeOf<ClientInfo<Principal>[]>()
expectTypeOf(hub.stats()).toEqualTypeOf<HubStats>()
expectTypeOf(hub.observe({ onError() {} })).toEqualTypeOf<() => void>()
expectTypeOf(hub.observe).parameter(0).toEqualTypeOf<HubObserver<Principal>>()
expectTypeOf(hub.close({ drain: 5 })).toEqualTypeOf<Promise<void>>()
toNodeHandler(hub)
toNodeHandler(untyped)
expectTypeOf(hub.kick({ sessionId: 's' })).toEqualTypeOf<number>()
expectTypeOf<Parameters<typeof hub.kick>>().toEqualTypeOf<[ClientSelector]>()
// @ts-expect-error a name alone does not say what it names
hub.kick('ada')
// @ts-expect-error one of the three
hub.kick({ userId: 'ada', sessionId: 's' })
// @ts-expect-error one of the three
hub.kick({})
// @ts-expect-error a user without a value
hub.kick({ userId: undefined })
expectTypeOf(hub.clients()[0]?.principal).toEqualTypeOf<Principal | undefined>()
// @ts-expect-error what the principal is is under that name
hub.clients()[0]?.userId
expectTypeOf(hub.presence()).toEqualTypeOf<Presence[]>()
expectTypeOf(hub.presence('orders')).toEqualTypeOf<Presence[]>()
expectTypeOf(hub.presence({ topic: 'orders', tenant: 'acme' })[0]?.clientIds).toEqualTypeOf<
  readonly string[] | undefined
>()
// @ts-expect-error no such field
hub.presence({ user: 'ada' })
// Observers have the principal, with the claims that the application gave it.
createHub<Events, User>({
  onConnect: ({ principal }) => expectTypeOf(principal).toEqualTypeOf<User>(),
  onDisconnect: ({ principal }) => expectTypeOf(principal.role).toEqualTypeOf<'admin' | 'guest'>(),
  onReplay: ({ principal }) => expectTypeOf(principal).toEqualTypeOf<User>(),
})
hub.observe({ onConnect: (connected) => expectTypeOf(connected).toEqualTypeOf<Connected<Principal>>() })
// The hub knows the principals too, and what takes any hub takes this one.
const ours = createHub<Events, User>({ authenticate: () => ({ userId: 'ada', role: 'admin' }) })
expectTypeOf(ours).toEqualTypeOf<Hub<Events, User>>()
expectTypeOf(ours.clients()[0]?.principal).toEqualTypeOf<User | undefined>()
ours.observe({ onConnect: ({ principal }) => expectTypeOf(principal).toEqualTypeOf<User>() })
const anyHub: Hub<Events> = ours
expectTypeOf(anyHub.clients()[0]?.principal).toEqualTypeOf<Identity | undefined>()
ours.observe({} as HubObserver)
ours.clients().map((info: ClientInfo) => info.principal.userId)
toNodeHandler(ours)
registerMetrics(ours, new Registry())
createEffects({ hub: ours, initial: 0, reduce: (state: number, _: 'tick') => ({ state }) })
const inferred = createHub({ authenticate: () => ({ userId: 'ada', age: 7 }) })
expectTypeOf(inferred.clients()[0]?.principal.age).toEqualTypeOf<number | undefined>()
// @ts-expect-error the principals of this hub have no such field
ours.clients()[0]?.principal.age
// @ts-expect-error figures cannot be changed
hub.stats().published = 0
// @ts-expect-error no such observer
hub.observe({ onSend() {} })
createHub<Events, User>({
  onPublish: ({ principal, target }) =>
    expectTypeOf([principal, target]).toEqualTypeOf<(User | Address | undefined)[]>(),
  onDeliver: ({ principal, clientId }) => expectTypeOf([principal, clientId]).toEqualTypeOf<(User | string)[]>(),
})
hub.observe({
  onPublish: (published) => expectTypeOf(published).toEqualTypeOf<Publication<Principal>>(),
  onDeliver: (delivered) => expectTypeOf(delivered).toEqualTypeOf<Delivered<Principal>>(),
})

// Events for the code of this process.
expectTypeOf(hub.on).toEqualTypeOf<On<Events>>()
expectTypeOf(
  hub.on('order.created', (data, event) => {
    expectTypeOf(data).toEqualTypeOf<{ id: string }>()
    expectTypeOf(event).toEqualTypeOf<HubEvent>()
    expectTypeOf(event.target).toEqualTypeOf<Address>()
  }),
).toEqualTypeOf<() => void>()
hub.on('tick', async () => {})
hub.on('*', (data) => expectTypeOf(data).toEqualTypeOf<{ id: string } | number | string | undefined>())
untyped.on('anything', (data) => expectTypeOf(data).toEqualTypeOf<unknown>())
// @ts-expect-error no such name
hub.on('tock', () => {})
// @ts-expect-error a pattern is no name
hub.on('order.*', () => {})
// @ts-expect-error the payload of another name
hub.on('tick', (data: { id: string }) => data)
// @ts-expect-error no function
hub.on('tick', 5)
// @ts-expect-error milliseconds, by name
hub.close(5)

// A principal may be an interface of the application's own; what the hub knows of has its types.
interface Seated {
  readonly userId: string
  readonly roles: readonly string[]
}
createHub<Events, Seated>({ filter: ({ roles }) => roles.includes('admin') })
interface Numbered {
  readonly userId: number
}
// @ts-expect-error a user is a string
createHub<Events, Numbered>()
