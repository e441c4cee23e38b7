import type { TransportSink } from './transport.ts'

/** How our server says, ahead of an event, which topic it was published to: any other client ignores it. */
const TOPIC = /^topic (\S+)$/

/** The buffers of 9.2.6, for the block at hand. */
interface Block {
  type: string
  data: string | undefined
  id: string | undefined
  topic: string | undefined
  /** It is too long: nothing of it is kept. */
  skipped: boolean
}

const emptyBlock = (): Block => ({ type: '', data: undefined, id: undefined, topic: undefined, skipped: false })

/** A line of data may be as long as the data itself. */
const FIELD_NAME = 'data: '.length

/**
 * From the bytes of a response to what they say: HTML 9.2.5 ("Parsing an event stream") and 9.2.6 ("Interpreting an
 * event stream"), to the letter.
 *
 * An event that is longer than `maxEventSize` is skipped and the stream goes on: if the connection were closed, the
 * server would send the event again, for ever. The time is linear in the number of bytes, however they are cut.
 */
export function createStreamParser(sink: TransportSink, maxEventSize: number): (bytes: Uint8Array) => void {
  // The BOM is dropped below: Node's decoder drops a second one, if a chunk begins with it.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let block = emptyBlock()
  /** The next chunk is read without it: the one BOM (9.2.5), or the LF of a CRLF that was cut in two. */
  let dropped = '\ufeff'
  /** The beginning of a line whose end is still to come. */
  let rest = ''

  function skip(): void {
    if (!block.skipped) sink.oversized()
    block.skipped = true
  }

  /** 9.2.6, "dispatch the event". The id of a block without data counts, too. */
  function dispatch({ type, data, id, topic, skipped }: Block): void {
    block = emptyBlock()
    if (skipped) return
    if (id !== undefined) sink.id(id)
    if (data !== undefined) sink.event(type || 'message', data, id, topic)
  }

  function takeComment(text: string): void {
    const [, topic] = TOPIC.exec(text) ?? []
    if (topic) block.topic = topic
    else sink.beat(text)
  }

  function takeLine(line: string): void {
    if (!line) return dispatch(block)
    const colon = line.indexOf(':')
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1))
    if (colon && line.length - FIELD_NAME > maxEventSize) skip()
    switch (colon < 0 ? line : line.slice(0, colon)) {
      case 'data':
        block.data = block.data === undefined ? value : block.skipped ? '' : `${block.data}\n${value}`
        if (block.data.length > maxEventSize) skip()
        break
      case 'event':
        block.type = value
        break
      case 'id':
        // 9.2.6: "If the field value does not contain U+0000 NULL"
        if (!value.includes('\0')) block.id = value
        break
      case 'retry':
        if (/^[0-9]+$/.test(value)) sink.retry(Number(value))
        break
      case '':
        takeComment(value)
    }
  }

  return (bytes) => {
    let text = decoder.decode(bytes, { stream: true })
    if (!text) return
    if (text[0] === dropped) text = text.slice(1)
    // A CR at the end of a chunk ends its line at once: an LF that belongs to it may not come for hours.
    dropped = text.endsWith('\r') ? '\n' : ''
    if (text.includes('\r')) text = text.replace(/\r\n?/g, '\n')
    const lines = text.split('\n')
    lines[0] = `${rest}${lines[0]}`
    rest = lines.pop() ?? ''
    for (const line of lines) takeLine(line)
    if (rest.length - FIELD_NAME <= maxEventSize) return
    // No longer held: what is still to come of the line belongs to a comment, or to a field that does not exist.
    if (rest[0] !== ':') skip()
    rest = rest[0] === ':' ? ':' : '-'
  }
}
