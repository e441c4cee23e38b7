/*
 * The stream that every contestant reads, and the sum that says whether it has read all of it. Used on both sides:
 * the server encodes the events, the page adds up what it parsed.
 */

/** The payload of `order.updated`. */
export interface OrderUpdate {
  readonly id: string
  readonly patch: { readonly status: string; readonly quantity: number; readonly total: number }
  readonly ts: number
}

/** The payload for the page's subscribers. */
export interface Events {
  'order.updated': OrderUpdate
}

export const TYPE = 'order.updated'

/** Any time will do; the same one for every run, so that every run reads the same bytes. */
const BASE = Date.UTC(2026, 0, 1)
const STATUSES = ['placed', 'paid', 'packed', 'shipped', 'delivered']

const update = (n: number): OrderUpdate => ({
  id: `ord_${`${(n * 7919) % 100_003}`.padStart(6, '0')}`,
  patch: { status: `${STATUSES[n % 5]}`, quantity: 1 + (n % 9), total: (n * 104_729) % 100_000 },
  ts: timestamp(n),
})

/** The time of event `n`, which counts from 1. It tells the last event from the others. */
export const timestamp = (n: number): number => BASE + n * 17

/** Adds an event to the sum, which depends on the order of the events as well. */
export const addUp = (sum: number, { id, patch, ts }: OrderUpdate): number =>
  (Math.imul(sum, 31) + id.length + patch.status.length + patch.quantity + patch.total + (ts % 1_000_003)) | 0

/** The result of a page that missed nothing. */
export function checksum(events: number): number {
  let sum = 0
  for (let n = 1; n <= events; n++) sum = addUp(sum, update(n))
  return sum
}

/** The whole stream as bytes. */
export function encode(events: number, ids: boolean): Uint8Array {
  const blocks: string[] = []
  for (let n = 1; n <= events; n++)
    blocks.push(`event: ${TYPE}\n${ids ? `id: ${n}\n` : ''}data: ${JSON.stringify(update(n))}\n\n`)
  return new TextEncoder().encode(blocks.join(''))
}
