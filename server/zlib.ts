import { constants, createBrotliCompress, createGzip } from 'node:zlib'
import type { Sink, SinkEvents } from './audience/carrier.ts'
import type { ContentCoding } from './http/compress.ts'

/*
 * A stream that is compressed for one client, with Node's zlib. What is written in one turn of the event loop becomes one batch,
 * and each batch is flushed, so that a client can read all of it and no event waits for the next.
 */

/**
 * In order of preference. gzip first: with a window as small as is fit for a server with many connections it makes events
 * smaller than brotli does, and takes a third of the memory.
 */
export const CODINGS: readonly ContentCoding[] = ['gzip', 'br']

/** In bytes. An event up to this size leaves zlib in one piece. Each connection has a buffer of this size. */
const CHUNK = 4096
/** What may wait for zlib, in bytes, before the outlet is to wait too. */
const WAITING = 16 * 1024

const EMPTY = new Uint8Array()

/** By coding. The sizes of memory for each connection are measured in docs/server.md. */
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
  const zlib = encoders[coding]()
  const batch = createBatch()
  const debt = createDebt()
  let phase: Phase = 'idle'
  /** The socket takes nothing. */
  let full = false
  /** The last write was answered with false, so that `drained` is due. */
  let refused = false

  function compress(): void {
    if (phase === 'over') return
    phase = 'compressing'
    zlib.write(batch.take(), () => {
      if (phase === 'compressing') phase = 'idle'
      proceed()
    })
  }

  /** Goes on with what came meanwhile, or asks for more. */
  function proceed(): void {
    if (phase !== 'idle' || full) return
    if (batch.size) return compress()
    if (!refused) return
    refused = false
    events.drained()
  }

  function release(): void {
    phase = 'over'
    batch.take()
    zlib.destroy()
  }

  const sink = start({
    drained() {
      full = false
      proceed()
    },
    closed(error) {
      release()
      events.closed(error)
    },
  })

  function destroy(): void {
    release()
    sink.destroy()
  }

  zlib.on('data', (bytes: Buffer) => {
    debt.gave(bytes.length)
    if (!sink.write(bytes)) full = true
  })
  zlib.on('end', () => sink.end())
  zlib.on('error', (error) => {
    destroy()
    events.closed(error)
  })
  return {
    write(bytes) {
      batch.add(bytes)
      debt.took(bytes.length)
      if (phase === 'idle' && !full) {
        phase = 'gathering'
        setImmediate(compress)
      }
      refused = full || batch.size >= WAITING
      return !refused
    },
    end() {
      if (phase === 'over') return
      // A client that takes nothing would not take the end either.
      if (full) return destroy()
      phase = 'over'
      zlib.end(batch.take())
    },
    destroy,
    pending: () => debt.look(sink.pending(), batch.size),
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
 * What the socket has not taken. It counts what comes out of zlib, and the outlet counts what went in: which events a byte belongs
 * to only zlib knows. So the debt is what went in, all of it until the socket has taken everything, and one byte less each time
 * that the socket has taken something.
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
     * @param pending - What the socket holds.
     * @param waiting - What waits for zlib.
     */
    look(pending: number, waiting: number): number {
      if (pending === 0) owed = waiting
      else if (pending < held) owed = Math.max(owed - 1, 1)
      held = pending
      return owed
    },
  }
}
