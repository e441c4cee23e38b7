import { connect, type Socket } from 'node:net'
import type { Fault, OpenKind } from './fault.ts'
import { Flow } from './flow.ts'

/*
 * A connection through the proxy: one socket to the client, one to the server.
 */

/** Whatever a broken socket says, its `close` says too. */
export const quiet = (socket: Socket): Socket => socket.on('error', () => {})

/** Node never closes a socket that is reset while its own end is still on the way. */
const reset = (socket: Socket): unknown => (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy())

export class Line {
  readonly client: Socket
  readonly server: Socket
  /** From the client to the server. */
  readonly request: Flow
  /** From the server to the client. */
  readonly response: Flow
  /** What has been done to it. */
  fault: Fault | undefined
  /** The client has FIN, and the server is not to know yet. */
  #isTorn = false
  readonly #timers = new Set<NodeJS.Timeout>()

  /** @param port - Of the server. */
  constructor(client: Socket, port: number) {
    this.client = client
    this.server = quiet(connect({ port, host: '127.0.0.1', allowHalfOpen: true }))
    this.request = new Flow(client, this.server)
    this.response = new Flow(this.server, client)
    for (const [socket, other] of [
      [client, this.server],
      [this.server, client],
    ] as const) {
      socket.setNoDelay(true)
      socket.on('close', (hadError) => {
        if (this.#isTorn) return
        // What it was given goes out. What comes of it goes nowhere.
        if (hadError || !other.writableEnded || other.writableFinished) other.destroy()
        else other.once('finish', () => other.destroy())
        if (client.destroyed && this.server.destroyed) this.#stop()
      })
    }
  }

  get isOpen(): boolean {
    return !this.client.destroyed && !this.server.destroyed && this.response.isStreaming
  }

  cut(): void {
    this.#isTorn = false
    this.client.destroy()
    this.server.destroy()
  }

  later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      act()
    }, ms)
    this.#timers.add(timer)
  }

  suffer(fault: Fault & { readonly kind: OpenKind }): void {
    this.fault = fault
    this.#effects[fault.kind](fault)
  }

  /** Ends a fault that lasts. A line that is half closed is closed. */
  heal(): void {
    const isHalf = this.client.writableEnded || this.server.writableEnded
    this.request.heal()
    this.response.heal()
    if (isHalf) this.cut()
  }

  readonly #effects: Readonly<Record<OpenKind, (fault: Fault) => void>> = {
    cut: ({ bytes }) => this.response.after(bytes, () => this.cut()),
    reset: ({ bytes }) =>
      this.response.after(bytes, () => {
        reset(this.client)
        reset(this.server)
      }),
    'stall response': ({ ms }) => {
      this.response.stall()
      this.later(ms, () => this.response.heal())
    },
    'stall request': ({ ms }) => {
      this.request.stall()
      this.later(ms, () => this.request.heal())
    },
    delay: ({ bytes, ms }) => {
      this.response.delay(1 + (bytes % 100))
      this.later(ms, () => this.response.delay(0))
    },
    truncate: ({ bytes }) => this.response.truncate(1 + bytes),
    'half-close to client': ({ bytes, ms }) =>
      this.response.after(bytes, () => {
        this.#isTorn = true
        this.request.stall()
        this.client.end()
        this.later(ms, () => this.cut())
      }),
    'half-close to server': () => this.server.end(),
  }

  #stop(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.request.stop()
    this.response.stop()
  }
}
