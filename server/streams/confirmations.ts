import type { Client } from '../audience/client.ts'
import type { DeniedFields } from '../audience/denied.ts'
import { topicsOf } from '../audience/grants.ts'
import { subscribedFrame } from '../wire/frames.ts'
import type { Streams } from './streams.ts'

/*
 * Tells clients their topics. Each `subscribed` has all of them, so changes of one turn go into one: a client that is joined to a
 * thousand topics one by one would be sent half a million names.
 */

export interface Confirmations {
  /**
   * Tells a client all its topics, at the end of this turn or ahead of the next event.
   * @param cursor - Where the client stands.
   */
  add(client: Client, cursor: string): void
  /** The same at once, with the topics that it is denied. It contains everything that was still to be reported. */
  send(client: Client, cursor: string, denied: DeniedFields): void
  /** Tells what is still to be told. An event follows, and it may be for a topic that is new to its client. */
  flush(): void
}

export function createConfirmations(streams: Pick<Streams, 'send'>): Confirmations {
  /** Each with its cursor. */
  const due = new Map<Client, string>()

  /** The number is that of the last change that was made: a client that waits for a later one goes on waiting. */
  function send(client: Client, cursor: string, denied?: DeniedFields): void {
    due.delete(client)
    // `connected` is still to come, and has them.
    if (client.confirmed === undefined) return
    streams.send(client, subscribedFrame(client.confirmed, [...topicsOf(client)], cursor, denied))
  }

  function flush(): void {
    for (const [client, cursor] of due) send(client, cursor)
  }

  return {
    add(client, cursor) {
      if (client.confirmed === undefined) return
      if (due.size === 0) queueMicrotask(flush)
      due.set(client, cursor)
    },
    send,
    flush,
  }
}
