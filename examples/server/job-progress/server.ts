import { serve } from '@hono/node-server'
import { createHub, readToken } from 'headwater/server'
import { Hono } from 'hono'
import type { JobEvents } from './events.ts'
import { createJobs, type JobsOptions } from './jobs.ts'

/** Stands for your sessions: whose a token is. */
const users = new Map([
  ['token-of-ada', 'ada'],
  ['token-of-bob', 'bob'],
])

const userOf = (request: Request) => users.get(readToken(request, { cookie: 'session', query: 'token' }) ?? '')

export function createApp(options?: JobsOptions) {
  const hub = createHub<JobEvents>({
    authenticate(request) {
      const userId = userOf(request)
      return userId ? { userId } : null
    },
  })
  const jobs = createJobs(hub, options)

  const app = new Hono<{ Variables: { userId: string } }>()
  app.all('/api/events/*', (c) => hub.fetch(c.req.raw))
  app.use('/api/jobs', async (c, next) => {
    const userId = userOf(c.req.raw)
    if (!userId) return c.body(null, 401)
    c.set('userId', userId)
    return next()
  })
  app.get('/api/jobs', (c) => c.json(jobs.of(c.get('userId'))))
  app.post('/api/jobs', async (c) => {
    const { limit } = await c.req.json<{ limit?: unknown }>()
    return c.json({ jobId: jobs.start(c.get('userId'), { limit: Number(limit) }) }, 202)
  })
  return { app, hub, jobs }
}

if (import.meta.main) {
  const { app, hub, jobs } = createApp()
  const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, ({ port }) => {
    console.log(`http://localhost:${port}`)
  })
  process.once('SIGTERM', async () => {
    // First the jobs, while there is somebody who can be told.
    await jobs.close()
    await hub.close({ drain: 5000 })
    server.close()
  })
}
