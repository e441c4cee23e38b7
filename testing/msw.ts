import {
  type HttpCustomPredicate,
  HttpHandler,
  HttpResponse,
  type Path,
  type PathParams,
  type RequestHandlerOptions,
} from 'msw'
import type { EventMap } from '../src/index.ts'
import { createMockStream, type MockStream } from './fetch/stream.ts'
import { settle } from './platform/settle.ts'
import { everyOrigin } from './request/cors.ts'
import type { Script } from './script/step.ts'

/** How a handler is found, beside its URL. */
export interface SSEHandlerOptions extends RequestHandlerOptions {
  /**
   * Answer only requests with this method. OPTIONS is always answered as a CORS preflight, and not counted as a request.
   * @defaultValue every method
   */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | undefined
}

/**
 * Where the stream is, as for MSW's own `http.get`: a path or pattern, or a function that looks at the request. A path without an
 * origin is the page's, and in Node, where there is no page, never found.
 */
export type SSEHandlerUrl = Path | HttpCustomPredicate<PathParams>

/** Answers a request with a stream, or as a script wants it. */
type Responder = Pick<MockStream, 'respond'>

/**
 * A request handler that answers with an event stream, for `setupServer()` and `setupWorker()` of MSW.
 *
 * @param script - A list of steps, which is played to each request; one that resumes gets what comes after the `send` with its last
 * event id. Or a list of such lists, one for each request. Or a stream made by `createMockStream()`, which the test then drives.
 * Nothing: streams that stay open, and silent.
 *
 * @example
 * const stream = createMockStream<Events>()
 * const server = setupServer(sseHandler('https://api.test/events', stream))
 * await stream.connected()
 * stream.send('order.created', { id: 'A-1' })
 *
 * @throws TypeError at once if the script has a step in it that there is not.
 */
export function sseHandler<E extends EventMap = Record<string, unknown>>(
  url: SSEHandlerUrl,
  script: Script | MockStream<E> = [],
  options: SSEHandlerOptions = {},
): HttpHandler {
  if (isStream(script)) return new StreamHandler(url, script, options)
  return new StreamHandler(url, () => createMockStream({ script }), options)
}

const isStream = <E>(script: Script | MockStream<E>): script is MockStream<E> =>
  typeof script === 'object' && script !== null && 'respond' in script

// As adapters/react-client.ts does for React: without it, `require` would speak of a class that extends undefined.
if (!HttpHandler) throw Error('headwater needs MSW 2')

class StreamHandler extends HttpHandler {
  readonly #source: Responder | (() => Responder)
  #responder: Responder

  /** @param source - A stream of the test's; or what makes one, when it is all the handler's own. */
  constructor(url: SSEHandlerUrl, source: Responder | (() => Responder), { method, ...options }: SSEHandlerOptions) {
    super(method ? RegExp(`^(${method}|OPTIONS)$`) : /./, url, ({ request }) => this.#answer(request), options)
    this.#source = source
    this.#responder = typeof source === 'function' ? source() : source
  }

  /** A client that is still connected stays so: an application that is on its way out, or one that is shared, must not come back. */
  override reset(): void {
    super.reset()
    this.#begin()
  }

  /** A handler that is put in place once more starts over, too. */
  override dispose(): void {
    this.#begin()
  }

  #begin(): void {
    if (typeof this.#source === 'function') this.#responder = this.#source()
  }

  /** A worker's lines in the console: of a stream, that there was one. */
  override async log(args: { request: Request; response: Response }): Promise<void> {
    const { status, headers, body } = args.response
    if (!isEventStream(headers)) return super.log(args)
    // It is a copy. Unread, it would keep all that was sent, and the mock would not learn that the client has left.
    body?.cancel()
    return super.log({ request: args.request, response: new Response('[event stream]', { status, headers }) })
  }

  async #answer(request: Request): Promise<Response> {
    if (request.method === 'OPTIONS') {
      // Else a handler with `once` would be spent on it.
      this.isUsed = false
      return new HttpResponse(null, { status: 204, headers: { ...allow(request), ...asked(request) } })
    }
    const answer = await this.#responder.respond(request).catch(() => undefined)
    // The script has dropped it, or the client has left.
    if (!answer) return HttpResponse.error()
    const { status, body } = answer
    const headers = new Headers(answer.headers)
    for (const [name, value] of Object.entries(allow(request))) if (!headers.has(name)) headers.set(name, value)
    // A body that is no stream is there as a whole. Without a body it has none: happy-dom fails over one that is left unread.
    if (!body || status !== 200) return new HttpResponse((await answer.text()) || null, { status, headers })
    // In Node MSW speaks HTTP over a pipe. Without a length or this header the end of the pipe is the proper end of the body, also
    // where the body should break.
    if (!headers.has('content-length')) headers.set('transfer-encoding', 'chunked')
    return new HttpResponse(relay(body, isEventStream(headers)), { status, headers })
  }
}

/** The same body: at once there, and chunk by chunk. */
function relay(body: ReadableStream<Uint8Array>, isStream: boolean): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    let last: Promise<unknown> = Promise.resolve()
    const inTurn = (act: () => unknown): void => {
      // When the body is over, nothing waits for this any more.
      last = last.then(act).catch(() => {})
    }
    const pass = (chunk: Uint8Array): void =>
      inTurn(() => {
        controller.enqueue(chunk)
        return pause()
      })
    // Until something of the body is there, MSW in Node and Firefox keep the headers back. A line end says nothing; in Node
    // nothing at all will do.
    if (isStream) pass(inBrowser() ? Uint8Array.of(10) : new Uint8Array())
    readAll(reader, pass).then(
      () => inTurn(() => controller.close()),
      (error) => inTurn(() => controller.error(error)),
    )
  }
  return new ReadableStream({ start, cancel: (reason) => reader.cancel(reason) })
}

/** As it comes, and not as it is wanted: what the mock has sent before it breaks the connection must not be lost. */
async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>, take: (chunk: Uint8Array) => void) {
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    take(value)
  }
}

/** A page that can have MSW's service worker between itself and its handlers. */
const inBrowser = (): boolean => 'serviceWorker' in (globalThis.navigator ?? {})

// The real one, whatever fake timers are in its place later.
const { setTimeout } = globalThis

/** How long the next chunk waits for this one: chunks that meet are joined. The worker is a thread of its own. */
function pause(): Promise<unknown> {
  // In a hidden page, timers fire once a second.
  const isHidden = globalThis.document?.visibilityState === 'hidden'
  return inBrowser() && !isHidden ? new Promise((done) => setTimeout(done, 1)) : settle()
}

const isEventStream = (headers: Headers): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') ?? false

/** Page-like environments in Node ask for it, as browsers do. */
const allow = ({ headers }: Request): Readonly<Record<string, string>> => everyOrigin(headers.get('origin'))

/** The request of a preflight. */
const asked = ({ headers }: Request): Record<string, string> => ({
  'access-control-allow-headers': headers.get('access-control-request-headers') ?? '*',
  'access-control-allow-methods': headers.get('access-control-request-method') ?? '*',
})
