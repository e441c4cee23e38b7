import { get } from 'node:http'
import {
  createHub,
  createJobs,
  type HubOptions,
  type JobEvent,
  type JobEvents,
  type JobRun,
  type JobsOptions,
  readToken,
  WorkError,
} from 'headwater/server'
import { registerMetrics } from 'headwater/server/metrics'
import { workerRunner } from 'headwater/server/node'
import { createClock } from 'headwater/testing'
import { Registry } from 'prom-client'
import { expect, it, onTestFinished } from 'vitest'
import { clients, gate, join, Refused, serve } from './support.ts'

/*
 * A platform for jobs: users have roles, jobs tell how they go, an audit has every event, and Prometheus reads metrics.
 */

interface Task {
  readonly steps: number
}
interface Progress {
  readonly done: number
  readonly total: number
}
interface Result {
  readonly rows: number
}
type Report = JobEvent<'job', Progress, Result>
interface Events extends JobEvents<'job', Progress, Result> {
  'audit.entry': string
  notice: string
}
interface User {
  readonly userId: string
  readonly roles: readonly string[]
}

const USERS: Readonly<Record<string, User>> = {
  'token-of-ada': { userId: 'ada', roles: ['analyst'] },
  'token-of-bob': { userId: 'bob', roles: ['analyst'] },
  'token-of-root': { userId: 'root', roles: ['admin', 'auditor'] },
}

const work: JobRun<Task, Progress, Result> = async ({ task }, report) => {
  for (let done = 1; done <= task.steps; done++) report({ done, total: task.steps })
  return { rows: task.steps * 10 }
}

const thread = (code: string): JobRun<Task, Progress, Result> =>
  workerRunner(
    new URL(
      `data:text/javascript,${encodeURIComponent(`import { parentPort, workerData } from 'node:worker_threads'\n${code}`)}`,
    ),
  )

async function start(options: Partial<JobsOptions<'job', Task, Progress, Result>> = {}, more: HubOptions<User> = {}) {
  const audit: string[] = []
  const hub = createHub<Events, User>({
    authenticate: (request) => USERS[readToken(request, { query: 'token' }) ?? ''],
    authorize: ({ userId, roles }, topic) => topic === `jobs.${userId}` || roles.includes('admin'),
    filter: ({ roles }, { type }) => !type.startsWith('audit.') || roles.includes('auditor'),
    canReadStats: ({ roles }) => roles.includes('admin'),
    onConnect: ({ principal }) => audit.push(`connect ${principal.userId}`),
    onDisconnect: ({ principal, reason }) => audit.push(`disconnect ${principal.userId} ${reason}`),
    ...more,
  })
  const jobs = createJobs({ hub, run: work, progressInterval: 0, ...options })
  const registry = new Registry()
  registerMetrics(hub, registry)
  const userOf = (headers: { readonly authorization?: string | undefined }): User => {
    const user = USERS[headers.authorization?.replace('Bearer ', '') ?? '']
    if (!user) throw new Refused(401, 'sign in')
    return user
  }
  const system = await serve(hub, {
    'POST /api/jobs': (body, { headers }) => {
      const { userId } = userOf(headers)
      try {
        return { jobId: jobs.start({ steps: Number(body['steps']) }, { topic: `jobs.${userId}` }) }
      } catch (error) {
        throw error instanceof WorkError ? new Refused(503, error.code) : error
      }
    },
    'POST /api/jobs/cancel': ({ jobId }, { headers }) => {
      const { userId, roles } = userOf(headers)
      const job = jobs.get(`${jobId}`)
      if (job?.target.topic !== `jobs.${userId}` && !roles.includes('admin')) throw new Refused(404, 'no such job')
      return { cancelled: jobs.cancel(`${jobId}`) }
    },
    'GET /api/jobs': (_, { headers }) => {
      const { userId } = userOf(headers)
      return jobs.list().flatMap(({ target, last }) => (target.topic === `jobs.${userId}` ? [last] : []))
    },
    'GET /metrics': () => registry.metrics(),
  })
  // Before the hub is closed: what is registered last runs first.
  onTestFinished(() => jobs.close())
  const user = (name: string, topics = [`jobs.${name}`]) => join<Events>(system, { headers: bearer(name), topics })
  return {
    hub,
    jobs,
    audit,
    system,
    user,
    begin: async (name: string, steps = 2): Promise<string> =>
      (await (await system.post('/api/jobs', { steps }, bearer(name))).json()).jobId,
  }
}

const bearer = (name: string) => ({ authorization: `Bearer token-of-${name}` })
const statuses = (list: readonly unknown[]): string[] => list.map((event) => (event as Report).status)
const isOver = (event: unknown): boolean => /completed|failed/.test((event as Report).status)

it('tells the user who started a job that it waits, runs and is done, in one shape', async () => {
  const { user, begin } = await start()
  const ada = await user('ada')
  const jobId = await begin('ada')
  const list = await ada.until('job', 5)
  for (const event of list) expect(event).toMatchObject({ type: 'job', jobId, timestamp: expect.any(Number) })
  expect(list.map((event) => [(event as Report).status, (event as Report).data])).toEqual([
    ['queued', { ahead: 0 }],
    ['started', null],
    ['started', { done: 1, total: 2 }],
    ['started', { done: 2, total: 2 }],
    ['completed', { rows: 20 }],
  ])
})

it('keeps the jobs of one user from another', async () => {
  const { hub, user, begin, system } = await start()
  const [ada, bob] = await Promise.all([user('ada'), user('bob')])
  await begin('ada')
  await ada.until('job', 5)
  await hub.broadcast('notice', 'end')
  await bob.until('notice')
  expect(bob.heard.map(({ type }) => type)).toEqual(['notice'])
  expect(await (await system.get('/api/jobs', bearer('bob'))).json()).toEqual([])
})

it('refuses a user the topic of another, and lets the stream open all the same', async () => {
  const { user, begin, hub } = await start()
  const bob = await user('bob', ['jobs.ada', 'jobs.bob'])
  await begin('ada')
  await begin('bob')
  await hub.broadcast('notice', 'end')
  await bob.until('notice')
  expect(new Set((await bob.until('job', 5)).map((event) => (event as Report).data))).toHaveLength(5)
  await expect(bob.client.topic('jobs.ada').joined()).rejects.toMatchObject({ code: 'unauthorized' })
})

it('shows an administrator the jobs of all', async () => {
  const { user, begin } = await start()
  const root = await user('root', ['jobs.*'])
  const ids = [await begin('ada'), await begin('bob')]
  const list = await root.until('job', 10)
  expect(new Set(list.map((event) => (event as Report).jobId))).toEqual(new Set(ids))
})

it('shows the entries of the audit to auditors alone', async () => {
  const { hub, user } = await start()
  const [ada, root] = await Promise.all([user('ada'), user('root')])
  expect(await hub.broadcast('audit.entry', 'ada has exported all')).toMatchObject({ delivered: 1 })
  await hub.broadcast('notice', 'end')
  await Promise.all([ada.until('notice'), root.until('notice')])
  expect([ada.heard.length, root.heard.length]).toEqual([1, 2])
})

it('writes into the audit who connects and who leaves', async () => {
  const { hub, user, audit } = await start()
  const ada = await user('ada')
  ada.client.close()
  await clients(hub, 0)
  expect(audit).toEqual(['connect ada', 'disconnect ada closed'])
})

it('writes into the audit what is published, and for which topic', async () => {
  const { hub, user, begin, audit } = await start()
  const ada = await user('ada')
  hub.observe({
    onPublish: ({ type, target }) => audit.push(`publish ${type} ${target.topic}`),
    onDeliver: ({ type, principal }) => audit.push(`deliver ${type} ${principal.userId}`),
  })
  await begin('ada', 0)
  await ada.until('job', 3)
  const pair = ['publish job jobs.ada', 'deliver job ada']
  expect(audit.slice(1).sort()).toEqual([...pair, ...pair, ...pair].sort())
})

it('starts a second job when the first is completed', async () => {
  const { hub, jobs, user, begin } = await start()
  const ada = await user('ada')
  const off = hub.on('job', ({ status }, { target }) => {
    if (status !== 'completed') return
    off()
    jobs.start({ steps: 0 }, target)
  })
  await begin('ada', 0)
  expect(statuses(await ada.until('job', 6))).toEqual([
    'queued',
    'started',
    'completed',
    'queued',
    'started',
    'completed',
  ])
})

it('runs two jobs at a time, and the others after them', async () => {
  const gates = new Map<number, ReturnType<typeof gate>>()
  const { user, begin, jobs } = await start({
    run: ({ task }) => {
      const held = gate()
      gates.set(task.steps, held)
      return held.opened.then(() => ({ rows: 0 }))
    },
  })
  const ada = await user('ada')
  for (const steps of [1, 2, 3]) await begin('ada', steps)
  await ada.until('job', 5)
  expect(jobs.list().map(({ last }) => last.status)).toEqual(['started', 'started', 'queued'])
  gates.get(2)?.open()
  await ada.until('job', 7)
  expect(jobs.list().map(({ last }) => last.status)).toEqual(['started', 'completed', 'started'])
})

it('cancels a job of the user who asks, and of no other', async () => {
  const { user, begin, system } = await start({ run: () => new Promise(() => {}) })
  const ada = await user('ada')
  const jobId = await begin('ada')
  expect((await system.post('/api/jobs/cancel', { jobId }, bearer('bob'))).status).toBe(404)
  expect(await (await system.post('/api/jobs/cancel', { jobId }, bearer('ada'))).json()).toEqual({ cancelled: true })
  expect((await ada.until('job', 3)).at(-1)).toMatchObject({ status: 'failed', data: { code: 'cancelled' } })
  expect(await (await system.post('/api/jobs/cancel', { jobId }, bearer('root'))).json()).toEqual({ cancelled: false })
})

it('says why a job has failed', async () => {
  const { user, begin } = await start({ run: () => Promise.reject(new Error('the file is empty')) })
  const ada = await user('ada')
  await begin('ada')
  expect((await ada.until('job', 3)).at(-1)).toMatchObject({
    status: 'failed',
    data: { code: 'error', message: 'the file is empty' },
  })
})

it('runs a job in a thread of its own, and outlives that thread', async () => {
  const { user, begin } = await start({
    run: thread(
      'if (workerData.steps === 1) process.exit(9); parentPort.postMessage({ result: { rows: workerData.steps } })',
    ),
    concurrency: 1,
  })
  const ada = await user('ada')
  await begin('ada', 1)
  await begin('ada', 2)
  expect((await ada.until('job', 6)).filter(isOver)).toMatchObject([
    { status: 'failed', data: { message: 'the worker stopped with code 9, without a result' } },
    { status: 'completed', data: { rows: 2 } },
  ])
})

it('answers 503 when too many jobs wait', async () => {
  const { begin, system } = await start({ run: () => new Promise(() => {}), concurrency: 1, maxWaiting: 1 })
  for (const steps of [1, 2]) await begin('ada', steps)
  const answer = await system.post('/api/jobs', { steps: 3 }, bearer('ada'))
  expect([answer.status, await answer.json()]).toEqual([503, { error: 'Error: full' }])
})

it('has the end of a job for a user who was away', async () => {
  const held = gate()
  const { hub, jobs, user, begin } = await start({ run: () => held.opened.then(() => ({ rows: 7 })) })
  const ada = await user('ada')
  const jobId = await begin('ada')
  await ada.until('job', 2)
  ada.client.disconnect()
  await clients(hub, 0)
  held.open()
  while (jobs.get(jobId)?.last.status !== 'completed') await new Promise(setImmediate)
  ada.client.connect()
  expect((await ada.until('job', 3)).at(-1)).toMatchObject({ status: 'completed', data: { rows: 7 } })
})

it('shows a page that comes later how its jobs stand', async () => {
  const { user, begin, system } = await start()
  const ada = await user('ada')
  await begin('ada')
  await ada.until('job', 5)
  expect(statuses(await (await system.get('/api/jobs', bearer('ada'))).json())).toEqual(['completed'])
})

it('ends all jobs as failed when the server stops, while clients still hear of it', async () => {
  const { hub, jobs, user, begin } = await start({ run: () => new Promise(() => {}), concurrency: 1 })
  const ada = await user('ada')
  for (const steps of [1, 2]) await begin('ada', steps)
  await ada.until('job', 3)
  await jobs.close()
  await hub.close()
  expect((await ada.until('job', 5)).filter(isOver)).toMatchObject([
    { data: { code: 'stopped' } },
    { data: { code: 'stopped' } },
  ])
})

it('has metrics for Prometheus, in which nobody is named', async () => {
  const { user, begin, system } = await start()
  const ada = await user('ada')
  await begin('ada')
  await ada.until('job', 5)
  const text = await (await system.get('/metrics')).json()
  expect(text).toContain('headwater_clients 1')
  expect(text).toContain('headwater_events_delivered_total 5')
  expect(text).not.toMatch(/ada|jobs\./)
})

it('lists who is connected, for code on the server', async () => {
  const { hub, user } = await start()
  await Promise.all([user('ada'), user('ada'), user('bob')])
  expect(hub.clients().map(({ principal }) => principal.userId)).toEqual(expect.arrayContaining(['ada', 'bob']))
  for (const { lastSeen } of hub.clients()) expect(lastSeen).toEqual(expect.any(Number))
  expect(hub.presence({ userId: 'ada' })).toMatchObject([
    { userId: 'ada', clientIds: [expect.any(String), expect.any(String)] },
  ])
})

it('notices a client that has vanished, and writes into the audit why its stream ended', async () => {
  const clock = createClock()
  const limits = { stall: Infinity, queueBytes: Infinity }
  const { hub, system, user, audit } = await start({}, { clock, clientTimeout: 60_000, limits })
  const vanished = get(system.events, { headers: bearer('ada') })
  vanished.on('error', () => {})
  onTestFinished(() => void vanished.destroy())
  // It opens the stream, and reads nothing of it.
  vanished.once('response', (response) => response.pause().on('error', () => {}))
  await clients(hub, 1)
  const bob = await user('bob')
  // More than kernels hold.
  await hub.broadcast('notice', 'x'.repeat(30_000_000))
  await bob.until('notice')
  await clock.advance(61_000)
  await clients(hub, 1)
  expect(hub.clients()).toMatchObject([{ principal: { userId: 'bob' } }])
  expect(audit).toContain('disconnect ada timeout')
})
