import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createTokens } from '../../demo/server/token.ts'
import { startApi } from '../../demo/supervisor/api.ts'
import { gateway } from '../../demo/supervisor/gateway.ts'
import { eventually } from '../support/eventually.ts'

/*
 * The supervisor of the demo, with processes that do what a test lists: one word for each, in the order of their starts.
 */

const PROGRAM = fileURLToPath(new URL('./demo-api/program.ts', import.meta.url))
const START = fileURLToPath(new URL('../../demo/start.ts', import.meta.url))
const ENDED = new Error('The API server has ended (1).')

async function setup(processes: string) {
  const crashed = vi.fn()
  const api = await startApi(processes, crashed, PROGRAM)
  onTestFinished(() => api.stop())
  return { api, crashed }
}

/** The middleware of the gateway, served. */
async function serve(api: Parameters<typeof gateway>[0]) {
  const failed = vi.fn()
  const tokens = createTokens('secret')
  const { configureServer } = gateway(api, tokens, failed)
  if (typeof configureServer !== 'function') throw new Error('a gateway is a plugin with middleware')
  const server = createServer()
  const use = (route: (...all: unknown[]) => void): unknown =>
    server.on('request', (...both) => route(...both, () => {}))
  configureServer.call({} as never, { middlewares: { use } } as never)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const ask = (path: string, init?: RequestInit): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`, init)
  const headers = { authorization: `Bearer ${tokens.mint({ role: 'operator' })}` }
  const drain = (): Promise<Response> => ask('/api/admin/drain', { method: 'POST', headers })
  return { ask, drain, failed }
}

describe('the API server of the demo', () => {
  it('is replaced: the new process listens, and the old one ends without being missed', async () => {
    const { api, crashed } = await setup('serves serves serves')
    expect(api.next()?.port).toBe(40_001)
    await api.replace()
    expect(api.next()?.port).toBe(40_002)
    await api.replace()
    expect([api.next()?.port, crashed.mock.calls]).toEqual([40_003, []])
    await eventually(() => expect(api.busy).toBe(false))
  })

  it('is started by a drain, where it is down after a start that failed', async () => {
    const { api, crashed } = await setup('serves fails serves')
    await expect(api.restart(0)).rejects.toEqual(ENDED)
    await api.replace()
    expect([api.next()?.port, crashed.mock.calls]).toEqual([40_003, []])
  })

  it('is asked for the log no longer when its process ends meanwhile', async () => {
    const { api, crashed } = await setup('vanishes serves')
    await expect(api.replace()).rejects.toThrow('The API server has ended (0).')
    await eventually(() => expect(crashed).toHaveBeenCalledTimes(1))
    await api.replace()
    expect(api.next()?.port).toBe(40_002)
  })
})

describe('the drain button of the demo', () => {
  it('is answered with 202 once the next process serves', async () => {
    const { api } = await setup('serves serves')
    const { drain, failed } = await serve(api)
    expect((await drain()).status).toBe(202)
    expect([api.next()?.port, failed.mock.calls]).toEqual([40_002, []])
  })

  it('is answered with 503 where the API server is down and does not start, and with 202 once it does', async () => {
    const { api } = await setup('serves fails fails serves')
    await expect(api.restart(0)).rejects.toEqual(ENDED)
    const { drain, failed } = await serve(api)
    expect((await drain()).status).toBe(503)
    expect(failed.mock.calls).toEqual([[ENDED]])
    expect((await drain()).status).toBe(202)
  })
})

/** Several processes: one that notes what it is asked, or none. */
async function fleetOf(size: 0 | 1) {
  const asked: string[] = []
  const process = createServer(({ method, url }, response) => {
    asked.push(`${method} ${url}`)
    response.writeHead(method === 'POST' ? 202 : 404).end()
  })
  process.listen(0, '127.0.0.1')
  await once(process, 'listening')
  onTestFinished(() => void process.close())
  const one = { port: (process.address() as AddressInfo).port, number: 1 }
  const all = size ? [one] : []
  const nothing = async (): Promise<void> => {}
  const { ask } = await serve({
    next: () => all[0],
    fleet: { size: 1, shop: one, serving: () => all },
    busy: false,
    restart: nothing,
    replace: nothing,
    stop: nothing,
  })
  return { ask, asked }
}

describe('the gateway of the demo, with several processes', () => {
  it('causes a fault in each process, by POST alone', async () => {
    const { ask, asked } = await fleetOf(1)
    expect((await ask('/api/faults/drop', { method: 'POST' })).status).toBe(202)
    expect((await ask('/api/faults/drop')).status).toBe(404)
    expect(asked).toEqual(['POST /api/faults/drop', 'GET /api/faults/drop'])
  })

  it('answers with 502, and no streams, while no process serves', async () => {
    const { ask } = await fleetOf(0)
    expect((await ask('/api/faults/drop', { method: 'POST' })).status).toBe(502)
    expect((await ask('/api/orders')).status).toBe(502)
    expect(await (await ask('/api/connections?tabs=a')).json()).toEqual({ streams: 0, processes: 1 })
  })
})

describe('the command of the demo', () => {
  it.each([
    [
      ['--processes', '4'],
      '--processes needs --redis: processes that share no log would each have events of their own.',
    ],
    [
      ['--redis', '--processes', '0'],
      '--processes wants a number from 1 to 16 (how many API servers there are), not "0".',
    ],
    [['--redis', '--watch'], '--watch takes one process: leave out --redis.'],
    [['--port', '80.5'], '--port wants a number from 0 to 65535 (0 is any that is free), not "80.5".'],
  ])('refuses %j, and says why', (args, message) => {
    const { status, stderr } = spawnSync(process.execPath, [START, ...args], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([1, `headwater demo: ${message}\n`])
  })
})
