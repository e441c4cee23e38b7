/*
 * The types of events: which names there are, which of them a pattern matches, what they carry.
 */

/** A map from event names to payloads, as an interface or a type: `{ 'order.created': Order }`. */
export type EventMap = object

/** The names of a map. */
export type EventName<E> = keyof E & string

/** One event. It has a name of its own, so that editors show that instead of all fields. */
type NamedEvent<T extends string, D> = {
  /** The name it was routed by: its `event:` field ('message' if it has none), or what the option `type` made of it. */
  readonly type: T
  /** The decoded payload. */
  readonly data: D
  /** The last event id at this event: its own, or an earlier event's, or '' (HTML 9.2.6). */
  readonly id: string
  /** The payload as text, as it came. */
  readonly raw: string
  /** When its bytes arrived, in epoch milliseconds. */
  readonly receivedAt: number
  /** The topic that it was published to, where the server says so: `headwater/server` does. */
  readonly topic?: string
}

/** One event, narrowed by its `type`. */
export type SSEEvent<E = Record<string, unknown>, N extends EventName<E> = EventName<E>> = {
  [T in N]: NamedEvent<T, E[T]>
}[N]

type Prefix<N extends string> = N extends `${infer Head}.${infer Rest}` ? Head | `${Head}.${Prefix<Rest>}` : never

/** A pattern to subscribe to: a name, all names under a prefix (`order.*`), or everything (`*`). */
export type EventPattern<E> = EventName<E> | `${Prefix<EventName<E>>}.*` | '*'

/** The names that a pattern matches. */
export type Matching<E, P extends string> =
  string extends EventName<E>
    ? EventName<E>
    : P extends '*'
      ? EventName<E>
      : P extends `${infer Head}.*`
        ? Extract<EventName<E>, `${Head}.${string}`>
        : Extract<EventName<E>, P>

/** Called with the payload and the event. Its return value is ignored, except for a promise: its rejection is reported. */
export type EventHandler<E, N extends EventName<E>> = (data: E[N], event: SSEEvent<E, N>) => unknown

/** How to subscribe. */
export interface SubscribeOptions {
  /**
   * Unsubscribe with the first event.
   * @defaultValue false
   */
  readonly once?: boolean | undefined
  /** Unsubscribes when it aborts. */
  readonly signal?: AbortSignal | undefined
}

/** More fields, which only the package itself gives. */
export interface ListenOptions extends SubscribeOptions {
  /** Called when it has unsubscribed. */
  readonly _left?: (() => void) | undefined
}
