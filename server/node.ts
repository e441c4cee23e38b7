import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { report } from '../src/base/errors.ts'
import type { Sink, SinkEvents } from './audience/carrier.ts'
import type { Hub } from './hub.ts'

export { type FileLog, type FileLogOptions, fileLog } from './log/file-log.ts'
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
 * The request of Node's that a Request came with, for an `authenticate` that goes by what middleware has found out:
 * `(request) => incomingMessage(request)?.user`. Undefined if it came another way.
 */
export const incomingMessage = <R extends IncomingMessage = IncomingMessage>(request: Request): R | undefined =>
  // What the framework has made of it is known to the caller alone.
  sources.get(request) as R | undefined

/** For `node:http`, `node:http2`, Express and its like, and the raw requests of Fastify and others. */
export type NodeHandler = (
  request: NodeRequest,
  response: ServerResponse,
  next?: (error: unknown) => void,
) => Promise<void>

/**
 * Serves a hub over Node's own HTTP, versions 1.1 and 2. Streams go straight to the socket, without a ReadableStream in between.
 * @returns A handler. What goes wrong in it goes to `next`; or it is reported, and answered with 500.
 */
export function toNodeHandler(hub: Pick<Hub, 'accept'>): NodeHandler {
  return async (request, response, next) => {
    try {
      const asked = toRequest(request)
      if (!asked) {
        response.writeHead(400).end()
        return
      }
      sources.set(asked, request)
      const answer = await hub.accept(asked, (headers, events) => {
        response.writeHead(200, Object.fromEntries(headers))
        return toSink(response, events)
      })
      if (answer) await send(answer, request, response)
    } catch (error) {
      if (next) return next(error)
      // Thrown on, it would be an unhandled rejection, and the end of the process.
      report(error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    }
  }
}

function toSink(response: ServerResponse, events: SinkEvents): Sink {
  // An event is small and wants to travel at once, and not wait for others (Nagle).
  response.socket?.setNoDelay?.(true)
  response.on('drain', events.drained)
  response.on('close', events.closed)
  // What there is to say of a broken line, `close` says.
  response.on('error', () => {})
  if (isGone(response)) queueMicrotask(events.closed)
  return {
    write: (bytes) => response.write(bytes),
    end: () => response.end(),
    destroy: () => response.destroy(),
  }
}

/** The client left while it was being authenticated. Of HTTP/2 the response does not say so, its stream does. */
function isGone(response: ServerResponse & { readonly stream?: { readonly destroyed: boolean } }): boolean {
  return response.destroyed || response.stream?.destroyed === true
}

/**
 * For the functions of the application, which look at headers, cookies and the query; and for the body of a POST. Undefined for
 * an address or a host that are none: Node lets them through.
 */
function toRequest(request: NodeRequest): Request | undefined {
  const { method = 'GET', headers, socket } = request
  const host = headers[':authority'] ?? headers.host ?? 'localhost'
  const scheme = 'encrypted' in socket && socket.encrypted ? 'https' : 'http'
  const target = request.originalUrl ?? request.url ?? '/'
  // Node lets through what is no method of Fetch's (TRACE), no host and no address. A host must be nothing but one: joined to a
  // path of its own it would decide what `authenticate` sees. A path that begins with two slashes is a path all the same; a
  // proxy's request names its host itself (RFC 9112, 3.2.2).
  const origin = URL.parse(`${scheme}://${host}`)
  if (!origin || origin.href !== `${origin.origin}/` || /^(trace|track|connect)$/i.test(method)) return undefined
  const url = URL.parse(target.startsWith('/') ? origin.origin + target : target)
  if (!url) return undefined
  const own = new Headers()
  // HTTP/2 has its request line among the headers.
  for (const [name, value] of Object.entries(headers))
    if (!name.startsWith(':')) for (const each of [value ?? []].flat()) own.append(name, each)
  if (!own.has('host')) own.set('host', `${host}`)
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers: own })
  return new Request(url, { method, headers: own, ...body(request), duplex: 'half' } as RequestInit)
}

/** A parser in front of us may have taken it: then it is what that made of it. */
function body(request: NodeRequest): { readonly body: BodyInit } {
  if (request.body !== undefined && request.readableDidRead)
    return { body: isText(request.body) ? request.body : JSON.stringify(request.body) }
  return { body: Readable.toWeb(request) as ReadableStream<Uint8Array> }
}

const isText = (body: unknown): body is string | Uint8Array<ArrayBuffer> =>
  typeof body === 'string' || body instanceof Uint8Array

async function send(answer: Response, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await answer.text()
  const headers = Object.fromEntries(answer.headers)
  // A body that was refused half-way is not waited for: the connection cannot be used again.
  if (!request.complete && request.httpVersionMajor < 2) headers['connection'] = 'close'
  response.writeHead(answer.status, headers).end(text)
}
