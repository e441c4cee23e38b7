import type { Json } from '../pivot/document.ts'

/*
 * TypeScript as text: two spaces, single quotes, no semicolons.
 */

/** A text in single quotes, or in double quotes if there are single ones in it. */
export function quote(text: string): string {
  const double = JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
  if (text.includes("'") && !text.includes('"')) return double
  return `'${double.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

/** The name of a property in a type or in an object. */
export const propertyKey = (name: string): string =>
  /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name) ? name : quote(name)

/** The name of a property in an object that is a value: `__proto__` alone would set its prototype. */
export const objectKey = (name: string): string => (name === '__proto__' ? "['__proto__']" : propertyKey(name))

/** Each line further to the right. */
export const indent = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ')

/** A comment for what follows, with a line end, or nothing. */
export function docComment({
  description = '',
  deprecated = false,
}: {
  description?: string
  deprecated?: boolean
}): string {
  const lines = [...description.trim().split(/\r\n|\r|\n/), ...(deprecated ? ['@deprecated'] : [])].map((line) =>
    line.trimEnd().replaceAll('*/', '*\\/'),
  )
  const said = lines[0] === '' ? lines.slice(1) : lines
  if (!said.length) return ''
  if (said.length === 1) return `/** ${said[0]} */\n`
  return `/**\n${said.map((line) => ` *${line && ` ${line}`}`).join('\n')}\n */\n`
}

/** A value of JSON as an expression of JavaScript. */
export function literal(value: Json): string {
  if (typeof value === 'string') return quote(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (isList(value)) return `[${value.map(literal).join(', ')}]`
  const entries = Object.entries(value).map(([name, each]) => `${objectKey(name)}: ${literal(each)}`)
  return entries.length ? `{ ${entries.join(', ')} }` : '{}'
}

/** A list, which `Array.isArray` does not tell from others if it is read-only. */
export const isList = (value: Json): value is readonly Json[] => Array.isArray(value)

/** The widest line. */
const WIDTH = 120

/** Alternatives, in one line if they fit. `before` is the width of what stands before them. */
export function alternatives(items: readonly string[], before: number): string {
  const line = items.join(' | ')
  if (before + line.length <= WIDTH && !line.includes('\n')) return line
  return `\n${indent(items.map((item) => `| ${indent(item).trimStart()}`).join('\n'))}`
}
