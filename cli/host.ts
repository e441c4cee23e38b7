import type { Writable } from 'node:stream'
import type { Clock } from '../src/index.ts'

/** The signals that end a command in order. */
export type Signal = (typeof SIGNALS)[number]

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** All that a command touches of the world; tests bring their own. */
export interface Host {
  readonly stdout: Writable & { readonly isTTY?: boolean }
  readonly stderr: Writable & { readonly isTTY?: boolean }
  readonly stdin: AsyncIterable<Uint8Array | string>
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
  /** The folder that paths are relative to. */
  readonly folder: string
  /** @returns Stops listening: from then on a signal does what it does to any process. */
  onSignal(listener: (signal: Signal) => void): () => void
}

/** This process. */
export function processHost(): Host {
  const { stdout, stderr, stdin } = process
  return {
    stdout,
    stderr,
    stdin,
    fetch: patientFetch(globalThis.fetch),
    folder: process.cwd(),
    clock: {
      now: Date.now,
      // The machine's clock may be set while a stream is open.
      monotonic: () => performance.now(),
      setTimeout: (callback, ms) => setTimeout(callback, ms),
      clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
      random: Math.random,
    },
    onSignal(listener) {
      for (const name of SIGNALS) process.on(name, listener)
      return () => {
        for (const name of SIGNALS) process.off(name, listener)
      }
    },
  }
}

/** Where Node's fetch keeps what sends its requests (undici, `getGlobalDispatcher`). */
const DISPATCHER = Symbol.for('undici.globalDispatcher.1')

/**
 * Node's fetch ends a body that is silent for 300 s, gives up after 300 s without headers and 10 s without a connection. How
 * long to wait is the core's to say, and a stream may be silent for hours. Node documents the `dispatcher` of a request, but
 * exports no way to make one: another of the kind that is in use (which knows the proxies of the environment) is made by its
 * constructor. Where that does not work, Node's limits stay, and the stream reconnects.
 */
export function patientFetch(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  let dispatcher: unknown
  return (input, init) => {
    dispatcher ??= makeDispatcher()
    return fetch(input, dispatcher ? Object.assign({}, init, { dispatcher }) : init)
  }
}

function makeDispatcher(): unknown {
  try {
    // It is there once anything of fetch has been used.
    new Request('http://localhost')
    const current: unknown = Reflect.get(globalThis, DISPATCHER)
    const Dispatcher: unknown = Object(current).constructor
    if (typeof Dispatcher !== 'function' || Dispatcher === Object) return undefined
    return Reflect.construct(Dispatcher, [{ bodyTimeout: 0, headersTimeout: 0, connectTimeout: 0 }])
  } catch {
    return undefined
  }
}
