import { createServer, type Server } from 'node:http'
import { serve } from '@hono/node-server'
import { eventsOf, type SSEClient } from 'headwater'
import { createHub, type EventLog, type Hub, memoryLog } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Command, decide, type Shop, type ShopEvents } from '../../examples/server/event-queue/rules.ts'
import * as eventQueue from '../../examples/server/event-queue/server.ts'
import { createJobBoard, describeJob } from '../../examples/server/job-progress/client.ts'
import type { PrimesEvent, PrimesEvents } from '../../examples/server/job-progress/events.ts'
import * as jobProgress from '../../examples/server/job-progress/server.ts'
import { bearer, connect, emptied, ending, post, type Running, reach, running } from './example-stage.ts'

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
