import { serve } from '@hono/node-server'
import { createHub, createJobs, type JobsOptions, readToken } from 'headwater/server'
import { workerRunner } from 'headwater/server/node'
import { Hono } from 'hono'
import type { PrimesEvents, Progress, Result, Task } from './events.ts'

/** Stands for your sessions: whose a token is. */
const users = new Map([
  ['token-of-ada', 'ada'],
  ['token-of-bob', 'bob'],
])

const userOf = (request: Request) => users.get(readToken(request, { cookie: 'session', query: 'token' }) ?? '')

export interface AppOptions extends Pick<JobsOptions<'job.primes', Task, Progress, Result>, 'concurrency'> {
  readonly worker?: URL
}

export function createApp({ worker = new URL('./worker.ts', import.meta.url), ...options }: AppOptions = {}) {
  const hub = createHub<PrimesEvents>({
    authenticate(request) {
      const userId = userOf(request)
      return userId ? { userId } : null
    },
  })
  const jobs = createJobs({
    hub,
    type: 'job.primes',
    run: workerRunner<Task, Progress, Result>(worker),
    // The worker reports ten times, so each time counts.
    progressInterval: 0,
    ...options,
  })

  const app = new Hono<{ Variables: { userId: string } }>()
  app.all('/api/events/*', (c) => hub.fetch(c.req.raw))
  app.use('/api/jobs', async (c, next) => {
    const userId = userOf(c.req.raw)
    if (!userId) return c.body(null, 401)
    c.set('userId', userId)
    return next()
  })
  // For a page that was loaded later than its jobs were started.
  app.get('/api/jobs', (c) => {
    const own = jobs.list().filter(({ target }) => target.userId === c.get('userId'))
    return c.json(own.map(({ last }) => last))
  })
  app.post('/api/jobs', async (c) => {
    const { limit } = await c.req.json<{ limit?: unknown }>()
    return c.json({ jobId: jobs.start({ limit: Number(limit) }, { userId: c.get('userId') }) }, 202)
  })
  return { app, hub, jobs }
}

if (import.meta.main) {
  const { app, hub, jobs } = createApp()
  const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
    console.log(`http://localhost:${port}`)
  })
  process.once('SIGTERM', async () => {
    // First the jobs, while clients are still connected.
    await jobs.close()
    await hub.close({ drain: 5000 })
    server.close()
  })
}
