import type { WireEvent } from '../../server/wire/encode.ts'
import type { GapNotice, Introduction } from '../../server/wire/frames.ts'

/** Bytes, or text that is sent as UTF-8. */
export type Chunk = string | Uint8Array

/** How a request is refused, or answered with anything but a stream. */
export interface Refusal {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | undefined
}

/**
 * One thing that a mock does with a request. It is plain data, so a script can be a JSON file. The headers of the answer are sent
 * with the first step that needs them. A stream that a script leaves open stays open, and is left to you.
 */
export type Step =
  /** The headers of the answer: `delay` milliseconds late, with more headers, or with others than those of a stream. */
  | { readonly open: { readonly delay?: number; readonly headers?: Readonly<Record<string, string>> } }
  /** An event. `data` is sent as JSON; `text` as it is. */
  | { readonly send: Omit<WireEvent, 'data'> & { readonly data?: unknown; readonly text?: string } }
  /** A comment, the usual heartbeat of servers. */
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
  /** Nothing more is sent, whatever follows. The connection stays open. */
  | { readonly stall: true }
  /** Another answer than a stream. */
  | { readonly refuse: Refusal }
  /** A redirect, with status 307 or the one that is given. */
  | { readonly redirect: string; readonly status?: number }
  /** `connected`, with which headwater's own server begins a stream. Fields that are left out are filled in. */
  | { readonly introduce: Partial<Introduction> }
  /** `gap`: events were lost. Clients believe it only after `introduce`, which comes by itself on a stream that is silent. */
  | { readonly gap: Partial<GapNotice> }
  /** `goodbye`: leave, and reconnect in so many milliseconds. It needs `introduce` as `gap` does. */
  | { readonly goodbye: number }

/**
 * The reaction to requests. A list of steps is for every request. One that resumes gets the steps after the `send` with its
 * last event id. A list of such lists has one for each of the first requests. Later ones open a stream that is left to you.
 */
export type Script = readonly Step[] | readonly (readonly Step[])[]
