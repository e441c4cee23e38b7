/*
 * The bytes of a response of HTTP/1.1, as far as a proxy must know them to end a body early and in order.
 */

/** A part of a response. All parts together are the response. `frame`: the size of a chunk, or what stands between two. */
export interface Part {
  readonly kind: 'head' | 'frame' | 'data' | 'other'
  readonly bytes: Buffer
  /** A chunk begins with it. */
  readonly begins: boolean
}

const CRLF = '\r\n'

/** Cuts a response into its parts, however it arrives. Only a body in chunks (RFC 9112, 7.1) has `data`. */
export class ResponseReader {
  #state: 'head' | 'size' | 'data' | 'end of data' | 'other' = 'head'
  /** What has come of a head or of a line. */
  #text = ''
  /** How much is to come of a chunk. */
  #left = 0

  /** The body is in chunks, and it has not ended. */
  get isInBody(): boolean {
    return this.#state !== 'head' && this.#state !== 'other'
  }

  read(bytes: Buffer): Part[] {
    const parts: Part[] = []
    for (let at = 0; at < bytes.length; ) {
      const begins = this.#state === 'size' && this.#text === ''
      const part = this.#next(bytes.subarray(at))
      at += part.bytes.length
      parts.push({ ...part, begins })
    }
    return parts
  }

  #next(bytes: Buffer): Omit<Part, 'begins'> {
    switch (this.#state) {
      case 'head':
        return this.#upTo(CRLF + CRLF, bytes, 'head', (head) => {
          this.#state = /^transfer-encoding: *chunked/im.test(head) ? 'size' : 'other'
        })
      case 'size':
        return this.#upTo(CRLF, bytes, 'frame', (line) => {
          this.#left = Number.parseInt(line, 16)
          this.#state = this.#left ? 'data' : 'other'
        })
      case 'data': {
        const data = bytes.subarray(0, this.#left)
        this.#left -= data.length
        if (this.#left === 0) this.#state = 'end of data'
        return { kind: 'data', bytes: data }
      }
      case 'end of data':
        return this.#upTo(CRLF, bytes, 'frame', () => {
          this.#state = 'size'
        })
      case 'other':
        return { kind: 'other', bytes }
    }
  }

  /** Reads on to the end of a head or a line. */
  #upTo(mark: string, bytes: Buffer, kind: Part['kind'], done: (text: string) => void): Omit<Part, 'begins'> {
    const text = this.#text + bytes.toString('latin1')
    const end = text.indexOf(mark)
    if (end < 0) {
      this.#text = text
      return { kind, bytes }
    }
    const length = end + mark.length - this.#text.length
    this.#text = ''
    done(text.slice(0, end))
    return { kind, bytes: bytes.subarray(0, length) }
  }
}

/** A chunk of a body. */
export const toChunk = (data: Buffer): Buffer =>
  Buffer.concat([Buffer.from(data.length.toString(16) + CRLF), data, Buffer.from(CRLF)])

/** The end of a body in chunks. */
export const LAST_CHUNK = Buffer.from(`0${CRLF}${CRLF}`)

/** The whole of a short response. */
export const toResponse = (status: string, headers: Readonly<Record<string, string>>, text: string): string =>
  [
    `HTTP/1.1 ${status}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
    '',
    text,
  ].join(CRLF)
