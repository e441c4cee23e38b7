import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createHub, type HubOptions, memoryLog } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { script } from './bundle.ts'
import { Traffic } from './traffic.ts'

/*
 * The server of one check: the page, the reference server at /events, and a few answers that it would not give.
 */

/** After so much silence the server sends a heartbeat. In milliseconds. */
export const HEARTBEAT = 1000

/** The policy of docs/security.md. Vue makes a policy of its own for its HTML. @param streams - Where the page's streams come from. */
const policyFor = (streams: string): string =>
  `default-src 'none'; script-src 'self'; connect-src ${streams}; require-trusted-types-for 'script'; trusted-types vue; base-uri 'none'; form-action 'none'`

const STREAM = { 'content-type': 'text/event-stream' }
const FILES: Readonly<Record<string, readonly [type: string, text: string]>> = {
  '/page': [
    'text/html',
    '<!doctype html><title>Engines</title><link rel="icon" href="data:,"><main></main><script src="/page.js"></script>',
  ],
  '/elsewhere': ['text/html', '<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,">'],
}

export interface Server {
  readonly traffic: Traffic
  /** @param query - What the page does. */
  page(query?: Readonly<Record<string, string>>): string
  /** A page without a stream. */
  readonly elsewhere: string
  /** The number of the last event. */
  readonly last: number
  /** Publishes the next numbers, to everybody or to a topic. */
  publish(count?: number, topic?: string): Promise<void>
  /** Answers requests for streams with 503 and this `Retry-After`, in seconds; undefined: no more. */
  refuse(retryAfter: number | undefined): void
  close(): Promise<void>
}

export async function openServer(options: HubOptions = {}): Promise<Server> {
  const hub = createHub({ heartbeat: HEARTBEAT, log: memoryLog({ size: 50_000 }), ...options })
  const stream = toNodeHandler(hub)
  const traffic = new Traffic()
  const page = await script()
  let last = 0
  let refusal: number | undefined

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const special = SPECIAL[pathname]
    const isStream = special || (pathname.startsWith('/events') && request.method === 'GET')
    if (special || pathname.startsWith('/events')) traffic.note(request, searchParams)
    if (isStream && refusal !== undefined) return void response.writeHead(503, { 'retry-after': `${refusal}` }).end()
    if (isStream) traffic.begin(response)
    if (special) return void special(request, response, searchParams)
    if (pathname.startsWith('/events')) return void stream(request, response)
    const [type, text] = FILES[pathname] ?? ['text/javascript', page]
    const policy = policyFor(searchParams.get('other') ?? "'self'")
    response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(text)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    traffic,
    page: (query = {}) => `${origin}/page?${new URLSearchParams(query)}`,
    elsewhere: `${origin}/elsewhere`,
    get last() {
      return last
    },
    async publish(count = 1, topic) {
      const publishing: Promise<unknown>[] = []
      const target = topic === undefined ? {} : { topic }
      for (; count > 0; count--) publishing.push(hub.publish(topic ?? 'n', ++last, target))
      await Promise.all(publishing)
    },
    refuse(retryAfter) {
      refusal = retryAfter
    },
    async close() {
      await hub.close()
      server.close()
      server.closeAllConnections()
    },
  }
}

type Special = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => unknown

/** What the reference server does not do. */
const SPECIAL: Readonly<Record<string, Special>> = {
  /** So many events, written at once. */
  '/burst'(_, response, query) {
    response.writeHead(200, STREAM)
    const count = Number(query.get('count'))
    response.write(Array.from({ length: count }, (_, n) => `event: n\ndata: ${n + 1}\n\n`).join(''))
  },
  /** An event with an id outside ASCII, and another one for a client that has it. */
  '/ids'({ headers }, response, query) {
    const isBack = headers['last-event-id'] ?? query.get('lastEventId')
    response.writeHead(200, STREAM).end(isBack ? 'data: 2\n\n' : 'retry: 100\nid: é日\ndata: 1\n\n')
  },
  /** What a language model would answer to a POST: five events, and the end, unless it is asked to go on. */
  async '/answer'(request, response) {
    let body = ''
    for await (const chunk of request) body += chunk
    response.writeHead(200, STREAM)
    for (let n = 1; n <= 5; n++) {
      response.write(`data: ${JSON.stringify({ n, body })}\n\n`)
      await sleep(20)
    }
    if (!body.includes('for ever')) response.end()
  },
}
