import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createServer, type RequestListener, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHub, memoryLog } from 'headwater/server'
import { fileLog, toNodeHandler } from 'headwater/server/node'
import { answer } from '../../../bench/server/processes.ts'
import { measure } from './measure.ts'
import { createWire } from './wire.ts'

/*
 * The process of the server of a soak, with a channel to its parent process: a hub, a plain server, and a page. `server.ts <folder>` has the
 * log of the hub in that folder.
 */

const wire = createWire()
const [, , folder] = process.argv
const hub = createHub({
  log: folder ? fileLog({ path: folder, size: 10_000 }) : memoryLog(),
  limits: { topics: Infinity, queueEvents: 10_000 },
  authenticate: (request) => ({ userId: new URL(request.url).pathname.endsWith('steps') ? 'steps' : undefined }),
})
const stream = toNodeHandler(hub)
const compressing = createHub({ compress: true })
const compressed = toNodeHandler(compressing)

let page = ''
let ticks = 0
let steps = 0

async function publish(type: string, count: number): Promise<void> {
  const publishing: Promise<unknown>[] = []
  const isFilling = type === 'fill'
  for (let i = 0; i < count; i++)
    publishing.push(
      isFilling
        ? hub.publish('fill', {}, { topic: 'steps' })
        : hub.publish('tick', { n: ++ticks, text: 'What a hub says at each tick.' }),
    )
  await Promise.all(publishing)
}

const step = (ask?: 'reconnect' | 'disconnect'): unknown => hub.publish('step', { n: ++steps, ask }, { topic: 'steps' })

/** What becomes of a stream of steps. Each misses an event while it has no connection. The first one surely brings an id. */
const WAYS: readonly ((response: ServerResponse) => unknown)[] = [
  () => step('reconnect'),
  () => step('disconnect'),
  (response) => response.socket?.destroy(),
  (response) => response.end(),
  () => hub.kick({ userId: 'steps' }),
]
/** Until the client has the headers, and the events so far. */
const SOON = 4

let opened = 0
/** The newest stream of steps. */
let newest: ServerResponse | undefined

hub.observe({
  onConnect({ principal }) {
    const response = newest
    if (!principal.userId || !response) return
    setTimeout(() => {
      step()
      setTimeout(() => {
        WAYS[opened++ % WAYS.length]?.(response)
        step()
      }, 1)
    }, SOON)
  },
})

function streamOfSteps(...[request, response]: Parameters<RequestListener>): void {
  if (request.method === 'GET') newest = response
  stream(request, response)
}

const handle: RequestListener = async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const [, room, name = ''] = pathname.split('/')
  const count = Number(searchParams.get('count'))
  if (room === 'hub') return name === 'steps' ? streamOfSteps(request, response) : void stream(request, response)
  if (room === 'compressed') return void compressed(request, response)
  if (room === 'publish') await publish(name, count)
  else if (room === 'wire' && request.method === 'POST') wire.send(name, count)
  else if (room === 'wire' && wire.stream(name, request, response)) return
  const isPage = room === 'page' || room === 'page.js'
  const type = room === 'page.js' ? 'text/javascript' : 'text/html'
  const text =
    room === 'page.js' ? page : '<!doctype html><link rel=icon href=data:,><body><script src=/page.js></script>'
  response.writeHead(isPage || request.method === 'POST' ? 200 : 404, { 'content-type': `${type};charset=utf-8` })
  response.end(isPage ? text : '')
}

const server = createServer({ keepAliveTimeout: 60_000 }, handle).listen(0, '127.0.0.1')
await once(server, 'listening')

const commands = {
  port: () => (server.address() as AddressInfo).port,
  /** The script of the page. */
  setPage(script: string): void {
    page = script
  },
  sample(done: number) {
    const { clients, topics, queue } = hub.stats()
    return measure(done, [ServerResponse], {
      clients: clients + compressing.stats().clients,
      topics,
      'events that wait': queue.events,
      ...(folder && { 'files of the log': readdirSync(folder).length }),
    })
  },
} as const

export type ServerCommands = typeof commands

answer(commands)
