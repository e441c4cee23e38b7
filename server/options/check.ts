import { SSEError } from '../../src/base/errors.ts'
import { shownTyped } from '../wire/shown.ts'

/*
 * Options of the server, checked at once and by name. TypeScript finds most mistakes; this is for JavaScript, for JSON and for
 * what types cannot say. Its messages may be longer than those of the client, which pays for every byte.
 */

/**
 * The rule of an option, for the check and for its message alike, and its default. Apart by `|`: names of JavaScript types,
 * of which `number from 0` includes Infinity, what begins with `a list`, and values meant literally, strings in quotes.
 */
export type Spec<T> = { readonly [N in keyof T]-?: readonly [wants: string, initial?: T[N]] }

/**
 * The options with their defaults filled in.
 * @param prefix - Where the options stand, for messages: `limits.`.
 * @throws SSEError `options`, naming the option and what it wants.
 */
export function fill<T extends object>(spec: Spec<T>, given: T, prefix = ''): T {
  if (typeof given !== 'object' || !given) throw wrong('options', 'an object', given)
  const filled = { ...given }
  for (const name in { ...given, ...spec }) {
    // Of its own: `constructor` is no option either.
    // Left out without a word, the `authenticate` of a class would let everybody in.
    if (Object.hasOwn(spec, name) && name in given && !Object.hasOwn(given, name))
      throw wrong(prefix + name, 'a field of the object itself; this one is inherited', given[name])
    if (!Object.hasOwn(spec, name)) {
      // Undefined is as good as left out, and what stands on Object.prototype is nobody's.
      if (!Object.hasOwn(given, name) || (given[name] ?? undefined) === undefined) continue
      const known = Object.keys(spec).join(', ')
      throw new SSEError('options', `${prefix}${name.slice(0, 40)} is no option; there are ${known}`)
    }
    const [wants, initial] = spec[name]
    filled[name] ??= initial as T[typeof name]
    const value = filled[name]
    if (value !== undefined && !wants.split('|').some((word) => fits(word, value)))
      throw wrong(prefix + name, wants, value)
  }
  return filled
}

const fits = (word: string, value: unknown): boolean => {
  if (word.startsWith('a list')) return Array.isArray(value)
  return word.startsWith(typeof value)
    ? typeof value !== 'number' || value >= 0
    : word === (typeof value === 'string' ? `'${value}'` : `${value}`)
}

/** An error about an option. It shows the beginning of the value. A text in place of a function or an object may be a token. */
export const wrong = (name: string, wants: string, value: unknown, cause?: unknown): SSEError => {
  const isToken = typeof value === 'string' && /function|object/.test(wants)
  return new SSEError('options', `${name} expects ${wants}, got ${shownTyped(value, isToken)}`, { cause })
}
