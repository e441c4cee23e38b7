import type { Block, TransportSink } from './transport.ts'

/** A block that is being read: the buffers of 9.2.6. */
type Buffers = { -readonly [K in keyof Block]: Block[K] } & {
  /** The block is too long: nothing of it is kept. */
  skipped?: boolean
}

const emptyBuffers = (): Buffers => ({ type: '', data: undefined, id: undefined })

/** A line may be this much longer than the data of an event: it has a name, and an id may be longer than small events. */
const FIELD = 1024

/**
 * From the bytes of a response to their lines: HTML 9.2.5, "Parsing an event stream".
 * @param onTooLong - A line is longer than `limit`, and is not held any longer.
 */
function createLineReader(
  takeLine: (line: string) => void,
  limit: number,
  onTooLong: () => void,
): (bytes: Uint8Array) => void {
  // The BOM is dropped below: Node's decoder drops a second one, if a chunk begins with it.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  /** The next chunk is read without it: the one BOM, or the LF of a CRLF that was cut in two. */
  let dropped = '\ufeff'
  /** The beginning of a line whose end is still to come. */
  let rest = ''
  return (bytes) => {
    let text = decoder.decode(bytes, { stream: true })
    if (!text) return
    if (text[0] === dropped) text = text.slice(1)
    // A CR at the end of a chunk ends its line at once: an LF that belongs to it may not come for hours.
    dropped = text.endsWith('\r') ? '\n' : ''
    if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n')
    const lines = text.split('\n')
    lines[0] = rest + lines[0]
    rest = lines.pop() as string
    for (const line of lines) takeLine(line)
    if (rest.length <= limit) return
    // A comment of any length costs no event: many servers begin with one, as padding against proxies.
    if (rest[0] !== ':') onTooLong()
    // What is still to come of the line belongs to a comment, or to a field that does not exist.
    rest = `${rest[0]}-`
  }
}

/**
 * From the bytes of a response to what they say: HTML 9.2.5 and 9.2.6 ("Interpreting an event stream"), to the letter.
 *
 * An event that is longer than `maxEventSize` is skipped and the stream goes on: if the connection were closed, the server
 * would send the event again, for ever. The time is linear in the number of bytes, however they are cut.
 */
export function createStreamParser(
  sink: Pick<TransportSink, 'block' | 'comment' | 'retry' | 'gap'>,
  maxEventSize: number,
): (bytes: Uint8Array) => void {
  let buffers = emptyBuffers()

  function skip(): void {
    if (!buffers.skipped) sink.gap({ reason: 'too-large' })
    buffers.skipped = true
  }

  /** 9.2.6, "dispatch the event". A block without data is no event, but its id counts. */
  function dispatch(block: Buffers): void {
    buffers = emptyBuffers()
    // Its id counts: the server would send it again, for ever.
    if (block.skipped) block.data = undefined
    if (block.data === undefined && block.id === undefined) return
    block.type ||= 'message'
    sink.block(block)
  }

  function takeLine(line: string): void {
    if (!line) return dispatch(buffers)
    const colon = line.indexOf(':')
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1))
    if (colon && line.length - FIELD > maxEventSize) skip()
    switch (colon < 0 ? line : line.slice(0, colon)) {
      case 'data':
        buffers.data = buffers.data === undefined ? value : buffers.skipped ? '' : `${buffers.data}\n${value}`
        if (buffers.data.length > maxEventSize) skip()
        break
      case 'event':
        buffers.type = value
        break
      case 'id':
        // 9.2.6: "If the field value does not contain U+0000 NULL"
        if (!value.includes('\0')) buffers.id = value
        break
      case 'retry':
        if (/^\d+$/.test(value)) sink.retry(+value)
        break
      case '':
        sink.comment(value)
    }
  }

  return createLineReader(takeLine, maxEventSize + FIELD, skip)
}
