import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createHub } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import sirv from 'sirv'

/*
 * What a consumer is served by: its own built files under a strict policy, and a stream of numbers that can be broken.
 */

const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

/** Frameworks put scripts and styles into their pages. Each is allowed by its hash: nothing is called unsafe. */
export function policyOf(html: string): string {
  const hashes = (element: string): Set<string> => {
    const found = html.matchAll(new RegExp(`<${element}\\b[^>]*>(.*?)</${element}>`, 'gs'))
    return new Set([...found].map(([, text = '']) => hash(text)))
  }
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

/** All pages of a folder, as one text. */
const pagesOf = (folder: string): string =>
  globSync('**/*.html', { cwd: folder, exclude: (path) => path.endsWith('node_modules') })
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n')

/** @param folder - The built files. */
export async function openSite(folder: string): Promise<Site> {
  const hub = createHub()
  const stream = toNodeHandler(hub)
  const cursors: string[] = []
  const open = new Set<ServerResponse>()
  let last = 0
  const policy = policyOf(pagesOf(folder))
  // `dev` reads no list of all files at first: the folder may have node_modules.
  const files = sirv(folder, {
    dev: true,
    setHeaders: (response) => void response.setHeader('content-security-policy', policy),
  })

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    if (pathname !== '/events') return files(request, response)
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
