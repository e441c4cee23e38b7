import type { Clock } from '../../../src/index.ts'

/*
 * An event that no blank line ends is none (HTML 9.2.6), and nothing is seen of it: the mistake that servers written by hand make
 * most often. So the command reports lines that have come and are no event.
 */

/** Lines of a block that are there, without comments and `retry`, which take effect by themselves. */
export interface Unfinished {
  readonly lines: readonly string[]
  /** Nothing more will come. */
  readonly isOver: boolean
}

/** How long a block may lack its end before that is reported, in milliseconds. */
const PATIENCE = 2000
/**
 * A timer that is later than this waited for the process, which may have stood still. Bytes that have arrived are read first.
 */
const LATE = 500
/** Bytes of a block that are looked at: far more than is shown. */
const KEPT = 1000
const CUT = new TextEncoder().encode('…')

/** The findings of a timer when it fires. Times are milliseconds of one clock. */
export interface Look {
  readonly now: number
  /** When it was to fire. */
  readonly due: number
  /** Since when the block could have been complete. */
  readonly since: number
  /** Nothing is read, so what lacks is not late. */
  readonly isHeld: boolean
}

/** In how many milliseconds to look again. 'rest': not before more bytes come. 'unfinished': the block lacks its end. */
export function nextLook({ now, due, since, isHeld }: Look): number | 'rest' | 'unfinished' {
  if (now - due > LATE) return PATIENCE
  if (isHeld) return 'rest'
  return now - since < PATIENCE ? since + PATIENCE - now : 'unfinished'
}

/** Watches the block at hand of one stream; reports it once at most. */
export class BlockWatch {
  readonly #clock: Pick<Clock, 'now' | 'setTimeout' | 'clearTimeout'>
  readonly #onUnfinished: (unfinished: Unfinished) => void
  #rest = Buffer.alloc(0)
  #since = 0
  #heldAt: number | undefined
  #isReported = false
  #timer: unknown

  constructor(
    clock: Pick<Clock, 'now' | 'setTimeout' | 'clearTimeout'>,
    onUnfinished: (unfinished: Unfinished) => void,
  ) {
    this.#clock = clock
    this.#onUnfinished = onUnfinished
  }

  /** These bytes are handed on. */
  add(bytes: Uint8Array): void {
    const all = Buffer.concat([this.#rest, bytes])
    const start = endOfLastBlock(all)
    const now = this.#clock.now()
    if (start || !this.#rest.length) this.#since = now
    else if (this.#heldAt !== undefined) this.#since += now - this.#heldAt
    this.#heldAt = undefined
    // Copied, as a view would keep the whole chunk.
    this.#rest = shortened(start ? Buffer.from(all.subarray(start)) : all)
    if (this.#rest.length && !this.#isReported && this.#timer === undefined) this.#wait(PATIENCE)
  }

  /** Nothing is read until the next bytes are added: what lacks is not late. */
  hold(): void {
    this.#heldAt ??= this.#clock.now()
  }

  end(): void {
    this.#report(true)
    this.#isReported = true
    this.#clock.clearTimeout(this.#timer)
  }

  #wait(ms: number): void {
    const due = this.#clock.now() + ms
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined
      const next = nextLook({
        now: this.#clock.now(),
        due,
        since: this.#since,
        isHeld: this.#heldAt !== undefined,
      })
      if (next === 'unfinished') this.#report(false)
      else if (next !== 'rest') this.#wait(next)
    }, ms)
  }

  #report(isOver: boolean): void {
    const lines = fieldsOf(this.#rest)
    if (this.#isReported || !lines.length) return
    this.#isReported = true
    this.#onUnfinished({ lines, isOver })
  }
}

/** The last three bytes may belong to the blank line. */
const shortened = (block: Buffer<ArrayBuffer>): Buffer<ArrayBuffer> =>
  block.length > KEPT + 3 + CUT.length ? Buffer.concat([block.subarray(0, KEPT), CUT, block.subarray(-3)]) : block

const BLANK_LINES = ['\n\n', '\n\r\n', '\r\r']

/** Behind the last blank line; 0 if there is none. */
function endOfLastBlock(bytes: Buffer): number {
  let end = 0
  for (const blank of BLANK_LINES) {
    const at = bytes.subarray(end).lastIndexOf(blank)
    if (at >= 0) end += at + blank.length
  }
  return end
}

/** A block's lines but for those that need no blank line. */
const fieldsOf = (bytes: Buffer): string[] =>
  new TextDecoder()
    .decode(bytes)
    .split(/\r\n|\n|\r/)
    .filter((line) => line && !/^(:|retry:)/.test(line))
