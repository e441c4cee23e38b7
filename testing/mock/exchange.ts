import { encodeEvent, toJSON } from '../../server/wire/encode.ts'
import {
  connectedFrame,
  type DeniedFields,
  gapFrame,
  goodbyeFrame,
  type Introduction,
  subscribedFrame,
} from '../../server/wire/frames.ts'
import { shown } from '../../server/wire/shown.ts'
import type { MockRequest } from '../request/request.ts'
import type { Chunk, Refusal } from '../script/script.ts'
import type { MockConnection } from './actions.ts'
import type { Kept } from './replay.ts'

/** The host's side of one request: what the bytes go through. */
export interface Wire {
  /** Sends the status and the headers. */
  head(status: number, headers: Readonly<Record<string, string>>): void
  /** Sends one chunk; may wait until it is on its way. */
  write(chunk: Uint8Array<ArrayBuffer>): void | Promise<void>
  end(): void
  /** Breaks the connection. */
  destroy(): void
  /** Waits; in a test the clock may be turned by hand. */
  wait(ms: number): Promise<void>
  /** Resolves when the client has dealt with what it was sent, as far as that can be known. */
  settle(): Promise<void>
}

/** What a connection tells of itself. */
export interface ConnectionEvents {
  opened(): void
  /** It was told to end, or the client has gone. */
  leaving(): void
  /** The id of an event that is given none; undefined: none. */
  nextId(): string | undefined
  /** An event with an id is sent. */
  sent(event: Kept): void
}

/** A connection, and what only its mock may do with it. */
export interface Exchange extends MockConnection {
  /** Nothing comes after this. */
  readonly over: boolean
  /** How it has introduced itself. */
  readonly introduction: Introduction | undefined
  /** Answers with a stream, if there is no answer yet. */
  open(headers?: Readonly<Record<string, string>>): void
  /** Answers with something else, if there is no answer yet. */
  respond(refusal: Refusal): void
  /** A change of topics has been made. @returns Where the stream stands: the last id. */
  subscribed(rev: number, topics: readonly string[], denied?: DeniedFields): string
  /** Resolves when all that was said is on its way. */
  done(): Promise<void>
  /** Resolves when the client has dealt with it, as far as that can be known. */
  settled(): Promise<void>
  /** To be called when the client has gone. */
  gone(): void
}

type Headers = Readonly<Record<string, string>>

const STREAM_HEADERS: Headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }

/** Headers are the same whatever the case of their names: `Content-Type` is to replace ours, and not to join it. */
const merged = (own: Headers, given: Headers = {}): Headers => ({
  ...own,
  ...Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value])),
})

/**
 * The payload of an event as text.
 * @throws TypeError for what JSON cannot say.
 */
export const payloadOf = (data: unknown): string => (data === undefined ? '' : toJSON(data))

/** @param introduction - What it says of itself unless told otherwise. */
export function createExchange(
  request: MockRequest,
  wire: Wire,
  introduction: Introduction,
  events: ConnectionEvents,
): Exchange {
  const encoder = new TextEncoder()
  let state: 'fresh' | 'open' | 'stalled' | 'over' = 'fresh'
  /** Something was sent that a client takes for an event. */
  let spoken = false
  let introduced: Introduction | undefined
  /** The last id that was sent. */
  let lastId: string | undefined
  /** It was told to end, or has. */
  let leaving = false
  let resolve = (): void => {}
  const closed = new Promise<void>((settled) => {
    resolve = settled
  })
  // One after the other, also where the wire is slow: chunks must not overtake each other.
  let last: Promise<void> = Promise.resolve()

  const settled = (): Promise<void> => last.then(wire.settle)

  /** Where the client stands, once it has read all: what `gap` moves it to must not be behind that. */
  const place = (): string => lastId ?? introduced?.cursor ?? request.lastEventId

  function write(...chunks: readonly Chunk[]): Promise<void> {
    const all = chunks.map(bytesOf)
    exchange.open()
    for (const bytes of all) last = last.then(() => (state === 'open' ? wire.write(bytes) : undefined))
    return settled()
  }

  /** A copy: the caller may use its own again. */
  function bytesOf(chunk: Chunk): Uint8Array<ArrayBuffer> {
    if (typeof chunk === 'string') return encoder.encode(chunk)
    if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength).slice()
    throw new TypeError(`raw() wants text or bytes, got ${shown(chunk)}`)
  }

  function finish(how: () => void): Promise<void> {
    leaving = true
    events.leaving()
    last = last.then(() => {
      if (state !== 'over') how()
      exchange.gone()
    })
    return settled()
  }

  function speakAs(what: string): void {
    if (introduced) return
    if (spoken)
      throw new Error(
        `${what}() means something only on a stream that begins with introduce(), and this one has begun without; the option introduce: true does it for every stream that has no script`,
      )
    exchange.introduce()
  }

  const exchange: Exchange = {
    request,
    closed,
    get over() {
      return state === 'over'
    },
    get introduction() {
      return introduced
    },
    done: () => last,
    settled,
    send: (type, data, options) => exchange.sendText(type, payloadOf(data), options),
    sendText(type, text, { id = events.nextId(), ...options } = {}) {
      const block = encodeEvent({ event: type, data: text, id, ...options })
      spoken = true
      lastId = id ?? lastId
      if (id) events.sent({ type, text, options: { ...options, id } })
      return write(block)
    },
    comment: (text = '') => write(encodeEvent({ comment: text })),
    retry: (ms) => write(encodeEvent({ retry: ms })),
    raw(...chunks) {
      spoken = true
      return write(...chunks)
    },
    introduce(given) {
      if (spoken || introduced) throw new Error('introduce() must come first on its connection')
      introduced = { ...introduction, ...given }
      return write(connectedFrame(introduced))
    },
    gap(notice) {
      speakAs('gap')
      const requested = lastId ?? request.lastEventId
      const told = { reason: 'expired', requested, resumedFrom: place(), topics: ['*'], ...notice }
      lastId = told.resumedFrom
      return write(gapFrame(told))
    },
    goodbye(reconnectInMs = 0) {
      speakAs('goodbye')
      return write(goodbyeFrame(reconnectInMs))
    },
    subscribed(rev, topics, denied) {
      if (introduced) introduced = { ...introduced, topics }
      write(subscribedFrame(rev, topics, place(), denied))
      return place()
    },
    end() {
      exchange.open()
      return finish(wire.end)
    },
    drop: () => finish(wire.destroy),
    stall() {
      exchange.open()
      last = last.then(() => {
        if (state === 'open') state = 'stalled'
      })
      return settled()
    },
    open(headers) {
      if (state !== 'fresh' || leaving) return
      state = 'open'
      wire.head(200, merged(STREAM_HEADERS, headers))
      events.opened()
    },
    respond({ status, headers, body }) {
      if (state !== 'fresh' || leaving) return
      state = 'open'
      wire.head(status, merged({ 'content-type': 'text/plain' }, headers))
      if (body) write(body)
      finish(wire.end)
    },
    gone() {
      state = 'over'
      events.leaving()
      resolve()
    },
  }
  return exchange
}
