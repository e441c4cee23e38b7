import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/*
 * A plain server of event streams. What it sends follows from the last event id, so it keeps nothing itself.
 */

/** An event is followed by the end of its connection in so many milliseconds. */
const SHORT = 2
/** Events that are sent again to a client that reconnects. */
const OVERLAP = 100
/** Events in one write. */
const WRITE = 500

const idOf = (request: IncomingMessage): number => Number(request.headers['last-event-id'] ?? 0)

const event = (id: number, name: string, data: object): string =>
  `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify({ n: id, ...data })}\n\n`

function open(response: ServerResponse, text = ''): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.flushHeaders()
  if (text) response.write(text)
}

type Way = (response: ServerResponse, n: number) => unknown

/** How an attempt comes to its end. The first one surely brings an id, without which the next one could not resume. */
const WAYS: readonly Way[] = [
  (response, n) => open(response, event(n, 'step', { ask: 'reconnect' })),
  (response, n) => open(response, event(n, 'step', { ask: 'disconnect' })),
  async (response, n) => {
    open(response, event(n, 'step', {}))
    await sleep(SHORT)
    response.socket?.destroy()
  },
  (response, n) => {
    open(response)
    response.end(event(n, 'step', {}))
  },
  (response) => response.writeHead(503, { 'content-type': 'text/plain' }).end('busy'),
  async (response, n) => {
    open(response, `${event(n, 'step', {})}id: ${n + 1}\ndata: {"half`)
    await sleep(SHORT)
    response.socket?.destroy()
  },
  (response) => response.writeHead(401).end(),
]

export interface Wire {
  /** Answers a request for one of its streams. @returns Whether there is such a stream. */
  stream(path: string, request: IncomingMessage, response: ServerResponse): boolean
  /** So many more ticks, or so many events ahead of the next step. */
  send(path: string, count: number): void
}

export function createWire(): Wire {
  let attempts = 0
  let last = 0
  /** So many events come first on the next stream of steps. */
  let filling = 0
  /** Wake the streams of ticks. */
  const wakes = new Set<() => void>()

  /** Writes ticks as fast as the client takes them. */
  async function ticks(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let next = Math.max(idOf(request) - OVERLAP, 0) + 1
    let wake = (): void => {}
    const onWake = (): void => wake()
    wakes.add(onWake)
    response.on('close', () => {
      wakes.delete(onWake)
      wake()
    })
    open(response)
    while (!response.destroyed) {
      let text = ''
      for (const end = Math.min(last + 1, next + WRITE); next < end; next++)
        text += event(next, 'tick', { text: 'What a stream says at each tick.' })
      if (text && !response.write(text)) await Promise.race([once(response, 'drain'), once(response, 'close')])
      else if (next > last)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
  }

  const streams: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => unknown>> = {
    hello: (_, response) => open(response, event(1, 'hello', {})),
    short(_, response) {
      open(response)
      response.end([1, 2, 3].map((n) => event(n, 'hello', {})).join(''))
    },
    steps(request, response) {
      const n = idOf(request) + 1
      if (!filling) return void WAYS[attempts++ % WAYS.length]?.(response, n)
      open(response, event(n - 1, 'fill', {}).repeat(filling) + event(n, 'step', { ask: 'reconnect' }))
      filling = 0
    },
    ticks,
  }

  return {
    stream(path, request, response) {
      const stream = streams[path]
      stream?.(request, response)
      return stream !== undefined
    },
    send(path, count) {
      if (path === 'steps') filling = count
      else last += count
      for (const wake of wakes) wake()
    },
  }
}
