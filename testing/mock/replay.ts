import type { SendOptions } from './actions.ts'

/** An event with an id, as it was sent. */
export interface SentEvent {
  readonly type: string
  readonly text: string
  readonly options: SendOptions & { readonly id: string }
}

/** The events that have been sent, for clients that reconnect. */
export interface Replay {
  /** The id of the event that was sent last; '' if there is none. */
  readonly last: string
  /** Keeps an event. One with an id that it has already is the same event, sent to another client. */
  add(event: SentEvent): void
  readonly all: readonly SentEvent[]
  /** The events after this id; undefined if it is not known. */
  after(id: string): readonly SentEvent[] | undefined
  /** A number that is no id yet. */
  nextId(): string
  clear(): void
}

/** A mock may run for weeks. Events beyond this number are forgotten, the oldest first, and their ids are unknown. */
const LIMIT = 10_000

export function createReplay(limit: number = LIMIT): Replay {
  const events = new Map<string, SentEvent>()
  let number = 1
  return {
    get last() {
      return [...events.keys()].at(-1) ?? ''
    },
    add(event) {
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
