import { shown } from '../wire/shown.ts'

/**
 * How long a `close` may take, in milliseconds: `drain` of its options.
 * @param initial - Without a `drain`. Also for a text: a signal handler is called with the name of its signal.
 * @throws TypeError for other options, as `close(5000)` would close at once; and for a `drain` that is no number from 0 to `most`.
 */
export function drainOf(options: unknown, initial: number, most: number = Infinity): number {
  if (options === undefined || typeof options === 'string') return initial
  if (typeof options !== 'object' || options === null || Object.keys(options).some((name) => name !== 'drain'))
    throw new TypeError(`close expects { drain: milliseconds }, got ${shown(options)}`)
  const { drain = initial } = options as { readonly drain?: unknown }
  if (typeof drain === 'number' && drain >= 0 && drain <= most) return drain
  throw new TypeError(`drain expects a number of milliseconds, got ${shown(drain)}`)
}
