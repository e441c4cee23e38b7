import { createParser } from 'eventsource-parser'
import type { TransportSink } from './transport.ts'

/** How our server says, ahead of an event, which topic it was published to: any other client ignores it. */
const TOPIC = /^topic (\S+)$/

const BLANK_LINE = /(?:\r\n|\n|\r(?!\n)){2}/

/**
 * From the bytes of a response to what they say. The grammar (HTML 9.2.5) is eventsource-parser's; here are the
 * two things it leaves to its user: that only one BOM is dropped, and what to do about an event that is too long.
 *
 * An oversized event is skipped and the stream goes on: breaking the line would have the server send it again,
 * for ever. So that it takes no neighbour with it, chunks are cut at blank lines once the limit is near.
 */
export function createStreamParser(sink: TransportSink, maxEventSize: number): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  const parser = createParser({
    maxBufferSize: maxEventSize,
    onId: sink.id,
    onEvent({ event = 'message', data, id }) {
      // The parser checks only what it must hold, not an event that one chunk brings whole.
      if (data.length > maxEventSize) sink.oversized()
      else sink.event(event, data, id, topic)
      topic = undefined
    },
    onRetry: sink.retry,
    onComment(text) {
      const [, named] = TOPIC.exec(text) ?? []
      if (named) topic = named
      else sink.beat(text)
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') throw error
    },
  })
  /** What the block at hand was published to. */
  let topic: string | undefined
  /** An upper bound of what the parser holds, in characters. */
  let held = 0
  /** While an oversized event is skipped: its last characters, as the blank line that ends it may lie across chunks. */
  let skipped: string | undefined
  let begun = false

  /** @param next - What comes first. The parser drops one BOM: the stream's own, or else this one that it is given. */
  function restart(next?: string): void {
    topic = undefined
    parser.reset()
    if (next !== '\ufeff') parser.feed('\ufeff')
  }

  return (bytes) => {
    let text = decoder.decode(bytes, { stream: true })
    if (text && !begun) restart(text[0])
    begun ||= text !== ''
    held += text.length
    if (skipped === undefined && held <= maxEventSize) return parser.feed(text)
    text = (skipped ?? '') + text
    while (text) {
      const blank = BLANK_LINE.exec(text)
      const block = blank ? text.slice(0, blank.index + blank[0].length) : text
      const rest = blank ? undefined : block.slice(-3)
      text = text.slice(block.length)
      if (blank) held = text.length
      if (skipped !== undefined) skipped = rest
      else
        try {
          parser.feed(block)
        } catch {
          restart()
          skipped = rest
          sink.oversized()
        }
    }
  }
}
