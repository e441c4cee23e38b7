import { begin } from '../base/task.ts'
import type { Block, TransportSink } from './transport.ts'

/** A line may be this much longer than the data of an event: it has a name, and an id may be longer than small events. */
const FIELD = 1024

/**
 * From the bytes of a response to their lines: HTML 9.2.5, "Parsing an event stream".
 * @returns The lines that a chunk completes. Of a line that is longer than `limit` also its beginning: it is not held any longer.
 */
function createLineReader(limit: number): (bytes: Uint8Array) => readonly string[] {
  // The BOM is dropped below: Node's decoder drops a second one, if a chunk begins with it.
  const decoder = new TextDecoder(undefined, { ignoreBOM: true })
  /** The next chunk is read without it: the one BOM, or the LF of a CRLF that was cut in two. */
  let dropped = '\ufeff'
  /** The beginning of a line whose end is still to come. */
  let rest = ''
  return (bytes) => {
    let text = decoder.decode(bytes, { stream: true })
    if (!text) return []
    if (text[0] === dropped) text = text.slice(1)
    // A CR at the end of a chunk ends its line at once: an LF that belongs to it may not come for hours.
    dropped = text.endsWith('\r') ? '\n' : ''
    const lines = text.split(/\r\n?|\n/)
    lines[0] = rest + lines[0]
    rest = lines.pop() as string
    if (rest.length > limit) {
      lines.push(rest)
      // The rest of the line belongs to a comment, or to a field that does not exist.
      rest = `${rest[0]}-`
    }
    return lines
  }
}

/**
 * From the bytes of a response to what they say: HTML 9.2.5 and 9.2.6 ("Interpreting an event stream"), to the letter.
 *
 * An event that is longer than `maxEventSize` is skipped and the stream goes on: if the connection were closed, the server
 * would send the event again, for ever. The time is linear in the number of bytes, however they are cut.
 *
 * @param onSkip - Called when an event is skipped.
 * @param onField - Called for each field that is no part of an event: `retry`, a comment, which has no name, or an unknown one.
 * @returns Reads a chunk block by block, as they are asked for.
 */
export function createBlockParser(
  maxEventSize: number,
  onSkip: () => void,
  onField: (name: string, value: string) => void,
): (bytes: Uint8Array) => Iterable<Block> {
  const read = createLineReader(maxEventSize + FIELD)
  // The block that is being read: the buffers of 9.2.6.
  let type: string | undefined
  /** null: the block is too long, and nothing of its data is kept. */
  let data: string | null | undefined
  let id: string | undefined

  function skip(): void {
    if (data !== null) onSkip()
    data = null
  }

  /** A field or a comment. */
  function takeLine(line: string): void {
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1))
    // A comment of any length costs no event: many servers begin with one, as padding against proxies.
    if (field && line.length - FIELD > maxEventSize) return skip()
    switch (field) {
      case 'data':
        if (data === null) break
        data = data === undefined ? value : `${data}\n${value}`
        if (data.length > maxEventSize) skip()
        break
      case 'event':
        type = value
        break
      case 'id':
        // 9.2.6: "If the field value does not contain U+0000 NULL"
        if (!value.includes('\0')) id = value
        break
      default:
        onField(field, value)
    }
  }

  return function* (bytes) {
    begin()
    for (const line of read(bytes))
      if (line) takeLine(line)
      else {
        // 9.2.6, "dispatch the event". A block without data is no event, but its id counts: of one that is too long, the
        // server would send it again, for ever.
        if (data != null || id !== undefined) yield { type: type || 'message', data: data ?? undefined, id }
        type = data = id = undefined
      }
  }
}

/** Takes each field that is no part of an event to the sink of a stream: `retry` and comments. */
export const takeFields =
  (sink: Pick<TransportSink, 'comment' | 'retry'>) =>
  (name: string, value: string): void => {
    if (!name) sink.comment(value)
    else if (name === 'retry' && /^\d+$/.test(value)) sink.retry(+value)
  }
