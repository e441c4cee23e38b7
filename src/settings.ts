import { fill, type Spec, wrong } from './check.ts'
import { systemClock } from './clock.ts'
import type { CursorStorage, SSEOptions, SSEUrl } from './options.ts'
import { type CompleteRetry, RETRY_SPEC, type RetryPolicy } from './retry.ts'
import type { Transport } from './transports/transport.ts'

const CALLBACK = ['function'] as const

const SPEC: Spec<SSEOptions> = {
  method: ['string', 'GET'],
  headers: ['object|function', {}],
  body: ['string|object|function'],
  credentials: ["'same-origin'|'include'|'omit'", 'same-origin'],
  fetch: CALLBACK,
  transport: ["object|function|'auto'"],
  onUnauthorized: CALLBACK,
  parse: ["'json'|'text'|function", 'json'],
  type: CALLBACK,
  events: ['object', {}],
  retry: ['object|function|false', {}],
  heartbeat: ["number from 0|'auto'|false", 'auto'],
  connectTimeout: ['number from 0', 15_000],
  mode: ["'subscribe'|'request'", 'subscribe'],
  lastEventId: ['string', ''],
  lastEventIdParam: ['string', 'lastEventId'],
  resume: ["object|'memory'|'session'|'local'", 'memory'],
  scope: ['string', ''],
  dedupe: ['boolean', true],
  commit: ["'received'|'handled'", 'received'],
  topics: ['object', []],
  topicsUrl: ['string|object|function'],
  sendUrl: ['string|object|function'],
  linger: ['number from 0', 1000],
  pauseWhenHidden: ['number from 0|false', false],
  maxEventSize: ['number from 0', 4 * 1024 * 1024],
  signal: ['object'],
  clock: ['object', systemClock],
  onState: CALLBACK,
  onOpen: CALLBACK,
  onEvent: CALLBACK,
  onGap: CALLBACK,
  onRetry: CALLBACK,
  onInvalid: CALLBACK,
  onHandlerError: CALLBACK,
}

type WithDefault =
  | 'method'
  | 'headers'
  | 'credentials'
  | 'parse'
  | 'events'
  | 'heartbeat'
  | 'connectTimeout'
  | 'mode'
  | 'lastEventId'
  | 'lastEventIdParam'
  | 'resume'
  | 'scope'
  | 'dedupe'
  | 'commit'
  | 'topics'
  | 'linger'
  | 'pauseWhenHidden'
  | 'maxEventSize'
  | 'clock'

/** Options, checked and with their defaults filled in. */
export interface Settings
  extends Omit<SSEOptions, WithDefault | 'transport' | 'retry'>,
    Required<{ readonly [N in WithDefault]: NonNullable<SSEOptions[N]> }> {
  readonly url: SSEUrl
  /**
   * What a relative URL is relative to, as of now: pages change their address, and `new EventSource(url)` looks at it once
   * (HTML 9.2.2). Without a document or a worker's address, a fetch that was handed in still knows what is meant.
   */
  readonly base: string | undefined
  /** Undefined: to be chosen when the first connection is made. */
  readonly transport: Transport | undefined
  /** Something is asked for that only `fetch` can do. */
  readonly beyondUrl: boolean
  readonly retry: RetryPolicy
}

/** @throws SSEError `options`, naming the option and what it wants. */
export function resolveOptions(url: SSEUrl, options: SSEOptions): Settings {
  // That `fill` leaves no default out is not in its type.
  const filled = fill(SPEC, options) as SSEOptions & Settings
  const { retry, method, body, events, resume } = filled
  if (!url || !(/string|function/.test(typeof url) || Object(url).href))
    throw wrong('url', 'a string, a URL or a function', url)
  const base = globalThis.document?.baseURI ?? globalThis.location?.href ?? (filled.fetch && 'http://localhost')
  // Where there is nothing to be relative to, as on a server that only loads the module, nothing can be said yet.
  if (base && typeof url !== 'function' && URL.canParse?.(`${url}`, base) === false)
    throw wrong('url', 'a URL that can be parsed', url)
  if (body && (/^(get|head)$/i.test(method) || Object(body).constructor === Object))
    throw wrong('body', "method: 'POST' and JSON.stringify()", body)
  const { load, save } = resume as Partial<CursorStorage>
  if (typeof resume === 'object' && !(load && save)) throw wrong('resume', '{ load, save }', resume)
  for (const name in events) if (!events[name]?.['~standard']) throw wrong(name, 'a Standard Schema', events[name])
  const { credentials, headers, mode, transport } = options
  const made = typeof transport === 'function' ? transport() : transport
  const chosen = made === 'auto' ? undefined : made
  const beyondUrl = Boolean(body || headers || method !== 'GET' || credentials === 'omit' || mode === 'request')
  if (chosen?.urlOnly && beyondUrl) throw wrong('transport', 'fetchTransport() for more than a URL', 'EventSource')
  return {
    ...filled,
    url,
    base,
    transport: chosen,
    beyondUrl: beyondUrl || Boolean(filled.fetch),
    retry: typeof retry === 'object' ? (fill(RETRY_SPEC, retry) as CompleteRetry) : retry,
  }
}
