import { optionError } from '../base/check.ts'
import { same } from '../base/same.ts'
import type { Handler } from '../events/dispatch.ts'
import type { EventHandler, EventName, ListenOptions, SSEEvent, SubscribeOptions } from '../events/event.ts'
import { covers } from './protocol.ts'
import { checkTopic } from './topic-name.ts'
import type { HubHost } from './topics.ts'

/** That of a client. */
type Subscribe = (pattern: string, handler: Handler, options?: ListenOptions) => () => void

/** One of the server's topics, as far as this client wants it. */
export interface Topic<E = Record<string, unknown>> {
  /**
   * Joins the topic while there is a subscriber, and calls `handler` for its events: those that the server says it has
   * published to it; of others those named like the topic or under it (`orders`, `orders.created`), and those whose payload
   * names it in `topic` or `resource`.
   * @returns Unsubscribes. The topic is left `linger` after the last subscriber.
   */
  subscribe(handler: EventHandler<E, EventName<E>>, options?: SubscribeOptions): () => void
  /**
   * Resolves when the server has joined this client to the topic; at once if it has already. It takes a subscriber for that.
   * @throws SSEError `unauthorized` if the server does not grant it, with the server's message, and its code as `reason`; why the
   *   client closed, if it does.
   */
  joined(): Promise<void>
}

export function createTopic(given: string, host: HubHost, subscribe: Subscribe): Topic {
  const name = checkTopic(given)
  return {
    joined: () => host.topics._join(name),
    subscribe(handler, { once, signal } = {}) {
      if (typeof handler !== 'function') throw optionError('subscribe', 'function', handler)
      if (signal?.aborted) return same as () => void
      function hear(data: unknown, event: SSEEvent): unknown {
        if (!belongs(name, event, data)) return undefined
        if (once) off()
        return handler(data, event)
      }
      const off = subscribe('*', hear, { signal, _left: host.topics._add(name) })
      // For transports that must listen for each name.
      host.listen?.(name)
      return off
    },
  }
}

/**
 * Whether an event belongs to a topic. The server's own word counts, if there is one; else the event is named after the
 * topic, or its payload names the topic in `topic` or `resource`.
 */
export function belongs(
  topic: string,
  { type, topic: published }: { readonly type: string; readonly topic?: string | undefined },
  data: unknown,
): boolean {
  if (published) return covers(topic, published)
  const { topic: own, resource } = Object(data) as { readonly topic?: unknown; readonly resource?: unknown }
  return [type, own, resource].some(
    (name) => typeof name === 'string' && (covers(topic, name) || covers(`${topic}.*`, name)),
  )
}
