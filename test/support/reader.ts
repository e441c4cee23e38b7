import { createHub, type Hub, type HubOptions } from 'headwater/server'
import { createClock, type TestClock } from 'headwater/testing'
import { onTestFinished } from 'vitest'
import { parseChunks } from './wire.ts'

/** One event as it came, its payload decoded. */
interface Received {
  readonly type: string
  readonly data: unknown
  readonly id: string | undefined
}

/** A stream as a client without any code of ours reads it. */
export interface Reader {
  readonly response: Response
  /** Everything that has come so far, as text. */
  readonly text: () => string
  /** The events of it. */
  readonly events: () => Received[]
  /** Those that are no events of the protocol's own. */
  readonly payloads: () => unknown[]
  /** The payload of the first event with this name. */
  readonly find: (type: string) => Record<string, unknown> | undefined
  /** How stream ended; undefined while it is open. */
  readonly ended: () => 'end' | 'error' | undefined
  /** Leaves. */
  leave(): Promise<void>
}

/** The events of the protocol's own. */
export const OWN = ['connected', 'gap', 'live', 'ping', 'subscribed', 'goodbye']

/** Reads a stream in the background. */
export function read(response: Response): Reader {
  const chunks: Uint8Array[] = []
  const reader = response.body?.getReader()
  let ended: 'end' | 'error' | undefined
  async function run(): Promise<void> {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      if (value) chunks.push(value)
      if (done) return
    }
  }
  run().then(
    () => {
      ended = 'end'
    },
    () => {
      ended = 'error'
    },
  )
  const events = (): Received[] =>
    parseChunks(chunks).flatMap((report) =>
      report[0] === 'block' && report[2] !== undefined
        ? [{ type: report[1], data: JSON.parse(report[2]), id: report[3] }]
        : [],
    )
  return {
    response,
    events,
    text: () => chunks.map((chunk) => new TextDecoder().decode(chunk)).join(''),
    payloads: () => events().flatMap(({ type, data }) => (OWN.includes(type) ? [] : [data])),
    find: (type) => events().find((event) => event.type === type)?.data as Record<string, unknown> | undefined,
    ended: () => ended,
    leave: async () => reader?.cancel(),
  }
}

/** A hub in this process, with a clock turned by hand. */
export interface HubBench {
  readonly hub: Hub
  readonly clock: TestClock
  /** Everything `onError` was told. */
  readonly errors: unknown[]
  /** Opens a stream, and reads it. */
  stream(query?: string, headers?: Readonly<Record<string, string>>): Promise<Reader>
  /** Any other request. */
  ask(
    path: string,
    init?: RequestInit,
  ): Promise<{ readonly status: number; readonly headers: Headers; readonly body: unknown }>
  /** A POST of JSON. */
  post(body: unknown, path?: string, headers?: Readonly<Record<string, string>>): ReturnType<HubBench['ask']>
}

export const ORIGIN = 'http://hub.test'

/**
 * Whoever says `?user=` is that user, with a session of the same name; without, nobody in particular. `Math.random` is 0.5.
 */
export function hubBench(options: HubOptions = {}): HubBench {
  const clock = createClock()
  const errors: unknown[] = []
  const hub = createHub({
    authenticate({ url }) {
      const user = new URL(url).searchParams.get('user')
      return user === null ? {} : { userId: user, sessionId: `session-of-${user}` }
    },
    onError: (error, where) => errors.push([where, `${error}`]),
    clock,
    ...options,
  })
  onTestFinished(() => hub.close())
  async function ask(path: string, init?: RequestInit) {
    const response = await hub.fetch(new Request(ORIGIN + path, init))
    const text = await response.text()
    const { status, headers } = response
    return { status, headers, body: text ? (JSON.parse(text) as unknown) : undefined }
  }
  return {
    hub,
    clock,
    errors,
    async stream(query = '', headers = {}) {
      const reader = read(await hub.fetch(new Request(`${ORIGIN}/events${query}`, { headers })))
      await clock.settle()
      return reader
    },
    ask,
    post: (body, path = '/events', headers = {}) =>
      ask(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  }
}
