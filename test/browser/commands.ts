import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createHub, type Hub } from '../../server/index.ts'
import { toNodeHandler } from '../../server/node.ts'
import { createMockServer, type MockServer, type MockServerOptions } from '../../testing/node.ts'
import { perform, type ServerCalls } from '../suite/server.ts'

/** The servers that tests in browsers have started, by port. */
const servers = new Map<number, MockServer>()

/** The hubs that tests in browsers have started, by port. */
const hubs = new Map<number, { readonly hub: Hub; readonly codings: (string | null)[]; close(): Promise<void> }>()

function hubAt(port: number) {
  const found = hubs.get(port)
  if (!found) throw new Error(`no hub on port ${port}`)
  return found
}

/** Commands that a test in a browser may give to this process (vitest's browser commands). */
export const mockCommands = {
  async startServer(_: unknown, options?: MockServerOptions): Promise<{ url: string; port: number }> {
    const server = await createMockServer(options)
    servers.set(server.port, server)
    return { url: server.url, port: server.port }
  },
  async callServer(_: unknown, port: number, call: keyof ServerCalls, args: unknown[]): Promise<unknown> {
    const server = servers.get(port)
    if (!server) throw new Error(`no server on port ${port}`)
    return perform(server, call, args)
  },
  /** Serves a hub that compresses its streams. */
  async serveHub(): Promise<{ url: string; port: number }> {
    const hub = createHub({ compress: true, cors: '*' })
    const codings: (string | null)[] = []
    const accept: Hub['accept'] = (request, connect, known) => {
      const noted: typeof connect = (headers, events) => {
        codings.push(headers.get('content-encoding'))
        return connect(headers, events)
      }
      return hub.accept(request, noted, known)
    }
    const server = createServer(toNodeHandler({ accept }))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    hubs.set(port, {
      hub,
      codings,
      async close() {
        hubs.delete(port)
        await hub.close()
        server.close()
        server.closeAllConnections()
      },
    })
    return { url: `http://127.0.0.1:${port}/events`, port }
  },
  /** @returns How many streams the event has gone to. */
  async publish(_: unknown, port: number, type: string, data: unknown): Promise<number> {
    return (await hubAt(port).hub.publish(type, data)).delivered
  },
  /** The `content-encoding` of each stream so far. */
  codingsOf: (_: unknown, port: number): readonly (string | null)[] => hubAt(port).codings,
  closeHub: (_: unknown, port: number): Promise<void> => hubAt(port).close(),
  /** Serves one stream of so many events, written at once, that stays open. @returns Where. */
  async serveBurst(_: unknown, count: number): Promise<string> {
    const server = createServer((_, response) => {
      server.close()
      response.writeHead(200, { 'content-type': 'text/event-stream', 'access-control-allow-origin': '*' })
      response.write(Array.from({ length: count }, (_, n) => `event: tick\nid: ${n}\ndata: ${n}\n\n`).join(''))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  },
  /** Serves one stream of so many events, so far apart that most arrive as a chunk of their own. @returns Where. */
  async serveTokens(_: unknown, count: number): Promise<string> {
    const server = createServer(async (_, response) => {
      server.close()
      response.writeHead(200, { 'content-type': 'text/event-stream', 'access-control-allow-origin': '*' })
      response.socket?.setNoDelay(true)
      for (let n = 0; n < count; n++) {
        response.write(`event: token\ndata: ${n}\n\n`)
        await sleep(1)
      }
      response.end()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  },
}
