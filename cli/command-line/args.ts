import { parseArgs } from 'node:util'
import { nearest } from './nearest.ts'

/** A mistake in the command line: one line that names the fix, and exit code 2. */
export class UsageError extends Error {}

/** One option of a command, for the parser and for its help alike. */
export interface Option {
  readonly short?: string
  /** The name of its value; without one it is a switch. */
  readonly value?: string
  /** May be given more than once; of any other the last one counts. */
  readonly repeatable?: boolean
  readonly help: string
}

export type Options = Readonly<Record<string, Option>>

/** The arguments as typed, known to fit the options. */
export interface Arguments<N extends string> {
  readonly positionals: readonly string[]
  has(name: N): boolean
  /** The value that was given last. */
  text(name: N): string | undefined
  all(name: N): readonly string[]
}

/**
 * Reads a command line. Not `strict`, whose messages suggest nothing.
 * @throws UsageError for an option that there is not, a value that is missing, or one too many.
 */
export function readArguments<const O extends Options>(
  options: O,
  argv: readonly string[],
): Arguments<keyof O & string> {
  const known = Object.entries<Option>(options)
  const config = Object.fromEntries(
    known.map(([name, { short, value }]) => [
      name,
      { type: value ? ('string' as const) : ('boolean' as const), ...(short && { short }) },
    ]),
  )
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    options: config,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { name, rawName, value, inlineValue } = token
    const option = Object.hasOwn(options, name) ? options[name] : undefined
    if (!option) {
      const names = known.flatMap(([long, { short }]) => [`--${long}`, ...(short ? [`-${short}`] : [])])
      throw new UsageError(`there is no option ${rawName}${suggestion(rawName, names)}`)
    }
    if (!option.value && value !== undefined) throw new UsageError(`${rawName} takes no value`)
    if (option.value) {
      if (value === undefined) throw new UsageError(`${rawName} expects ${option.value}`)
      // Far more often a value that was forgotten than one that begins with a dash.
      if (!inlineValue && value.length > 1 && value.startsWith('-'))
        throw new UsageError(
          `${rawName} expects ${option.value}; if the value begins with a dash, write --${name}=${value}`,
        )
    }
    given.set(name, [...(given.get(name) ?? []), value ?? ''])
  }
  return {
    positionals,
    has: (name) => given.has(name),
    text: (name) => given.get(name)?.at(-1),
    all: (name) => given.get(name) ?? [],
  }
}

/** `, did you mean …?`, or nothing. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const candidate = nearest(word, candidates)
  return candidate ? `, did you mean ${candidate}?` : ''
}
