import { callSafely, report } from '../../src/base/errors.ts'
import type { Ending } from '../audience/client.ts'
import type { Identity } from '../audience/principal.ts'
import type { Address } from '../audience/target.ts'
import { shown } from '../wire/shown.ts'

/** Which stream. The principal is for the server alone: do not send it to clients. */
interface Whose<P> {
  readonly clientId: string
  readonly principal: P
}

/** A stream has been opened. */
export interface Connected<P = Identity> extends Whose<P> {
  /** The topics that it has joined. */
  readonly topics: readonly string[]
  /** The client resumes without a gap. */
  readonly recovered: boolean
}

/** A stream is over. */
export interface Disconnected<P = Identity> extends Whose<P> {
  readonly reason: Ending
  /** How long it was open, in milliseconds. */
  readonly openFor: number
}

/** A replay is complete. */
export interface Replayed<P = Identity> extends Whose<P> {
  /** How many events. */
  readonly events: number
}

/** An event has been published by this process. */
export interface Publication<P = Identity> {
  /** '' for a volatile event. */
  readonly id: string
  readonly type: string
  /** Its target. `{}` is everyone. */
  readonly target: Address
  /** Epoch milliseconds. */
  readonly at: number
  /** The user who published it over HTTP. Left out if code of the server did. */
  readonly principal?: P
}

/** A client has been given an event. */
export interface Delivered<P = Identity> extends Whose<P> {
  /** '' for a volatile event. */
  readonly id: string
  readonly type: string
}

/** Callbacks of a hub, for logs and metrics. An error that they throw is reported and stops nothing. */
export interface HubObserver<P extends Identity = Identity> {
  /** A stream has been opened. */
  readonly onConnect?: ((connected: Connected<P>) => void) | undefined
  /** A stream is over. */
  readonly onDisconnect?: ((left: Disconnected<P>) => void) | undefined
  /** A replay is complete. */
  readonly onReplay?: ((replayed: Replayed<P>) => void) | undefined
  /** An event has been published by this process, volatile events included. */
  readonly onPublish?: ((published: Publication<P>) => void) | undefined
  /** A client has been given an event: live, volatile or in a replay. It is called once for each client and event, so be quick. */
  readonly onDeliver?: ((delivered: Delivered<P>) => void) | undefined
  /**
   * An error that no promise reports. `where` is the name of the option that threw, `on` for a listener, or what else failed, such as
   * `stream` or `mailbox`.
   * @defaultValue `console.error`
   */
  readonly onError?: ((error: unknown, where: string) => void) | undefined
}

export interface HubObservers {
  /** @throws TypeError for a name that no observer has, and for what is no function. */
  add(observer: HubObserver): () => void
  /** Whether there is such a callback: for what happens so often that its arguments are made only then. */
  has(name: keyof HubObserver): boolean
  /** Calls the callbacks of this name. Without any for `onError` the error is reported. */
  call<N extends keyof HubObserver>(name: N, ...args: Parameters<Exclude<HubObserver[N], undefined>>): void
}

type Callback = (...args: unknown[]) => void

/** In the order of {@link HubObserver}. */
export const OBSERVED = ['onConnect', 'onDisconnect', 'onReplay', 'onPublish', 'onDeliver', 'onError'] as const

export function createHubObservers(): HubObservers {
  // An object around each callback: the same one added twice is called twice.
  const callbacks = new Map<string, Set<{ readonly call: Callback }>>(OBSERVED.map((name) => [name, new Set()]))
  return {
    add(observer) {
      const removals = callbacksOf(observer).map(([name, call]) => {
        const own = { call }
        callbacks.get(name)?.add(own)
        return () => callbacks.get(name)?.delete(own)
      })
      return () => {
        for (const remove of removals) remove()
      }
    },
    has: (name) => callbacks.get(name)?.size !== 0,
    call(name, ...args) {
      const own = callbacks.get(name)
      for (const { call } of own ?? []) callSafely(call, ...args)
      if (name === 'onError' && !own?.size) report(args[0])
    },
  }
}

/** @throws TypeError */
function callbacksOf(observer: HubObserver): [name: string, call: Callback][] {
  const names: readonly string[] = OBSERVED
  const list = names.join(', ')
  if (typeof observer !== 'object' || observer === null || Array.isArray(observer))
    throw new TypeError(`observe expects an object with callbacks (${list}), got ${shown(observer)}`)
  // Left out without a word, the callbacks of a class would hear nothing.
  const inherited = names.find((name) => name in observer && !Object.hasOwn(observer, name))
  if (inherited) throw new TypeError(`observe takes callbacks of the object itself, and ${inherited} is inherited`)
  return Object.entries(observer).flatMap(([name, call]): [string, Callback][] => {
    if (!names.includes(name)) throw new TypeError(`observe takes no ${name.slice(0, 40)}; it takes ${list}`)
    if (call === undefined) return []
    if (typeof call !== 'function') throw new TypeError(`${name} expects a function, got ${shown(call)}`)
    return [[name, call]]
  })
}
