import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createNumberReader } from './payload.ts'
import { answer, cpu, now } from './processes.ts'

/*
 * The process of the clients: bare sockets, all with one buffer, since a client that parsed would take longer than a server that
 * writes, and be what is measured.
 */

/** So many connect at the same time. */
const WAVE = 100
const LIMIT = 60_000

const buffer = Buffer.alloc(64 * 1024)
const sockets: Socket[] = []
let failure: string | undefined
/** The expected events, from 0, and how many clients have reached each. */
let wanted = 0
let complete = 0
let finishedAt = 0
let finished: () => void = () => {}
/** By client and event: when it came. Only where somebody wants to know. */
let arrivals: Float64Array | undefined

const request = (lastEventId?: string): string =>
  `GET /events HTTP/1.1\r\nHost: bench\r\n${lastEventId ? `Last-Event-ID: ${lastEventId}\r\n` : ''}\r\n`

/** @param onBytes - Valid until it returns. */
function open(port: number, onBytes: (bytes: Buffer) => void, lastEventId?: string): Socket {
  const socket = connect({
    port,
    host: '127.0.0.1',
    onread: {
      buffer,
      callback(length) {
        onBytes(buffer.subarray(0, length))
        return true
      },
    },
  })
  socket.on('error', (error) => {
    failure ??= `${error}`
  })
  socket.write(request(lastEventId))
  return socket
}

/** Whether the hub has said `live`. It stands at the end of what was missed, and may be cut. */
function createLiveFinder(): (bytes: Buffer) => boolean {
  let tail = ''
  return (bytes) => {
    tail = (tail + bytes.toString('latin1', Math.max(bytes.length - 300, 0))).slice(-300)
    return tail.includes('event: live\n')
  }
}

/** One client. Resolves when the response has begun. */
function join(port: number): Promise<void> {
  const client = sockets.length
  let next = 0
  const read = createNumberReader((n) => {
    if (n !== next) failure ??= `client ${client} had event ${n} where ${next} was next`
    next++
    if (arrivals) arrivals[client * wanted + n] = now()
    if (next !== wanted || ++complete < sockets.length) return
    finishedAt = now()
    finished()
  })
  return new Promise((resolve) => {
    const onBytes = (bytes: Buffer): void => {
      resolve()
      read(bytes)
    }
    sockets.push(open(port, onBytes))
  })
}

const commands = {
  cpu,

  async connect(port: number, clients: number): Promise<void> {
    for (let left = clients; left > 0; left -= WAVE)
      await Promise.all(Array.from({ length: Math.min(left, WAVE) }, () => join(port)))
  },

  /** A reset leaves no socket behind that waits for a minute before its port can be used again. */
  disconnect(): void {
    for (const socket of sockets.splice(0)) socket.resetAndDestroy()
  },

  /** @param events - How many each client is to have had, since it connected. */
  expect(events: number, recorded = false): void {
    wanted = events
    complete = 0
    finishedAt = 0
    arrivals = recorded ? new Float64Array(sockets.length * events) : undefined
  },

  /** Resolves when everybody has had everything: when that was. Rejects for what is missing or out of order. */
  async finished(): Promise<{ readonly at: number; readonly arrivals: Float64Array | undefined }> {
    const done = new Promise<void>((resolve) => {
      finished = resolve
    })
    if (!finishedAt) await Promise.race([done, sleep(LIMIT, undefined, { ref: false })])
    if (failure) throw Error(failure)
    if (!finishedAt) throw Error(`only ${complete} of ${sockets.length} clients had all ${wanted} events`)
    return { at: finishedAt, arrivals }
  },

  /**
   * One client that comes back.
   * @returns Milliseconds from its request to the last event, and to `live`.
   */
  replay(port: number, lastEventId: string, events: number): Promise<{ readonly last: number; readonly live: number }> {
    return new Promise((resolve, reject) => {
      let next = 0
      let last = 0
      const isLive = createLiveFinder()
      const read = createNumberReader((n) => {
        if (n !== next++) reject(Error(`event ${n} where ${next - 1} was next`))
        if (next === events) last = now() - since
      })
      const since = now()
      const onBytes = (bytes: Buffer): void => {
        read(bytes)
        if (!isLive(bytes)) return
        const live = now() - since
        socket.resetAndDestroy()
        if (next === events) resolve({ last, live })
        else reject(Error(`live after ${next} of ${events} events`))
      }
      const socket = open(port, onBytes, lastEventId)
    })
  },

  /** @returns The cursor of a new client. */
  cursor(port: number): Promise<string> {
    return new Promise((resolve) => {
      const onBytes = (bytes: Buffer): void => {
        if (!bytes.includes('event: live\n')) return
        resolve(/^id: (.+)$/m.exec(bytes.toString())?.[1] ?? '0')
        socket.resetAndDestroy()
      }
      const socket = open(port, onBytes)
    })
  },
} as const

export type ClientCommands = typeof commands

answer(commands)
