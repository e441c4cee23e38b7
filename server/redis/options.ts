import { callSafely } from '../../src/base/errors.ts'
import { checkNames } from '../log/names.ts'
import { shown } from '../wire/shown.ts'

/** Where in Redis a log is, and how much it keeps. All processes that share the log have the same options. */
export interface RedisLogOptions {
  /**
   * How the keys of the log begin: `{headwater}:log`. In braces, so that a cluster keeps them on one node. Logs with another prefix
   * are independent. Letters, digits and `. _ : -`.
   * @defaultValue 'headwater'
   */
  readonly prefix?: string | undefined
  /**
   * How many events can be replayed. Redis keeps a few more, and always the newest 1,000, which processes read from each other. 0:
   * none can be replayed. Infinity: no limit.
   * @defaultValue 10_000
   */
  readonly size?: number | undefined
  /**
   * For how long events can be replayed, in milliseconds. They are deleted a quarter of that time later at the latest. 0 or
   * Infinity: no limit.
   * @defaultValue Infinity
   */
  readonly maxAge?: number | undefined
  /**
   * Over how many streams payloads are spread, from 1 to 1,000. In a cluster they are on several nodes then, and so are the memory
   * and the traffic for them. The order, and the cursor of a client, stay one. 1: payloads are in the log itself.
   * @defaultValue 1
   */
  readonly shards?: number | undefined
  /**
   * How long an `append` waits for Redis, in milliseconds, before it rejects. Also how long Redis may take to answer before the log
   * connects again.
   * @defaultValue 5_000
   */
  readonly timeout?: number | undefined
  /**
   * How long `redisLog` waits for Redis at the start, in milliseconds, before it rejects.
   * @defaultValue 10_000
   */
  readonly startTimeout?: number | undefined
  /**
   * While Redis cannot be reached, `publish` gives an event to the clients of its own process, without an id, and does not reject. It
   * is not replayed, and the other processes do not get it. An event that Redis may have is not given out: then `publish` rejects.
   * @defaultValue false
   */
  readonly localOnly?: boolean | undefined
  /**
   * Called with a text when Redis cannot be reached, and when it can be again.
   * @defaultValue `console.warn`
   */
  readonly onWarning?: ((text: string) => void) | undefined
}

/** Options, checked and with their defaults filled in. */
export interface RedisLogSettings {
  readonly prefix: string
  readonly size: number
  /** How many events Redis keeps: at least `size`. */
  readonly kept: number
  /** Infinity: no limit. */
  readonly maxAge: number
  readonly shards: number
  readonly timeout: number
  readonly startTimeout: number
  readonly localOnly: boolean
  warn(text: string): void
}

/** Processes read events from each other in Redis, so that it has some even where none can be replayed. */
const FEWEST = 1000

const NAMES = ['prefix', 'size', 'maxAge', 'shards', 'timeout', 'startTimeout', 'localOnly', 'onWarning']

/** @throws TypeError for an option that cannot work, or does not exist. */
export function resolveRedisLogOptions(options: RedisLogOptions): RedisLogSettings {
  checkNames('redisLog', NAMES, options)
  const { prefix = 'headwater', size = 10_000, maxAge = Infinity, shards = 1 } = options
  const { timeout = 5000, startTimeout = 10_000, localOnly = false, onWarning = console.warn } = options
  if (typeof prefix !== 'string' || !/^[\w.:-]{1,100}$/.test(prefix))
    throw new TypeError(`prefix expects 1 to 100 letters, digits and . _ : -, got ${shown(prefix)}`)
  for (const [name, value] of Object.entries({ size, maxAge }))
    if (typeof value !== 'number' || !(value >= 0))
      throw new TypeError(`${name} expects a number from 0, got ${shown(value)}`)
  if (!(Number.isInteger(shards) && shards >= 1 && shards <= 1000))
    throw new TypeError(`shards expects a whole number from 1 to 1000, got ${shown(shards)}`)
  for (const [name, value] of Object.entries({ timeout, startTimeout }))
    if (typeof value !== 'number' || !(value > 0 && value < Infinity))
      throw new TypeError(`${name} expects milliseconds greater than 0, got ${shown(value)}`)
  if (typeof localOnly !== 'boolean') throw new TypeError(`localOnly expects true or false, got ${shown(localOnly)}`)
  if (typeof onWarning !== 'function') throw new TypeError(`onWarning expects a function, got ${shown(onWarning)}`)
  return {
    prefix,
    size,
    kept: Math.max(size, FEWEST),
    maxAge: maxAge || Infinity,
    shards,
    timeout,
    startTimeout,
    localOnly,
    warn: (text) => void callSafely(onWarning, `headwater: ${text}`),
  }
}
