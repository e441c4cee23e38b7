import type { Duplex } from 'node:stream'
import { LAST_CHUNK, ResponseReader, toChunk } from './body.ts'

/*
 * One direction of a connection through the proxy: from one socket to the other.
 */

/** Why nothing is read of a socket for a while. */
type Hold = 'full' | 'stalled' | 'delayed'

const NOTHING = Buffer.alloc(0)

export class Flow {
  readonly #from: Duplex
  readonly #to: Duplex
  readonly #holds = new Set<Hold>()
  readonly #reader = new ResponseReader()
  #hasEnded = false
  #delay = 0
  #timer: NodeJS.Timeout | undefined
  /** What happens after so many bytes. */
  #due: { left: number; readonly act: () => void } | undefined
  /** How many bytes of the body are still sent. `isOn`: from here on the chunks are the proxy's own. */
  #truncation: { left: number; isOn: boolean } | undefined
  /** Nothing passes any more. A socket gives all that it has kept in one turn, so what closes it may come too late for the rest. */
  #isOver = false

  constructor(from: Duplex, to: Duplex) {
    this.#from = from
    this.#to = to
    from.on('data', (bytes: Buffer) => this.#take(bytes))
    from.on('end', () => {
      this.#hasEnded = true
      this.#endIfDone()
    })
    to.on('drain', () => this.#release('full'))
  }

  /** For the direction of responses: a body in chunks is under way. */
  get isStreaming(): boolean {
    return this.#reader.isInBody
  }

  /** Nothing passes any more, FIN neither. */
  stall(): void {
    this.#hold('stalled')
  }

  /** Each piece is held back for so many milliseconds; 0: no more. */
  delay(ms: number): void {
    this.#delay = ms
  }

  /** Does something after so many bytes more. What follows them is thrown away. */
  after(bytes: number, act: () => void): void {
    this.#due = { left: bytes, act }
  }

  /** Ends the response in order, after so many bytes more of its body. */
  truncate(bytes: number): void {
    this.#truncation = { left: bytes, isOn: false }
  }

  /** Everything passes again. A truncation that has begun goes on: what would follow is the rest of a chunk. */
  heal(): void {
    this.#delay = 0
    this.#due = undefined
    if (!this.#truncation?.isOn) this.#truncation = undefined
    this.#release('stalled')
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  #take(bytes: Buffer): void {
    const passed = this.#pass(bytes)
    if (!this.#delay) return this.#write(passed)
    // Nothing more is read until it has been written, so the order stays.
    this.#hold('delayed')
    this.#timer = setTimeout(() => {
      this.#write(passed)
      this.#release('delayed')
    }, this.#delay)
  }

  /** What passes of a piece. */
  #pass(bytes: Buffer): Buffer {
    if (this.#isOver) return NOTHING
    const parts = this.#reader.read(bytes)
    if (this.#truncation) return this.#truncated(parts, this.#truncation)
    const due = this.#due
    if (!due) return bytes
    due.left -= bytes.length
    if (due.left > 0) return bytes
    this.#isOver = true
    queueMicrotask(due.act)
    return bytes.subarray(0, bytes.length + due.left)
  }

  #truncated(parts: ReturnType<ResponseReader['read']>, truncation: { left: number; isOn: boolean }): Buffer {
    const passed: Buffer[] = []
    for (const { kind, bytes, begins } of parts) {
      truncation.isOn ||= begins
      if (!truncation.isOn) passed.push(bytes)
      else if (kind === 'data') {
        const data = bytes.subarray(0, truncation.left)
        truncation.left -= data.length
        if (data.length) passed.push(toChunk(data))
      }
      if (truncation.isOn && (truncation.left === 0 || kind === 'other')) {
        passed.push(LAST_CHUNK)
        this.#isOver = true
        queueMicrotask(() => {
          this.#to.end()
          this.#from.destroy()
        })
        break
      }
    }
    return Buffer.concat(passed)
  }

  #write(bytes: Buffer): void {
    if (bytes.length && this.#to.writable && !this.#to.write(bytes)) this.#hold('full')
  }

  #hold(why: Hold): void {
    this.#holds.add(why)
    this.#from.pause()
  }

  #release(why: Hold): void {
    this.#holds.delete(why)
    if (this.#holds.size > 0) return
    this.#from.resume()
    this.#endIfDone()
  }

  /** A socket that is paused still says that its peer has ended. */
  #endIfDone(): void {
    if (this.#hasEnded && !this.#holds.has('stalled') && !this.#holds.has('delayed')) this.#to.end()
  }
}
