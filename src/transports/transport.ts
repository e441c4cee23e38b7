import type { Clock } from '../clock.ts'
import type { ConnectionInput, ConnectionState } from '../machine.ts'
import type { Store } from '../store.ts'

/*
 * The seam between a subscription and what carries it. Above it nobody knows of bytes or sockets; below it
 * nobody knows of retries, handlers or payloads.
 */

/** One try, ready to be sent. */
export interface TransportRequest {
  /** Absolute, with the topics, without the cursor. */
  readonly url: string
  /** The topics that it asks for. */
  readonly topics: readonly string[]
  readonly method: string
  /** The caller's own headers. */
  readonly headers: Headers
  readonly body: BodyInit | undefined
  readonly credentials: RequestCredentials
  /** Where to resume; '' for nowhere. How it travels is the transport's affair. */
  readonly lastEventId: string
  /** The query parameter for it, where it cannot be a header. */
  readonly lastEventIdParam: string
  readonly fetch: typeof globalThis.fetch
  /** The longest event that may be held in memory, in characters. */
  readonly maxEventSize: number
  readonly clock: Clock
  /** What somebody wants to hear of, for a transport that must listen for each name. May contain wildcards. */
  readonly names: Iterable<string>
  /** Whose stream it is: the client's option of that name. */
  readonly scope: string
  /** The subscription whose try this is; the same object at each of its tries. */
  readonly host: TransportHost
}

/** A subscription, for a transport that has a life beyond one try: that shares a line, or keeps one warm. */
export interface TransportHost {
  /** Where it stands. Idle, paused and closed mean that it wants no line. */
  readonly state: Store<ConnectionState>
  /** Tells its state machine what happened to a line that it does not see. */
  send(...input: ConnectionInput): void
  /** Leaves its line, or the wait for one, and makes a new try now. Not to be called where it wants no line. */
  reconnect(): void
  /** Sends JSON to where changes of topics are sent. */
  tell(body: object): Promise<unknown>
}

/**
 * What a transport reports, in the order it happens. Nothing is heard any more once the link has been closed, so a
 * transport need not take care to be silent.
 */
export interface TransportSink {
  /** The response is good. `heartbeatMs`: the interval that its headers announce. */
  open(heartbeatMs?: number): void
  /** Bytes came; called ahead of what they contain. */
  heard(): void
  /** A comment came. `text`: what it says, for those who look at the traffic. */
  beat(text?: string): void
  /** A block with an `id` field has ended; its event, if it has one, follows. */
  id(id: string): void
  /** An event. `id` is undefined if its block had no `id` field. `topic`: what a comment in its block says it was published to. */
  event(type: string, data: string, id: string | undefined, topic?: string): void
  /** A `retry` field: milliseconds. */
  retry(ms: number): void
  /** An event longer than `maxEventSize` was dropped. */
  oversized(): void
  /**
   * The last word. `stop`: do not come back (status 204). `eof`: the body ended cleanly. Anything else is why it failed:
   * an SSEError, or whatever was thrown, which counts as `network`.
   */
  end(reason: unknown): void
}

/** A try under way. */
export interface TransportLink {
  /** Ends it. Calling it twice, or after the end, does no harm. */
  close(): void
  /** Somebody wants to hear of one more name. */
  listen?(name: string): void
  /**
   * Takes it upon itself to tell the server which topics are wanted: all of them, at each change. Without it, or where it
   * answers false, the subscription does so.
   */
  join?(topics: readonly string[]): boolean
}

/** Carries event streams: `fetchTransport`, `eventSourceTransport`, or your own. */
export interface Transport {
  /** Starts a try. What it throws counts as a network error. */
  connect(request: TransportRequest, sink: TransportSink): TransportLink
  /**
   * True if only a URL can be sent: no method, headers or body, and no telling the end of a response from a broken
   * line. Options that need more are then refused at once.
   */
  readonly urlOnly?: boolean
}
