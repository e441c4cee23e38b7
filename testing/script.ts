import { encodeEvent, type WireEvent } from '../server/encode.ts'

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

type Name = Step extends infer S ? (S extends unknown ? Exclude<keyof S, 'status'> : never) : never

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null
const isTime = (value: unknown): boolean => Number(value) >= 0 && typeof value === 'number'
const isText = (value: unknown): boolean => typeof value === 'string'
const isTrue = (value: unknown): boolean => value === true
const isChunk = (value: unknown): boolean => isText(value) || value instanceof Uint8Array

/** What each step wants, in words and as a check. */
const STEPS: Readonly<Record<Name, readonly [wants: string, fits: (value: unknown) => boolean]>> = {
  open: ['{ delay?, headers? }', isObject],
  send: ['{ event?, data?, text?, id?, retry? }', isObject],
  comment: ['a string', isText],
  retry: ['milliseconds', isTime],
  raw: ['a string, bytes or a list of them', (value) => [value].flat().every(isChunk)],
  wait: ['milliseconds', isTime],
  drop: ['true', isTrue],
  end: ['true', isTrue],
  stall: ['true', isTrue],
  refuse: ['{ status, headers?, body? }', (value) => Number.isInteger((value as Refusal | null)?.status)],
  redirect: ['a URL', isText],
}

/** @throws TypeError that names the step and what there is instead. */
export function checkScript(steps: readonly Step[]): readonly Step[] {
  if (!Array.isArray(steps))
    throw new TypeError(`${JSON.stringify(steps)} is no list of steps: each request has its own`)
  for (const step of steps) {
    const name = Object.keys(Object(step)).find((key): key is Name => Object.hasOwn(STEPS, key))
    if (!name) throw new TypeError(`${JSON.stringify(step)} is no step; there are: ${Object.keys(STEPS).join(', ')}`)
    const [wants, fits] = STEPS[name]
    if (!fits(Object(step)[name])) throw new TypeError(`${JSON.stringify(step)}: ${name} wants ${wants}`)
    // What cannot be sent is told now, and not when the request comes.
    if ('send' in step) encodeEvent({ ...step.send, data: '' })
  }
  return steps
}
