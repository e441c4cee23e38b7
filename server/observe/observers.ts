import { callSafely, report } from '../../src/base/errors.ts'
import type { Ending } from '../audience/client.ts'

/** What a hub tells of itself, for logs and metrics. What these throw is reported and stops nothing. */
export interface HubObserver {
  /** A stream has been opened. */
  readonly onConnect?: ((connected: { readonly clientId: string; readonly recovered: boolean }) => void) | undefined
  /** A stream is over: why, and how long it had been open in milliseconds. */
  readonly onDisconnect?:
    | ((left: { readonly clientId: string; readonly reason: Ending; readonly openFor: number }) => void)
    | undefined
  /** A client has been given what it missed: so many events. */
  readonly onReplay?: ((replayed: { readonly clientId: string; readonly events: number }) => void) | undefined
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
