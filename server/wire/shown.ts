/*
 * Values in messages about them. An error ends up in a log, so a message shows no more of a value than the mistake needs.
 */

/** How much of a text is shown, and how much of one that may be a token. */
const LENGTH = 40
const TOKEN_LENGTH = 9

/** A value for a message about it. It does not throw, whatever the value is. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, LENGTH))
  if (typeof value === 'bigint') return `${value}n`.slice(0, LENGTH)
  if (typeof value === 'function') return 'a function'
  if (typeof value !== 'object' || value === null) return String(value).slice(0, LENGTH)
  try {
    if (value instanceof Date) return String(value).slice(0, LENGTH)
    return Array.isArray(value) ? shownList(value) : shownObject(value)
  } catch {
    return 'an object'
  }
}

/** The same for what may be a token, such as the id of a session: only its beginning is shown. */
export const shownToken = (value: unknown): string =>
  typeof value === 'string' && value.length > TOKEN_LENGTH ? `${shown(value.slice(0, TOKEN_LENGTH))}…` : shown(value)

/** The same with its type, `string 5`: for options, where a text in place of a number is the usual mistake. */
export function shownTyped(value: unknown, isToken = false): string {
  if (value === undefined || (typeof value === 'object' && value !== null)) return shown(value)
  return `${typeof value} ${String(value).slice(0, isToken ? TOKEN_LENGTH : LENGTH)}`
}

/** A list is shown by what does not belong in a list of names. Names in it may be tokens, so they are only counted. */
function shownList(list: readonly unknown[]): string {
  if (list.length === 0) return 'an empty list'
  const misfit = list.findIndex((item) => typeof item !== 'string' || item === '')
  if (misfit < 0) return `a list of ${list.length} ${list.length === 1 ? 'string' : 'strings'}`
  const item = list[misfit]
  return `a list with ${Array.isArray(item) ? 'a list' : shown(item)} in it`
}

/** An object is shown by its class, or by the names of its fields. The fields may hold a secret. */
function shownObject(value: object): string {
  const prototype: object | null = Object.getPrototypeOf(value)
  const name: unknown = prototype && prototype !== Object.prototype && prototype.constructor?.name
  if (typeof name === 'string' && name !== '' && name !== 'Object') return `an object of class ${name.slice(0, LENGTH)}`
  const fields = Object.keys(value).join(', ')
  return fields === '' ? 'an object without fields' : `an object with ${fields.slice(0, LENGTH)}`
}
