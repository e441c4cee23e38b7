import { optionError, withDefaults } from '../base/check.ts'
import { report } from '../base/errors.ts'
import { createSSE, type SSEClient } from '../client.ts'
import type { SSEOptions } from '../connection/options.ts'
import type { EventMap } from '../events/event.ts'
import type { SSEUrl } from '../transports/request.ts'
import type { Layer } from '../transports/transport.ts'
import { createHubLayer } from './layer.ts'
import type { HubOptions } from './options.ts'
import { post } from './post.ts'
import { createTopic, type Topic } from './topic.ts'
import { checkTopic } from './topic-name.ts'
import type { HubHost } from './topics.ts'

/** Options of {@link createHubClient}: those of `createSSE` but `server`, and those of `hub()`. */
export interface HubClientOptions<E = Record<string, unknown>> extends Omit<SSEOptions<E>, 'server'>, HubOptions {}

/** The target of an event, and how it is sent: see docs/protocol.md. `except: 'me'`: not for this client. */
export type SendTarget = Readonly<Record<string, unknown>>

/** A client of a server that speaks docs/protocol.md, as `headwater/server` does. */
export interface HubClient<E = Record<string, unknown>> extends SSEClient<E> {
  /** One of the server's topics. The client joins it while there is a subscriber. */
  topic(name: string): Topic<E>
  /**
   * Sends an event to the server: a POST of `{ event, data }` and the fields of `target`, to `sendUrl` or else the stream's
   * URL, with the headers and credentials of the stream. It opens no connection, and is sent again only after a 401, with fresh credentials.
   * @returns The server's answer: JSON as a value, anything else as text. Of a longer answer, the first 1,000,000 characters.
   * @throws SSEError `network`, also when the client closes; `timeout` if there is no answer within `connectTimeout`; `http`
   *   for a status that is not 2xx, a redirect too; `unauthorized`; `options` for a target with a field that is undefined, or
   *   a request that can never be sent.
   */
  send(type: string, data?: unknown, target?: SendTarget): Promise<unknown>
  /** The server's name for the connection; '' if there is none. */
  readonly clientId: string
}

/**
 * The layer for a server that speaks docs/protocol.md, as `headwater/server` does: whether the stream was resumed is known when
 * it opens, gaps are certain, repeats are recognised by their ids, and a server that is about to stop is left in time. For
 * topics and `send()` use {@link createHubClient}.
 *
 * @example
 * const sse = createSSE('/api/events', { server: hub({ topics: ['orders'] }) })
 *
 * @throws SSEError with code `options` if an option cannot work.
 */
export function hub(options: HubOptions = {}): Layer {
  const checked = withDefaults(DEFAULTS, options) as HubOptions
  const { topics, topicsUrl, onTopicRefused } = checked
  // The layer checks them as well, when a client is made.
  for (const name of [topics].flat()) checkTopic(name)
  return (inner, host) => createHubLayer(inner, host as HubHost, topics, topicsUrl, onTopicRefused)
}

const DEFAULTS = { topics: [], topicsUrl: undefined, sendUrl: undefined, onTopicRefused: report }

/**
 * Makes a client for a server that speaks docs/protocol.md, as `headwater/server` does: {@link createSSE} with `hub()`, topics
 * and `send()`.
 *
 * @example
 * const live = createHubClient<Events>('/api/events')
 * live.topic('orders').subscribe((order) => table.update(order))
 *
 * @throws SSEError with code `options` if an option cannot work.
 */
export function createHubClient<E extends EventMap = Record<string, unknown>>(
  url: SSEUrl,
  options?: HubClientOptions<E>,
): HubClient<E>
export function createHubClient(
  url: SSEUrl,
  { sendUrl, topics, topicsUrl, onTopicRefused, ...options }: HubClientOptions = {},
): HubClient {
  // A layer is called when its client is made.
  let host!: HubHost
  const sse = createSSE(url, {
    ...options,
    server(inner, own) {
      // The layer sets its topics.
      host = own as HubHost
      return createHubLayer(inner, host, topics, topicsUrl, onTopicRefused)
    },
  })
  return {
    __proto__: sse,
    topic: (name: string) => createTopic(name, host, sse.subscribe),
    async send(event: string, data?: unknown, target: SendTarget = {}) {
      // An `undefined` that was meant to name somebody would send to all.
      for (const name in target) if (target[name] === undefined) throw optionError(`send: ${name}`, 'a value')
      return post(host, sendUrl, {
        ...target,
        ...(target['except'] === 'me' && { except: host.topics._clientId() || [] }),
        event,
        data,
      })
    },
    get clientId() {
      return host.topics._clientId()
    },
  } as unknown as HubClient
}
