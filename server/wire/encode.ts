import { shown } from './shown.ts'

/** One block of an event stream. */
export interface WireEvent {
  /** The `event:` field. Left out, it is a 'message'. */
  readonly event?: string | undefined
  /** The `data:` field: a string as it is, several lines becoming several fields; anything else as JSON. */
  readonly data?: unknown
  readonly id?: string | undefined
  /** The `retry:` field, in milliseconds. */
  readonly retry?: number | undefined
  /** A comment ahead of the fields; several lines become several comments. */
  readonly comment?: string | undefined
}

const LINE_END = /\r\n|\r|\n/
const BREAKING = /[\r\n\0]/

/**
 * A block of an event stream (HTML 9.2.5).
 * @throws TypeError if `event`, `id` or `comment` has a character in it that would end its line early, or make clients ignore
 *   it: CR, LF (in a comment they begin another) or NUL; if `retry` is not a whole number; if `data` is not JSON.
 */
export function encodeEvent({ event, data, id, retry, comment }: WireEvent): string {
  let block = ''
  if (comment !== undefined) for (const line of comment.split(LINE_END)) block += `: ${oneLine('comment', line)}\n`
  if (retry !== undefined) block += `retry: ${wholeNumber(retry)}\n`
  if (id !== undefined) block += `id: ${oneLine('id', id)}\n`
  if (event !== undefined && event !== 'message') block += `event: ${oneLine('event', event)}\n`
  if (data !== undefined) {
    const text = typeof data === 'string' ? data : toJSON(data)
    // Most text is one line, and JSON always is: splitting it would cost as much as all the rest.
    if (BREAKING.test(text)) for (const line of text.split(LINE_END)) block += `data: ${line}\n`
    else block += `data: ${text}\n`
  }
  return `${block}\n`
}

/** As the second argument of `JSON.stringify`: is called for each value in the data, and returns what is sent in its place. */
export type Replacer = (key: string, value: unknown) => unknown

/**
 * @param what - The name of its owner, for the message.
 * @throws TypeError for what JSON cannot say: a BigInt, a circle, a function. Also if `replacer` throws.
 */
export function toJSON(value: unknown, what = 'data', replacer?: Replacer): string {
  let cause: unknown
  try {
    const json = JSON.stringify(value ?? null, replacer)
    if (json !== undefined) return json
  } catch (error) {
    cause = error
  }
  const nothing = /function|symbol/.test(typeof value) ? `it is a ${typeof value}` : 'nothing is left of it'
  throw new TypeError(`${what} cannot be sent as JSON: ${cause ?? nothing}`, { cause })
}

/** @throws TypeError if the value would break out of its line. */
export function oneLine(field: string, value: string): string {
  if (!BREAKING.test(value)) return value
  throw new TypeError(
    `${field} has a line end or NUL in it, which would end the field early: ${JSON.stringify(value.slice(0, 40))}`,
  )
}

function wholeNumber(retry: number): number {
  if (Number.isInteger(retry) && retry >= 0) return retry
  throw new TypeError(`retry expects a whole number of milliseconds, got ${shown(retry)}`)
}
