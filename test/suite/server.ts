import type { MockRequest, MockServer, MockServerOptions, Step } from 'headwater/testing/node'

/*
 * The mock server as a test sees it that may run in a browser, where the server is in another process: everything is
 * asked for, and arguments and answers are plain data.
 */

/** What can be asked of a mock server from afar. */
export interface ServerCalls {
  script(...steps: Step[]): void
  refuse: MockServer['refuse']
  send(type: string, data?: unknown, options?: { id?: string }): void
  comment(): void
  raw(...chunks: string[]): void
  /** The same for bytes that are no text by themselves. */
  bytes(...chunks: number[][]): void
  retry(ms: number): void
  end(): void
  drop(): void
  stall(): void
  /** Every request so far. */
  requests(): readonly MockRequest[]
  preflights(): number
  /** How many streams are open. */
  open(): number
  /** Waits until a stream is open. */
  connected(): void
  close(): void
}

type Call = keyof ServerCalls

/** A server whose every call goes over a wire. */
export type RemoteServer = {
  readonly [C in Call]: (...args: Parameters<ServerCalls[C]>) => Promise<ReturnType<ServerCalls[C]>>
} & { readonly url: string; readonly port: number }

/** How a test gets its servers, wherever it runs. */
export type StartServer = (options?: MockServerOptions) => Promise<RemoteServer>

/** Carries a call out at the server itself. */
export async function perform(server: MockServer, call: Call, args: unknown[]): Promise<unknown> {
  switch (call) {
    case 'bytes':
      server.raw(...(args as number[][]).map((chunk) => Uint8Array.from(chunk)))
      return
    case 'requests':
      return server.requests
    case 'preflights':
      return server.preflights
    case 'open':
      return server.connections.length
    case 'connected':
      await server.connected()
      return
    default:
      // The names are those of the mock's own methods; the types of the two are checked by their users.
      return (server[call] as (...args: unknown[]) => unknown)(...args)
  }
}

/** A server that answers through `call`. */
export function remote(
  address: { url: string; port: number },
  call: (call: Call, args: unknown[]) => Promise<unknown>,
): RemoteServer {
  const calls: readonly Call[] = [
    'script',
    'refuse',
    'send',
    'comment',
    'raw',
    'bytes',
    'retry',
    'end',
    'drop',
    'stall',
    'requests',
    'preflights',
    'open',
    'connected',
    'close',
  ]
  const methods = calls.map((name) => [name, (...args: unknown[]) => call(name, args)])
  return { ...address, ...Object.fromEntries(methods) } as RemoteServer
}
