import type { WireEvent } from '../../server/wire/encode.ts'
import type { GapNotice, Introduction } from '../../server/wire/frames.ts'

/** Bytes, or text that is sent as UTF-8. */
export type Chunk = string | Uint8Array

/** How a request is refused, or answered with something else than a stream. */
export interface Refusal {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | undefined
}

/**
 * One thing that a mock does with a request. Plain data, so a script can stand in a JSON file. The answer's headers go out
 * with the first step that needs them; what a script leaves open stays open, and is yours.
 */
export type Step =
  /** The answer's headers: `delay` milliseconds late, with more headers, or with others than an event stream has. */
  | { readonly open: { readonly delay?: number; readonly headers?: Readonly<Record<string, string>> } }
  /** An event. `data` is sent as JSON; `text` as it is. */
  | { readonly send: Omit<WireEvent, 'data'> & { readonly data?: unknown; readonly text?: string } }
  /** A comment, which is what most servers use as a heartbeat. */
  | { readonly comment: string }
  /** A `retry:` field of its own. */
  | { readonly retry: number }
  /** Exactly these bytes. Each item of a list is a chunk of its own. */
  | { readonly raw: Chunk | readonly Chunk[] }
  /** Nothing, for so many milliseconds. */
  | { readonly wait: number }
  /** The connection breaks: before the headers the request fails, later the body does. */
  | { readonly drop: true }
  /** The response ends. */
  | { readonly end: true }
  /** Not a byte any more, whatever is sent; the connection stays open. */
  | { readonly stall: true }
  /** Another answer than a stream. */
  | { readonly refuse: Refusal }
  /** The request is sent elsewhere, with status 307 unless `status` says otherwise. */
  | { readonly redirect: string; readonly status?: number }
  /** `connected`, with which headwater's own server begins. What is left out is filled in. */
  | { readonly introduce: Partial<Introduction> }
  /** Events were lost, says a server that has introduced itself. */
  | { readonly gap: Partial<GapNotice> }
  /** Leave, and come back in so many milliseconds, says a server that has introduced itself. */
  | { readonly goodbye: number }

/**
 * What to do with requests. A list of steps: that, with each of them. One that resumes gets what comes after the `send` with its
 * last event id. A list of such lists: one for each request, and what comes after the last opens a stream that is left to you.
 */
export type Script = readonly Step[] | readonly (readonly Step[])[]
