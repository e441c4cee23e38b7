import { wrong } from './check.ts'
import type { Handler } from './delivery.ts'
import type { EventHandler, EventName, SubscribeOptions } from './event.ts'
import type { Topics } from './topics.ts'

/** One of the server's topics, as far as this client wants it. */
export interface Topic<E = Record<string, unknown>> {
  /**
   * Joins the topic while somebody subscribes to it, and calls `handler` for its events: those that the server says it has
   * published to it; of others those named like the topic or under it (`orders`, `orders.created`), and those whose payload
   * names it in `topic` or `resource`.
   * @returns Unsubscribes. The topic is left `linger` after the last has.
   */
  subscribe(handler: EventHandler<E, EventName<E>>, options?: SubscribeOptions): () => void
  /**
   * Resolves when the server has joined this client to the topic; at once if it has already. Somebody has to subscribe
   * to it for that.
   * @throws SSEError `unauthorized` if the server will not; why the client closed, if it does.
   */
  joined(): Promise<void>
}

/**
 * @param subscribe - That of the client.
 * @param listen - Tells a transport that must listen for each name of the topic's own.
 * @throws SSEError `options` for a name that cannot travel in a list.
 */
export function createTopic(
  name: string,
  topics: Topics,
  subscribe: (pattern: string, handler: Handler, options?: SubscribeOptions) => () => void,
  listen: (name: string) => void,
): Topic {
  if (!/^[^,]+$/.test(name)) throw wrong('topic', 'a name without a comma', name)
  return {
    joined: () => topics.joined(name),
    subscribe(handler, { once, signal } = {}) {
      if (typeof handler !== 'function') throw wrong('subscribe', 'a function', handler)
      if (signal?.aborted) return () => {}
      const hear: Handler = (data, event) => {
        if (!belongs(name, event, data)) return
        if (once) end()
        return handler(data, event)
      }
      const off = subscribe('*', hear)
      const leave = topics.want(name)
      listen(name)
      let left = false
      function end(): void {
        if (left) return
        left = true
        signal?.removeEventListener('abort', end)
        off()
        leave()
      }
      signal?.addEventListener('abort', end)
      return end
    },
  }
}

/**
 * Whether an event belongs to a topic. The server's word on it counts, if there is one; else it is named after the topic, or its
 * payload says so in `topic` or `resource`.
 */
export function belongs(
  topic: string,
  { type, topic: published }: { readonly type: string; readonly topic?: string },
  data: unknown,
): boolean {
  const { topic: own, resource } = Object(data) as { readonly topic?: unknown; readonly resource?: unknown }
  const head = topic.replace(/\.?\*$/, '')
  if (published) return published === topic || (head !== topic && (!head || published.startsWith(`${head}.`)))
  return [type, own, resource].some((name) => !head || name === topic || `${name}`.startsWith(`${head}.`))
}
