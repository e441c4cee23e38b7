import { createHub, type Principal, readToken, type ShapeEvents } from 'headwater/server'
import { createValueStore } from 'headwater/store'
import { expect, it, onTestFinished } from 'vitest'
import { clients, join, listener, Refused, serve } from './support.ts'

/*
 * An app with notifications and metrics: its events have the usual shapes, with a priority, and operators read counts.
 */

interface Events extends ShapeEvents {
  'notification.read': { readonly id: string }
}

async function start(limits?: { readonly perUser: number }) {
  const users = new Map<string, Principal>([
    ['token-of-ada', { userId: 'ada', roles: [] }],
    ['token-of-bob', { userId: 'bob', roles: [] }],
    ['token-of-op', { userId: 'op', roles: ['operator'] }],
  ])
  const log: string[] = []
  const isOperator = ({ roles }: Principal): boolean => Array.isArray(roles) && roles.includes('operator')
  const hub = createHub<Events>({
    authenticate: (request) => users.get(readToken(request, { query: 'token' }) ?? ''),
    // A tab tells the other tabs of its own user, and nobody else.
    canPublish: ({ userId }, message) => message.event === 'notification.read' && message.userId === userId,
    canReadStats: isOperator,
    metrics: ({ clients, users, topics, published, delivered, uptime }) => {
      return { activeConnections: clients, activeUsers: users, topics, published, delivered, uptime }
    },
    limits,
    onConnect: ({ principal }) => log.push(`${principal.userId} came`),
    onDisconnect: ({ principal, reason }) => log.push(`${principal.userId} left: ${reason}`),
  })
  const orders: unknown[] = []
  const save = hub.notifyAfter('orders', async (order: unknown) => {
    if (!order) throw new Refused(422, 'there is no order')
    orders.push(order)
    return { count: orders.length }
  })
  const system = await serve(hub, {
    'POST /api/orders': ({ order }) => save(order),
    'POST /api/sign-out': ({ token }) => {
      const principal = users.get(`${token}`)
      users.delete(`${token}`)
      return { ended: hub.kick({ userId: `${principal?.userId}` }) }
    },
  })
  return {
    hub,
    users,
    log,
    orders,
    system,
    user: (name: string, more: object = {}) => join<Events>(system, { headers: bearer(name), ...more }),
  }
}

const bearer = (name: string) => ({ authorization: `Bearer token-of-${name}` })

it('notifies one user, on all devices, and no other', async () => {
  const { hub, user } = await start()
  const [phone, laptop, bob] = await Promise.all([user('ada'), user('ada'), user('bob')])
  expect(await hub.notification('Your order is on its way', 'success', { userId: 'ada' })).toMatchObject({
    delivered: 2,
  })
  await hub.system('Maintenance at noon')
  for (const device of [phone, laptop])
    expect(await device.until('notification')).toMatchObject([
      { message: 'Your order is on its way', level: 'success' },
    ])
  await bob.until('system')
  expect(bob.heard.map(({ type }) => type)).toEqual(['system'])
})

it.each([
  ['notification', 'normal', { message: 'hello', level: 'info' }],
  ['notification', 'low', { message: 'hello', level: 'info' }],
  ['alert', 'urgent', { title: 'Payment failed', message: 'Look at your card' }],
  ['update', 'high', { resource: 'orders', action: 'created', data: { id: 'A-1' } }],
  ['system', 'normal', { message: 'hello', level: 'warning' }],
] as const)('sends the event %s with the priority %s', async (type, priority, data) => {
  const { hub, user } = await start()
  const ada = await user('ada')
  const options = priority === 'normal' ? {} : { priority }
  if (type === 'notification') await hub.notification('hello', 'info', options)
  else if (type === 'alert') await hub.alert('Payment failed', 'Look at your card', options)
  else if (type === 'update') await hub.update('orders', 'created', { id: 'A-1' }, options)
  else await hub.system('hello', 'warning', options)
  expect(await ada.until(type)).toEqual([{ ...data, priority, timestamp: expect.any(Number) }])
})

it('refuses a priority that does not exist', async () => {
  const { hub } = await start()
  await expect(hub.notification('hello', 'info', { priority: 'critical' as 'urgent' })).rejects.toThrow(TypeError)
})

it('tells of an update those who show the resource, and those who have joined nothing', async () => {
  const { hub, user } = await start()
  const [onOrders, onUsers, everywhere] = await Promise.all([
    user('ada', { topics: ['orders'] }),
    user('ada', { topics: ['users'] }),
    user('bob'),
  ])
  await hub.update('orders', 'created')
  await hub.system('end')
  await Promise.all([onOrders, onUsers, everywhere].map((each) => each.until('system')))
  expect([onOrders, onUsers, everywhere].map(({ heard }) => heard.length)).toEqual([2, 1, 2])
})

it('counts unread notifications in a store', async () => {
  const { hub, user } = await start()
  const ada = await user('ada')
  const unread = createValueStore(ada.client, 'notification', { initial: 0, reduce: (count: number) => count + 1 })
  onTestFinished(unread.subscribe(() => {}))
  for (const message of ['one', 'two', 'three']) await hub.notification(message, 'info', { userId: 'ada' })
  await ada.until('notification', 3)
  expect(unread.get()).toBe(3)
})

it('marks a notification as read in the other tabs of the same user', async () => {
  const { user } = await start()
  const [tab, other, bob] = await Promise.all([user('ada'), user('ada'), user('bob')])
  const target = { userId: 'ada', except: 'me' }
  expect(await tab.client.send('notification.read', { id: 'n1' }, target)).toMatchObject({ delivered: 1 })
  expect(await other.until('notification.read')).toEqual([{ id: 'n1' }])
  expect([tab.heard, bob.heard]).toEqual([[], []])
})

it.each([
  ['for another user', 'notification.read', { userId: 'bob' }],
  ['for everyone', 'notification.read', {}],
  ['of another name', 'alert', { userId: 'ada' }],
])('lets nobody publish an event %s', async (_, type, target) => {
  const { user } = await start()
  const ada = await user('ada')
  await expect(ada.client.send(type, {}, target)).rejects.toMatchObject({ code: 'http', status: 403 })
})

it('publishes after a mutation that has succeeded, and not after one that failed', async () => {
  const { user, system, orders } = await start()
  const ada = await user('ada', { topics: ['orders'] })
  expect((await system.post('/api/orders', { order: null })).status).toBe(422)
  expect(await (await system.post('/api/orders', { order: { id: 'A-1' } })).json()).toEqual({ count: 1 })
  expect(await ada.until('table-update')).toEqual([{ resource: 'orders' }])
  expect(orders).toEqual([{ id: 'A-1' }])
})

it('shows the operators how many are connected', async () => {
  const { hub, user, system } = await start()
  await Promise.all([user('ada', { topics: ['orders'] }), user('ada'), user('bob')])
  await hub.system('hello')
  expect(await (await system.get('/api/events/metrics', bearer('op'))).json()).toEqual({
    activeConnections: 3,
    activeUsers: 2,
    topics: 1,
    published: 1,
    delivered: 3,
    uptime: expect.any(Number),
  })
})

it('has counts of its own for operators, without names, and for nobody else', async () => {
  const { user, system } = await start()
  await user('ada')
  const answer = await system.get('/api/events/stats', bearer('op'))
  const text = await answer.text()
  expect(JSON.parse(text)).toMatchObject({ clients: 1, users: 1 })
  expect(text).not.toContain('ada')
  expect((await system.get('/api/events/stats', bearer('ada'))).status).toBe(403)
  expect((await system.get('/api/events/stats')).status).toBe(401)
})

it('says to a balancer that it is well, and that it is not when it stops', async () => {
  const { hub, system } = await start()
  expect(await (await system.get('/api/events/health')).json()).toEqual({ status: 'ok' })
  await hub.close()
  expect((await system.get('/api/events/health')).status).toBe(503)
})

it('closes the streams of a user who signs out, and does not let the token in again', async () => {
  const { user, system, log } = await start()
  const [phone, laptop, bob] = await Promise.all([user('ada'), user('ada'), user('bob')])
  expect(await (await system.post('/api/sign-out', { token: 'token-of-ada' })).json()).toEqual({ ended: 2 })
  await Promise.all([phone.reach('closed'), laptop.reach('closed')])
  expect(phone.client.state.get()).toMatchObject({ error: { code: 'unauthorized', status: 401 } })
  expect(bob.client.state.get().status).toBe('open')
  expect(log.filter((line) => line.includes('left'))).toEqual(['ada left: kicked', 'ada left: kicked'])
})

it('asks for a fresh token when the old one is refused, and goes on', async () => {
  const { users, hub, system } = await start()
  let token = 'token-of-ada'
  const ada = listener<Events>(system, {
    headers: () => ({ authorization: `Bearer ${token}` }),
    onUnauthorized() {
      token = 'fresh'
      users.set('fresh', { userId: 'ada' })
    },
  })
  users.delete('token-of-ada')
  ada.client.connect()
  await ada.reach('open')
  await hub.notification('hello', 'info', { userId: 'ada' })
  expect(await ada.until('notification')).toHaveLength(1)
})

it('refuses a user too many streams, and keeps those that are open', async () => {
  const { hub, user, system } = await start({ perUser: 2 })
  const open = await Promise.all([user('ada'), user('ada')])
  const answer = await system.get('/api/events', bearer('ada'))
  await answer.body?.cancel()
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '30'])
  await hub.system('hello')
  for (const each of open) await each.until('system')
})

it('has a notification for a user who was away, when they are back', async () => {
  const { hub, user } = await start()
  const ada = await user('ada')
  await hub.notification('one', 'info', { userId: 'ada' })
  await ada.until('notification')
  ada.client.disconnect()
  await clients(hub, 0)
  await hub.notification('two', 'info', { userId: 'ada' })
  const recovered = new Promise((resolve) => ada.client.observe({ onOpen: (opened) => resolve(opened.recovered) }))
  ada.client.connect()
  expect(await recovered).toBe(true)
  expect(await ada.until('notification', 2)).toMatchObject([{ message: 'one' }, { message: 'two' }])
})

it('notes which devices a notification went to, live and when a user is back', async () => {
  const { hub, user } = await start()
  const [phone, bob] = await Promise.all([user('ada'), user('bob')])
  const given: unknown[] = []
  hub.observe({ onDeliver: ({ principal, id, type }) => given.push([principal.userId, id, type]) })
  const first = await hub.notification('one', 'info', { userId: 'ada' })
  await phone.until('notification')
  phone.client.disconnect()
  await clients(hub, 1)
  const second = await hub.notification('two', 'info', { userId: 'ada' })
  phone.client.connect()
  await phone.until('notification', 2)
  expect(given).toEqual([
    ['ada', first.id, 'notification'],
    ['ada', second.id, 'notification'],
  ])
  expect(bob.heard).toEqual([])
})

it('counts what is published by name, also what nobody is connected for', async () => {
  const { hub } = await start()
  const counts: Record<string, number> = {}
  hub.observe({ onPublish: ({ type }) => (counts[type] = (counts[type] ?? 0) + 1) })
  await hub.system('one')
  await hub.system('two')
  await hub.alert('Payment failed', 'Look at your card', { volatile: true })
  expect(counts).toEqual({ system: 2, alert: 1 })
})

it('logs who comes and who leaves', async () => {
  const { hub, user, log } = await start()
  const ada = await user('ada')
  ada.client.close()
  await clients(hub, 0)
  expect(log).toEqual(['ada came', 'ada left: closed'])
})
