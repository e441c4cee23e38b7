import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener, type Server } from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import type { AddressInfo, Socket } from 'node:net'
import { createHub, memoryLog } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { answer } from '../../../bench/server/processes.ts'

/*
 * The process of the server behind the proxy: `node upstream.ts <heartbeat in ms>`, with a channel to its parent process. It serves
 * the reference server at /events, and the page that listens to it.
 */

const root = new URL('../../../', import.meta.url)
const heartbeat = Number(process.argv[2])
const hub = createHub({ heartbeat, log: memoryLog({ size: 50_000 }), limits: { clients: 1000, perUser: Infinity } })
const stream = toNodeHandler(hub)

const PAGE = `<!doctype html>
<title>Listener</title>
<script type="importmap">{ "imports": { "headwater/hub": "/dist/hub/index.js" } }</script>
<script type="module">
  import { createHubClient } from 'headwater/hub'
  import { listen } from '/listener.js'
  window.listeners = []
  window.listenTo = (options) => window.listeners.push(listen(createHubClient, '/events', options)) - 1
</script>`

async function file(path: string): Promise<string | undefined> {
  if (path === '/page') return PAGE
  if (path === '/listener.js')
    return stripTypeScriptTypes(await readFile(new URL('listener.ts', import.meta.url), 'utf8'))
  return /^\/dist\/[\w/.-]+\.js$/.test(path) ? readFile(new URL(`.${path}`, root), 'utf8') : undefined
}

const handle: RequestListener = async (request, response) => {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname
  if (path.startsWith('/events')) return void stream(request, response)
  const text = await file(path)
  const type = path === '/page' ? 'text/html' : 'text/javascript'
  response.writeHead(text === undefined ? 404 : 200, { 'content-type': type }).end(text)
}

const sockets = new Set<Socket>()
let server: Server | undefined
let last = 0

async function listenOn(port: number): Promise<number> {
  server = createServer(handle).listen(port, '127.0.0.1')
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const port = await listenOn(0)

const commands = {
  port: () => port,
  clients: () => hub.stats().clients,
  /** Publishes the next events, to everyone or to a topic. @returns The number of the last. */
  async publish(count: number, topic?: string): Promise<number> {
    const target = topic === undefined ? {} : { topic }
    const publishing: Promise<unknown>[] = []
    for (let i = 0; i < count; i++) publishing.push(hub.publish('n', { n: ++last, at: Date.now() }, target))
    await Promise.all(publishing)
    return last
  },
  /** Breaks every connection, and accepts new ones. */
  cut(): void {
    for (const socket of sockets) socket.destroy()
  },
  /** Breaks every connection, and refuses new ones. */
  down(): void {
    server?.close()
    commands.cut()
  },
  /** Accepts connections again. The log is what it was. */
  up: () => listenOn(port),
} as const

export type UpstreamCommands = typeof commands

answer(commands)
