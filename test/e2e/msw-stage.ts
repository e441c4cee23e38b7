import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/*
 * A page whose network is mocked: one script, bundled for browsers, and MSW's worker as it is in the package.
 */

export interface MockedPage {
  readonly url: string
  close(): Promise<void>
}

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/**
 * @param entry - The page's script, beside this file.
 * @param events - What the real server says at `/events`, where nothing is mocked.
 */
export async function servePage(entry: string, events = ''): Promise<MockedPage> {
  const { outputFiles } = await build({
    entryPoints: [path(entry)],
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    // Where React and its tools ask what they are built for.
    define: { 'process.env.NODE_ENV': '"development"' },
    write: false,
    logLevel: 'error',
  })
  const files = new Map<string, readonly [type: string, text: string | undefined]>([
    [
      '/',
      [
        'text/html',
        '<!doctype html><title>Mocked</title><link rel="icon" href="data:,"><main></main><script type="module" src="/page.js"></script>',
      ],
    ],
    ['/page.js', ['text/javascript', outputFiles[0]?.text]],
    [
      '/mockServiceWorker.js',
      ['text/javascript', await readFile(path('../../node_modules/msw/lib/mockServiceWorker.js'), 'utf8')],
    ],
    ['/events', ['text/event-stream', events]],
  ])
  const server = createServer(({ url = '' }, response) => {
    const [type, text] = files.get(new URL(url, 'http://localhost').pathname) ?? []
    response.writeHead(type ? 200 : 404, { 'content-type': type ?? 'text/plain' }).end(text)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
