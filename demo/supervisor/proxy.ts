import { request as ask, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'

/*
 * A proxy, as it stands in front of the API server in most set-ups. This one asks for each request which process answers it.
 */

/** Headers that concern one connection, and not the next (RFC 9110 7.6.1). */
const forNext = ({ connection, 'keep-alive': _, ...headers }: IncomingHttpHeaders): IncomingHttpHeaders => headers

/** @param portOf - The port of the process that answers a request. Undefined while there is none. */
export function createProxy(portOf: (request: IncomingMessage) => number | undefined) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const { method, url, headers } = request
    const port = portOf(request)
    if (port === undefined) return void response.writeHead(502).end()
    const upstream = ask({
      host: '127.0.0.1',
      port,
      method,
      path: url,
      headers: forNext(headers),
      // A connection that was kept may be to a process that has been killed meanwhile.
      agent: false,
    })
    upstream.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, forNext(answer.headers))
      answer.pipe(response)
      // A pipe passes on the end, but not the break: the page would wait for ever on a server that is dead.
      answer.on('close', () => {
        if (!answer.complete) response.destroy()
      })
    })
    upstream.on('error', () => {
      if (response.headersSent) response.destroy()
      else response.writeHead(502).end()
    })
    response.on('close', () => upstream.destroy())
    request.pipe(upstream)
  }
}
