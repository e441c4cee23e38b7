import type { OutputOptions } from '../../codegen/emit/files.ts'
import type { Schema } from '../../codegen/pivot/document.ts'
import type { RustOptions } from '../../codegen/rust/context.ts'
import { type Arguments, readArguments, UsageError } from '../command-line/args.ts'
import { GENERATE_OPTIONS } from './spec.ts'

/** The options of `headwater generate`: the command line, checked. */
export interface GenerateCommandOptions {
  readonly sources: readonly string[]
  /** Undefined only with `diff`, which writes nothing. */
  readonly out: string | undefined
  readonly rust: RustOptions
  readonly output: OutputOptions
  /** Write nothing, and say what is not as it should be. */
  readonly check: boolean
  /** Write nothing, and say what has changed since this event map. */
  readonly diff: string | undefined
  readonly watch: boolean
  readonly quiet: boolean
}

/** @throws UsageError that names the option and what it wants. */
export function readGenerateOptions(argv: readonly string[]): GenerateCommandOptions {
  const given = readArguments(GENERATE_OPTIONS, argv)
  const out = given.text('out')
  const diff = given.text('diff')
  const runs = (['check', 'diff', 'watch'] as const).filter((name) => given.has(name))
  if (!given.positionals.length || given.positionals.includes(''))
    throw new UsageError('generate wants a source: a file, a folder or a glob, such as models/sse')
  if (runs.length > 1) throw new UsageError(`--${runs.join(' and --')} exclude each other`)
  if (diff === '') throw new UsageError('--diff wants an event map, such as events.json of the main branch')
  if (!out && diff === undefined) throw new UsageError('generate wants --out FOLDER, such as --out src/events')
  return {
    sources: given.positionals,
    out,
    rust: readRustOptions(given),
    output: readOutputOptions(given),
    check: given.has('check'),
    diff,
    watch: given.has('watch'),
    quiet: given.has('quiet'),
  }
}

function readOutputOptions(given: Arguments<'schemas' | 'publisher' | 'extension'>): OutputOptions {
  const schemas = given.text('schemas')
  return {
    publisher: given.has('publisher'),
    extension: oneOf('extension', given.text('extension') ?? 'js', ['js', 'ts', 'none']),
    ...(schemas !== undefined && { schemas: oneOf('schemas', schemas, ['plain', 'zod', 'valibot']) }),
  }
}

function readRustOptions(given: Arguments<'types' | 'case' | 'int64' | 'map'>): RustOptions {
  return {
    types: given.all('types'),
    nameCase: oneOf('case', given.text('case') ?? 'keep', ['keep', 'snake', 'dot', 'kebab']),
    int64: oneOf('int64', given.text('int64') ?? 'number', ['number', 'string', 'bigint', 'error']),
    map: new Map(given.all('map').map(readMapping)),
  }
}

function oneOf<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text)
  if (found !== undefined) return found
  throw new UsageError(`--${name} wants one of ${choices.join(', ')}, not ${JSON.stringify(text)}`)
}

/** `Money=number`, `Id=string:uuid`. */
function readMapping(text: string): [name: string, schema: Schema] {
  const [, name, type, format] = /^([\w:]+)=(string|number|integer|boolean|unknown)(?::([\w-]+))?$/.exec(text) ?? []
  if (name === undefined || (format !== undefined && type !== 'string'))
    throw new UsageError(
      `--map wants NAME=TYPE, where TYPE is string, string:FORMAT, number, integer, boolean or unknown, not ${JSON.stringify(text)}`,
    )
  if (type === 'unknown') return [name, true]
  return [name, { type: type as 'string', ...(format !== undefined && { format }) }]
}
