import { useEffect, useMemo, useSyncExternalStore } from 'react'
import type { HubClient } from '../src/hub/index.ts'
import type { EventMap, Observer, SSEClient, SSEEvent, SSEOptions } from '../src/index.ts'
import { useClient, useGiven, useMade } from './react-client.ts'
import { createSnapshot } from './react-stores.ts'
import type { MakeClient, Source } from './source.ts'
import { createStatusStore, createValueStore, IDLE_STATUS, type Status } from './stores.ts'

/*
 * A connection for one component.
 */

interface Live<E, C> extends Status {
  /**
   * The newest event since the component asked for it, null before. Reading it, by destructuring too, has every event decoded
   * and renders the component for every chunk of them.
   */
  readonly lastEvent: SSEEvent<E> | null
  /** The id that the next connection would resume from, at the moment that it is read; '' if there is none. It renders nothing. */
  readonly lastEventId: string
  /** The client's own. It keeps the connection from then on, with or without subscribers. */
  readonly connect: () => void
  /** The client's own: closes the connection until `connect()`. */
  readonly disconnect: () => void
  readonly client: C
}

/**
 * The result of {@link useSSE}; with `send` where the client has it. It is another object only when something in it has
 * changed.
 */
export type UseSSE<E = Record<string, unknown>, C = SSEClient<E>> = Live<E, C> & Pick<C, Extract<'send', keyof C>>

/**
 * Keeps a connection wanted while the component is mounted, and shows its status. The component renders when the status changes,
 * and for events only if it reads `lastEvent`.
 *
 * @example
 * const { isConnected, error } = useSSE('/api/events', { onEvent: (event) => console.log(event) })
 * const { send } = useSSE(() => createHubClient<Events>('/api/events'))
 *
 * @param source - A client; a URL, for a client of the component's own, where another URL makes another client; or a function
 *   that makes a client, which is called once. A client that was made for the component is closed with it. Default: the provider's client.
 * @param options - Those of `createSSE()`; for a client, callbacks alone. They may be written inline: functions and headers are
 *   the newest when they are called, the rest is read when a client is made.
 * @throws SSEError with code `options` if an option cannot work, or if there is no client.
 */
export function useSSE<E extends EventMap = Record<string, unknown>, C extends SSEClient<E> = SSEClient<E>>(
  client?: undefined,
  observer?: Observer<E>,
): UseSSE<E, C>
export function useSSE<E extends EventMap = Record<string, unknown>>(
  client: HubClient<E> | MakeClient<HubClient<E>>,
  observer?: Observer<E>,
): UseSSE<E, HubClient<E>>
export function useSSE<E extends EventMap = Record<string, unknown>>(
  client?: SSEClient<E> | MakeClient<SSEClient<E>>,
  observer?: Observer<E>,
): UseSSE<E>
export function useSSE<E extends EventMap = Record<string, unknown>>(
  url: string | URL,
  options?: SSEOptions<E>,
): UseSSE<E>
export function useSSE<E extends EventMap = Record<string, unknown>>(
  source: Source<E>,
  observer?: Observer<E>,
): UseSSE<E>
export function useSSE(given?: Source<Record<string, unknown>>, options?: SSEOptions): UseSSE {
  const client = useClient(useGiven(given), options)
  const [[statuses, events]] = useMade(
    () =>
      [
        createStatusStore(client),
        createSnapshot(
          createValueStore(client, '*', {
            initial: null,
            reduce: (_: SSEEvent | null, __: unknown, event: SSEEvent) => event,
          }),
        ),
      ] as const,
    client,
  )
  const status = useSyncExternalStore(statuses.subscribe, statuses.get, () => IDLE_STATUS)
  const event = useSyncExternalStore(events.subscribe, events.get, events.get)
  useEffect(() => client.keepOpen(), [client])
  return useMemo(
    () => ({
      ...status,
      get lastEvent() {
        events.read()
        return event
      },
      get lastEventId() {
        // A server has rendered '', and a client may have come further by the time its page is hydrated.
        return status === IDLE_STATUS ? '' : client.lastEventId
      },
      connect: client.connect,
      disconnect: client.disconnect,
      ...('send' in client && { send: client.send }),
      client,
    }),
    [status, event, events, client],
  )
}
