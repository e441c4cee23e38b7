import { builtinEnvironments, type Environment } from 'vitest/runtime'

/*
 * happy-dom brings its own fetch, streams and signals, which do not stream and do not mix with Node's. A page for the
 * unit tests is therefore happy-dom's document, window and events, over the platform's own network classes.
 */

const PLATFORM = [
  'AbortController',
  'AbortSignal',
  'Blob',
  'FormData',
  'Headers',
  'MessageChannel',
  'ReadableStream',
  'Request',
  'Response',
  'TextDecoder',
  'TextDecoderStream',
  'TextEncoder',
  'TransformStream',
  'URL',
  'URLSearchParams',
  'WritableStream',
  'fetch',
] as const

const environment: Environment = {
  ...builtinEnvironments['happy-dom'],
  name: 'page',
  async setup(global, options) {
    const own = PLATFORM.map((name) => [name, global[name]] as const)
    const { teardown } = await builtinEnvironments['happy-dom'].setup(global, options)
    const replaced = own.map(([name, value]) => {
      const before = Object.getOwnPropertyDescriptor(global, name)
      Object.defineProperty(global, name, { configurable: true, writable: true, value })
      return [name, before] as const
    })
    return {
      teardown(global) {
        for (const [name, before] of replaced) if (before) Object.defineProperty(global, name, before)
        return teardown(global)
      },
    }
  },
}

export default environment
