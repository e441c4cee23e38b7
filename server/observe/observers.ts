import { callSafely, report } from '../../src/base/errors.ts'
import type { Ending } from '../audience/client.ts'
import type { Identity, Principal } from '../audience/principal.ts'

/** Whose stream it is. Principals exist on the server only: send none of it to clients. */
interface Whose<P> {
  readonly clientId: string
  readonly principal: P
}

/** A stream has been opened. */
export interface Connected<P = Principal> extends Whose<P> {
  /** What it has joined. */
  readonly topics: readonly string[]
  /** The client's cursor was good: it gets what it missed. */
  readonly recovered: boolean
}

/** A stream is over. */
export interface Disconnected<P = Principal> extends Whose<P> {
  readonly reason: Ending
  /** How long it was open, in milliseconds. */
  readonly openFor: number
}

/** A client has got what it missed. */
export interface Replayed<P = Principal> extends Whose<P> {
  /** How many events. */
  readonly events: number
}

/** Callbacks of a hub, for logs and metrics. What these throw is reported and stops nothing. */
export interface HubObserver<P extends Identity = Principal> {
  /** A stream has been opened. */
  readonly onConnect?: ((connected: Connected<P>) => void) | undefined
  /** A stream is over. */
  readonly onDisconnect?: ((left: Disconnected<P>) => void) | undefined
  /** A client has got what it missed. */
  readonly onReplay?: ((replayed: Replayed<P>) => void) | undefined
  /**
   * Something that nobody is waiting for has failed: `where` is the option that threw, or the log.
   * @defaultValue `console.error`
   */
  readonly onError?: ((error: unknown, where: string) => void) | undefined
}

export interface HubObservers {
  add(observer: HubObserver): () => void
  tell<N extends keyof HubObserver>(name: N, ...args: Parameters<Exclude<HubObserver[N], undefined>>): void
}

export function createHubObservers(): HubObservers {
  const all = new Set<HubObserver>()
  return {
    add(observer) {
      // A copy: the same callbacks added twice are two observers.
      const own = { ...observer }
      all.add(own)
      return () => all.delete(own)
    },
    tell(name, ...args) {
      let heard = false
      for (const observer of all) {
        const callback = observer[name] as ((...args: unknown[]) => void) | undefined
        if (!callback) continue
        heard = true
        callSafely(callback, ...args)
      }
      if (!heard && name === 'onError') report(args[0])
    },
  }
}
