import type { IncomingMessage, ServerResponse } from 'node:http'
import { everyOrigin } from '../request/cors.ts'
import { addressed, type MockRequest } from '../request/request.ts'

/** Lets pages of every origin in, with credentials. */
export function allowEverybody(request: IncomingMessage, response: ServerResponse): void {
  for (const [name, value] of Object.entries(everyOrigin(request.headers.origin))) response.setHeader(name, value)
  const headers = request.headers['access-control-request-headers']
  const method = request.headers['access-control-request-method']
  if (headers) response.setHeader('access-control-allow-headers', headers)
  if (method) response.setHeader('access-control-allow-methods', method)
}

/** The body as text; undefined if the client went in the middle of it. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const body: Buffer[] = []
  try {
    for await (const chunk of request) body.push(chunk)
  } catch {
    return undefined
  }
  return Buffer.concat(body).toString()
}

/** Where a request goes. Not as the base of a relative URL: a path may begin with two slashes. */
export const addressOf = ({ url = '/' }: IncomingMessage): URL =>
  new URL(url.startsWith('/') ? `http://localhost${url}` : 'http://localhost')

/** @param at - When it came, in epoch milliseconds. */
export function describe(request: IncomingMessage, body: string, at: number): MockRequest {
  const { method = 'GET', url = '/' } = request
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
  return { method, headers, body, at, ...addressed(addressOf(request), headers), url }
}
