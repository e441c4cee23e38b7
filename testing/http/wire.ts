import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { TIMER_MAX } from '../../src/base/clock.ts'
import type { Wire } from '../mock/wire.ts'

/** TCP joins what is written in one go: a chunk that is to arrive alone must have left before the next. */
const CHUNK_PAUSE = 5

/** Called when the headers are sent: with the status, and whether they announce an event stream. */
type Started = (status: number, isStream: boolean) => void

/** The wire of one request that came over HTTP. */
export class NodeWire implements Wire {
  readonly #response: ServerResponse
  readonly #preamble: string
  readonly #started: Started
  readonly #clientLeft = new AbortController()
  #isEnded = false

  /** @param preamble - What a stream begins with. */
  constructor(response: ServerResponse, preamble: string, started: Started) {
    this.#response = response
    this.#preamble = preamble
    this.#started = started
    response.on('close', () => this.#clientLeft.abort())
  }

  /** Whether the mock has ended the answer, and not the client. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    // No batching of small writes: what is sent apart should travel apart.
    this.#response.socket?.setNoDelay(true)
    this.#response.writeHead(status, headers)
    this.#response.flushHeaders()
    const isStream = headers['content-type']?.includes('event-stream') ?? false
    if (isStream) this.#response.write(this.#preamble)
    this.#started(status, isStream)
  }

  async write(chunk: Uint8Array<ArrayBuffer>): Promise<void> {
    await new Promise((resolve) => this.#response.write(chunk, resolve))
    await this.wait(CHUNK_PAUSE)
  }

  end(): void {
    this.#isEnded = true
    this.#response.end()
  }

  destroy(): void {
    this.#isEnded = true
    this.#response.socket?.destroy()
  }

  /** Ends when the client leaves: a test must not hang on it. */
  wait(ms: number): Promise<void> {
    // That of Node and not the global one: where fake timers stand in for that, the server goes on.
    return sleep(Math.min(ms, TIMER_MAX), undefined, { signal: this.#clientLeft.signal }).catch(() => {})
  }

  /** When the client has read it, only the client knows. */
  settle(): Promise<void> {
    return Promise.resolve()
  }
}
