import { readArguments, UsageError } from '../command-line/args.ts'
import { parseDuration } from '../command-line/duration.ts'
import { MOCK_OPTIONS } from './spec.ts'

/** The options of `headwater mock`: the command line, checked. */
export interface MockCommandOptions {
  /** Undefined: ticks. */
  readonly file: string | undefined
  readonly port: number
  readonly host: string | undefined
  readonly cors: boolean
  /** Milliseconds; 0: none. */
  readonly tick: number
  readonly replay: boolean
  readonly introduce: boolean
  readonly quiet: boolean
}

/** @throws UsageError that names the option and what it wants. */
export function readMockOptions(argv: readonly string[]): MockCommandOptions {
  const given = readArguments(MOCK_OPTIONS, argv)
  const [file, more] = given.positionals
  if (more !== undefined) throw new UsageError(`mock takes one script, and ${JSON.stringify(more)} is one more`)
  if (file !== undefined && given.has('tick'))
    throw new UsageError('--tick and a script exclude each other: with a script nothing ticks')
  const host = given.text('host')
  if (host === '') throw new UsageError('--host expects an address such as 127.0.0.1 or 0.0.0.0, not ""')
  return {
    file,
    port: readPort(given.text('port') ?? '8080'),
    host,
    cors: !given.has('no-cors'),
    tick: readTick(given.text('tick') ?? '1s'),
    replay: given.has('replay'),
    introduce: given.has('introduce'),
    quiet: given.has('quiet'),
  }
}

function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65535) return Number(text)
  throw new UsageError(`--port expects a number from 0 to 65535, not ${JSON.stringify(text)}`)
}

function readTick(text: string): number {
  const ms = parseDuration(text, 's')
  if (ms !== undefined && (ms === 0 || ms >= 10)) return ms
  throw new UsageError(
    `--tick expects a time such as 500ms or 2s, 10ms or more, or 0 for none, not ${JSON.stringify(text)}`,
  )
}
