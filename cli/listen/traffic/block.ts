import type { Clock } from '../../../src/index.ts'

/*
 * An event that no blank line ends is none (HTML 9.2.6), and nothing is seen of it: the mistake that servers written by hand make
 * most often. So it is told that something has come which is no event.
 */

/** Lines of a block that are there, without comments and `retry`, which take effect by themselves. */
export interface Unfinished {
  readonly lines: readonly string[]
  /** Nothing more will come. */
  readonly isOver: boolean
}

/** Watches the block at hand of one stream; tells of it once at most. */
export interface Block {
  /** These bytes are handed on. */
  add(bytes: Uint8Array): void
  /** Nothing is read until the next bytes are added: what lacks is not late. */
  hold(): void
  end(): void
}

const PATIENCE = 2000
/** The timer waited for this process, which may have stood still: first what has come meanwhile is to be read. */
const LATE = 500
/** Bytes of a block that are looked at: far more than is shown. */
const KEPT = 1000
const CUT = new TextEncoder().encode('…')

export function watchBlock(
  clock: Pick<Clock, 'now' | 'setTimeout' | 'clearTimeout'>,
  tell: (unfinished: Unfinished) => void,
): Block {
  let rest = Buffer.alloc(0)
  /** Since when it could have been complete. */
  let since = 0
  let heldAt: number | undefined
  let isTold = false
  let timer: unknown

  function look(isOver: boolean): void {
    const lines = fieldsOf(rest)
    if (isTold || !lines.length) return
    isTold = true
    tell({ lines, isOver })
  }

  function wait(ms: number): void {
    const due = clock.now() + ms
    timer = clock.setTimeout(() => {
      timer = undefined
      const now = clock.now()
      if (now - due > LATE) wait(PATIENCE)
      else if (heldAt !== undefined) return
      else if (now - since < PATIENCE) wait(since + PATIENCE - now)
      else look(false)
    }, ms)
  }

  return {
    add(bytes) {
      const all = Buffer.concat([rest, bytes])
      const start = endOfLastBlock(all)
      const now = clock.now()
      if (start || !rest.length) since = now
      else if (heldAt !== undefined) since += now - heldAt
      heldAt = undefined
      // Copied, as a view would keep the whole chunk.
      rest = start ? Buffer.from(all.subarray(start)) : all
      if (rest.length > KEPT + 3 + CUT.length)
        // The last three bytes may belong to the blank line.
        rest = Buffer.concat([rest.subarray(0, KEPT), CUT, rest.subarray(-3)])
      if (rest.length && !isTold && timer === undefined) wait(PATIENCE)
    },
    hold() {
      heldAt ??= clock.now()
    },
    end() {
      look(true)
      isTold = true
      clock.clearTimeout(timer)
    },
  }
}

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
