import type { Writable } from 'node:stream'
import type { Clock } from '../../../src/index.ts'

/** Holds the reading of the response back while what was written has not been taken. */
export interface Gate {
  /**
   * Resolves when there is room again, or when the request is aborted.
   * @param alive - Called again and again until then: the silence is ours, and not the server's.
   */
  pass(signal: AbortSignal | null | undefined, alive: () => void): Promise<void>
}

/** Shorter than any silence that is worth setting as a limit. */
const TICK = 200

/**
 * Node writes to files and terminals synchronously: a slow one holds the whole process up, and through TCP the server. Pipes
 * are asynchronous on POSIX, and what a slow reader has not taken (`| less`) is kept in memory. So a chunk of the response is
 * read only when all that earlier ones led to has left; what waits is one chunk's events and what Node's fetch buffers.
 */
export function createGate(streams: readonly Writable[], clock: Clock): Gate {
  return {
    async pass(signal, alive) {
      const full = streams.filter(({ writableNeedDrain }) => writableNeedDrain)
      if (!full.length) return
      let timer: unknown
      const tick = (): void => {
        alive()
        timer = clock.setTimeout(tick, TICK)
      }
      tick()
      await Promise.all(full.map((stream) => drained(stream, signal)))
      clock.clearTimeout(timer)
    },
  }
}

const drained = (stream: Writable, signal: AbortSignal | null | undefined): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done)
      stream.off('close', done)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    stream.on('drain', done)
    stream.on('close', done)
    signal?.addEventListener('abort', done)
    if (signal?.aborted) done()
  })
