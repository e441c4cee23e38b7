import type { IncomingMessage, ServerResponse } from 'node:http'

/*
 * What a server of a check sees of its clients, and what it does to their connections.
 */

/** A request, and the last event id that came with it. */
interface Asked {
  readonly method: string
  /** Byte by byte, as Node shows headers. */
  readonly idInHeader: string
  readonly idInUrl: string
}

export class Traffic {
  /** In order. */
  readonly asked: Asked[] = []
  /** So many streams were open at the same time, at most. */
  most = 0
  readonly #open = new Set<ServerResponse>()

  /** Streams that are open. */
  get now(): number {
    return this.#open.size
  }

  /** How often a stream was asked for. */
  get gets(): number {
    return this.asked.filter(({ method }) => method === 'GET').length
  }

  note({ method = '', headers }: IncomingMessage, query: URLSearchParams): void {
    const idInHeader = `${headers['last-event-id'] ?? ''}`
    this.asked.push({ method, idInHeader, idInUrl: query.get('lastEventId') ?? '' })
  }

  /** Counts a stream that is about to begin. */
  begin(response: ServerResponse): void {
    this.#open.add(response)
    this.most = Math.max(this.most, this.now)
    // A browser may keep a connection that it could use again, though the page has left the stream.
    response.shouldKeepAlive = false
    response.on('close', () => this.#open.delete(response))
  }

  /** Breaks every stream. */
  cut(): void {
    for (const response of this.#open) response.destroy()
  }

  /** Nothing of the streams that are open reaches their clients any more, and nothing ends them: as when a cable is pulled. */
  silence(): void {
    for (const response of this.#open) response.write = () => true
  }
}
