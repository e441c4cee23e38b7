import type { SendOptions } from './actions.ts'

/** An event with an id, as it was sent. */
export interface Kept {
  readonly type: string
  readonly text: string
  readonly options: SendOptions & { readonly id: string }
}

/** What has been sent, for those who come back. */
export interface Replay {
  /** The id of the event that was sent last; '' if there is none. */
  readonly last: string
  /** Keeps an event. One with an id that it has already is the same, sent to somebody else. */
  keep(event: Kept): void
  readonly all: readonly Kept[]
  /** The events after this id; undefined if it is not known. */
  after(id: string): readonly Kept[] | undefined
  /** A number that is no id yet. */
  nextId(): string
  clear(): void
}

/** A mock may run for weeks; the id of a client that comes back from further away than this is not known any more. */
const LIMIT = 10_000

export function createReplay(limit: number = LIMIT): Replay {
  const events = new Map<string, Kept>()
  let number = 1
  return {
    get last() {
      return [...events.keys()].at(-1) ?? ''
    },
    keep(event) {
      const { id } = event.options
      if (events.has(id)) return
      events.set(id, event)
      number++
      const [oldest] = events.keys()
      if (events.size > limit && oldest !== undefined) events.delete(oldest)
    },
    get all() {
      return [...events.values()]
    },
    nextId() {
      while (events.has(`${number}`)) number++
      return `${number}`
    },
    after(id) {
      const place = [...events.keys()].indexOf(id)
      return place < 0 ? undefined : [...events.values()].slice(place + 1)
    },
    clear() {
      events.clear()
      number = 1
    },
  }
}
