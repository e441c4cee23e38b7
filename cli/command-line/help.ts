import type { Paint } from '../terminal/palette.ts'
import type { Option, Options } from './args.ts'

/** The contents of a command's help. */
export interface Manual {
  readonly synopsis: string
  readonly about: string
  readonly groups: readonly (readonly [title: string, options: Options])[]
  readonly examples: readonly (readonly [what: string, command: string])[]
  readonly exitCodes: readonly (readonly [code: string, meaning: string])[]
  readonly environment: readonly (readonly [name: string, meaning: string])[]
}

/** An option as it is typed: `-H, --header 'name: value'`. */
export function usageOf(name: string, { short, value }: Option): string {
  return `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`
}

/** The help of one command, with a line end. */
export function renderManual(
  { synopsis, about, groups, examples, exitCodes, environment }: Manual,
  paint: Paint,
): string {
  const title = (text: string): string => paint('bold', text)
  const options = groups.map(([name, options]) => {
    const rows = Object.entries(options).map(([long, option]) => {
      const usage = usageOf(long, option)
      return [
        option.short ? usage : `    ${usage}`,
        `${option.help}${option.repeatable ? ' (repeatable)' : ''}`,
      ] as const
    })
    return `${title(name)}\n${table(rows, 34)}`
  })
  const shown = examples.map(([what, command]) => `  ${paint('dim', `# ${what}`)}\n  ${command}`)
  return `${[
    `${title('Usage:')} ${synopsis}`,
    about,
    ...options,
    `${title('Examples')}\n${shown.join('\n')}`,
    `${title('Exit codes')}\n${table(exitCodes, 12)}`,
    `${title('Environment')}\n${table(environment, 26)}`,
  ].join('\n\n')}\n`
}

/** Two columns; further lines of the second stand below its first. */
export function table(rows: readonly (readonly [left: string, right: string])[], width: number): string {
  const indent = ' '.repeat(width + 2)
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right.replaceAll('\n', `\n${indent}`)}`).join('\n')
}
