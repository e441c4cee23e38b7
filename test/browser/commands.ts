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
}
