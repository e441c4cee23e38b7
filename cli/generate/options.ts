import { readArguments, UsageError } from '../command-line/args.ts'
import { GENERATE_OPTIONS } from './spec.ts'

/** What `headwater generate` is to do: the command line, checked. */
export interface GenerateCommandOptions {
  readonly sources: readonly string[]
  readonly out: string
  readonly quiet: boolean
}

/** @throws UsageError that names the option and what it wants. */
export function readGenerateOptions(argv: readonly string[]): GenerateCommandOptions {
  const given = readArguments(GENERATE_OPTIONS, argv)
  const out = given.text('out')
  if (!given.positionals.length)
    throw new UsageError('generate wants a source: a file, a folder or a glob, such as models/sse')
  if (!out) throw new UsageError('generate wants --out FOLDER, such as --out src/events')
  return { sources: given.positionals, out, quiet: given.has('quiet') }
}
