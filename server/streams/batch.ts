/*
 * Frames that go together cost one write. Large ones are not copied for that: all clients that have the same event missed share
 * its bytes.
 */

/** How much goes into one write, in bytes: what sinks take before they say that they are full. */
const WRITE = 64 * 1024
/** From this many bytes on a frame goes as it is. */
const LARGE = 16 * 1024

export interface Batch {
  add(frame: Uint8Array): void
  /** Writes all, or until `stop` says that no more can be taken: then the rest is kept. */
  flush(stop: () => boolean): void
  /** What has been added and not been written, in bytes. */
  readonly size: number
  /** There is enough for a write: one more frame like the last would not go into it. */
  readonly isFull: boolean
}

/** @param alone - Each frame is a write of its own: they are counted. */
export function createBatch(write: (bytes: Uint8Array) => void, alone = false): Batch {
  let frames: Uint8Array[] = []
  const self = {
    size: 0,
    get isFull() {
      if (alone) return frames.length > 0
      return self.size + (frames.at(-1)?.length ?? 0) > WRITE
    },
    add(frame: Uint8Array) {
      frames.push(frame)
      self.size += frame.length
    },
    flush(stop: () => boolean) {
      let from = 0
      while (from < frames.length && !stop()) {
        const to = from + (alone ? 1 : together(frames.slice(from)))
        const bytes = join(frames.slice(from, to))
        from = to
        self.size -= bytes.length
        write(bytes)
      }
      frames = frames.slice(from)
    },
  }
  return self
}

/** How many of these frames, of which there is one at least, go into the next write. */
export function together(frames: readonly Uint8Array[]): number {
  let size = 0
  for (const [n, { length }] of frames.entries()) {
    if (n > 0 && (length >= LARGE || size + length > WRITE)) return n
    if (length >= LARGE) return 1
    size += length
  }
  return frames.length
}

function join(frames: readonly Uint8Array[]): Uint8Array {
  const [only] = frames
  if (only && frames.length === 1) return only
  const all = new Uint8Array(frames.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const frame of frames) {
    all.set(frame, at)
    at += frame.length
  }
  return all
}
