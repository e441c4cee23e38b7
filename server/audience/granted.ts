import { shown } from '../wire/shown.ts'

/**
 * Whether the answer of a function of the application grants something. Only `true` does. null, undefined and what else is falsy
 * do not.
 * @param where - The option that answered.
 * @throws TypeError for any other value: a promise, an object or a name is truthy, and would let everybody in.
 */
export function isGranted(answer: unknown, where: string): boolean {
  if (answer === true) return true
  if (!answer) return false
  const got = typeof (answer as { then?: unknown }).then === 'function' ? 'a promise' : shown(answer)
  throw new TypeError(`${where} must answer true or false, got ${got}`)
}
