import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { createHub } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'

/*
 * What a consumer is served by: its own built files under a strict policy, and a stream of numbers that can be broken.
 */

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
}

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Frameworks put scripts and styles into their pages. Each is allowed by its hash: nothing is called unsafe. */
export function policyOf(html: string): string {
  const hashes = (element: string): string[] =>
    [...html.matchAll(new RegExp(`<${element}\\b[^>]*>(.*?)</${element}>`, 'gs'))].map(([, text = '']) => hash(text))
  return [
    "default-src 'none'",
    ["script-src 'self'", ...hashes('script')].join(' '),
    ["style-src 'self'", ...hashes('style')].join(' '),
    "connect-src 'self'",
    "worker-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "manifest-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
  ].join('; ')
}

export interface Site {
  readonly url: string
  /** The cursors that came with the requests for the stream, '' for none. */
  readonly cursors: readonly string[]
  readonly clients: number
  /** Publishes the next numbers. */
  publish(count: number): Promise<void>
  /** Breaks every stream that is open, as a network does. */
  break(): void
  close(): Promise<void>
}

/** @param folder - The built files. */
export async function openSite(folder: string): Promise<Site> {
  const hub = createHub()
  const stream = toNodeHandler(hub)
  const cursors: string[] = []
  const open = new Set<ServerResponse>()
  let last = 0

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname !== '/events') return serveFile(folder, decodeURIComponent(pathname), response)
    cursors.push(request.headers['last-event-id']?.toString() ?? '')
    open.add(response)
    response.on('close', () => open.delete(response))
    stream(request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    cursors,
    get clients() {
      return hub.stats().clients
    },
    async publish(count) {
      for (let left = count; left; left--) await hub.publish('n', ++last)
    },
    break() {
      for (const { socket } of open) socket?.destroy()
    },
    async close() {
      await hub.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

function serveFile(folder: string, pathname: string, response: ServerResponse): void {
  const file = [pathname, `${pathname}.html`, join(pathname, 'index.html')]
    .map((name) => join(folder, normalize(name)))
    .find((path) => existsSync(path) && statSync(path).isFile())
  if (!file) return void response.writeHead(404).end()
  const type = TYPES[extname(file)] ?? 'application/octet-stream'
  const body = readFileSync(file)
  response.writeHead(200, { 'content-type': type, 'content-security-policy': policyOf(`${body}`) }).end(body)
}
