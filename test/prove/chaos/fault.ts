import { randomFrom } from '../../../bench/random.ts'

/*
 * The faults of a run, as a pure function of its seed. The seed decides which faults there are, and in which order. It does not
 * decide how they meet the work of the clients: that is up to the machine.
 */

/** Faults of a connection that is open. */
const OPEN = [
  /** Closed after so many bytes of the response. */
  'cut',
  /** The same with RST. */
  'reset',
  /** The response goes on after so many milliseconds. */
  'stall response',
  /** What the client sends, its FIN too, goes on after so many milliseconds. */
  'stall request',
  /** Each piece of the response is held back for a while. */
  'delay',
  /** The response ends in order after so many bytes of its body. */
  'truncate',
  /** FIN to the client. The server notices so many milliseconds later. */
  'half-close to client',
  /** FIN to the server. */
  'half-close to server',
] as const

/** Faults of the next connection. A connection that is open is cut, so that there is one. */
const NEXT = [
  '503',
  '503 with Retry-After',
  '502 with HTML',
  /** Accepted, and never answered. */
  'no answer',
  /** RST at once. */
  'refuse',
  /** Closed after so many bytes of the request. */
  'cut request',
  /** The request goes to the server twice. One of the two connections is cut after so many milliseconds. */
  'double',
] as const

export type OpenKind = (typeof OPEN)[number]
export type NextKind = (typeof NEXT)[number]
export type FaultKind = OpenKind | NextKind

export const KINDS: readonly FaultKind[] = [...OPEN, ...NEXT]

export const isOfOpen = (kind: FaultKind): kind is OpenKind => OPEN.some((each) => each === kind)

export interface Fault {
  readonly kind: FaultKind
  /** Which of the open connections: 0 is the first of them, and 1 would be behind the last. */
  readonly pick: number
  /** How far it goes: see the kinds. */
  readonly bytes: number
  /** How long it lasts, in milliseconds. */
  readonly ms: number
  /** How long after the fault before it, in milliseconds. */
  readonly pause: number
}

/** Some events, and more than one. */
const BYTES = 1500
/** Longer than clients wait, sometimes: see `app.ts`. */
const LASTS = 2500

/**
 * The faults of a seed: each kind as often as the others, give or take one, in any order.
 * @param pause - Between two of them, in milliseconds on average.
 */
export function planFaults(seed: number, count: number, pause: number): Fault[] {
  const random = randomFrom(seed)
  const upTo = (limit: number): number => Math.floor(random() * limit)
  const kinds = Array.from({ length: count }, (_, n) => KINDS[n % KINDS.length] as FaultKind)
  for (let left = kinds.length; left > 1; left--) {
    const [one, other] = [left - 1, upTo(left)]
    ;[kinds[one], kinds[other]] = [kinds[other] as FaultKind, kinds[one] as FaultKind]
  }
  return kinds.map((kind) => ({
    kind,
    pick: random(),
    bytes: upTo(BYTES),
    ms: upTo(LASTS),
    pause: upTo(2 * pause),
  }))
}
