import { callSafely } from '../../src/base/errors.ts'

/*
 * Hubs that share a log share events. A relay carries events that are in no log from hub to hub: volatile events, and what
 * one hub asks of the others.
 */

/** A message from one hub to the others. All of it can be stored as JSON. */
export type RelayMessage = Readonly<Record<string, unknown>>

/** Carries messages between hubs. `memoryRelay` is one, and `redisLog` has one. */
export interface Relay {
  /**
   * Gives a message to all hubs. It may give it to the sender too. A hub that cannot be reached does not get it later.
   * @returns A promise may reject: the message is lost then, and the hub counts it.
   */
  send(message: RelayMessage): void | Promise<void>
  /** Adds a listener for what hubs send, in order. @returns A function that removes it. */
  subscribe(listener: (message: RelayMessage) => void): () => void
  /** False while nothing that others send can come. Left out: it always can. */
  readonly available?: boolean | undefined
}

/** A relay between hubs of one process, for tests. */
export function memoryRelay(): Relay {
  const listeners = new Set<(message: RelayMessage) => void>()
  return {
    send(message) {
      // As it would come out of another process, and as late.
      const text = JSON.stringify(message)
      queueMicrotask(() => {
        for (const listener of listeners) void callSafely(listener, JSON.parse(text))
      })
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
