import { indent } from './print.ts'

/*
 * Calls of functions as text, in the form that formatters give them.
 */

const WIDTH = 120

/** A call, in one line if it fits behind `before` characters. */
export function call(name: string, args: readonly string[], before = 0): string {
  const line = `${name}(${args.join(', ')})`
  if (before + line.length <= WIDTH && !line.includes('\n')) return line
  const [only] = args
  // An object or a list alone hugs the brackets.
  if (args.length === 1 && only !== undefined && /^[[{]\n/.test(only)) return `${name}(${only})`
  return `${name}(\n${args.map((arg) => `${indent(arg)},\n`).join('')})`
}

/** An object, one entry a line. */
export const objectOf = (entries: readonly string[]): string =>
  entries.length ? `{\n${entries.map((entry) => `${indent(entry)},\n`).join('')}}` : '{}'

/** A list, in one line if it fits. */
export function listOf(items: readonly string[], before = 0): string {
  const line = `[${items.join(', ')}]`
  return before + line.length <= WIDTH && !line.includes('\n')
    ? line
    : `[\n${items.map((item) => `${indent(item)},\n`).join('')}]`
}
