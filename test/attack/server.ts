import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { Script } from './case.ts'
import { greet, honestAnswer, resumeAfter } from './honest.ts'
import { perform } from './perform.ts'

/*
 * The hostile server, in a thread of its own. Each case has an address of its own, and what happens there is counted.
 */

/** What the server has seen of a case. */
export interface Seen {
  /** Requests for the stream, and others. */
  gets: number
  posts: number
  /** Milliseconds from the first request for the stream to the last. */
  took: number
  /** Sockets that are open. */
  open: number
  /** The last event id of each request for the stream. */
  cursors: string[]
  /** Secrets that reached the other origin. */
  leaks: string[]
  /** Requests that came after the client was closed. */
  late: number
}

interface Stage extends Seen {
  readonly id: number
  readonly script: Script
  firstAt: number
  isOver: boolean
  /** The honest streams, by the name of the connection. */
  readonly streams: Map<string, Socket>
  readonly sockets: Set<Socket>
}

const stages = new Map<string, Stage>()

function open(script: Script): Stage {
  const id = stages.size + 1
  const counts = { gets: 0, posts: 0, took: 0, open: 0, cursors: [], leaks: [], late: 0 }
  const stage = { ...counts, id, script, firstAt: 0, isOver: false, streams: new Map(), sockets: new Set<Socket>() }
  stages.set(`${id}`, stage)
  return stage
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

/** A request of the client under attack. */
async function attack(stage: Stage, request: IncomingMessage, url: URL): Promise<void> {
  const { socket } = request
  stage.late += Number(stage.isOver)
  stage.sockets.add(socket)
  socket.on('close', () => stage.sockets.delete(socket)).on('error', () => {})
  socket.setNoDelay()
  if (request.method === 'POST') {
    const body = await readBody(request)
    const answer = stage.script.posts?.[stage.posts++]
    return answer ? perform(socket, answer, url.href, elsewhere) : honestAnswer(stage, socket, body)
  }
  stage.firstAt ||= performance.now()
  stage.took = performance.now() - stage.firstAt
  stage.cursors.push(resumeAfter(request, url))
  const answer = stage.script.answers[stage.gets++]
  return answer ? perform(socket, answer, url.href, elsewhere) : greet(stage, socket, request, url)
}

/** The page that is attacked, and the calls with which it says what is to come. */
async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(`${request.url}`, `http://${request.headers.host}`)
  const [, what = '', id = ''] = url.pathname.split('/')
  const stage = stages.get(id)
  if (what === 'case' && stage) return attack(stage, request, url)
  const json = (value: unknown): unknown =>
    response
      .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(JSON.stringify(value))
  if (what === 'open') return void json(open(JSON.parse(await readBody(request))).id)
  if (what === 'over' && stage) return void json(await over(stage))
  if (what === 'late') return void json(takeLate())
  const type = what === 'page.js' ? 'text/javascript' : 'text/html'
  const text =
    what === 'page.js' ? `${workerData}` : '<!doctype html><link rel=icon href=data:,><script src=/page.js></script>'
  response.writeHead(200, { 'content-type': `${type};charset=utf-8` }).end(text)
}

const seenOf = ({ gets, posts, took, sockets, cursors, leaks, late }: Stage): Seen => ({
  ...{ gets, posts, took, cursors, leaks, late },
  open: sockets.size,
})

/** The cases whose client has come back since the last call. */
function takeLate(): number[] {
  const late = [...stages.values()].filter((stage) => stage.late > 0)
  // Those that are over are not asked for again.
  for (const stage of late) stage.late = 0
  return late.map(({ id }) => id)
}

/**
 * A request that was on its way when the client was closed. Node has written it before the call that says so, so it is read in
 * one of the next turns, however late they come. A page's network is another process: there it may take a moment.
 */
const TURNS = 10
const GRACE = 15
/** How long sockets may take to be closed. */
const LIMIT = 20_000

/** The client was closed: its sockets must go, and no request may come any more. */
async function over(stage: Stage): Promise<Seen> {
  await sleep(GRACE)
  for (let turn = 0; turn < TURNS; turn++) await setImmediate()
  for (let waited = 0; stage.sockets.size > 0 && waited < LIMIT; waited += 2) await sleep(2)
  stage.isOver = true
  return seenOf(stage)
}

/** The other origin: what a redirect brings there, with the permission that a thief would give. */
function steal(request: IncomingMessage, response: ServerResponse): void {
  const { origin = '*' } = request.headers
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-allow-credentials', 'true')
  response.setHeader('access-control-allow-headers', 'x-secret, authorization, last-event-id, content-type, accept')
  const id = /case=(\d+)/.exec(`${request.url}`)?.[1] ?? ''
  const { 'x-secret': secret } = request.headers
  if (secret) stages.get(id)?.leaks.push(`${request.method} with x-secret: ${secret}`)
  if (request.method === 'OPTIONS') response.writeHead(204).end()
  else
    response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' }).end('data: "elsewhere"\n\n')
}

const listen = async (handle: (request: IncomingMessage, response: ServerResponse) => unknown): Promise<string> => {
  const server = createServer({ keepAlive: true }, handle).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const elsewhere = await listen(steal)
parentPort?.postMessage(
  await listen((request, response) => serve(request, response).catch(() => request.socket.destroy())),
)
