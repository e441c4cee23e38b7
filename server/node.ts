import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { report } from '../src/base/errors.ts'
import type { Sink, SinkEvents } from './audience/carrier.ts'
import type { Authentication, Identity, Principal } from './audience/principal.ts'
import { refused } from './http/body.ts'
import { readRequestLine } from './http/request-line.ts'
import { inTurn } from './http/turn.ts'
import type { Hub } from './hub.ts'
import { fill } from './options/check.ts'
import { watchPeer } from './peer.ts'
import type { Connect } from './streams/open.ts'
import { Refusal } from './wire/refusal.ts'
import { CODINGS, compressed } from './zlib.ts'

export { type FileLog, type FileLogOptions, fileLog } from './disk/file-log.ts'
export { type WorkerMessage, workerRunner } from './work/worker.ts'
export type { Hub }

/** A request as Node has it, and as frameworks leave it: Express strips a prefix from `url`, and parsers take the body. */
export interface NodeRequest extends IncomingMessage {
  readonly originalUrl?: string | undefined
  readonly body?: unknown
}

/** Which request of Node's a Request was made of. */
const sources = new WeakMap<Request, NodeRequest>()

/**
 * The Node request that a Request was made of, for an `authenticate` that uses what middleware has found out:
 * `(request) => incomingMessage(request)?.user`. Undefined for a Request that came another way.
 */
export const incomingMessage = <R extends IncomingMessage = IncomingMessage>(request: Request): R | undefined =>
  // Only the caller knows the framework's version of it.
  sources.get(request) as R | undefined

/** For `node:http`, `node:http2`, Express and similar frameworks, and the raw requests of Fastify and others. */
export type NodeHandler = (
  request: NodeRequest,
  response: ServerResponse,
  next?: (error: unknown) => void,
) => Promise<void>

/** How a hub is served over Node's own HTTP. */
export interface NodeHandlerOptions<R extends IncomingMessage = NodeRequest> {
  /**
   * Says who makes the request, if middleware has found out. It replaces `authenticate` and has the same answers, sync or async.
   * undefined: `authenticate` decides. If the hub has no `authenticate`, the answer is 401.
   * @defaultValue `authenticate` decides
   *
   * @example
   * app.use('/api/events', toNodeHandler(hub, { principal: (request: express.Request) => request.user }))
   */
  readonly principal?: ((request: R) => PrincipalAnswer | Promise<PrincipalAnswer>) | undefined
}

type PrincipalAnswer = Authentication<Principal | Identity>

/**
 * Serves a hub over Node's own HTTP, versions 1.1 and 2. Streams go straight to the socket, without a ReadableStream in between.
 * @returns A handler. Its errors go to `next`. Without `next` they are reported, and answered with 500.
 * @throws SSEError `options` for an option that does not exist.
 */
export function toNodeHandler<R extends IncomingMessage = NodeRequest>(
  hub: Pick<Hub, 'accept'>,
  options: NodeHandlerOptions<R> = {},
): NodeHandler {
  // A name that is misspelt would let everybody in.
  const { principal } = fill<NodeHandlerOptions<R>>({ principal: ['function'] }, options)
  return async (request, response, next) => {
    try {
      const turn = inTurn(request, response)
      if (turn !== true && !(await turn)) return
      const asked = toRequest(request)
      sources.set(asked, request)
      // Only the caller knows the framework's version of the request.
      const known = principal ? { principal: () => principal(request as IncomingMessage as R) } : {}
      const connect: Connect = (headers, events) => {
        response.writeHead(200, Object.fromEntries(headers))
        watchPeer(response, events)
        const start = (of: SinkEvents): Required<Sink> => toSink(response, of)
        const coding = CODINGS.find((each) => each === headers.get('content-encoding'))
        return coding ? compressed(coding, events, start) : start(events)
      }
      const answer = await hub.accept(asked, connect, { ...known, codings: CODINGS })
      if (answer) await send(answer, request, response)
    } catch (error) {
      if (error instanceof Refusal) return send(refused(error), request, response)
      if (next) return next(error)
      // Thrown on, it would be an unhandled rejection, and the end of the process.
      report(error)
      if (response.headersSent) response.end()
      else await send(refused(new Refusal(500, 'internal', 'the server has failed')), request, response)
    }
  }
}

function toSink(response: ServerResponse, events: SinkEvents): Required<Sink> {
  // An event is small and wants to travel at once, and not wait for others (Nagle).
  response.socket?.setNoDelay?.(true)
  response.on('drain', events.drained)
  response.on('close', () => events.closed())
  // Everything about a broken connection comes with `close`.
  response.on('error', () => {})
  if (isGone(response)) queueMicrotask(() => events.closed())
  return {
    write: (bytes) => response.write(bytes),
    end: () => response.end(),
    destroy: () => response.destroy(),
    pending: () => response.writableLength,
  }
}

/** The client left while it was being authenticated. Of HTTP/2 the response does not say so, its stream does. */
function isGone(response: ServerResponse & { readonly stream?: { readonly destroyed: boolean } }): boolean {
  return response.destroyed || response.stream?.destroyed === true
}

/**
 * For the functions of the application, which look at headers, cookies and the query; and for the body of a POST.
 * @throws Refusal 400 for a request that is none.
 */
function toRequest(request: NodeRequest): Request {
  const { method = 'GET', headers, socket } = request
  const host = headers[':authority'] ?? headers.host ?? 'localhost'
  const scheme = 'encrypted' in socket && socket.encrypted ? 'https' : 'http'
  const url = readRequestLine({ method, scheme, host: `${host}`, target: request.originalUrl ?? request.url ?? '/' })
  const own = toHeaders(headers)
  if (!own.has('host')) own.set('host', `${host}`)
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers: own })
  return new Request(url, { method, headers: own, ...body(request), duplex: 'half' } as RequestInit)
}

function toHeaders(headers: IncomingMessage['headers']): Headers {
  const own = new Headers()
  try {
    // HTTP/2 has its request line among the headers.
    for (const [name, value] of Object.entries(headers))
      if (!name.startsWith(':')) for (const each of [value ?? []].flat()) own.append(name, each)
  } catch {
    throw new Refusal(400, 'request', 'a header of the request is not valid')
  }
  return own
}

/** A parser in front of us may have taken it: then it is the result of that parser. */
function body(request: NodeRequest): { readonly body: BodyInit } {
  if (request.body !== undefined && request.readableDidRead)
    return { body: isText(request.body) ? request.body : JSON.stringify(request.body) }
  return { body: Readable.toWeb(request) as ReadableStream<Uint8Array> }
}

const isText = (body: unknown): body is string | Uint8Array<ArrayBuffer> =>
  typeof body === 'string' || body instanceof Uint8Array

async function send(answer: Response, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = new Uint8Array(await answer.arrayBuffer())
  const headers: OutgoingHttpHeaders = Object.fromEntries(answer.headers)
  const cookies = answer.headers.getSetCookie()
  if (cookies.length) headers['set-cookie'] = cookies
  if (body.length) headers['content-length'] = body.length
  // A body that was refused half-way is not waited for: the connection cannot be used again.
  if (!request.complete && request.httpVersionMajor < 2) headers['connection'] = 'close'
  response.writeHead(answer.status, headers).end(body)
}
