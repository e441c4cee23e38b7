/*
 * Built-ins that every browser and Node have, and that some test environments take away: jest-environment-jsdom knows neither
 * streams nor TextDecoder. Node's own are put in their place, and only there.
 */

interface Builtins {
  'node:util': Pick<typeof globalThis, 'TextDecoder' | 'TextEncoder'>
  'node:stream/web': Pick<typeof globalThis, 'ReadableStream'>
  'node:worker_threads': Pick<typeof globalThis, 'MessageChannel'>
}

/**
 * A module of Node's, without an import that bundlers for browsers would stumble over.
 * @throws Error where there is no Node.
 */
export function builtin<N extends keyof Builtins>(name: N): Builtins[N] {
  const { process } = globalThis as { process?: { getBuiltinModule?(name: N): Builtins[N] | undefined } }
  const found = process?.getBuiltinModule?.(name)
  if (found) return found
  throw new Error(`this environment lacks what ${name} has, and is not Node: run the test in a browser or in Node`)
}

/** Puts in place what a client needs and this environment lacks. Existing built-ins are left alone. */
export function completePlatform(): void {
  const missing = (name: 'TextDecoder' | 'TextEncoder' | 'ReadableStream'): boolean =>
    typeof globalThis[name] !== 'function'
  const put = (name: string, value: unknown): unknown =>
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
  if (missing('TextDecoder')) put('TextDecoder', builtin('node:util').TextDecoder)
  if (missing('TextEncoder')) put('TextEncoder', builtin('node:util').TextEncoder)
  if (missing('ReadableStream')) put('ReadableStream', builtin('node:stream/web').ReadableStream)
}
