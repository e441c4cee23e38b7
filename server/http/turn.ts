/*
 * HTTP/1.1 pipelining: a client may send requests without waiting for the answers, which come in the order of the requests
 * (RFC 9112, 9.3.2). So what stands behind a stream cannot be heard, and must not take a place, memory or events.
 */

/** A response of Node's, as far as it matters here. It has no socket while another is being answered on the same one. */
interface Queued {
  readonly socket: unknown
  once(event: 'socket', listener: () => void): unknown
}

interface Sent {
  readonly httpVersionMajor: number
  readonly socket: { readonly destroyed: boolean; destroy(): unknown }
  once(event: 'close', listener: () => void): unknown
}

/** So many requests may wait on one socket. Browsers and proxies do not pipeline at all. */
const WAITING = 16

const waiting = new WeakMap<object, number>()

/**
 * Whether a request may be answered: at once, or when those before it have been. A socket on which too many wait is closed.
 * @returns False if it will never be its turn.
 */
export function inTurn(request: Sent, response: Queued): boolean | Promise<boolean> {
  const { socket } = request
  if (request.httpVersionMajor > 1 || response.socket !== null) return true
  const before = waiting.get(socket) ?? 0
  if (before >= WAITING) socket.destroy()
  if (socket.destroyed) return false
  waiting.set(socket, before + 1)
  return new Promise((resolve) => {
    response.once('socket', () => {
      waiting.set(socket, (waiting.get(socket) ?? 1) - 1)
      resolve(true)
    })
    // It comes as well when a body has been read, while the socket lives.
    request.once('close', () => {
      if (socket.destroyed) resolve(false)
    })
  })
}
