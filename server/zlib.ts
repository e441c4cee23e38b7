import { constants, createBrotliCompress, createGzip } from 'node:zlib'
import type { Sink, SinkEvents } from './audience/carrier.ts'
import type { ContentCoding } from './http/compress.ts'

/*
 * A stream that is compressed for one client, with Node's zlib. Everything that is written in one turn of the event loop
 * becomes one batch, and each batch is flushed, so that a client can read all of it and no event waits for the next.
 */

/**
 * In order of preference. gzip first: with a window as small as is fit for a server with many connections it makes events
 * smaller than brotli does, and takes a third of the memory.
 */
export const CODINGS: readonly ContentCoding[] = ['gzip', 'br']

/** In bytes. An event up to this size leaves zlib in one piece. Each connection has a buffer of this size. */
const CHUNK = 4096
/** The bytes that may wait for zlib before the outlet is to wait too. */
const WAITING = 16 * 1024

const EMPTY = new Uint8Array()

/** By coding. The sizes of memory for each connection are measured in docs/server/operation.md. */
const encoders = {
  gzip: () => createGzip({ level: 6, windowBits: 12, memLevel: 4, chunkSize: CHUNK, flush: constants.Z_SYNC_FLUSH }),
  // Below quality 2, brotli forgets everything at each flush.
  br: () =>
    createBrotliCompress({
      chunkSize: CHUNK,
      flush: constants.BROTLI_OPERATION_FLUSH,
      params: { [constants.BROTLI_PARAM_QUALITY]: 3, [constants.BROTLI_PARAM_LGWIN]: 12 },
    }),
}

/**
 * `idle`: zlib rests. `gathering`: a batch waits for the end of this turn. `compressing`: zlib works, and the next batch
 * gathers. `over`: nothing more is taken.
 */
type Phase = 'idle' | 'gathering' | 'compressing' | 'over'

/**
 * Puts a compressor in front of a sink. When the stream is over it frees the memory of zlib, which would otherwise wait for the
 * garbage collector.
 * @param start - Returns the sink that takes the compressed bytes.
 */
export function compressed(
  coding: ContentCoding,
  events: SinkEvents,
  start: (events: SinkEvents) => Required<Sink>,
): Required<Sink> {
  return new CompressedSink(coding, events, start)
}

class CompressedSink implements Required<Sink> {
  readonly #zlib: ReturnType<(typeof encoders)[ContentCoding]>
  readonly #batch = createBatch()
  readonly #debt = createDebt()
  readonly #events: SinkEvents
  /** Takes the compressed bytes. */
  readonly #sink: Required<Sink>
  #phase: Phase = 'idle'
  /** The socket takes nothing. */
  #isFull = false
  /** The last write was answered with false, so that `drained` is due. */
  #hasRefused = false

  constructor(coding: ContentCoding, events: SinkEvents, start: (events: SinkEvents) => Required<Sink>) {
    this.#events = events
    this.#zlib = encoders[coding]()
    this.#sink = start({
      drained: () => {
        this.#isFull = false
        this.#proceed()
      },
      closed: (error) => {
        this.#release()
        events.closed(error)
      },
    })
    this.#zlib.on('data', (bytes: Buffer) => {
      this.#debt.gave(bytes.length)
      if (!this.#sink.write(bytes)) this.#isFull = true
    })
    this.#zlib.on('end', () => this.#sink.end())
    this.#zlib.on('error', (error) => {
      this.destroy()
      events.closed(error)
    })
  }

  write(bytes: Uint8Array): boolean {
    this.#batch.add(bytes)
    this.#debt.took(bytes.length)
    if (this.#phase === 'idle' && !this.#isFull) {
      this.#phase = 'gathering'
      setImmediate(() => this.#compress())
    }
    this.#hasRefused = this.#isFull || this.#batch.size >= WAITING
    return !this.#hasRefused
  }

  end(): void {
    if (this.#phase === 'over') return
    // A client that takes nothing would not take the end either.
    if (this.#isFull) return this.destroy()
    this.#phase = 'over'
    this.#zlib.end(this.#batch.take())
  }

  destroy(): void {
    this.#release()
    this.#sink.destroy()
  }

  pending(): number {
    return this.#debt.look(this.#sink.pending(), this.#batch.size)
  }

  #compress(): void {
    if (this.#phase === 'over') return
    this.#phase = 'compressing'
    this.#zlib.write(this.#batch.take(), () => {
      if (this.#phase === 'compressing') this.#phase = 'idle'
      this.#proceed()
    })
  }

  /** Goes on with what came meanwhile, or asks for more. */
  #proceed(): void {
    if (this.#phase !== 'idle' || this.#isFull) return
    if (this.#batch.size) return this.#compress()
    if (!this.#hasRefused) return
    this.#hasRefused = false
    this.#events.drained()
  }

  #release(): void {
    this.#phase = 'over'
    this.#batch.take()
    this.#zlib.destroy()
  }
}

function createBatch() {
  let chunks: Uint8Array[] = []
  const self = {
    /** In bytes. */
    size: 0,
    add(bytes: Uint8Array): void {
      chunks.push(bytes)
      self.size += bytes.length
    },
    /** Returns all of it, and is empty. */
    take(): Uint8Array {
      const [only = EMPTY, ...others] = chunks
      const all = others.length ? Buffer.concat(chunks) : only
      chunks = []
      self.size = 0
      return all
    },
  }
  return self
}

/**
 * The bytes that the socket has not taken. It counts what comes out of zlib, and the outlet counts what went in: which events
 * a byte belongs to only zlib knows. So the debt is everything that went in until the socket has taken everything, and one
 * byte less each time that the socket has taken something.
 */
function createDebt() {
  let owed = 0
  let held = 0
  return {
    /** So many bytes went into the compressor. */
    took(bytes: number): void {
      owed += bytes
    },
    /** So many came out, and went to the socket. */
    gave(bytes: number): void {
      held += bytes
    },
    /**
     * @param pending - The bytes that the socket holds.
     * @param waiting - The bytes that wait for zlib.
     */
    look(pending: number, waiting: number): number {
      if (pending === 0) owed = waiting
      else if (pending < held) owed = Math.max(owed - 1, 1)
      held = pending
      return owed
    },
  }
}
