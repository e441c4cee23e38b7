import { readArguments, UsageError } from '../../command-line/args.ts'
import { parseDuration } from '../../command-line/duration.ts'
import { type Address, readAddress, readHeaders, readMethod } from './request-options.ts'
import { LISTEN_OPTIONS } from './spec.ts'

/** The options of `headwater listen`: the command line, checked. Times are milliseconds. */
export interface ListenOptions {
  readonly address: Address
  readonly headers: Headers
  /** Undefined: as it follows from the body. */
  readonly method: string | undefined
  /** As it was typed: text, `@file` or `@-`. */
  readonly data: string | undefined
  readonly lastEventId: string
  readonly topics: readonly string[]
  readonly patterns: readonly string[]
  readonly grep: RegExp | undefined
  /** Infinity: no end. */
  readonly count: number
  readonly duration: number | undefined
  readonly format: 'people' | 'json' | 'data'
  readonly parse: 'auto' | 'json' | 'text'
  readonly stats: boolean
  readonly verbosity: 'quiet' | 'normal' | 'verbose'
  readonly once: boolean
  readonly wait: boolean
  readonly heartbeat: number | 'auto' | false
  readonly connectTimeout: number
}

/** @throws UsageError that names the option and what it wants. */
export function readListenOptions(argv: readonly string[]): ListenOptions {
  const given = readArguments(LISTEN_OPTIONS, argv)
  const [url, ...more] = given.positionals
  if (url === undefined) throw new UsageError('listen expects a URL')
  // Not repeated: after `-H authorization: Bearer …`, say, one of them is a secret.
  if (more.length)
    throw new UsageError(`listen takes one URL, and here are ${more.length + 1}: quotes missing around a header?`)
  const both = (one: keyof typeof LISTEN_OPTIONS, other: keyof typeof LISTEN_OPTIONS, why: string): void => {
    if (given.has(one) && given.has(other)) throw new UsageError(`--${one} and --${other} exclude each other: ${why}`)
  }
  both('json', 'data-only', 'choose one form of output')
  both('quiet', 'verbose', 'choose one')
  both('once', 'wait', 'a request that is sent once is not tried again')

  const parse = given.text('parse') ?? 'auto'
  if (parse !== 'auto' && parse !== 'json' && parse !== 'text') throw wrong('parse', 'auto, json or text', parse)
  const method = readMethod(given.text('method'))
  const data = given.text('data')
  if (data !== undefined && (method === 'GET' || method === 'HEAD'))
    throw new UsageError(`--data needs a method that has a body, not ${method}`)

  return {
    address: readAddress(url),
    headers: readHeaders(given.all('header')),
    method,
    data,
    lastEventId: readId(given.text('last-event-id') ?? ''),
    topics: given.all('topic').map(readTopic),
    patterns: given.has('event') ? given.all('event').map(readPattern) : ['*'],
    grep: readRegExp(given.text('grep')),
    count: readCount(given.text('count')),
    duration: readEnd(given.text('for')),
    format: given.has('json') ? 'json' : given.has('data-only') ? 'data' : 'people',
    parse,
    stats: given.has('stats'),
    verbosity: given.has('quiet') ? 'quiet' : given.has('verbose') ? 'verbose' : 'normal',
    once: given.has('once'),
    wait: given.has('wait'),
    heartbeat: readHeartbeat(given.text('heartbeat') ?? 'auto'),
    connectTimeout: readDuration('connect-timeout', given.text('connect-timeout'), 'ms') ?? 15_000,
  }
}

const wrong = (name: string, wants: string, text: string): UsageError =>
  new UsageError(`--${name} expects ${wants}, not ${JSON.stringify(text)}`)

function readDuration(name: string, text: string | undefined, unit: 'ms' | 's'): number | undefined {
  if (text === undefined) return undefined
  const ms = parseDuration(text, unit)
  if (ms === undefined)
    throw wrong(name, `a time such as 500ms, 10s or 2m, a plain number being ${unit}, of 24 days at most`, text)
  return ms
}

/** Elsewhere 0 means for ever, which this would not. */
function readEnd(text: string | undefined): number | undefined {
  const ms = readDuration('for', text, 's')
  if (ms === 0) throw wrong('for', 'a time above 0', `${text}`)
  return ms
}

function readHeartbeat(text: string): ListenOptions['heartbeat'] {
  if (text === 'auto') return text
  if (text === 'off') return false
  const ms = parseDuration(text, 'ms')
  if (ms === undefined) throw wrong('heartbeat', 'milliseconds, a time such as 15s, auto or off', text)
  return ms
}

/** The core's patterns: anything else with a star in it would be a name that no event has. */
function readPattern(pattern: string): string {
  if (!/^(\*|[^*]+|[^*]+\.\*)$/.test(pattern))
    throw wrong('event', "a name, or '*' alone or after a dot as in 'order.*'", pattern)
  return pattern
}

/** Topics travel apart by commas. */
function readTopic(topic: string): string {
  if (!/^[^,\s]+$/.test(topic)) throw wrong('topic', 'a name without commas and spaces; repeat it for several', topic)
  return topic
}

function readId(id: string): string {
  if (/[\0\r\n]/.test(id)) throw wrong('last-event-id', 'an id without line ends', id)
  return id
}

function readRegExp(source: string | undefined): RegExp | undefined {
  if (source === undefined) return undefined
  try {
    return new RegExp(source)
  } catch (error) {
    throw wrong('grep', `a regular expression (${error instanceof Error ? error.message : error})`, source)
  }
}

function readCount(text: string | undefined): number {
  if (text === undefined) return Infinity
  if (!/^[1-9]\d{0,14}$/.test(text)) throw wrong('count', 'a whole number from 1', text)
  return Number(text)
}
