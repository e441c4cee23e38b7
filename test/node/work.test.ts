import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type EventMap, eventsOf, fetchTransport } from 'headwater'
import { createHubClient, type HubClient } from 'headwater/hub'
import {
  createEffects,
  createHub,
  createJobs,
  type Hub,
  type JobEvent,
  type JobEvents,
  type JobsOptions,
  memoryLog,
} from 'headwater/server'
import { toNodeHandler, workerRunner } from 'headwater/server/node'
import { describe, expect, it, onTestFinished } from 'vitest'

/*
 * Effects and jobs over real HTTP, jobs in real worker threads.
 */

async function serve(hub: Pick<Hub, 'accept' | 'close'>): Promise<string> {
  const server = createServer(toNodeHandler(hub)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    await hub.close()
    server.close()
    await once(server, 'close')
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function connect<E extends EventMap>(origin: string, user: string, topics: string[] = []): Promise<HubClient<E>> {
  const client = createHubClient<E>(origin, { transport: fetchTransport(), headers: { 'x-user': user }, topics })
  onTestFinished(() => client.close())
  const open = new Promise<void>((resolve) => client.observe({ onOpen: () => resolve() }))
  client.connect()
  await open
  return client
}

const authenticate = ({ headers }: Request) => ({
  userId: `${headers.get('x-user')}`,
  sessionId: `session-of-${headers.get('x-user')}`,
})

describe('effects over HTTP', () => {
  interface Events {
    n: string
  }

  it('reach those whom they are for, in order, though the log fails now and then', async () => {
    const log = memoryLog()
    const { append } = log
    let tries = 0
    log.append = (record) => {
      if (tries++ % 2 === 0) throw new Error('the disk is busy')
      return append(record)
    }
    const hub = createHub<Events>({ authenticate, log })
    const origin = await serve(hub)
    const clients = await Promise.all([connect<Events>(origin, 'ada', ['orders']), connect<Events>(origin, 'bob')])
    const [ada, bob] = clients.map((client) => eventsOf(client, '*'))
    const clientIds = clients.flatMap(({ clientId }) => clientId ?? [])
    const queue = createEffects({
      hub,
      initial: 0,
      reduce: (state: number, _: { id: string }) => ({
        state: state + 1,
        effects: [
          { kind: 'broadcast', type: 'n', data: 'everyone' },
          { kind: 'toUser', to: 'ada', type: 'n', data: 'ada' },
          { kind: 'toSession', to: ['session-of-bob'], type: 'n', data: 'bob' },
          { kind: 'toTopic', to: 'orders', type: 'n', data: 'orders' },
          { kind: 'toClients', to: clientIds, type: 'n', data: 'both', options: { except: clientIds.slice(1) } },
          { kind: 'broadcast', type: 'n', data: 'end' },
        ],
      }),
      retry: { initial: 0 },
    })
    const both = [queue.push({ id: 'a' }), queue.push({ id: 'a' })]
    expect(await Promise.all(both)).toEqual([
      { status: 'done', failed: 0 },
      { status: 'repeated', failed: 0 },
    ])
    const untilEnd = async (events: typeof ada): Promise<unknown[]> => {
      const heard: unknown[] = []
      while (heard.at(-1) !== 'end') heard.push((await events?.next())?.value?.data)
      return heard
    }
    expect(await untilEnd(ada)).toEqual(['everyone', 'ada', 'orders', 'both', 'end'])
    expect(await untilEnd(bob)).toEqual(['everyone', 'bob', 'end'])
    await queue.close()
    await expect(queue.push({ id: 'b' })).rejects.toMatchObject({ code: 'closed' })
  })
})

describe('jobs in worker threads', () => {
  type Events = JobEvents<'job', number, string>
  const worker = (code: string): URL =>
    new URL(
      `data:text/javascript,${encodeURIComponent(`
        import { parentPort, workerData } from 'node:worker_threads'
        const post = (message) => parentPort.postMessage(message)
        ${code}`)}`,
    )

  async function start(
    code: string,
    options: Partial<JobsOptions<'job', number, number, string>> = {},
    limits?: Parameters<typeof workerRunner>[1],
  ) {
    const hub = createHub<Events>({ authenticate })
    const origin = await serve(hub)
    const jobs = createJobs({
      hub,
      run: workerRunner<number, number, string>(worker(code), limits),
      progressInterval: 0,
      ...options,
    })
    onTestFinished(() => jobs.close())
    const heard = eventsOf(await connect<Events>(origin, 'ada', ['reports']), 'job')
    return {
      origin,
      jobs,
      /** All that ada hears until so many jobs are over. */
      async untilOver(count = 1): Promise<JobEvent<'job', number, string>[]> {
        const list: JobEvent<'job', number, string>[] = []
        while (count) {
          const { value } = await heard.next()
          if (!value) throw new Error('the stream has ended')
          list.push(value.data)
          if (value.data.status === 'completed' || value.data.status === 'failed') count--
        }
        return list
      },
    }
  }
  const ada = { userId: 'ada' }

  it('tell the user how far they are, and the result', async () => {
    const { jobs, untilOver } = await start(
      'for (let n = 1; n <= workerData; n++) post({ progress: n }); post({ result: workerData + " pages" })',
    )
    const jobId = jobs.start(3, ada)
    const list = await untilOver()
    for (const event of list) expect(event).toMatchObject({ type: 'job', jobId, timestamp: expect.any(Number) })
    expect(list.map(({ status, data }) => [status, data])).toEqual([
      ['queued', { ahead: 0 }],
      ['started', null],
      ['started', 1],
      ['started', 2],
      ['started', 3],
      ['completed', '3 pages'],
    ])
    expect(jobs.get(jobId)?.last).toEqual(list.at(-1))
  })

  it('tell a session, or a topic, and nobody else', async () => {
    const { origin, jobs, untilOver } = await start('post({ result: "done" })')
    const others: unknown[] = []
    const bob = await connect<Events>(origin, 'bob')
    bob.subscribe('job', (event) => others.push(event))
    for (const target of [{ sessionId: 'session-of-ada' }, { topic: 'reports' }]) {
      jobs.start(1, target)
      expect((await untilOver()).at(-1)).toMatchObject({ status: 'completed', data: 'done' })
    }
    const first = eventsOf(bob, 'job').next()
    const jobId = jobs.start(1, { userId: 'bob' })
    await first
    expect(others[0]).toMatchObject({ jobId, status: 'queued' })
  })

  it('are over with their result, though the thread would live on', async () => {
    const { jobs, untilOver } = await start('setInterval(() => {}, 1000); post({ result: "done" })')
    jobs.start(1, ada)
    expect((await untilOver()).at(-1)).toMatchObject({ status: 'completed', data: 'done' })
  })

  it.each([
    ['throws', 'throw new RangeError("no disk")', 'no disk'],
    ['rejects', 'await Promise.reject(new Error("no disk"))', 'no disk'],
    ['throws no error', 'throw "no disk"', 'no disk'],
    ['exits', 'process.exit(3)', 'the worker stopped with code 3, without a result'],
    ['ends without a result', '', 'the worker stopped with code 0, without a result'],
    ['posts something else', 'post("done")', 'the worker posted neither { progress } nor { result }'],
    ['posts nothing', 'post(null)', 'the worker posted neither { progress } nor { result }'],
    ['posts a result that JSON cannot say', 'post({ result: 7n })', 'the result of the job cannot be sent'],
  ])('have failed when the worker %s', async (_, code, message) => {
    const { jobs, untilOver } = await start(code, { onError() {} })
    jobs.start(1, ada)
    expect((await untilOver()).at(-1)).toMatchObject({ status: 'failed', data: { code: 'error', message } })
  })

  it('have failed when the worker runs out of memory, and the next one runs', async () => {
    const { jobs, untilOver } = await start(
      'if (workerData === 2) post({ result: "done" }); const all = []; while (workerData === 1) all.push(new Array(1000).fill(7))',
      { concurrency: 1 },
      { resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 } },
    )
    for (const task of [1, 2]) jobs.start(task, ada)
    const ends = (await untilOver(2)).filter(({ status }) => status === 'completed' || status === 'failed')
    expect(ends).toMatchObject([
      { status: 'failed', data: { code: 'error', message: expect.stringContaining('memory') } },
      { status: 'completed', data: 'done' },
    ])
  })

  it.each([
    ['there is no such file', new URL('file:///nowhere/worker.js'), 1, /nowhere/],
    ['a thread cannot be given the task', worker(''), (() => {}) as unknown as number, /could not be cloned/],
  ])('have failed when %s', async (_, url, task, message) => {
    const { jobs, untilOver } = await start('', { run: workerRunner(url) })
    jobs.start(task, ada)
    expect((await untilOver()).at(-1)).toMatchObject({
      status: 'failed',
      data: { message: expect.stringMatching(message) },
    })
  })

  it('are stopped when they are cancelled', async () => {
    const { jobs, untilOver } = await start('post({ progress: 1 }); while (true);', { concurrency: 1 })
    const ids = [jobs.start(1, ada), jobs.start(1, ada)]
    for (const jobId of ids)
      while (jobs.get(jobId)?.last.data !== 1) {
        await new Promise(setImmediate)
        if (jobId === ids[1] && jobs.get(jobId)?.last.status === 'queued') jobs.cancel(ids[0] ?? '')
      }
    jobs.cancel(ids[1] ?? '')
    const ends = (await untilOver(2)).filter(({ status }) => status === 'failed')
    expect(ends).toMatchObject(ids.map((jobId) => ({ jobId, data: { code: 'cancelled' } })))
  })

  it('have failed when the server stops', async () => {
    const { jobs, untilOver } = await start('setInterval(() => {}, 1000)', { concurrency: 1 })
    const ids = [jobs.start(1, ada), jobs.start(1, ada)]
    await jobs.close()
    const ends = (await untilOver(2)).filter(({ status }) => status === 'failed')
    expect(ends.map(({ jobId }) => jobId).sort()).toEqual(ids.sort())
    for (const { data } of ends) expect(data).toEqual({ code: 'stopped', message: 'the server is stopping' })
  })

  it('reach a user who was away when they ended', async () => {
    const hub = createHub<Events>({ authenticate })
    const origin = await serve(hub)
    const jobs = createJobs({ hub, run: workerRunner<number, number, string>(worker('post({ result: "done" })')) })
    onTestFinished(() => jobs.close())
    const client = await connect<Events>(origin, 'ada')
    const heard = eventsOf(client, 'job')
    const gone = new Promise<void>((resolve) => hub.observe({ onDisconnect: () => resolve() }))
    client.disconnect()
    await gone
    const jobId = jobs.start(1, ada)
    while (jobs.get(jobId)?.last.status !== 'completed') await new Promise(setImmediate)
    client.connect()
    const statuses: unknown[] = []
    while (statuses.at(-1) !== 'completed') statuses.push((await heard.next()).value?.data.status)
    expect(statuses).toEqual(['queued', 'started', 'completed'])
  })
})
