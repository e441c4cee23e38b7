/** The words of a name: `order.created`, `order_created`, `OrderCreated` and `order-created` have the same two. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/(?:[^\p{ID_Continue}]|_)+/u)
    .filter(Boolean)
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** A name for a type: `OrderCreated`. One that begins with a digit gets a `_`. */
export function pascalCase(name: string): string {
  const joined = wordsOf(name).map(capital).join('')
  return /^\p{ID_Start}/u.test(joined) ? joined : `_${joined}`
}

/** A name for a function: `orderCreated`. */
export function camelCase(name: string): string {
  const pascal = pascalCase(name)
  const [head = '', ...rest] = wordsOf(name)
  return /^\p{ID_Start}/u.test(pascal)
    ? [
        /^[A-Z]+$/.test(head) ? head.toLowerCase() : head.charAt(0).toLowerCase() + head.slice(1),
        ...rest.map(capital),
      ].join('')
    : pascal
}

/** Compares as bytes would, so that the order is the same on every machine. */
export const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
