import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect as connectH2, createServer as createH2Server, type Http2Server } from 'node:http2'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { createHub, type Hub, type HubOptions } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { createClock } from 'headwater/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'

/*
 * Clients that vanish without a word, over real connections: the server closes their streams, and keeps those of the others.
 */

async function listen(server: Server | Http2Server | ReturnType<typeof createTcpServer>): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

function makeHub(options: HubOptions): Hub {
  const hub = createHub({ heartbeat: false, ...options })
  onTestFinished(() => hub.close())
  return hub
}

describe('over HTTP/1.1', () => {
  async function serve(options: HubOptions) {
    const clock = createClock()
    const hub = makeHub({ clock, ...options })
    const sockets: Socket[] = []
    const handle = toNodeHandler(hub)
    const keepAlive = vi.fn()
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      sockets.push(request.socket)
      vi.spyOn(request.socket, 'setKeepAlive').mockImplementation((...args: unknown[]) => {
        keepAlive(...args)
        return request.socket
      })
      void handle(request, response)
    })
    const port = await listen(server)
    onTestFinished(() => server.closeAllConnections())
    async function open(): Promise<IncomingMessage> {
      const [response] = (await once(
        get({ port, host: '127.0.0.1', headers: { 'accept-encoding': 'gzip' } }),
        'response',
      )) as [IncomingMessage]
      response.on('error', () => {})
      return response
    }
    return { hub, clock, sockets, keepAlive, open }
  }

  it.each([
    ['a stream', false],
    ['a compressed stream', true],
  ])('%s ends when its client has taken nothing of what was written for clientTimeout', async (_, compress) => {
    const limits = { stall: Infinity, queueBytes: Infinity }
    const { hub, clock, open } = await serve({ clientTimeout: 60_000, limits, compress })
    const [silent, reading] = [await open(), await open()]
    silent.pause()
    reading.resume()
    // More than kernels hold, and nothing that can be compressed much.
    await hub.broadcast('large', randomBytes(20_000_000).toString('hex'))
    await hub.broadcast('behind', 1)
    await eventually(() => expect(hub.clients().map(({ queue }) => queue.events)).toEqual([1, 0]))
    await clock.advance(59_000)
    expect(hub.stats().clients).toBe(2)
    await clock.advance(2000)
    expect(hub.stats()).toMatchObject({ clients: 1, endings: { timeout: 1, stalled: 0 } })
    await clock.advance(300_000)
    expect(hub.stats().clients).toBe(1)
  })

  it('the kernel is asked to look whether the client is there, twelve seconds before the time is over', async () => {
    const { open, keepAlive } = await serve({ clientTimeout: 60_000 })
    await open()
    expect(keepAlive.mock.calls).toEqual([[true, 48_000]])
  })

  it.each([0, Infinity])('the kernel is not asked if clientTimeout is %s', async (clientTimeout) => {
    const { open, keepAlive } = await serve({ clientTimeout })
    await open()
    expect(keepAlive).not.toHaveBeenCalled()
  })

  it('a stream whose socket timed out ends with timeout, and one whose client left with closed', async () => {
    const { hub, open, sockets } = await serve({})
    await open()
    // What the kernel does when nothing answers.
    sockets[0]?.destroy(Object.assign(new Error('read ETIMEDOUT'), { code: 'ETIMEDOUT' }))
    await eventually(() => expect(hub.stats().endings).toMatchObject({ timeout: 1, closed: 0 }))
    const left = await open()
    left.destroy()
    await eventually(() => expect(hub.stats().endings).toMatchObject({ timeout: 1, closed: 1 }))
  })

  it('lastSeen is when the client took what was written, or changed its topics', async () => {
    const { hub, clock, open } = await serve({ heartbeat: 15_000 })
    const response = await open()
    response.resume()
    const start = clock.now()
    const seen = () => (hub.clients()[0]?.lastSeen ?? 0) - start
    await clock.advance(16_000)
    // The heartbeat may leave this process after the clock has gone on.
    await new Promise(setImmediate)
    await clock.advance(1000)
    expect(seen()).toBe(15_000)
    await clock.advance(5000)
    expect(seen()).toBe(15_000)
    const body = JSON.stringify({ clientId: hub.clients()[0]?.clientId, rev: 1, add: ['a'] })
    const headers = { 'content-type': 'application/json' }
    await hub.fetch(new Request('http://hub.test', { method: 'POST', headers, body }))
    expect(seen()).toBe(22_000)
  })
})

describe('over HTTP/2', () => {
  /** Between the clients and the server stands what may fall silent: all that is sent is lost, and nobody is told. */
  async function serve(options: HubOptions) {
    const hub = makeHub(options)
    // The compatibility API of HTTP/2 is the same as far as a handler uses it; its types are not.
    const port = await listen(createH2Server(toNodeHandler(hub) as never))
    async function session() {
      let isSilent = false
      const between = createTcpServer((outer) => {
        const inner = connect(port, '127.0.0.1')
        for (const [from, to] of [
          [outer, inner],
          [inner, outer],
        ] as const) {
          from.on('error', () => {})
          from.on('data', (bytes) => {
            if (!isSilent) to.write(bytes)
          })
          from.on('close', () => {
            if (!isSilent) to.destroy()
          })
        }
        onTestFinished(() => {
          outer.destroy()
          inner.destroy()
        })
      })
      const made = connectH2(`http://127.0.0.1:${await listen(between)}`)
      made.on('error', () => {})
      onTestFinished(() => made.destroy())
      async function open(): Promise<void> {
        const stream = made.request({ ':path': '/' })
        stream.on('error', () => {})
        stream.resume()
        await once(stream, 'response')
      }
      return { open, fallSilent: () => (isSilent = true) }
    }
    return { hub, session }
  }

  it('all streams of a session end when it does not answer, and no others', async () => {
    const { hub, session } = await serve({ clientTimeout: 2000 })
    const [vanishing, staying] = [await session(), await session()]
    await vanishing.open()
    await vanishing.open()
    await staying.open()
    expect(hub.stats().clients).toBe(3)
    vanishing.fallSilent()
    await eventually(() => expect(hub.stats().endings.timeout).toBe(2))
    expect(hub.stats()).toMatchObject({ clients: 1, endings: { closed: 0 } })
  })
})
