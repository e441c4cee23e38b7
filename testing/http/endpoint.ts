import type { IncomingMessage, ServerResponse } from 'node:http'
import { ControlError } from '../control/call.ts'
import { control, methodOf } from '../control/control.ts'
import type { Guard } from '../control/guard.ts'
import type { Controlled } from '../control/operations.ts'
import { addressOf, readBody } from './request.ts'

/**
 * Serves the control endpoint over HTTP. It answers with JSON; an error is `{ "error": "one line" }`.
 * @param path - Where it is: '/__mock'.
 */
export function createEndpoint(
  path: string,
  server: Controlled,
  guard: Guard,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const { pathname, searchParams } = addressOf(request)
    const { host, origin } = request.headers
    const name = pathname.slice(path.length).replace(/\/$/, '')
    const refused = guard(host, origin)
    if (refused) return answer(response, 403, { error: refused })
    if (origin !== undefined) {
      response.setHeader('access-control-allow-origin', origin)
      response.setHeader('vary', 'origin')
    }
    if (request.method === 'OPTIONS') {
      response.writeHead(204, {
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': 'content-type',
        allow: [methodOf(name) ?? 'GET, POST', 'OPTIONS'].join(', '),
      })
      response.end()
      return
    }
    const body = await readBody(request)
    if (body === undefined) return
    const gone = new AbortController()
    response.on('close', () => gone.abort())
    try {
      const call = { method: request.method ?? 'GET', name, query: searchParams, body, signal: gone.signal }
      answer(response, 200, await control(server, call))
    } catch (error) {
      if (!(error instanceof ControlError)) throw error
      const { status, message } = error
      if (status === 405) response.setHeader('allow', methodOf(name) ?? '')
      answer(response, status, { error: message })
    }
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    // No page gets at it by having it run as a script.
    'x-content-type-options': 'nosniff',
  })
  response.end(`${JSON.stringify(body, null, 2)}\n`)
}
