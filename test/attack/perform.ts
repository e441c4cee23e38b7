import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import type { Answer, Step } from './case.ts'

/*
 * Carries out an answer, byte by byte on the socket: no HTTP server would send most of this.
 */

const PACK = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync }
/** As much is made at a time. */
const PIECE = 65_536

/** The bytes of a step, in pieces. */
function* piecesOf({ text, bytes, times = 1, counts }: Step, fill: (text: string) => string): Generator<Buffer> {
  if (text === undefined && bytes === undefined) return
  const one = bytes === undefined ? Buffer.from(fill(text ?? '')) : Buffer.from(bytes, 'latin1')
  let piece: Buffer[] = []
  let size = 0
  for (let n = 0; n < times; n++) {
    const next = counts ? Buffer.from(fill(text ?? '').replaceAll('#', `${n}`)) : one
    piece.push(next)
    size += next.length
    if (size < PIECE) continue
    yield Buffer.concat(piece)
    piece = []
    size = 0
  }
  yield Buffer.concat(piece)
}

/** Compressed as a whole. */
function packed(step: Step, pieces: Iterable<Buffer>): Buffer {
  const whole = PACK[step.pack ?? 'gzip'](Buffer.concat([...pieces]))
  if (step.spoil === 'cut') return whole.subarray(0, whole.length >> 1)
  if (step.spoil === 'corrupt')
    for (let n = whole.length >> 1; n < whole.length; n += 7) whole[n] = (whole[n] ?? 0) ^ 0x55
  return whole
}

/** Sends bytes, as fast as they are taken. */
async function send(socket: Socket, bytes: Buffer): Promise<void> {
  if (socket.destroyed || socket.write(bytes) || socket.writableCorked) return
  const taken = new AbortController()
  await Promise.race(['drain', 'close'].map((name) => once(socket, name, { signal: taken.signal }).catch(() => {})))
  taken.abort()
}

/**
 * @param self - The address that the request was sent to; `{self}` in a text stands for it.
 * @param elsewhere - Another origin, `{elsewhere}`.
 */
export async function perform(socket: Socket, { steps, ends }: Answer, self: string, elsewhere: string): Promise<void> {
  const id = /case\/(\d+)/.exec(self)?.[1]
  const fill = (text: string): string =>
    text.includes('{') ? text.replaceAll('{self}', self).replaceAll('{elsewhere}', `${elsewhere}/?case=${id}`) : text
  // In one go, if there is nothing to wait for: a client may leave between two parts.
  if (!steps.some((step) => step.times || step.cut || step.wait)) socket.cork()
  for (const step of steps) {
    if (socket.destroyed) return
    const pieces = piecesOf(step, fill)
    for (const piece of step.pack ? [packed(step, pieces)] : pieces) {
      const { cut = piece.length || 1 } = step
      for (let at = 0; at < piece.length && !socket.destroyed; at += cut) {
        await send(socket, piece.subarray(at, at + cut))
        // Long enough for each to arrive as a chunk of its own.
        if (step.cut) await sleep(1)
      }
    }
    if (step.wait) await sleep(step.wait)
  }
  socket.uncork()
  if (ends === 'end') socket.end()
  if (ends === 'reset') socket.resetAndDestroy()
}
