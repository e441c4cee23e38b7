import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
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

/** Where pages and the stream come from. */
export interface Source {
  /** How many have the stream open. */
  readonly clients: number
  page(request: IncomingMessage, response: ServerResponse): void
  stream(request: IncomingMessage, response: ServerResponse): void
  publish(n: number): Promise<void>
  close(): Promise<void>
}

/** Files that are built, and a hub. */
export function serveFolder(folder: string): Source {
  const hub = createHub()
  const policy = policyOf(pagesOf(folder))
  return {
    get clients() {
      return hub.stats().clients
    },
    // `dev` reads no list of all files at first: the folder may have node_modules.
    page: sirv(folder, {
      dev: true,
      setHeaders: (response) => void response.setHeader('content-security-policy', policy),
    }),
    stream: toNodeHandler(hub),
    publish: async (n) => void (await hub.publish('n', n)),
    close: () => hub.close(),
  }
}

/** @param start - Gets the address of the stream. */
export async function openSite(start: (stream: string) => Promise<Source>): Promise<Site> {
  const cursors: string[] = []
  const open = new Set<ServerResponse>()
  let last = 0

  const server = createServer((request, response) => {
    const isStream = new URL(request.url ?? '/', 'http://localhost').pathname === '/events'
    // A server that renders may connect while it starts: that is counted too.
    started.then(
      (source) => source[isStream ? 'stream' : 'page'](request, response),
      () => response.destroy(),
    )
    if (!isStream) return
    cursors.push(request.headers['last-event-id']?.toString() ?? '')
    open.add(response)
    response.on('close', () => open.delete(response))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const started = start(`${url}events`)
  const source = await started.catch((error) => {
    server.close()
    throw error
  })
  return {
    url,
    cursors,
    get clients() {
      return source.clients
    },
    async publish(count) {
      for (let left = count; left; left--) await source.publish(++last)
    },
    break() {
      for (const { socket } of open) socket?.destroy()
    },
    async close() {
      await source.close()
      server.closeAllConnections()
      server.close()
    },
  }
}
