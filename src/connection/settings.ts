import { optionError, withDefaults } from '../base/check.ts'
import { systemClock } from '../base/clock.ts'
import { same } from '../base/same.ts'
import { getBase } from '../base/url.ts'
import { type CompleteRetry, RETRY, type RetryFunction } from '../decisions/retry.ts'
import type { Observer } from '../events/observers.ts'
import type { SSEUrl } from '../transports/request.ts'
import type { SSEOptions } from './options.ts'
import { checkRequest } from './request.ts'

/** The names of the options, and their defaults. `same` stands for a function that was not given. */
const DEFAULTS = {
  method: 'GET',
  headers: undefined,
  body: undefined,
  credentials: 'same-origin',
  // The global fetch is looked up at each attempt, as tests and tracers replace it; it must not be called as a method.
  fetch: ((input, init) => fetch(input, init)) as typeof globalThis.fetch,
  transport: same,
  server: same,
  onUnauthorized: (error: unknown) => {
    throw error
  },
  parse: 'json',
  type: same,
  retry: {},
  heartbeat: 'auto',
  connectTimeout: 15_000,
  lastEventId: '',
  lastEventIdIn: 'auto',
  lastEventIdParam: 'lastEventId',
  resume: same,
  commit: same,
  dedupe: true,
  linger: 1000,
  pauseWhenHidden: Infinity,
  maxEventSize: 64 * 1024 * 1024,
  signal: undefined,
  clock: systemClock,
  onState: same,
  onOpen: same,
  onEvent: same,
  onGap: same,
  onRetry: same,
  onInvalid: same,
  onHandlerError: same,
} satisfies Record<keyof SSEOptions, unknown>

/** The types that an option may have other than that of its default. `f` is short for `false` or a function. */
const MORE = /parse function|retry f|heartbeat [fn]|Hidden false|transport o/

type Filled = { readonly [N in keyof SSEOptions]-?: NonNullable<SSEOptions[N]> }

/** The options that have no default. */
type Bare = 'headers' | 'body' | 'signal'

/** Options, checked and with their defaults filled in. */
export interface Settings extends Omit<Filled, keyof Observer | Bare | 'retry'>, Pick<SSEOptions, Bare> {
  readonly url: SSEUrl
  readonly retry: CompleteRetry | RetryFunction | false
  readonly base: string
}

/** @throws SSEError `options` for a callback that there is not, or that is no function. */
export const checkObserver = (observer: object): unknown => withDefaults(DEFAULTS, observer, MORE)

/** @throws SSEError `options`, naming the option and what it wants. */
export function resolveOptions(url: SSEUrl, options: SSEOptions): Settings {
  // TypeScript cannot follow that every default fits its option.
  const settings = { ...withDefaults(DEFAULTS, options, MORE), url, base: getBase() } as unknown as Settings
  const { retry, headers, body, signal, heartbeat } = settings
  if (signal && !signal.addEventListener) throw optionError('signal', 'AbortSignal', signal)
  if (heartbeat !== 'auto' && !(+heartbeat >= 0)) throw optionError('heartbeat', 'number', heartbeat)
  if (typeof url !== 'function') checkRequest(settings, url, typeof headers === 'function' ? undefined : headers, body)
  return typeof retry === 'object' ? { ...settings, retry: withDefaults(RETRY, retry) } : settings
}
