import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { json } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { encode } from './events.ts'
import type { Outcome } from './names.ts'

/*
 * Serves the page, the stream, and takes what the page found.
 */

/**
 * How much is written at once. The cuts fall anywhere, in the middle of a line too, as those of a network do; small
 * enough that a reader gets the stream in many pieces, as from a server that replays what a client missed.
 */
const CHUNK = 16 * 1024

export interface BenchServer<O = Outcome> {
  readonly origin: string
  /** The results of the next page that reports; undefined if none does before `ms` are over. */
  outcome(ms: number): Promise<O | undefined>
  close(): void
}

/** Bundled as an application would be: minified, for production. */
async function bundle(page: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(page, import.meta.url))],
    define: { 'process.env.NODE_ENV': '"production"' },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  })
  return outputFiles.map(({ text }) => text).join('')
}

function cut(bytes: Uint8Array): readonly Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += CHUNK) chunks.push(bytes.subarray(at, at + CHUNK))
  return chunks
}

/** @param page - What the page runs. */
export async function startServer<O = Outcome>(events: number, page = 'page.ts'): Promise<BenchServer<O>> {
  const script = await bundle(page)
  // Encoded ahead: the time of a run is the reader's, not the writer's.
  const streams = { true: cut(encode(events, true)), false: cut(encode(events, false)) }
  let arrived: (outcome: O) => void = () => {}

  const send = (response: ServerResponse, type: string, body = ''): void => {
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
  }

  async function stream(response: ServerResponse, chunks: readonly Uint8Array[]): Promise<void> {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    // Waits where the reader is slower. Stays open after the last event, as a stream does: it is the reader who ends it,
    // and so breaks off the pipeline.
    await pipeline(Readable.from(chunks), response, { end: false }).catch(() => {})
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(`${request.url}`, 'http://localhost')
    if (pathname === '/events') return stream(response, streams[searchParams.get('ids') === 'true' ? 'true' : 'false'])
    if (pathname === '/page.js') return send(response, 'text/javascript', script)
    if (pathname === '/outcome') {
      arrived((await json(request)) as O)
      return send(response, 'text/plain')
    }
    send(
      response,
      'text/html',
      '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>',
    )
  }

  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    outcome: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, ms, undefined)
        arrived = (outcome) => {
          clearTimeout(timer)
          resolve(outcome)
        }
      }),
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
