import type { WireEvent } from './encode.ts'

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

const STEPS = ['open', 'send', 'comment', 'retry', 'raw', 'wait', 'drop', 'end', 'stall', 'refuse', 'redirect']

/** @throws TypeError that names the step and what there is instead. */
export function checkScript(steps: readonly Step[]): readonly Step[] {
  for (const step of steps) {
    const name = Object.keys(Object(step)).find((key) => STEPS.includes(key))
    if (!name) throw new TypeError(`${JSON.stringify(step)} is no step; there are: ${STEPS.join(', ')}`)
  }
  return steps
}
