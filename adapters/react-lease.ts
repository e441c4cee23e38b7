import { createSSE, type SSEClient, type SSEOptions, type SSEUrl } from '../src/index.ts'
import { isCallback, isClient, type Source } from './source.ts'

/** A client for as long as a component is there that may go and come back, as React's do. */
export interface Lease<E> {
  readonly client: SSEClient<E>
  /** Whether a client of the component's own has been closed with it. */
  readonly ended: boolean
  /** The component is there. @returns It has gone; unless it is back within `linger`, the lease ends. */
  enter(): () => void
  end(): void
}

/** What a component was last given. */
interface Given<E> {
  readonly source: Source<E>
  readonly options: SSEOptions<E>
}

/** The longest timer there is (HTML 8.6). */
const TIMER_MAX = 0x7fffffff

/** The newest function there is when it is called; what is no function is its own answer. */
const newest =
  (read: () => unknown) =>
  (...args: unknown[]): unknown => {
    const now = read()
    return typeof now === 'function' ? now(...args) : now
  }

/**
 * The client that was given, or one of the component's own: without its callbacks, which are for the component to observe,
 * and with functions and headers that are looked up when they are asked for.
 * @throws SSEError with code `options` if an option cannot work.
 */
export function lease<E extends object>(
  { source, options }: Given<E>,
  latest: { readonly current: Given<E> },
): Lease<E> {
  if (isClient(source)) return { client: source, ended: false, enter: () => () => {}, end() {} }
  const { clock = globalThis, linger = 1000 } = options
  const own = Object.entries(options).flatMap(([name, value]) => {
    if (isCallback(name)) return []
    // A transport is asked for once, when the client is made.
    const isLive = name !== 'transport' && (typeof value === 'function' || (value && name === 'headers'))
    return [[name, isLive ? newest(() => latest.current.options[name as keyof SSEOptions<E>] ?? value) : value]]
  })
  const url = typeof source === 'function' ? (newest(() => latest.current.source) as SSEUrl) : source
  const client = createSSE<E>(url, Object.fromEntries(own))
  let timer: unknown
  const self = {
    client,
    ended: false,
    enter() {
      clock.clearTimeout(timer as never)
      return () => {
        timer = clock.setTimeout(self.end, Math.min(linger, TIMER_MAX))
      }
    },
    end() {
      clock.clearTimeout(timer as never)
      self.ended = true
      client.close()
    },
  }
  return self
}
