import type { SSEError } from '../base/errors.ts'
import type { Store } from '../base/store.ts'
import type { ConnectionState, Wait } from '../decisions/state.ts'
import type { Gap, Opened } from '../events/observers.ts'
import type { RequestOptions, SSEUrl, TransportRequest } from './request.ts'

/*
 * The seam between a client and what carries its stream. Above it nobody knows of bytes or sockets; below it nobody knows of
 * retries, handlers or payloads. An optional part is a layer in between.
 */

/** The facts about a good response. */
export interface OpenInfo {
  /** The interval of the server's heartbeat, if it announced one. */
  readonly heartbeatMs?: number | undefined
  /** Whether the stream goes on where the last connection stopped, if the server said so. */
  readonly recovered?: Opened['recovered'] | undefined
  /** The server's name for the connection, if it has one. */
  readonly clientId?: Opened['clientId']
}

/** One block of a stream (HTML 9.2.6): an event, a last event id, or both. */
export interface Block {
  /** The name of the event; 'message' if the block has none. */
  readonly type: string
  /** undefined: the block has no data, so it is no event. Its id counts all the same. */
  readonly data: string | undefined
  /** The block's own id; undefined if it has no `id` field. */
  readonly id: string | undefined
  /** The topic that the event was published to, if the server said so. */
  readonly topic?: string | undefined
}

/** The unfinished work of async handlers of an event; undefined if there is nothing to wait for. */
export type Work = readonly PromiseLike<unknown>[] | undefined

/** A gap as it is reported; what is left out has the usual value. */
export type GapReport = Pick<Gap, 'reason'> & Partial<Gap>

/**
 * The reports of a transport, in the order in which they happen. Nothing is heard of it after its link was closed, so a
 * transport need not take care to be silent.
 */
export interface TransportSink {
  /** The response is good. */
  open(info?: OpenInfo): void
  /** Bytes arrived. Called before what they contain. */
  heard(): void
  comment(text: string): void
  /** @returns What the handlers still do. */
  block(block: Block): Work
  /** A `retry` field: milliseconds. */
  retry(ms: number): void
  /** Events were lost, or may have been. */
  gap(gap: GapReport): void
  /**
   * The last call. `stop`: do not come back (status 204). `eof`: the body ended in order. Anything else is why the attempt
   * failed: an SSEError, or any other value, which counts as `network`.
   */
  end(reason: unknown): void
}

/** An attempt under way. */
export interface TransportLink {
  /** Ends it. Calling it twice, or after the end, does no harm. */
  close(): void
  /**
   * The topics that are wanted now, all of them. True: the transport tells the server. Without it, or if it answers false,
   * the caller does.
   */
  join?(topics: readonly string[]): boolean
}

/** Carries event streams: `fetchTransport()`, or your own. */
export interface Transport {
  /** Starts an attempt. An error that it throws counts as a network error. */
  connect(request: TransportRequest, sink: TransportSink): TransportLink
}

/** The options that layers look at. */
export interface HostOptions extends RequestOptions {
  readonly url: SSEUrl
  readonly connectTimeout: number
  readonly linger: number
  readonly dedupe: boolean
}

/** The topics of a client, for what carries its stream together with others. */
export interface HostTopics {
  /** Those that are wanted now. */
  wanted(): readonly string[]
  /** Sends a change to the server. */
  change(change: TopicsChange): Promise<unknown>
}

/** A change of the topics that a connection carries. */
export interface TopicsChange {
  /** The connection, as the server calls it. */
  readonly clientId: string
  /** Changes are numbered: the server ignores one that is older than the last. */
  readonly rev: number
  readonly add: readonly string[]
  readonly remove: readonly string[]
  /** All of them: a server that missed an earlier change has it again. */
  readonly all: readonly string[]
}

/** The client that a layer is part of. */
export interface Host {
  readonly state: Store<ConnectionState>
  /** The client's options, as far as layers look at them. */
  readonly options: HostOptions
  /** The id that the next request resumes from. */
  readonly lastEventId: string
  /** Moves it, whether a connection is open or not. A layer may replace this, to hear of it. */
  resumeFrom(id: string): void
  /** A layer may set this: called before each request is made, and awaited. It shares `connectTimeout` with the attempt. */
  ready?: (() => Promise<unknown> | undefined) | undefined
  /** A layer that must know the names sets this: called for each name or pattern that is subscribed to. */
  listen?: ((pattern: string) => void) | undefined
  /** `hub()` sets this. */
  topics?: HostTopics | undefined
  /** Asks for fresh credentials, once for all who wait. Without an error: the promise that is under way, if any. */
  refresh(error?: SSEError): Promise<unknown> | undefined
  /** Leaves the connection, or the wait for one, and makes a new attempt now. */
  reconnect(): void
  /** Leaves the connection or the attempt, and makes the next one at `until`. Nothing happens while no connection is wanted. */
  wait(wait: Wait): void
  /** Ends the client; `connect()` revives it. */
  end(error: SSEError | null): void
}

/**
 * A layer between a client and its transport: it sees the requests that go down and the reports that come up. Made once for
 * each client.
 */
export type Layer = (inner: Transport, host: Host) => Transport

/** A sink that passes nothing on once `isOpen` answers false. */
export function guardSink(sink: TransportSink, isOpen: () => boolean): TransportSink {
  const guarded: Record<string, unknown> = {}
  for (const [name, report] of Object.entries(sink))
    guarded[name] = (argument: unknown): unknown => (isOpen() ? report(argument) : undefined)
  return guarded as unknown as TransportSink
}
