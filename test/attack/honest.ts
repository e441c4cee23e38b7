import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Script } from './case.ts'

/*
 * What the server does when it has stopped to be hostile: a stream that stays open, and answers as docs/protocol.md says.
 */

interface Stage {
  readonly id: number
  readonly script: Script
  readonly streams: Map<string, Socket>
}

/** The honest events, by number. */
const EVENTS = [1, 2, 3]

/** The last event id of a request: of the header, whose bytes are UTF-8, or of the URL. */
export function resumeAfter(request: IncomingMessage, url: URL): string {
  const { 'last-event-id': sent } = request.headers
  return sent === undefined ? (url.searchParams.get('lastEventId') ?? '') : Buffer.from(`${sent}`, 'latin1').toString()
}

const answer = (socket: Socket, type: string, body: string): unknown =>
  socket.write(
    `HTTP/1.1 200 OK\r\nconnection: close\r\ncache-control: no-store\r\ncontent-type: ${type}\r\n\r\n${body}`,
  )

const event = (name: string, data: unknown, id?: string): string =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

/** Opens an honest stream, and resumes it. */
export function greet({ id, script, streams }: Stage, socket: Socket, request: IncomingMessage, url: URL): void {
  const epoch = `honest${id}`
  const clientId = `connection-${streams.size + 1}`
  streams.set(clientId, socket)
  const cursor = resumeAfter(request, url)
  const last = cursor.startsWith(`${epoch}-`) ? Number(cursor.slice(epoch.length + 1)) : 0
  const topics = (url.searchParams.get('topics') ?? '').split(',').filter(Boolean)
  const place = `${epoch}-${last}`
  const connected = { v: 1, clientId, epoch, cursor: place, recovered: last > 0, heartbeatMs: 15_000, topics }
  const events = EVENTS.filter((n) => n > last).map((n) => event('honest', n, `${epoch}-${n}`))
  answer(socket, 'text/event-stream', (script.hub ? event('connected', connected, place) : '') + events.join(''))
}

/** Answers `send()`, or a change of the topics, which the stream confirms. */
export async function honestAnswer({ streams }: Stage, socket: Socket, body: string): Promise<void> {
  const { clientId, rev, all } = JSON.parse(body)
  if (rev !== undefined) streams.get(clientId)?.write(event('subscribed', { rev, topics: all }))
  answer(socket, 'application/json', JSON.stringify(rev === undefined ? { delivered: 1 } : { rev, topics: all }))
  socket.end()
}
