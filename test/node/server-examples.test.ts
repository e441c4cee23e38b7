import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { serve } from '@hono/node-server'
import express from 'express'
import { type ConnectionState, type EventMap, eventsOf, fetchTransport, type SSEClient } from 'headwater'
import { createHubClient, type HubClient, type HubClientOptions } from 'headwater/hub'
import { createHub, type EventLog, type Hub, memoryLog, type ShapeEvents } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Command, decide, type Shop, type ShopEvents } from '../../examples/server/event-queue/rules.ts'
import * as eventQueue from '../../examples/server/event-queue/server.ts'
import * as expressExample from '../../examples/server/express/server.ts'
import * as fastifyExample from '../../examples/server/fastify/server.ts'
import * as honoExample from '../../examples/server/hono/server.ts'
import { createJobBoard, describeJob } from '../../examples/server/job-progress/client.ts'
import type { PrimesEvent, PrimesEvents } from '../../examples/server/job-progress/events.ts'
import * as jobProgress from '../../examples/server/job-progress/server.ts'
import * as nextEvents from '../../examples/server/next/app/api/events/route.ts'
import * as nextOrders from '../../examples/server/next/app/api/orders/route.ts'
import { register } from '../../examples/server/next/instrumentation.ts'
import { auth, hub as nextHub } from '../../examples/server/next/lib/hub.ts'

const root = join(import.meta.dirname, '../..')

/** An example that is being served. */
interface Running {
  readonly origin: string
  readonly hub: Pick<Hub, 'stats' | 'observe' | 'close' | 'system' | 'presence'>
  readonly fetch: typeof fetch
  stop(): Promise<unknown>
}

const bearer = (name: string) => ({ authorization: `Bearer token-of-${name}` })

async function listening(server: Server): Promise<string> {
  if (!server.listening) await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function running(server: Server, hub: Running['hub']): Promise<Running> {
  return { origin: await listening(server), hub, fetch, stop: async () => server.close() && once(server, 'close') }
}

function connect<E extends EventMap>(
  { origin, fetch }: Pick<Running, 'origin' | 'fetch'>,
  name?: string,
  options?: Pick<HubClientOptions, 'topics' | 'lastEventId'>,
): HubClient<E> {
  const headers = name === undefined ? {} : bearer(name)
  const sse = createHubClient<E>(`${origin}/api/events`, { transport: fetchTransport(), fetch, headers, ...options })
  onTestFinished(() => sse.close())
  sse.connect()
  return sse
}

/** The first state of this kind from now on. */
const reach = <S extends ConnectionState['status']>(
  sse: Pick<SSEClient, 'state'>,
  status: S,
): Promise<Extract<ConnectionState, { status: S }>> =>
  new Promise((resolve) => {
    sse.state.subscribe((state) => {
      if (state.status === status) resolve(state as Extract<ConnectionState, { status: S }>)
    })
  })

/** Why the next stream ends. */
const ending = (hub: Running['hub']): Promise<string> =>
  new Promise((resolve) => {
    const off = hub.observe({
      onDisconnect({ reason }) {
        off()
        resolve(reason)
      },
    })
  })

async function emptied(hub: Running['hub']): Promise<void> {
  while (hub.stats().clients) await ending(hub)
}

const post = ({ origin, fetch }: Running, path: string, name: string | undefined, body: unknown): Promise<Response> =>
  fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(name !== undefined && bearer(name)) },
    body: JSON.stringify(body),
  })

const frameworks: Readonly<Record<string, () => Promise<Running>>> = {
  async express() {
    const { app, hub } = expressExample.createApp()
    return running(app.listen(0, '127.0.0.1'), hub)
  },
  async fastify() {
    const { app, hub } = fastifyExample.createApp()
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { ...(await running(app.server, hub)), stop: () => app.close() }
  },
  async hono() {
    const { app, hub } = honoExample.createApp()
    return running(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server, hub)
  },
  async next() {
    type Route = Record<'GET' | 'POST', (request: Request) => Response | Promise<Response>>
    const routes: Readonly<Record<string, Route>> = { '/api/events': nextEvents, '/api/orders': nextOrders }
    return {
      origin: 'http://shop.test',
      hub: nextHub,
      // As Next calls the handlers of a route.
      fetch: async (input, init) => {
        const request = new Request(input, init)
        const route = routes[new URL(request.url).pathname]
        return route?.[request.method as 'GET' | 'POST'](request) ?? new Response(null, { status: 404 })
      },
      stop: async () => {},
    }
  },
}

describe.each(Object.entries(frameworks))('the example for %s', (_, start) => {
  let app: Running
  beforeAll(async () => {
    app = await start()
  })
  afterAll(() => app.stop())

  it('lets in a client that has a token as bearer, cookie or parameter, and no other', async () => {
    const url = `${app.origin}/api/events`
    const status = async (query: string, headers: Record<string, string>): Promise<number> => {
      const answer = await app.fetch(url + query, { headers })
      await answer.body?.cancel()
      return answer.status
    }
    expect(await status('', bearer('ada'))).toBe(200)
    expect(await status('', { cookie: 'theme=dark; session=token-of-ada' })).toBe(200)
    expect(await status('?token=token-of-ada', {})).toBe(200)
    expect(await status('', bearer('mallory'))).toBe(401)
    expect(await reach(connect(app), 'closed')).toMatchObject({ error: { code: 'unauthorized', status: 401 } })
    expect((await post(app, '/api/orders', undefined, { total: 5 })).status).toBe(401)
    expect((await app.fetch(`${app.origin}/api/orders`)).status).toBe(401)
  })

  it('opens a stream for the user that the framework knows', async () => {
    const sse = connect(app, 'ada')
    await reach(sse, 'open')
    expect(app.hub.presence({ userId: 'ada' })).toHaveLength(1)
    expect(app.hub.presence({ userId: 'mallory' })).toEqual([])
  })

  it('publishes a mutation', async () => {
    const sse = connect<ShapeEvents>(app, 'ada')
    const updates = eventsOf(sse, 'table-update')
    await reach(sse, 'open')
    const answer = await post(app, '/api/orders', 'bob', { total: 5 })
    expect([answer.status, await answer.json()]).toEqual([201, { id: expect.any(String), total: 5 }])
    expect(await updates.next()).toMatchObject({ value: { data: { resource: 'orders' } } })
    expect(await (await app.fetch(`${app.origin}/api/orders`, { headers: bearer('ada') })).json()).toHaveLength(1)
  })

  it('takes topics and events by POST', async () => {
    const ada = connect(app, 'ada')
    const touched = new Promise((resolve) => ada.topic('orders').subscribe(resolve))
    await ada.topic('orders').joined()
    const bob = connect(app, 'bob')
    expect(await bob.send('order.touched', { id: 'A-1' }, { topic: 'orders' })).toEqual({
      id: expect.any(String),
      delivered: 1,
    })
    expect(await touched).toEqual({ id: 'A-1' })
    await expect(bob.send('order.touched', { id: 'A-1' })).rejects.toMatchObject({ code: 'http', status: 403 })
  })

  it('notices that a client has left', async () => {
    // Those of the tests before.
    await emptied(app.hub)
    const sse = connect(app, 'ada')
    await reach(sse, 'open')
    expect(app.hub.stats()).toMatchObject({ clients: 1, users: 1 })
    const left = ending(app.hub)
    sse.close()
    expect(await left).toBe('closed')
    expect(app.hub.stats().clients).toBe(0)
  })

  it('breaks off a client that takes nothing, and holds no more for it than it may', async () => {
    // Hono's server tells of it on the console.
    const told = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => told.mockRestore())
    await emptied(app.hub)
    // Held until the end: fetch leaves a stream whose response nobody has any more.
    const answer = await app.fetch(`${app.origin}/api/events`, { headers: bearer('ada') })
    let why: string | undefined
    ending(app.hub).then((reason) => {
      why = reason
    })
    let most = 0
    while (!why) {
      await app.hub.system('x'.repeat(100_000))
      most = Math.max(most, app.hub.stats().queue.bytes)
      // Sockets have their turn.
      await new Promise(setImmediate)
    }
    expect(why).toBe('overflow')
    expect(most).toBeGreaterThan(100_000)
    expect(most).toBeLessThanOrEqual(1 << 20)
    expect(app.hub.stats()).toMatchObject({ clients: 0, queue: { bytes: 0 } })
    await answer.body?.cancel().catch(() => {})
  })

  it('ends its streams when it is shut down, and lets nobody in', async () => {
    await emptied(app.hub)
    const sse = connect(app, 'ada')
    await reach(sse, 'open')
    const waiting = reach(sse, 'waiting')
    const left = ending(app.hub)
    await app.hub.close()
    expect(await left).toBe('drained')
    expect(await waiting).toMatchObject({ error: { code: 'network' } })
    const late = await app.fetch(`${app.origin}/api/events`, { headers: bearer('ada') })
    expect([late.status, late.headers.get('retry-after')]).toEqual([503, '1'])
  })
})

it.each([
  ['with', [express.json()]],
  ['without', []],
])('takes events by POST %s a parser of Express in front of it', async (_, parsers) => {
  const hub = createHub({ authenticate: () => ({}), canPublish: () => true })
  const app = express()
  app.use(...parsers, toNodeHandler(hub))
  const served = await running(app.listen(0, '127.0.0.1'), hub)
  onTestFinished(async () => {
    await hub.close()
    await served.stop()
  })
  const sse = connect<{ note: string }>(served)
  const notes = eventsOf(sse, 'note')
  await reach(sse, 'open')
  expect(await sse.send('note', 'näher')).toMatchObject({ delivered: 1 })
  expect((await notes.next()).value?.data).toBe('näher')
})

it('the hub of the example for next is the one of the process, and drained when it is to end', async () => {
  vi.resetModules()
  const again = await import('../../examples/server/next/lib/hub.ts')
  expect(again.auth).not.toBe(auth)
  expect(again.hub).toBe(nextHub)

  const close = vi.spyOn(nextHub, 'close').mockResolvedValue()
  const before = process.listeners('SIGTERM')
  vi.stubEnv('NEXT_RUNTIME', 'edge')
  await register()
  expect(process.listeners('SIGTERM')).toEqual(before)
  vi.stubEnv('NEXT_RUNTIME', 'nodejs')
  await register()
  const added = process.listeners('SIGTERM').filter((listener) => !before.includes(listener))
  expect(added).toHaveLength(1)
  process.emit('SIGTERM')
  expect(close).toHaveBeenCalledExactlyOnceWith({ drain: 5000 })
})

/** Makes Node take the sources for the package, as the configuration of these tests does. */
const SOURCES = `
  import { registerHooks } from 'node:module'
  const sources = ${JSON.stringify({
    headwater: pathToFileURL(join(root, 'src/index.ts')),
    'headwater/server': pathToFileURL(join(root, 'server/index.ts')),
    'headwater/server/node': pathToFileURL(join(root, 'server/node.ts')),
  })}
  registerHooks({
    resolve: (name, context, next) => (sources[name] ? { url: sources[name], shortCircuit: true } : next(name, context)),
  })`

// Five processes at a time, on a machine that may be busy.
describe.concurrent('as a program, which is told to end', () => {
  // Windows has no SIGTERM that a program could answer.
  it.skipIf(process.platform === 'win32').for(['express', 'fastify', 'hono', 'job-progress', 'event-queue'])(
    'the example %s lets its clients go, and ends',
    async (name, { onTestFinished, expect }) => {
      const { NODE_OPTIONS: _, ...env } = process.env
      const program = join(root, 'examples/server', name, 'server.ts')
      const child = spawn(
        process.execPath,
        ['--import', `data:text/javascript,${encodeURIComponent(SOURCES)}`, program],
        {
          env: { ...env, PORT: '0' },
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      )
      onTestFinished(() => void child.kill('SIGKILL'))
      const exited = once(child, 'exit')
      const [origin] = await once(createInterface(child.stdout), 'line')
      const { body } = await fetch(`${origin}/api/events`, { headers: bearer('ada') })
      const text = (body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader()
      let heard = ''
      const hear = async (event: string): Promise<void> => {
        while (!heard.includes(`event: ${event}\n`)) {
          const { done, value } = await text.read()
          if (done) throw new Error(`the stream has ended without ${event}`)
          heard += value
        }
      }
      await hear('live')
      child.kill('SIGTERM')
      await hear('goodbye')
      await text.cancel()
      expect(await exited).toEqual([0, null])
    },
  )
})

describe('the example of jobs', () => {
  const start = async (options?: Parameters<typeof jobProgress.createApp>[0]) => {
    const { app, hub, jobs } = jobProgress.createApp(options)
    const served = await running(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server, hub)
    onTestFinished(async () => {
      await jobs.close()
      await hub.close()
      await served.stop()
    })
    const ada = connect<PrimesEvents>(served, 'ada')
    const events = eventsOf(ada, 'job.primes')
    await reach(ada, 'open')
    return {
      served,
      jobs,
      ada,
      begin: async (limit: number): Promise<string> => {
        const answer = await post(served, '/api/jobs', 'ada', { limit })
        expect(answer.status).toBe(202)
        return (await answer.json()).jobId
      },
      /** All that is heard until so many jobs are over. */
      async untilOver(count: number): Promise<PrimesEvent[]> {
        const heard: PrimesEvent[] = []
        while (count) {
          const { value } = await events.next()
          if (!value) throw new Error('the stream has ended')
          heard.push(value.data)
          if (value.data.status === 'completed' || value.data.status === 'failed') count--
        }
        return heard
      },
    }
  }
  const worker = (code: string): URL => new URL(`data:text/javascript,${encodeURIComponent(code)}`)

  it('shows the user who started a job how far it is, and its result', async () => {
    const { served, ada, begin, untilOver } = await start()
    const bob = connect<PrimesEvents>(served, 'bob')
    const others: unknown[] = []
    bob.subscribe('*', (data) => others.push(data))
    await reach(bob, 'open')
    const board = createJobBoard(ada)
    const lines = new Set<string>()
    onTestFinished(
      board.subscribe((all) => {
        for (const job of all.values()) lines.add(describeJob(job))
      }),
    )

    const jobId = await begin(1000)
    const heard = await untilOver(1)
    for (const event of heard) expect(event).toMatchObject({ type: 'job.primes', jobId, timestamp: expect.any(Number) })
    expect(heard.map(({ status }) => status)).toEqual(['queued', ...Array(10).fill('started'), 'completed'])
    expect(heard[0]?.data).toEqual({ ahead: 0 })
    const progress = heard.flatMap(({ status, data }) => (status === 'started' && data ? data.done : []))
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
    expect(heard.at(-1)?.data).toEqual({ primes: 168 })
    expect([...lines]).toEqual(expect.arrayContaining(['168 primes']))
    expect(others).toEqual([])
    const list = async (name: string) => (await fetch(`${served.origin}/api/jobs`, { headers: bearer(name) })).json()
    expect(await list('ada')).toEqual([heard.at(-1)])
    expect(await list('bob')).toEqual([])
  })

  it('runs as many as it may, and the others after them', async () => {
    const { begin, untilOver } = await start({ concurrency: 1 })
    const ids = [await begin(100), await begin(100), await begin(100)]
    const heard = await untilOver(3)
    const over = heard.filter(({ status }) => status === 'completed')
    expect(over.map(({ jobId }) => jobId)).toEqual(ids)
    for (const [n, { jobId }] of over.entries()) {
      const begun = heard.findIndex((event) => event.status === 'started' && event.jobId === jobId)
      const freed = over[n - 1]
      if (freed) expect(begun).toBeGreaterThan(heard.indexOf(freed))
    }
  })

  it('ends a job as failed whose worker throws', async () => {
    const { begin, untilOver } = await start()
    await begin(-1)
    const message = 'limit must be a whole number from 1, got -1'
    expect((await untilOver(1)).at(-1)).toMatchObject({ status: 'failed', data: { message } })
  })

  it.each([
    ['exits', 'process.exit(3)', 'the worker stopped with code 3, without a result'],
    ['ends without a result', '', 'the worker stopped with code 0, without a result'],
    ['rejects', 'await Promise.reject(new Error("no disk"))', 'no disk'],
  ])('ends a job as failed whose worker %s', async (_, code, message) => {
    const { begin, untilOver } = await start({ worker: worker(code) })
    await begin(100)
    const last = (await untilOver(1)).at(-1)
    expect(last).toMatchObject({ status: 'failed', data: { message } })
    expect(last && describeJob(last)).toBe(`failed: ${message}`)
  })

  it('ends every job as failed when the server stops', async () => {
    const { jobs, begin, untilOver } = await start({ concurrency: 1, worker: worker('setInterval(() => {}, 1000)') })
    const ids = [await begin(100), await begin(100)]
    await jobs.close()
    ids.push(await begin(100))
    const failed = (await untilOver(3)).filter(({ status }) => status === 'failed')
    expect(failed.map(({ jobId }) => jobId).sort()).toEqual(ids.sort())
    for (const { data } of failed) expect(data).toEqual({ code: 'stopped', message: 'the server is stopping' })
  })

  it('keeps the result of a job for a user who is away', async () => {
    const { served, jobs, ada, begin, untilOver } = await start()
    await begin(100)
    await untilOver(1)
    const left = ending(served.hub)
    ada.disconnect()
    await left
    const jobId = await begin(100)
    while (jobs.get(jobId)?.last.status !== 'completed') await new Promise(setImmediate)
    ada.connect()
    const heard = await untilOver(1)
    expect([heard[0], heard.at(-1)]).toMatchObject([
      { jobId, status: 'queued' },
      { jobId, status: 'completed' },
    ])
  })
})

describe('the example of an event queue', () => {
  const shop: Shop = { stock: new Map([['lamp', 3]]), reordered: [] }
  const place = (id: string, count: number): Command & { type: 'order.place' } => ({
    id: `ada/${id}`,
    type: 'order.place',
    userId: 'ada',
    orderId: id,
    sku: 'lamp',
    count,
  })

  it('decides without doing anything', () => {
    const frozen = Object.freeze({ ...shop })
    const { state, effects } = decide(frozen, place('1', 3))
    expect(shop.stock.get('lamp')).toBe(3)
    expect(state.stock.get('lamp')).toBe(0)
    expect(effects).toEqual([
      { kind: 'toUser', to: 'ada', type: 'order.accepted', data: { orderId: '1', sku: 'lamp', count: 3 } },
      {
        kind: 'toTopic',
        to: 'stock.lamp',
        type: 'stock.changed',
        data: { sku: 'lamp', left: 0 },
        options: { key: 'lamp' },
      },
      { kind: 'dispatch', command: { id: 'ada/1/reorder', type: 'stock.reorder', sku: 'lamp' } },
    ])
    expect(JSON.parse(JSON.stringify(effects))).toEqual(effects)
    expect(decide(state, place('2', 1)).state).toBe(state)
    const reordered = decide(state, { id: '3', type: 'stock.reorder', sku: 'lamp' })
    expect(reordered.effects).toHaveLength(1)
    expect(decide(reordered.state, { id: '4', type: 'stock.reorder', sku: 'lamp' })).toEqual({ state: reordered.state })
    const delivered = decide(reordered.state, { id: '5', type: 'stock.deliver', sku: 'lamp', count: 7 })
    expect(delivered.state).toEqual({ stock: new Map([['lamp', 7]]), reordered: [] })
  })

  it.each([0, -1, 0.5, 4, Number.NaN])('refuses an order of %s', (count) => {
    const { state, effects } = decide(shop, place('1', count))
    expect(state).toBe(shop)
    expect(effects).toMatchObject([{ kind: 'toUser', to: 'ada', type: 'order.refused' }])
  })

  it('has the hub publish what was decided, in order, though its log fails now and then', async () => {
    const log: EventLog = memoryLog()
    const { append } = log
    let tries = 0
    log.append = (record) => {
      if (tries++ % 2 === 0) throw new Error('the disk is busy')
      return append(record)
    }
    const { app, hub, shop: processor } = eventQueue.createApp(shop, { log, retry: { initial: 0 } })
    const served = await running(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server, hub)
    onTestFinished(async () => {
      await hub.close()
      await served.stop()
    })
    const topics = ['stock.*', 'purchases']
    const sse = connect<ShopEvents>(served, 'ada', { topics })
    const events = eventsOf(sse, '*')
    await reach(sse, 'open')
    const order = (id: unknown, count: number) => post(served, '/api/orders', 'ada', { id, sku: 'lamp', count })
    const answers = await Promise.all([order('1', 1), order('2', 3), order('1', 1), order('3', 2)])
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204])
    expect((await order(undefined, 1)).status).toBe(400)
    expect((await post(served, '/api/orders', undefined, { id: '4', sku: 'lamp', count: 1 })).status).toBe(401)
    const heard: unknown[] = []
    for await (const { type, data } of events) {
      heard.push([type, data])
      if (type === 'stock.reordered') break
    }
    expect(heard).toEqual([
      ['order.accepted', { orderId: '1', sku: 'lamp', count: 1 }],
      ['stock.changed', { sku: 'lamp', left: 2 }],
      ['order.refused', { orderId: '2', reason: 'there are 2 left' }],
      ['order.accepted', { orderId: '3', sku: 'lamp', count: 2 }],
      ['stock.changed', { sku: 'lamp', left: 0 }],
      ['stock.reordered', { sku: 'lamp' }],
    ])
    await processor.idle()
    expect(processor.state).toEqual({ stock: new Map([['lamp', 0]]), reordered: ['lamp'] })
    expect(tries).toBe(12)
  })
})

describe('an event that is published while a user is away', () => {
  interface News {
    news: string
  }
  let hub: Hub<News>
  let served: Running
  beforeAll(async () => {
    hub = createHub<News>({ authenticate: ({ headers }) => ({ userId: `${headers.get('authorization')}` }) })
    served = await running(createServer(toNodeHandler(hub)).listen(0, '127.0.0.1'), hub)
  })
  afterAll(async () => {
    await hub.close()
    await served.stop()
  })
  const ada = bearer('ada').authorization
  const away = async (sse: Pick<SSEClient, 'disconnect'>): Promise<void> => {
    sse.disconnect()
    await emptied(hub)
  }

  it('is there when she comes back with her cursor', async () => {
    const sse = connect<News>(served, 'ada')
    const heard = eventsOf(sse, 'news')
    await reach(sse, 'open')
    await hub.toUser(ada, 'news', 'for now')
    expect((await heard.next()).value?.data).toBe('for now')
    await away(sse)
    expect(await hub.toUser(ada, 'news', 'for her')).toMatchObject({ delivered: 0 })
    await hub.toUser('bob', 'news', 'for another')
    await hub.broadcast('news', 'for all')
    const recovered: unknown[] = []
    sse.observe({ onOpen: (opened) => recovered.push(opened.recovered) })
    sse.connect()
    expect((await heard.next()).value?.data).toBe('for her')
    expect((await heard.next()).value?.data).toBe('for all')
    expect(recovered).toEqual([true])
  })

  it('is there after a reload, if the cursor was kept', async () => {
    const before = connect<News>(served, 'ada')
    await reach(before, 'open')
    const seen = eventsOf(before, 'news')
    await hub.toUser(ada, 'news', 'the last that is seen')
    await seen.next()
    const kept = before.lastEventId
    await away(before)
    await hub.toUser(ada, 'news', 'meanwhile')
    const after = connect<News>(served, 'ada', { lastEventId: kept })
    expect((await eventsOf(after, 'news').next()).value?.data).toBe('meanwhile')
  })

  it('is not there for a first visit, without a cursor', async () => {
    await hub.toUser(ada, 'news', 'before')
    const sse = connect<News>(served, 'ada')
    const heard = eventsOf(sse, 'news')
    await reach(sse, 'open')
    await hub.toUser(ada, 'news', 'after')
    expect((await heard.next()).value?.data).toBe('after')
  })

  it('is not there if it was for the id of a client, which ends with its connection', async () => {
    await emptied(hub)
    const sse = connect<News>(served, 'ada')
    const heard = eventsOf(sse, 'news')
    await reach(sse, 'open')
    const clientIds = hub.clients().map(({ clientId }) => clientId)
    expect(await hub.toClients(clientIds, 'news', 'now')).toMatchObject({ delivered: 1 })
    expect((await heard.next()).value?.data).toBe('now')
    await away(sse)
    expect(await hub.toClients(clientIds, 'news', 'meanwhile')).toMatchObject({ delivered: 0 })
    await hub.broadcast('news', 'volatile', { volatile: true })
    await hub.broadcast('news', 'for all')
    sse.connect()
    expect((await heard.next()).value?.data).toBe('for all')
  })
})

it('docs/server.md shows what is in the examples', () => {
  const text = readFileSync(join(root, 'docs/server.md'), 'utf8')
  const shown = [...text.matchAll(/\]\(\.\.\/(examples\/server\/[^)]+\.ts)\)[^\n]*\n\n```ts\n(.*?)```/gs)]
  expect(shown.length).toBeGreaterThanOrEqual(4)
  const linesOf = (code: string): string[] =>
    code.split('\n').flatMap((line) => (line.trim() && !line.startsWith('import ') ? line.trim() : []))
  for (const [, file = '', code = ''] of shown) {
    const source = linesOf(readFileSync(join(root, file), 'utf8'))
    let at = 0
    for (const line of linesOf(code)) {
      const found = source.indexOf(line, at)
      expect(found, `${file}: ${line}`).toBeGreaterThanOrEqual(at)
      at = found + 1
    }
  }
})
