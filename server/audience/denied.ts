import type { Denied, DeniedCode, DeniedFields } from '../wire/frames.ts'

/*
 * The topics of one request that are not granted. They are left out and named, and the others are granted.
 */

export type { Denied, DeniedCode, DeniedFields }

/** So many are named at most, each with so many characters at most: an answer does not grow with the request. */
const NAMED = 100
const SHOWN = 200

/** Collects the topics that one request is denied. */
export interface Denials {
  /** Those that are named. */
  readonly named: readonly Denied[]
  /** How many more there are. */
  readonly more: number
  /** All of them, by code. */
  readonly counts: Readonly<Partial<Record<DeniedCode, number>>>
  add(topic: string, code: DeniedCode, message: string): void
  /** Adds so many that are not named. */
  addUnnamed(count: number, code: DeniedCode): void
  readonly isFull: boolean
}

export function createDenials(): Denials {
  const named: Denied[] = []
  const counts: Partial<Record<DeniedCode, number>> = {}
  let more = 0
  function addUnnamed(count: number, code: DeniedCode): void {
    more += count
    counts[code] = (counts[code] ?? 0) + count
  }
  return {
    named,
    counts,
    get more() {
      return more
    },
    get isFull() {
      return named.length >= NAMED
    },
    addUnnamed,
    add(topic, code, message) {
      if (named.length >= NAMED) return addUnnamed(1, code)
      named.push({ topic: topic.slice(0, SHOWN), code, message })
      counts[code] = (counts[code] ?? 0) + 1
    },
  }
}

/** The fields that name them to a client; none if there are none. A topic that the server has joined the client to is no loss. */
export function deniedIn({ named, more }: Denials, topics: ReadonlySet<string>): DeniedFields {
  const denied = named.filter(({ topic }) => !topics.has(topic))
  return { ...(denied.length && { denied }), ...(more && { deniedMore: more }) }
}
