import { commands } from 'vitest/browser'
import type { MockServerOptions } from '../../testing/node.ts'
import { remote, type ServerCalls, type StartServer } from '../suite/server.ts'

declare module 'vitest/browser' {
  interface BrowserCommands {
    startServer(options?: MockServerOptions): Promise<{ url: string; port: number }>
    callServer(port: number, call: keyof ServerCalls, args: unknown[]): Promise<unknown>
    serveHub(): Promise<{ url: string; port: number }>
    publish(port: number, type: string, data: unknown): Promise<number>
    codingsOf(port: number): Promise<readonly (string | null)[]>
    closeHub(port: number): Promise<void>
    serveBurst(count: number): Promise<string>
    serveTokens(count: number): Promise<string>
  }
}

/** Starts a server in the process that runs the tests; the browser's calls go there. */
export const startServer: StartServer = async (options) => {
  const address = await commands.startServer(options)
  return remote(address, (call, args) => commands.callServer(address.port, call, args))
}
