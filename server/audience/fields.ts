import { shown } from '../wire/shown.ts'

/** Says what an object of options takes, for its check and for its message. */
export interface Form {
  /** The name of the function that takes the options: 'publish'. */
  readonly what: string
  readonly names: readonly string[]
}

/**
 * The fields of an object of options, as a copy: nobody can change them after they were checked.
 * @throws TypeError for anything but a plain object, for a field that does not exist, and for one that is inherited or hidden. All
 *   of these would be dropped without a word, and an event that is for one user would be for everyone.
 */
export function ownFields({ what, names }: Form, given: unknown): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new TypeError(`${what} takes an object of options such as { userId: 'ada' }, got ${shown(given)}`)
  const own: Readonly<Record<string, unknown>> = { ...given }
  if (!isWhole(given, own)) {
    for (const name of names)
      if (name in given && !Object.hasOwn(own, name))
        throw new TypeError(`${what} takes fields of the object itself, and ${name} is inherited: write { ${name}: … }`)
    if (!isPlain(given))
      throw new TypeError(`${what} takes a plain object, got ${shown(given)}: write its fields as { userId: … }`)
  }
  for (const name of Object.keys(own))
    if (!names.includes(name))
      throw new TypeError(`${what} takes no ${name.slice(0, 40)}; it takes ${names.join(', ')}`)
  return own
}

/**
 * Whether a copy has all that an object has: it is plain, none of its fields is hidden, and every object has none beside its own.
 * Most are. To ask for each name with `in` takes five times as long, and every event passes here.
 */
function isWhole(given: object, copy: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(given)
  if (prototype !== Object.prototype && prototype !== null) return false
  let count = 0
  for (const name in given) {
    if (!Object.hasOwn(copy, name)) return false
    count++
  }
  return count === Object.getOwnPropertyNames(given).length
}
/** Whether an object is of no class. That of another realm counts too: its `Object.prototype` has no prototype either. */
export function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value)
  return prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, 'isPrototypeOf'))
}
