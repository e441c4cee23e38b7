import { encodeEvent } from '../server/encode.ts'
import type { EventMap, EventName } from '../src/index.ts'
import { type Chunk, checkScript, type Refusal, type Step } from './script.ts'

/** A request as the mock saw it. */
export interface MockRequest {
  readonly method: string
  /** Path and query, as they came. */
  readonly url: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  /** Where the client wants to resume: the `Last-Event-ID` header, decoded, or the query parameter `lastEventId`; else ''. */
  readonly lastEventId: string
  readonly body: string
  /** When it came, in epoch milliseconds. */
  readonly at: number
}

/** How to send an event. */
export interface SendOptions {
  readonly id?: string | undefined
  readonly retry?: number | undefined
}

/** What can be done to one stream, or through a {@link Mock} to all that are open. */
export interface MockActions<E = Record<string, unknown>> {
  /** Sends an event with its data as JSON; without data, an event with an empty `data:`. */
  send<N extends EventName<E>>(type: N, data?: E[N], options?: SendOptions): void
  /** Sends an event with its data as plain text. */
  sendText(type: EventName<E>, text: string, options?: SendOptions): void
  /** Sends a comment: a heartbeat. */
  comment(text?: string): void
  /** Sends a `retry:` field. */
  retry(ms: number): void
  /** Sends exactly these bytes, each argument as a chunk of its own. */
  raw(...chunks: readonly Chunk[]): void
  /** Ends the response. */
  end(): void
  /** Breaks the connection. */
  drop(): void
  /** Sends not a byte any more, and keeps the connection open. */
  stall(): void
}

/** One stream that the mock has opened. */
export interface MockConnection<E = Record<string, unknown>> extends MockActions<E> {
  readonly request: MockRequest
  /** Resolves when the stream is over, whoever ended it. */
  readonly closed: Promise<void>
}

/** What in-process and real mock have in common. */
export interface Mock<E = Record<string, unknown>> extends MockActions<E> {
  /** Every request, oldest first. */
  readonly requests: readonly MockRequest[]
  /** The streams that are open now, oldest first. */
  readonly connections: readonly MockConnection<E>[]
  /** Resolves with the stream that is open, or else with the next one to be. */
  connected(): Promise<MockConnection<E>>
  /** What to do with the next request that has no script yet. Without one, a stream is opened and left to you. */
  script(...steps: readonly Step[]): void
  /** Refuses the next request; `times` of them if given. */
  refuse(status: number, options?: Omit<Refusal, 'status'> & { readonly times?: number }): void
}

/** The host's side of one request: what the bytes go through. */
export interface Wire {
  /** Sends the status and the headers. */
  head(status: number, headers: Readonly<Record<string, string>>): void
  /** Sends one chunk; may wait until it is on its way. */
  write(chunk: Uint8Array): void | Promise<void>
  end(): void
  /** Breaks the connection. */
  destroy(): void
  /** Waits; in a test the clock may be turned by hand. */
  wait(ms: number): Promise<void>
}

/** A mock without a host: gets requests and a wire for each, and does what scripts and callers say. */
export interface MockCore<E> {
  readonly mock: Mock<E>
  /** Answers a request. @returns To be called when the client has gone. */
  answer(request: MockRequest, wire: Wire): () => void
}

const STREAM_HEADERS = { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }

export function createMock<E extends EventMap>(script: readonly (readonly Step[])[] = []): MockCore<E> {
  const scripts = script.map(checkScript)
  const requests: MockRequest[] = []
  const connections = new Set<MockConnection<E>>()
  const waiting: ((connection: MockConnection<E>) => void)[] = []
  const encoder = new TextEncoder()

  function answer(request: MockRequest, wire: Wire): () => void {
    requests.push(request)
    let state: 'fresh' | 'open' | 'stalled' | 'over' = 'fresh'
    let gone = (): void => {}
    const closed = new Promise<void>((resolve) => {
      gone = () => {
        state = 'over'
        connections.delete(connection)
        resolve()
      }
    })
    // One after the other, also where the wire is slow: chunks must not overtake each other.
    let last: Promise<void> = Promise.resolve()

    function open(headers?: Readonly<Record<string, string>>): void {
      if (state !== 'fresh') return
      state = 'open'
      wire.head(200, { ...STREAM_HEADERS, ...headers })
      connections.add(connection)
      for (const resolve of waiting.splice(0)) resolve(connection)
    }
    function write(chunks: readonly Chunk[]): void {
      open()
      for (const chunk of chunks) {
        const bytes = typeof chunk === 'string' ? encoder.encode(chunk) : chunk
        last = last.then(() => (state === 'open' ? wire.write(bytes) : undefined))
      }
    }
    function finish(how: () => void): void {
      last = last.then(() => {
        if (state !== 'over') how()
        gone()
      })
    }

    const connection: MockConnection<E> = {
      request,
      closed,
      send: (type, data, options) => connection.sendText(type, data === undefined ? '' : JSON.stringify(data), options),
      sendText: (event, data, options) => write([encodeEvent({ event, data, ...options })]),
      comment: (text = '') => write([encodeEvent({ comment: text })]),
      retry: (ms) => write([`retry: ${ms}\n\n`]),
      raw: (...chunks) => write(chunks),
      end() {
        open()
        finish(wire.end)
      },
      drop: () => finish(wire.destroy),
      stall() {
        open()
        last = last.then(() => {
          if (state === 'open') state = 'stalled'
        })
      },
    }

    async function run(steps: readonly Step[]): Promise<void> {
      for (const step of steps) {
        await last
        if (state === 'over') return
        if ('wait' in step) await wire.wait(step.wait)
        else if ('open' in step) {
          if (step.open.delay) await wire.wait(step.open.delay)
          open(step.open.headers)
        } else if ('send' in step) {
          const { data, text, ...rest } = step.send
          write([encodeEvent({ ...rest, data: text ?? (data === undefined ? '' : JSON.stringify(data)) })])
        } else if ('comment' in step) connection.comment(step.comment)
        else if ('redirect' in step) respond(step.status ?? 307, { location: step.redirect })
        else if ('retry' in step) connection.retry(step.retry)
        else if ('raw' in step) write(Array.isArray(step.raw) ? step.raw : [step.raw as Chunk])
        else if ('drop' in step) connection.drop()
        else if ('end' in step) connection.end()
        else if ('stall' in step) connection.stall()
        else respond(step.refuse.status, step.refuse.headers, step.refuse.body)
      }
      await last
      open()
    }

    function respond(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): void {
      if (state !== 'fresh') return
      state = 'open'
      wire.head(status, { 'content-type': 'text/plain', ...headers })
      if (body) write([body])
      finish(wire.end)
    }

    const steps = scripts.shift()
    if (steps)
      run(steps).catch((error) => {
        // A header that cannot be sent, say: whoever wrote the script is to hear of it, and the client is not to hang.
        connection.drop()
        throw error
      })
    else open()
    return gone
  }

  const all = (act: (connection: MockConnection<E>) => void): void => {
    for (const connection of [...connections]) act(connection)
  }
  const mock: Mock<E> = {
    requests,
    get connections() {
      return [...connections]
    },
    connected() {
      const [first] = connections
      return first ? Promise.resolve(first) : new Promise((resolve) => waiting.push(resolve))
    },
    script(...steps) {
      scripts.push(checkScript(steps))
    },
    refuse(status, { times = 1, ...rest } = {}) {
      for (let i = 0; i < times; i++) mock.script({ refuse: { status, ...rest } })
    },
    send: (type, data, options) => all((each) => each.send(type, data, options)),
    sendText: (type, text, options) => all((each) => each.sendText(type, text, options)),
    comment: (text) => all((each) => each.comment(text)),
    retry: (ms) => all((each) => each.retry(ms)),
    raw: (...chunks) => all((each) => each.raw(...chunks)),
    end: () => all((each) => each.end()),
    drop: () => all((each) => each.drop()),
    stall: () => all((each) => each.stall()),
  }
  return { mock, answer }
}
