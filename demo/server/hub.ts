import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Events } from '../shared/events.ts'
import type { Entry, EventLog } from './log.ts'

/*
 * Everybody who listens. Speaks the protocol of headwater: `connected` first, `gap` if the client cannot go on from
 * its cursor, what it missed, `live`, and from then on each event as it happens.
 */

export interface Hub {
  /** Answers with a stream. */
  connect(request: IncomingMessage, response: ServerResponse): void
  /** Writes an event down, then tells everybody. */
  publish<N extends keyof Events>(type: N, data: Events[N]): void
  /** How many streams are open, stalled ones included; with a page: of those, its own. */
  count(page: string | null): number
  /** Breaks every connection. */
  drop(): void
  /** Keeps every connection that there is open, and never writes to it again. */
  stall(): void
}

const HEARTBEAT = 4000
/** A reader who is this many bytes behind is cut off; it comes back with its cursor. */
const QUEUE_MAX = 1 << 20

export function createHub(log: EventLog): Hub {
  const live = new Set<ServerResponse>()
  const stalled = new Set<ServerResponse>()
  /** Which page a stream is for, as it says itself. */
  const pages = new WeakMap<ServerResponse, unknown>()

  const frameOf = (entry: Entry): string => frame(entry.type, entry.data, log.id(entry))

  function send(text: string): void {
    for (const response of live) {
      if (response.writableLength > QUEUE_MAX) response.destroy()
      else response.write(text)
    }
  }

  setInterval(() => send(': ping\n\n'), HEARTBEAT)

  return {
    connect(request, response) {
      const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
      const requested = request.headers['last-event-id'] ?? searchParams.get('lastEventId') ?? ''
      const cursor = `${requested}`
      const resumption = cursor ? log.resume(cursor) : undefined
      const { recovered } = resumption ?? { recovered: false }
      const from = recovered ? cursor : log.cursor

      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
        'x-sse-heartbeat': HEARTBEAT,
      })
      // Small writes are to travel at once.
      response.socket?.setNoDelay(true)
      const connected = {
        v: 1,
        clientId: randomUUID(),
        epoch: log.epoch,
        cursor: from,
        recovered,
        heartbeatMs: HEARTBEAT,
        topics: ['*'],
      }
      // With an id: a connection that breaks before its first event can be resumed too.
      let text = frame('connected', connected, from)
      if (resumption?.recovered === false)
        text += frame('gap', { reason: resumption.reason, requested: cursor, resumedFrom: from, topics: ['*'] })
      if (resumption?.recovered) text += resumption.missed.map(frameOf).join('')
      response.write(text + frame('live', { cursor: log.cursor }))

      // Nothing was published since the log was read: all of this is one turn of the event loop.
      live.add(response)
      pages.set(response, request.headers['x-page'])
      response.on('close', () => {
        live.delete(response)
        stalled.delete(response)
      })
    },
    publish(type, data) {
      send(frameOf(log.append(type, data)))
    },
    count(page) {
      const open = [...live, ...stalled]
      return page === null ? open.length : open.filter((response) => pages.get(response) === page).length
    },
    drop() {
      for (const response of [...live, ...stalled]) response.destroy()
    },
    stall() {
      for (const response of live) stalled.add(response)
      live.clear()
    },
  }
}

/** One event as it stands on the wire. JSON has no raw line ends, so one `data:` line is enough. */
const frame = (type: string, data: unknown, id?: string): string =>
  `${id ? `id: ${id}\n` : ''}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`
