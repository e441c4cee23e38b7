import type { OrderUpdate } from '../events.ts'

/*
 * The events of this bench: 150 bytes of JSON each, 200 with the fields around it. They end with their number, always seven digits,
 * so that a reader can check the order without parsing JSON: it is not the readers that are measured.
 */

export { TYPE } from '../events.ts'

export interface Numbered extends OrderUpdate {
  readonly note: string
  readonly seq: number
}

const BASE = 1_000_000

/** The payload of event `n`, which counts from 0. */
export const payload = (n: number): Numbered => ({
  id: 'ord_004711',
  patch: { status: 'shipped', quantity: 1 + (n % 9), total: 31_415 },
  ts: 1_767_225_600_000 + n,
  note: 'left with a neighbour, Mrs Smith',
  seq: BASE + n,
})

const STATES = ['paid', 'packed', 'shipped', 'returned']
const NOTES = ['left with a neighbour', 'gift, no invoice in the box', 'call first', 'leave it in the garage, please']

/** The payload of event `n` where it matters that events differ: about as long, and the same in each run. */
export function varied(n: number): Numbered {
  // Knuth's multiplicative hash: digits that look like chance.
  const chance = (of: number, salt: number): number => (Math.imul(n + salt, 2_654_435_761) >>> 8) % of
  return {
    id: `ord_${chance(1_000_000, 1)}`,
    patch: { status: `${STATES[chance(4, 2)]}`, quantity: 1 + chance(9, 3), total: chance(100_000, 4) },
    ts: 1_767_225_600_000 + n * 137,
    note: `${NOTES[chance(4, 5)]} / ${chance(1_000_000_000, 6)}`,
    seq: BASE + n,
  }
}

/** The text in front of the number, and its length with the number and the end of the event. */
const MARK = Buffer.from('"seq":')
const LENGTH = MARK.length + '1000000}\n\n'.length
const LF = 10

/** Tells the numbers of the events in the pieces of one response, in order; what else is in it is passed over. */
export function createNumberReader(onNumber: (n: number) => void): (bytes: Buffer) => void {
  let carry: Buffer | undefined
  return (bytes) => {
    if (carry) bytes = Buffer.concat([carry, bytes])
    carry = undefined
    let from = 0
    for (;;) {
      const at = bytes.indexOf(MARK, from)
      if (at < 0) break
      if (at + LENGTH > bytes.length) {
        carry = Buffer.from(bytes.subarray(at))
        return
      }
      from = at + LENGTH
      let n = 0
      for (let digit = at + MARK.length; digit < from - 3; digit++) n = n * 10 + Number(bytes[digit]) - 48
      onNumber(n - BASE)
    }
    // Nearly always: an event has come whole. There is no line end in a mark, so that none can be cut there.
    if (bytes.at(-1) !== LF) carry = Buffer.from(bytes.subarray(Math.max(from, bytes.length - MARK.length)))
  }
}
