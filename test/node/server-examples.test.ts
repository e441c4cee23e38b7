import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { serve } from '@hono/node-server'
import express from 'express'
import { eventsOf } from 'headwater'
import { createHub, type ShapeEvents } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import * as expressExample from '../../examples/server/express/server.ts'
import * as fastifyExample from '../../examples/server/fastify/server.ts'
import * as honoExample from '../../examples/server/hono/server.ts'
import * as nextEvents from '../../examples/server/next/app/api/events/route.ts'
import * as nextOrders from '../../examples/server/next/app/api/orders/route.ts'
import { register } from '../../examples/server/next/instrumentation.ts'
import { auth, hub as nextHub } from '../../examples/server/next/lib/hub.ts'
import { bearer, connect, emptied, ending, post, type Running, reach, running } from './example-stage.ts'

const root = join(import.meta.dirname, '../..')

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
