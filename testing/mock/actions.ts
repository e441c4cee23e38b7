import type { GapNotice, Introduction } from '../../server/wire/frames.ts'
import type { EventName } from '../../src/index.ts'
import type { MockRequest } from '../request/request.ts'
import type { Chunk } from '../script/step.ts'

/** How to send an event. */
export interface SendOptions {
  readonly id?: string | undefined
  /** A `retry:` field in its block, in milliseconds. */
  readonly retry?: number | undefined
  /** A comment ahead of its fields. */
  readonly comment?: string | undefined
}

/**
 * The actions on one stream, or through a mock on all that are open. Each call resolves when it is done. With a mock in this
 * process, the client has handled it by then. It need not be awaited.
 */
export interface MockActions<E = Record<string, unknown>> {
  /** Sends an event with its data as JSON; without data, an event with an empty `data:`. */
  send<N extends EventName<E>>(type: N, data?: E[N], options?: SendOptions): Promise<void>
  /** Sends an event with its data as plain text. */
  sendText(type: EventName<E>, text: string, options?: SendOptions): Promise<void>
  /** Sends a comment: a heartbeat. */
  comment(text?: string): Promise<void>
  /** Sends a `retry:` field. */
  retry(ms: number): Promise<void>
  /** Sends exactly these bytes, each argument as a chunk of its own. */
  raw(...chunks: readonly Chunk[]): Promise<void>
  /** Ends the response. */
  end(): Promise<void>
  /** Breaks the connection. */
  drop(): Promise<void>
  /** Sends nothing more, and keeps the connection open. */
  stall(): Promise<void>
  /**
   * Sends `connected`, with which headwater's own server begins a stream. Only then does a client take `gap` and `goodbye` as the
   * server's own. Fields that are left out are filled in: `recovered` is true if the client resumes.
   * @throws Error if something else has been sent on this connection.
   */
  introduce(introduction?: Partial<Introduction>): Promise<void>
  /**
   * Reports that events were lost. Fields that are left out are filled in: the reason is `expired`, and the client goes on from the
   * id that was sent last. If nothing has been sent on the connection, `introduce()` comes first.
   * @throws Error on a connection that has begun in another way.
   */
  gap(notice?: Partial<GapNotice>): Promise<void>
  /**
   * Asks the client to leave, and to reconnect in so many milliseconds. 0, the default: soon. `introduce()` comes first, as with
   * `gap()`.
   * @throws Error on a connection that has begun in another way.
   */
  goodbye(reconnectInMs?: number): Promise<void>
}

/** One stream that the mock has opened. */
export interface MockConnection<E = Record<string, unknown>> extends MockActions<E> {
  readonly request: MockRequest
  /** Resolves when the stream is over, whether the client or the mock ended it. */
  readonly closed: Promise<void>
}
