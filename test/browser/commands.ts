import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMockServer, type MockServer, type MockServerOptions } from '../../testing/node.ts'
import { perform, type ServerCalls } from '../suite/server.ts'

/** The servers that tests in browsers have started, by port. */
const servers = new Map<number, MockServer>()

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
