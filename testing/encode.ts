/** One event for the wire. */
export interface WireEvent {
  /** The `event:` field. Left out, it is a 'message'. */
  readonly event?: string | undefined
  /** The `data:` field, as text; several lines become several fields. */
  readonly data?: string | undefined
  readonly id?: string | undefined
  /** The `retry:` field, in milliseconds. */
  readonly retry?: number | undefined
}

const LINE_END = /\r\n|\r|\n/

/**
 * A block of an event stream (HTML 9.2.5).
 * @throws TypeError if a name or an id has a line break in it: `raw()` sends what is not well formed.
 */
export function encodeBlock({ event, data, id, retry }: WireEvent): string {
  const lines: string[] = []
  if (retry !== undefined) lines.push(`retry: ${retry}`)
  if (id !== undefined) lines.push(`id: ${oneLine('id', id)}`)
  if (event !== undefined && event !== 'message') lines.push(`event: ${oneLine('event', event)}`)
  if (data !== undefined) for (const line of data.split(LINE_END)) lines.push(`data: ${line}`)
  return `${lines.join('\n')}\n\n`
}

/** A comment (HTML 9.2.5); several lines become several. */
export const encodeComment = (text: string): string =>
  `${text
    .split(LINE_END)
    .map((line) => `: ${line}\n`)
    .join('')}\n`

function oneLine(field: string, value: string): string {
  if (/[\r\n]/.test(value)) throw new TypeError(`${field} has a line break in it; raw() sends what is not well formed`)
  return value
}
