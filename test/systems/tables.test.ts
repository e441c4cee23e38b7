import { createHmac, timingSafeEqual } from 'node:crypto'
import { eventsOf } from 'headwater'
import { createHub, readToken, type ShapeEvents } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { useSSE, useSSEEvent, useSSEValue, useTopic } from 'headwater/vue'
import { expect, it, onTestFinished } from 'vitest'
import { effectScope } from 'vue'
import { clients, join, type Listener, listener, serve } from './support.ts'

/*
 * Tables in Vue: a JWT says who somebody is, topics say which tables they show, and presence says who else does.
 */

interface Events extends ShapeEvents {
  'row.changed': { readonly table: string; readonly id: number }
  'row.locked': { readonly id: number; readonly by: string }
}

interface Claims {
  readonly sub: string
  readonly exp: number
  readonly tables: readonly string[]
}

/** The server's time: tokens expire when a test says so. */
const clock = createClock()
const seconds = (): number => clock.now() / 1000

const KEY = 'a key for tests'
const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const sign = (text: string): Buffer => createHmac('sha256', KEY).update(text).digest()

function token(sub: string, more: Partial<Claims> = {}): string {
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub, exp: seconds() + 600, tables: ['*'], ...more })}`
  return `${text}.${sign(text).toString('base64url')}`
}

/** What a JWT claims, if it is ours and has not expired. */
function verify(jwt = ''): Claims | undefined {
  const [header = '', payload = '', signature = ''] = jwt.split('.')
  const given = Buffer.from(signature, 'base64url')
  const right = sign(`${header}.${payload}`)
  if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined
  const claims: Claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return claims.exp > seconds() ? claims : undefined
}

async function start() {
  const hub = createHub<Events, { userId: string; expires: number; tables: readonly string[] }>({
    clock,
    authenticate(request) {
      const claims = verify(readToken(request, { query: 'token' }))
      return claims && { userId: claims.sub, expires: claims.exp * 1000, tables: claims.tables }
    },
    authorize: ({ tables }, topic) => tables.includes('*') || tables.includes(topic),
    canPublish: ({ tables }, { event, topic = '' }) =>
      event === 'row.locked' && (tables.includes('*') || tables.includes(topic)),
  })
  const system = await serve(hub)
  return {
    hub,
    system,
    bearer: (name: string, topics: readonly string[] = [], claims: Partial<Claims> = {}): Promise<Listener<Events>> =>
      join<Events>(system, { headers: { authorization: `Bearer ${token(name, claims)}` }, topics }),
  }
}

/** What a component would set up, until the test is over. */
function setup<T>(component: () => T): T {
  const scope = effectScope()
  onTestFinished(() => scope.stop())
  const made = scope.run(component)
  if (made === undefined) throw new Error('the component returned nothing')
  return made
}

it.each([
  ['the header Authorization', (jwt: string) => ({ headers: { authorization: `Bearer ${jwt}` } })],
  ['the query', (jwt: string) => ({ query: { token: jwt } })],
])('lets in a JWT that comes in %s', async (_, options) => {
  const { hub, system } = await start()
  await join<Events>(system, options(token('ada')))
  expect(hub.clients()).toMatchObject([{ principal: { userId: 'ada' } }])
})

it.each([
  ['is missing', undefined],
  ['is nonsense', 'a.b.c'],
  ['has another signature', `${token('ada').slice(0, -4)}AAAA`],
  ['has expired', token('ada', { exp: seconds() - 1 })],
])('refuses a JWT that %s', async (_, jwt) => {
  const { system } = await start()
  const client = listener<Events>(system, jwt === undefined ? {} : { query: { token: jwt } })
  client.client.connect()
  await client.reach('closed')
  expect(client.client.state.get()).toMatchObject({ error: { code: 'unauthorized', status: 401 } })
})

it('never shows a token in its errors', async () => {
  const { system } = await start()
  const client = listener<Events>(system, { query: { token: 'a-secret' } })
  client.client.connect()
  await client.reach('closed')
  expect(JSON.stringify(client.client.state.get())).not.toContain('a-secret')
})

it('closes a stream when its JWT expires, and goes on with a fresh one', async () => {
  const { hub, system } = await start()
  const reasons: string[] = []
  hub.observe({ onDisconnect: ({ reason }) => reasons.push(reason) })
  const ada = listener<Events>(system, {
    headers: () => ({ authorization: `Bearer ${token('ada', { exp: seconds() + 60 })}` }),
  })
  ada.client.connect()
  await ada.reach('open')
  await clock.advance(61_000)
  while (!reasons.length) await new Promise(setImmediate)
  await clients(hub, 1)
  await ada.reach('open')
  await hub.toUser('ada', 'row.changed', { table: 'users', id: 1 })
  await ada.until('row.changed')
  expect(reasons).toEqual(['expired'])
})

it('tells of a change those who show the table', async () => {
  const { hub, bearer } = await start()
  const [onUsers, onOrders, onAll] = await Promise.all([
    bearer('ada', ['users']),
    bearer('bob', ['orders']),
    bearer('cleo', ['*']),
  ])
  expect(await hub.toTopic('users', 'row.changed', { table: 'users', id: 1 })).toMatchObject({ delivered: 2 })
  await Promise.all([onUsers.until('row.changed'), onAll.until('row.changed')])
  expect(onOrders.heard).toEqual([])
})

it('names the topic with each event', async () => {
  const { hub, bearer } = await start()
  const ada = await bearer('ada', ['users'])
  const events = eventsOf(ada.client, 'row.changed')
  await hub.toTopic('users', 'row.changed', { table: 'users', id: 1 })
  expect((await events.next()).value).toMatchObject({ topic: 'users', data: { id: 1 } })
})

it('refuses a table that the JWT does not name', async () => {
  const { hub, bearer } = await start()
  const ada = await bearer('ada', ['users', 'salaries'], { tables: ['users'] })
  expect(await hub.toTopic('salaries', 'row.changed', { table: 'salaries', id: 1 })).toMatchObject({ delivered: 0 })
  await expect(ada.client.topic('salaries').joined()).rejects.toMatchObject({ code: 'unauthorized' })
  expect(await hub.toTopic('users', 'row.changed', { table: 'users', id: 1 })).toMatchObject({ delivered: 1 })
})

it('takes topics in the language of its users', async () => {
  const { hub, bearer } = await start()
  const ada = await bearer('ada', ['aufträge.größe'])
  expect(await hub.toTopic('aufträge.größe', 'row.changed', { table: 'a', id: 1 })).toMatchObject({ delivered: 1 })
  await ada.until('row.changed')
})

it('shows in a component whether the stream is open', async () => {
  const { bearer } = await start()
  const { client, reach } = await bearer('ada')
  const { status, isConnected } = setup(() => useSSE(client))
  while (!isConnected.value) await new Promise(setImmediate)
  client.disconnect()
  await reach('paused')
  expect([status.value, isConnected.value]).toEqual(['paused', false])
})

it('joins the topic of a table while a component shows it', async () => {
  const { hub, bearer } = await start()
  const { client } = await bearer('ada')
  const seen: unknown[] = []
  const scope = effectScope()
  scope.run(() => useTopic<Events>(client, 'users', (data) => seen.push(data)))
  await client.topic('users').joined()
  await hub.toTopic('users', 'row.changed', { table: 'users', id: 1 })
  while (!seen.length) await new Promise(setImmediate)
  scope.stop()
  while (hub.stats().topics) await new Promise(setImmediate)
  expect(seen).toEqual([{ table: 'users', id: 1 }])
})

it('keeps the newest value of an event in a ref', async () => {
  const { hub, bearer } = await start()
  const { client, until } = await bearer('ada')
  const locked = setup(() =>
    useSSEValue(client, 'row.locked', {
      initial: [] as readonly number[],
      reduce: (all: readonly number[], { id }: Events['row.locked']) => [...all, id],
    }),
  )
  for (const id of [1, 2]) await hub.broadcast('row.locked', { id, by: 'bob' })
  await until('row.locked', 2)
  expect(locked.value).toEqual([1, 2])
})

it('calls a handler of a component, and no more when the component has gone', async () => {
  const { hub, bearer } = await start()
  const { client, until } = await bearer('ada')
  const seen: number[] = []
  const scope = effectScope()
  scope.run(() => useSSEEvent<Events, 'row.locked'>(client, 'row.locked', ({ id }) => seen.push(id)))
  await hub.broadcast('row.locked', { id: 1, by: 'bob' })
  await until('row.locked')
  scope.stop()
  await hub.broadcast('row.locked', { id: 2, by: 'bob' })
  await until('row.locked', 2)
  expect(seen).toEqual([1])
})

it('sends an event to those who show the table, and not back', async () => {
  const { bearer } = await start()
  const [ada, bob] = await Promise.all([bearer('ada', ['users']), bearer('bob', ['users'])])
  const target = { topic: 'users', except: 'me' }
  expect(await ada.client.send('row.locked', { id: 7, by: 'ada' }, target)).toMatchObject({ delivered: 1 })
  expect(await bob.until('row.locked')).toEqual([{ id: 7, by: 'ada' }])
  expect(ada.heard).toEqual([])
})

it('knows which user has locked a row', async () => {
  const { hub, bearer } = await start()
  const locks: unknown[] = []
  hub.observe({ onPublish: ({ type, target, principal }) => locks.push([type, target.topic, principal?.userId]) })
  const [ada, bob] = await Promise.all([bearer('ada', ['users']), bearer('bob', ['users'])])
  await ada.client.send('row.locked', { id: 7, by: 'somebody else' }, { topic: 'users' })
  await bob.until('row.locked')
  expect(locks).toEqual([['row.locked', 'users', 'ada']])
})

it('lets the server answer an event of a client', async () => {
  const { hub, bearer } = await start()
  const ada = await bearer('ada', ['users'])
  const off = hub.on('row.locked', ({ id }, { topic = '' }) => hub.toTopic(topic, 'row.changed', { table: topic, id }))
  onTestFinished(off)
  await ada.client.send('row.locked', { id: 7, by: 'ada' }, { topic: 'users' })
  expect(await ada.until('row.changed')).toEqual([{ table: 'users', id: 7 }])
  expect(ada.heard.map(({ type }) => type)).toEqual(['row.locked', 'row.changed'])
})

it.each([
  ['to a table that the JWT does not name', 'row.locked', 'salaries'],
  ['of a name that clients may not send', 'row.changed', 'users'],
])('refuses an event %s', async (_, type, topic) => {
  const { bearer } = await start()
  const ada = await bearer('ada', [], { tables: ['users'] })
  await expect(ada.client.send(type, {}, { topic })).rejects.toMatchObject({ code: 'http', status: 403 })
})

it('knows who shows a table, once for each user', async () => {
  const { hub, bearer } = await start()
  await Promise.all([bearer('ada', ['users']), bearer('ada', ['users']), bearer('bob', ['orders'])])
  expect(hub.presence('users')).toMatchObject([{ userId: 'ada', clientIds: [expect.any(String), expect.any(String)] }])
  expect(hub.presence().map(({ userId }) => userId)).toEqual(expect.arrayContaining(['ada', 'bob']))
})

it('notices that a user has left a table', async () => {
  const { hub, bearer } = await start()
  const ada = await bearer('ada', ['users'])
  ada.client.close()
  await clients(hub, 0)
  expect(hub.presence('users')).toEqual([])
})

it('has the server join all tabs of a user to a table, and take them out again', async () => {
  const { hub, bearer } = await start()
  const [tab, other, bob] = await Promise.all([bearer('ada'), bearer('ada'), bearer('bob')])
  expect(hub.join({ userId: 'ada' }, 'users')).toBe(2)
  expect(await hub.toTopic('users', 'row.changed', { table: 'users', id: 1 })).toMatchObject({ delivered: 2 })
  await Promise.all([tab.until('row.changed'), other.until('row.changed')])
  expect(hub.leave({ userId: 'ada' }, 'users')).toBe(2)
  expect(await hub.toTopic('users', 'row.changed', { table: 'users', id: 2 })).toMatchObject({ delivered: 0 })
  await hub.system('end')
  await Promise.all([tab, other, bob].map((each) => each.until('system')))
  expect([tab, other, bob].map(({ heard }) => heard.length)).toEqual([2, 2, 1])
})

it('tells those who are there that somebody has come or left', async () => {
  const { hub, bearer } = await start()
  const tell = (message: string) => void hub.system(message, 'info', { topic: 'users' })
  hub.observe({
    onConnect: ({ principal }) => tell(`${principal.userId} is here`),
    onDisconnect: ({ principal }) => tell(`${principal.userId} has left`),
  })
  const ada = await bearer('ada', ['users'])
  const bob = await bearer('bob', ['users'])
  bob.client.close()
  const messages = (await ada.until('system', 3)).map((data) => (data as { message: string }).message)
  expect(messages).toEqual(['ada is here', 'bob is here', 'bob has left'])
})
