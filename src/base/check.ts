import { SSEError, textOf } from './errors.ts'

/*
 * Wrong options are an error at once, instead of a stream that never comes. TypeScript finds most of them; this is for
 * JavaScript, for JSON and for what types cannot say. Only types and numbers are checked: to check words costs every user.
 */

/**
 * The options over their defaults. An option wants the type of its default, if it has one; a number is at least 0. `null`
 * counts as left out.
 * @param more - Matches what is allowed beyond that: a name and a type, or `false`, as in 'heartbeat number'.
 * @throws SSEError `options`, naming the option and what it wants.
 */
export function withDefaults<D extends object>(defaults: D, given: object, more: RegExp = /^$/): D {
  if (given && typeof given !== 'object') throw optionError('options', 'object', given)
  // Without a prototype: what a page adds to Object.prototype is no option.
  const filled = { __proto__: null, ...defaults } as Record<string, unknown>
  for (const [name, value] of Object.entries<unknown>({ ...given })) {
    if (!(name in filled)) throw optionError('option', `one of ${Object.keys(filled)}`, name)
    if (value == null) continue
    const wants = typeof filled[name]
    const type = typeof value
    if (type === 'number' && !((value as number) >= 0)) throw optionError(name, '>= 0', value)
    if (wants !== type && wants !== 'undefined' && !more.test(`${name} ${value === false ? value : type}`))
      throw optionError(name, wants, value)
    filled[name] = value
  }
  return filled as D
}

/** An error about an option. Only the beginning of the value is shown: it may be a token. */
export const optionError = (name: string, wants: string, value?: unknown): SSEError =>
  new SSEError('options', `${name}: expected ${wants}, got ${textOf(value).slice(0, 20)}`)
