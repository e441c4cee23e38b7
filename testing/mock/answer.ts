import { shown } from '../../server/wire/shown.ts'
import { createDeferred } from '../platform/deferred.ts'
import type { Chunk, Refusal } from '../script/step.ts'
import type { Wire } from './wire.ts'

/*
 * One response, and how far it has come:
 *
 *   waiting ──▶ open ──▶ stalled
 *      │          │         │
 *      ▼          │         │
 *   withdrawn ────┴─────────┴──▶ over
 *
 * waiting: there are no headers yet. open: they have been sent. stalled: not a byte more is sent. withdrawn: the connection is to
 * break, and no headers are sent any more. over: the response or its client has ended.
 */
type Stage = 'waiting' | 'open' | 'stalled' | 'withdrawn' | 'over'

type Headers = Readonly<Record<string, string>>

const STREAM_HEADERS: Headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }
const TEXT_HEADERS: Headers = { 'content-type': 'text/plain' }

/** Headers are the same whatever the case of their names: `Content-Type` replaces ours, and does not join it. */
const merged = (own: Headers, given: Headers = {}): Headers => ({
  ...own,
  ...Object.fromEntries(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value])),
})

/** The reports of an answer to its exchange. */
export interface AnswerEvents {
  /** It is a stream, and its headers have been sent. */
  opened(): void
  /** It is about to end, or the client has left. It may be called again. */
  ending(): void
}

/** Writes one response to a wire, in order, however slow that is. */
export class Answer {
  readonly #wire: Wire
  readonly #events: AnswerEvents
  readonly #encoder = new TextEncoder()
  readonly #closed = createDeferred<void>()
  #stage: Stage = 'waiting'
  /** Chunks must not overtake each other, so each waits for the one before. */
  #last: Promise<void> = Promise.resolve()

  constructor(wire: Wire, events: AnswerEvents) {
    this.#wire = wire
    this.#events = events
  }

  get isOver(): boolean {
    return this.#stage === 'over'
  }

  /** Resolves when it is over, whichever side ended it. */
  get closed(): Promise<void> {
    return this.#closed.promise
  }

  /** Resolves when all of it is on its way. */
  get sent(): Promise<void> {
    return this.#last
  }

  /** Resolves when the client has dealt with it, as far as that can be known. */
  settled(): Promise<void> {
    return this.#last.then(() => this.#wire.settle())
  }

  /** Answers with a stream, if there is no answer yet. */
  open(headers?: Headers): void {
    if (this.#stage !== 'waiting') return
    this.#stage = 'open'
    this.#wire.head(200, merged(STREAM_HEADERS, headers))
    this.#events.opened()
  }

  /** Answers with something else, if there is no answer yet. */
  respond({ status, headers, body }: Refusal): void {
    if (this.#stage !== 'waiting') return
    this.#stage = 'open'
    this.#wire.head(status, merged(TEXT_HEADERS, headers))
    if (body) this.write(body)
    this.end()
  }

  /** @throws TypeError for what is neither text nor bytes. */
  write(...chunks: readonly Chunk[]): Promise<void> {
    const all = chunks.map((chunk) => this.#bytesOf(chunk))
    this.open()
    for (const bytes of all) this.#next(() => (this.#stage === 'open' ? this.#wire.write(bytes) : undefined))
    return this.settled()
  }

  stall(): Promise<void> {
    this.open()
    this.#next(() => {
      if (this.#stage === 'open') this.#stage = 'stalled'
    })
    return this.settled()
  }

  end(): Promise<void> {
    this.open()
    return this.#finish(() => this.#wire.end())
  }

  drop(): Promise<void> {
    return this.#finish(() => this.#wire.destroy())
  }

  /** To be called when the client has left. */
  clientLeft(): void {
    this.#stage = 'over'
    this.#events.ending()
    this.#closed.resolve()
  }

  #finish(how: () => void): Promise<void> {
    if (this.#stage === 'waiting') this.#stage = 'withdrawn'
    this.#events.ending()
    this.#next(() => {
      if (this.#stage !== 'over') how()
      this.clientLeft()
    })
    return this.settled()
  }

  #next(act: () => void | Promise<void>): void {
    this.#last = this.#last.then(act)
  }

  /** A copy: the caller may use its own again. */
  #bytesOf(chunk: Chunk): Uint8Array<ArrayBuffer> {
    if (typeof chunk === 'string') return this.#encoder.encode(chunk)
    if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength).slice()
    throw new TypeError(`raw() expects text or bytes, got ${shown(chunk)}`)
  }
}
