import type { Clock } from '../../src/index.ts'
import type { Wire } from '../mock/wire.ts'
import { createDeferred } from '../platform/deferred.ts'
import { settle } from '../platform/settle.ts'
import { createResponse } from './response.ts'

type Controller = ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>

/** The part of its request that a wire in this process must know. */
export interface LocalRequest {
  /** Where the request went, after redirects. */
  readonly url: URL
  readonly redirected: boolean
  /** That of the request. */
  readonly signal: AbortSignal | undefined
}

/** The wire of one request in this process. It makes the response that `fetch` resolves with, and writes to its body. */
export class LocalWire implements Wire {
  readonly #request: LocalRequest
  readonly #clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>
  readonly #response = createDeferred<Response>()
  readonly #onAbort = (): void => {
    this.#clientLeft?.()
    this.#fail(this.#request.signal?.reason)
  }
  #body: Controller | undefined
  /** The error that breaks the body once all has been read: an earlier error takes away what is still in it. */
  #broken: unknown
  /** Ends the wait at hand. */
  #endWait: (() => void) | undefined
  /** To be called when the client has left. */
  #clientLeft: (() => void) | undefined

  constructor(request: LocalRequest, clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>) {
    this.#request = request
    this.#clock = clock
  }

  /**
   * Has the request answered.
   * @param answer - Writes the answer to a wire. @returns To be called when the client has left.
   * @returns Resolves with the headers. Rejects as `fetch` does: with the reason of the signal, or for a network error.
   */
  answerWith(answer: (wire: Wire) => () => void): Promise<Response> {
    this.#clientLeft = answer(this)
    this.#request.signal?.addEventListener('abort', this.#onAbort)
    return this.#response.promise
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    const [url = ''] = this.#request.url.href.split('#')
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start: (controller) => {
        this.#body = controller
      },
      pull: () => {
        if (this.#broken) this.#fail(this.#broken)
      },
      cancel: () => {
        this.#release()
        this.#clientLeft?.()
      },
    })
    const { redirected } = this.#request
    this.#response.resolve(createResponse({ status, headers, url, redirected }, body))
  }

  write(chunk: Uint8Array<ArrayBuffer>): void {
    this.#body?.enqueue(chunk)
  }

  end(): void {
    this.#release()
    this.#body?.close()
  }

  destroy(): void {
    this.#release()
    this.#broken = new TypeError('network error')
    if ((this.#body?.desiredSize ?? 1) > 0) this.#fail(this.#broken)
  }

  wait(ms: number): Promise<void> {
    return new Promise((done) => {
      const timer = this.#clock.setTimeout(done, ms)
      this.#endWait = () => {
        this.#clock.clearTimeout(timer)
        done()
      }
    })
  }

  settle(): Promise<void> {
    return settle()
  }

  #fail(error: unknown): void {
    this.#release()
    this.#response.reject(error)
    this.#body?.error(error)
  }

  /** Leaves nothing behind: no timer of a `wait`, and no listener on a signal that may live as long as the application. */
  #release(): void {
    this.#endWait?.()
    this.#request.signal?.removeEventListener('abort', this.#onAbort)
  }
}
