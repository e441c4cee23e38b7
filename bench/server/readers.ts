import { get, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createBrotliDecompress, createGunzip } from 'node:zlib'
import type { Coding } from './compression.ts'
import { createNumberReader } from './payload.ts'
import { answer } from './processes.ts'

/*
 * The process of the clients that decompress. They cost more than the server, so what is measured is its processor time, and not
 * the time on the wall.
 */

/** So many connect at the same time. */
const WAVE = 50
const LIMIT = 120_000

const decoders = { gzip: createGunzip, br: createBrotliDecompress }
const responses: IncomingMessage[] = []
let wanted = Infinity
let complete = 0
let bytes = 0
let failure: string | undefined

/** One client. Resolves when the response has begun. */
function join(port: number, coding: Coding): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': coding }
    const request = get({ port, host: '127.0.0.1', path: '/events', headers, agent: false }, (response) => {
      const given = response.headers['content-encoding'] ?? 'identity'
      if (given !== coding) failure ??= `${given} instead of ${coding}`
      responses.push(response)
      let next = 0
      const read = createNumberReader((n) => {
        if (n !== next++) failure ??= `event ${n} where ${next - 1} was next`
        if (next === wanted) complete++
      })
      const decoder = coding === 'identity' ? undefined : decoders[coding]().on('data', read)
      response.on('error', () => {})
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (decoder) decoder.write(chunk)
        else read(chunk)
        resolve()
      })
    })
    request.on('error', reject)
  })
}

const commands = {
  async connect(port: number, clients: number, coding: Coding): Promise<void> {
    for (let left = clients; left > 0; left -= WAVE)
      await Promise.all(Array.from({ length: Math.min(left, WAVE) }, () => join(port, coding)))
  },

  disconnect(): void {
    for (const response of responses.splice(0)) response.socket.resetAndDestroy()
  },

  /** @param events - How many each client is to have had, since it connected. */
  expect(events: number): void {
    wanted = events
    complete = 0
    bytes = 0
  },

  /** Resolves when everybody has had everything: how many bytes of bodies that took. Rejects for what is missing or out of order. */
  async finished(): Promise<number> {
    for (let left = LIMIT; complete < responses.length && !failure; left -= 10) {
      if (left <= 0) throw Error(`only ${complete} of ${responses.length} clients had all ${wanted} events`)
      await sleep(10)
    }
    if (failure) throw Error(failure)
    return bytes
  },
} as const

export type ReaderCommands = typeof commands

answer(commands)
