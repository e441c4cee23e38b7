import type { IncomingMessage, ServerResponse } from 'node:http'
import { callSafely } from '../../src/base/errors.ts'
import type { MockActivity } from './options.ts'
import { allowEverybody, describe, readBody } from './request.ts'
import type { Routes } from './routes.ts'
import type { Settings } from './settings.ts'
import { NodeWire } from './wire.ts'

type HandlerOptions = Pick<Settings, 'cors' | 'preamble' | 'onActivity'>

/** Answers requests over HTTP: CORS preflights itself, all others with what the mock of their path says. */
export class Handler {
  readonly #routes: Pick<Routes<unknown>, 'answer'>
  readonly #options: HandlerOptions
  #preflights = 0

  constructor(routes: Pick<Routes<unknown>, 'answer'>, options: HandlerOptions) {
    this.#routes = routes
    this.#options = options
  }

  /** How many preflights have been answered. */
  get preflights(): number {
    return this.#preflights
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { cors, preamble, onActivity } = this.#options
    const report = (activity: MockActivity): void => void callSafely(onActivity, activity)
    if (cors) allowEverybody(request, response)
    if (cors && request.method === 'OPTIONS') {
      this.#preflights++
      response.writeHead(204).end()
      return
    }
    const at = Date.now()
    const body = await readBody(request)
    if (body === undefined) return
    const seen = describe(request, body, at)
    report({ type: 'request', request: seen })
    const wire = new NodeWire(response, preamble, (status, isStream) =>
      report({ type: 'response', request: seen, status, isStream }),
    )
    const clientLeft = this.#routes.answer(seen, wire)
    response.on('close', () => {
      clientLeft()
      report({ type: 'end', request: seen, by: wire.isEnded ? 'server' : 'client' })
    })
  }
}
