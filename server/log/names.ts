import { shown } from '../wire/shown.ts'

/**
 * Refuses options of a log that do not exist: `memoryLog({ max: 5 })` would keep 10,000 events.
 * @param what - 'memoryLog', for the message.
 * @throws TypeError
 */
export function checkNames(what: string, names: readonly string[], options: unknown): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`${what} expects an object of options, got ${shown(options)}`)
  const strange = Object.keys(options).find((name) => !names.includes(name))
  if (strange !== undefined)
    throw new TypeError(`${what} takes no ${strange.slice(0, 40)}; it takes ${names.join(', ')}`)
}
