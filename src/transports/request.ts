import type { Clock } from '../base/clock.ts'

/** The details that a function for the URL, headers or body may look at. */
export interface RequestContext {
  /** Failed attempts in a row; 0 for the first. */
  readonly attempt: number
  /** The id that the stream resumes from; '' for none. */
  readonly lastEventId: string
}

/** A value, or a function that makes a new one for each attempt. */
export type PerAttempt<T> = T | ((context: RequestContext) => T | PromiseLike<T>)

/** A body, as `fetch` takes it. By way of RequestInit, since a project for Node alone has no `BodyInit`. */
export type RequestBody = NonNullable<RequestInit['body']>

/** Headers as an object; those that are undefined are left out. */
export type RequestHeaders = Readonly<Record<string, string | undefined>> | Headers

/** Where the stream is. A relative URL is resolved against the document. */
export type SSEUrl = PerAttempt<string | URL>

/** How the last event id travels; see the option of that name. */
export type LastEventIdIn = 'auto' | 'header' | 'query'

/** The parts of a request, and how it is sent. */
export interface RequestOptions {
  /** The base of a relative URL. */
  readonly base: string
  readonly method: string
  readonly headers?: PerAttempt<RequestHeaders | undefined> | undefined
  readonly body?: PerAttempt<RequestBody | undefined> | undefined
  readonly credentials: NonNullable<RequestInit['credentials']>
  readonly lastEventIdIn: LastEventIdIn
  /** The query parameter for the last event id. */
  readonly lastEventIdParam: string
  readonly fetch: typeof globalThis.fetch
  /** The longest event that may be held in memory, in characters. */
  readonly maxEventSize: number
  readonly clock: Clock
}

/** One attempt, ready to be sent. */
export interface TransportRequest extends Omit<RequestOptions, 'base' | 'headers' | 'body'> {
  /** Absolute, without the last event id. */
  readonly url: string
  /** The caller's own headers. */
  readonly headers: Headers
  readonly body: RequestBody | undefined
  /** Where to resume; '' for nowhere. */
  readonly lastEventId: string
}
