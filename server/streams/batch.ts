/*
 * Frames that go together cost one write. Large ones are not copied for that: all clients that have the same event missed share
 * its bytes.
 */

/** How much goes into one write, in bytes: what sinks take before they say that they are full. */
const WRITE = 64 * 1024
/** From this many bytes on a frame goes as it is. */
const LARGE = 16 * 1024

export class Batch {
  readonly #write: (bytes: Uint8Array) => void
  readonly #isAlone: boolean
  #frames: Uint8Array[] = []
  #size = 0
  /** The length of the last frame. */
  #last = 0

  /** @param isAlone - Each frame is a write of its own: they are counted. */
  constructor(write: (bytes: Uint8Array) => void, isAlone = false) {
    this.#write = write
    this.#isAlone = isAlone
  }

  /** The bytes that have been added and not been written. */
  get size(): number {
    return this.#size
  }

  /** There is enough for a write: one more frame like the last would not go into it. */
  get isFull(): boolean {
    return this.#isAlone ? this.#frames.length > 0 : this.#size + this.#last > WRITE
  }

  add(frame: Uint8Array): void {
    this.#frames.push(frame)
    this.#last = frame.length
    this.#size += frame.length
  }

  /** Writes all, or until `stop` says that no more can be taken: then the rest is kept. */
  flush(stop: () => boolean): void {
    const frames = this.#frames
    let from = 0
    while (from < frames.length && !stop()) {
      const to = from + (this.#isAlone ? 1 : together(frames, from))
      const bytes = join(frames, from, to)
      from = to
      this.#size -= bytes.length
      this.#write(bytes)
    }
    if (from === 0) return
    this.#frames = frames.slice(from)
    this.#last = this.#frames.at(-1)?.length ?? 0
  }
}

/** How many of these frames go into the next write. @param from - The first of them, which there is. */
export function together(frames: readonly Uint8Array[], from = 0): number {
  let size = 0
  for (let at = from; at < frames.length; at++) {
    const length = frames[at]?.length ?? 0
    if (at > from && (length >= LARGE || size + length > WRITE)) return at - from
    if (length >= LARGE) return 1
    size += length
  }
  return frames.length - from
}

function join(frames: readonly Uint8Array[], from: number, to: number): Uint8Array {
  if (to - from === 1) return frames[from] as Uint8Array
  let size = 0
  for (let at = from; at < to; at++) size += frames[at]?.length ?? 0
  const all = new Uint8Array(size)
  let end = 0
  for (let at = from; at < to; at++) {
    const frame = frames[at] as Uint8Array
    all.set(frame, end)
    end += frame.length
  }
  return all
}
