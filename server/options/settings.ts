import { systemClock } from '../../src/base/clock.ts'
import { SSEError } from '../../src/base/errors.ts'
import { isPlain } from '../audience/fields.ts'
import { memoryLog } from '../log/log.ts'
import { memoryMailbox } from '../log/mailbox.ts'
import type { HubObserver } from '../observe/observers.ts'
import type { MailboxOptions, MailSettings } from '../publish/mail-options.ts'
import { isSchema } from '../publish/schemas.ts'
import { fill, type Spec, wrong } from './check.ts'
import { type CompleteLimits, resolveLimits } from './limits.ts'
import type { HubOptions } from './options.ts'
import { steady } from './steady.ts'

const CALLBACK = ['function'] as const
const NOBODY = ['function', () => false] as const

/** Anybody is let in, as nobody in particular. */
const EVERYBODY = () => ({})

const SPEC: Spec<HubOptions> = {
  authenticate: ['function', EVERYBODY],
  authorize: ['function', () => true],
  filter: CALLBACK,
  canPublish: NOBODY,
  canReadAll: NOBODY,
  canReadStats: ['function', () => true],
  canReset: NOBODY,
  heartbeat: ['number from 0|false', 15_000],
  log: ['object'],
  relay: ['object'],
  limits: ['object', {}],
  mailbox: ['object', {}],
  clientTimeout: ['number from 0', 120_000],
  maxAge: ['number from 0', 600_000],
  retry: ['number from 0|false', false],
  origins: ["a list: ['https://app.example']", []],
  cors: ["'*'"],
  paths: ['object', {}],
  schemas: ['object', {}],
  replacer: CALLBACK,
  compress: ['boolean', false],
  metrics: CALLBACK,
  clock: ['object', systemClock],
  onConnect: CALLBACK,
  onDisconnect: CALLBACK,
  onReplay: CALLBACK,
  onPublish: CALLBACK,
  onDeliver: CALLBACK,
  onError: CALLBACK,
}

const MAILBOX: Spec<MailboxOptions> = {
  perUser: ['number from 0', 1000],
  maxAge: ['number from 0', 30 * 24 * 60 * 60 * 1000],
  store: ['object'],
}

type Optional = 'filter' | 'relay' | 'cors' | 'metrics' | 'replacer' | keyof HubObserver

/** Options, checked and with their defaults filled in; 0 where there is no heartbeat and no `retry:`. */
export type HubSettings = Required<Omit<Given, Optional | 'limits' | 'mailbox' | 'heartbeat' | 'retry'>> &
  Pick<HubOptions, Optional> & {
    readonly limits: CompleteLimits
    readonly mailbox: MailSettings
    readonly heartbeat: number
    readonly retry: number
    /** The option `authenticate` was given. */
    readonly authenticates: boolean
  }

type Given = { readonly [N in keyof HubOptions]-?: Exclude<HubOptions[N], undefined> }

/** @throws SSEError `options`, naming the option and what it wants. */
export function resolveHubOptions(options: HubOptions): HubSettings {
  const filled = fill(SPEC, options) as Given
  const { heartbeat, retry, origins, schemas } = filled
  if (retry === Infinity) throw wrong('retry', 'milliseconds, or false for none', retry)
  for (const origin of origins)
    if (origin !== 'null' && (URL.parse(origin)?.origin !== origin || `${origin}`.includes('*')))
      throw wrong('origins', "each as a browser sends it: 'https://app.example', no path, no *", origin)
  if (filled.cors && origins.length)
    throw new SSEError('options', "cors: '*' cannot be used together with origins, which names the pages")
  if (filled.cors && filled.authenticate !== EVERYBODY)
    throw new SSEError('options', "cors: '*' cannot be used together with authenticate: name the pages in origins")
  // A Map would have no schema by name, and so check nothing.
  if (!isPlain(schemas)) throw wrong('schemas', 'a plain object, { name: schema }', schemas)
  for (const [name, schema] of Object.entries(schemas))
    if (schema !== undefined && !isSchema(schema))
      throw wrong(`schemas: ${name}`, 'an object that is a Standard Schema, as those of zod and valibot are', schema)
  const limits = resolveLimits(filled.limits)
  const log = filled.log ?? memoryLog()
  demand('log', log, ['append', 'read', 'subscribe', 'reset'], 'memoryLog()')
  const mailbox = fill(MAILBOX, filled.mailbox, 'mailbox.') as MailboxOptions & Omit<MailSettings, 'store'>
  const store = mailbox.store ?? log.mailbox ?? memoryMailbox()
  demand('mailbox.store', store, ['add', 'list', 'markSent', 'acknowledge'], 'memoryMailbox()')
  const relay = filled.relay ?? log.relay
  if (relay) demand('relay', relay, ['send', 'subscribe'], 'memoryRelay()')
  return {
    ...filled,
    relay,
    authenticates: filled.authenticate !== EVERYBODY,
    // One that never comes is none.
    heartbeat: heartbeat && heartbeat < Infinity ? heartbeat : 0,
    retry: retry || 0,
    maxAge: filled.maxAge || Infinity,
    clientTimeout: filled.clientTimeout || Infinity,
    log,
    mailbox: { ...mailbox, maxAge: mailbox.maxAge || Infinity, store },
    clock: steady(filled.clock),
    limits,
  }
}

/** @throws SSEError `options` for an object that lacks one of its functions. Without this, the first event would find out. */
function demand(name: string, value: object, methods: readonly string[], model: string): void {
  const missing = methods.find((method) => typeof Reflect.get(value, method) !== 'function')
  if (missing) throw wrong(name, `an object like that of ${model}, with a function ${missing}`, value)
}
