import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { toResponse } from './body.ts'
import { type Fault, type FaultKind, isOfOpen, KINDS, type NextKind, type OpenKind } from './fault.ts'
import { Line, quiet } from './line.ts'

/*
 * A TCP proxy between clients and servers that makes faults.
 */

const REFUSALS: Readonly<Partial<Record<NextKind, string>>> = {
  '503': toResponse('503 Service Unavailable', {}, ''),
  '503 with Retry-After': toResponse('503 Service Unavailable', { 'retry-after': '1' }, ''),
  '502 with HTML': toResponse(
    '502 Bad Gateway',
    { 'content-type': 'text/html' },
    '<html><h1>502 Bad Gateway</h1></html>',
  ),
}

/** A request is about so long, in bytes. */
const REQUEST = 250

export class ChaosProxy {
  /** The ports of the servers. One of them is chosen for each connection. While there is none, connections are refused. */
  servers: readonly number[] = []
  /** How many faults there were. */
  readonly counts: Record<FaultKind, number> = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as never
  readonly #random: () => number
  readonly #server = createServer({ allowHalfOpen: true }, (client) => this.#accept(quiet(client)))
  readonly #sockets = new Set<Socket>()
  readonly #lines = new Set<Line>()
  /** For the next connections. */
  #next: (Fault & { readonly kind: NextKind })[] = []

  /** @param random - Chooses the server. */
  constructor(random: () => number) {
    this.#random = random
  }

  async listen(): Promise<number> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening')
    return this.port
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** How many sockets are open, to clients and to servers. */
  get sockets(): number {
    return this.#sockets.size
  }

  /** How many faults wait for a connection. */
  get waiting(): number {
    return this.#next.length
  }

  /** Cuts a connection that is open, if there is one: its client makes another. */
  provoke(): void {
    for (const line of this.#lines) if (line.isOpen) return line.cut()
  }

  /** @returns False if there is no connection to which it could be done. */
  inflict(fault: Fault): boolean {
    const { kind, pick } = fault
    const open = [...this.#lines].filter((line) => line.isOpen)
    const whole = open.filter((line) => !line.fault)
    const among = whole.length ? whole : open
    const line = among[Math.floor(pick * among.length)]
    if (!line) return false
    if (isOfOpen(kind)) {
      line.suffer(fault as Fault & { readonly kind: OpenKind })
      this.counts[kind]++
    } else {
      this.#next.push(fault as Fault & { readonly kind: NextKind })
      line.cut()
    }
    return true
  }

  /** Makes no more faults, and ends those that last. */
  heal(): void {
    this.#next = []
    const held = new Set(this.#sockets)
    for (const line of this.#lines) {
      line.heal()
      held.delete(line.client)
      held.delete(line.server)
    }
    // What was accepted and never answered, and connections that somebody doubled.
    for (const socket of held) socket.destroy()
  }

  async close(): Promise<void> {
    this.heal()
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #accept(client: Socket): void {
    this.#keep(client)
    // Browsers open connections that they may need later: a fault would be wasted on one.
    client.once('readable', () => (client.readableLength ? this.#serve(client) : client.destroy()))
  }

  #serve(client: Socket): void {
    const fault = this.#next.shift()
    if (!fault) return void this.#open(client)
    this.counts[fault.kind]++
    const refusal = REFUSALS[fault.kind]
    if (refusal !== undefined) client.once('data', () => client.end(refusal)).once('end', () => client.destroy())
    else if (fault.kind === 'refuse') client.resetAndDestroy()
    else if (fault.kind === 'no answer') client.resume().once('end', () => client.destroy())
    else this.#spoil(this.#open(client), fault)
  }

  /** Spoils the request of a connection that has just been opened. */
  #spoil(line: Line | undefined, fault: Fault): void {
    if (!line) return
    line.fault = fault
    if (fault.kind === 'cut request')
      return line.request.after(fault.bytes % REQUEST, () => line.server.end(() => line.cut()))
    const twin = quiet(connect({ port: this.#choose() ?? 0, host: '127.0.0.1' }))
    this.#keep(twin)
    line.client.on('data', (bytes) => twin.write(bytes))
    // It is read, and goes nowhere.
    twin.resume()
    line.client.once('close', () => twin.destroy())
    // The server is to know both of them.
    let connected = 0
    for (const socket of [twin, line.server])
      socket.once('connect', () => {
        if (++connected === 2) line.later(fault.ms, () => (fault.bytes % 2 ? twin.destroy() : line.cut()))
      })
  }

  #open(client: Socket): Line | undefined {
    const port = this.#choose()
    if (port === undefined) {
      client.resetAndDestroy()
      return undefined
    }
    const line = new Line(client, port)
    this.#keep(line.server)
    this.#lines.add(line)
    client.once('close', () => this.#lines.delete(line))
    return line
  }

  #choose(): number | undefined {
    return this.servers[Math.floor(this.#random() * this.servers.length)]
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }
}
