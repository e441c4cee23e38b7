import { callSafely, type SSEError } from '../base/errors.ts'
import type { ConnectionState } from '../decisions/state.ts'
import type { SSEEvent } from './event.ts'

/** A connection opened. */
export interface Opened {
  /**
   * Whether every event since the last one that was received is about to come. `true`: the server says so. `false`: it
   * says no, or there was no id to resume from, as on most first connections. `'unknown'`: it was asked to resume and did
   * not say whether it does. A page that loads its data whenever this is not `true` is never stale.
   */
  readonly recovered: boolean | 'unknown'
  /** Attempts in a row that failed before this one. */
  readonly attempt: number
  /** The server's name for this connection, where `hub()` hears it. */
  readonly clientId?: string | undefined
}

/** Events were lost, or may have been. */
export interface Gap {
  /**
   * `expired`, `epoch`, `overflow`, `unknown-cursor`, `server-lost`: the server's own words ·
   * `refused`: it did not accept the last event id (409, 410, 412, 414, 431; 400 and 403 if the id was new in the URL) · `too-large`: an event was longer than `maxEventSize` ·
   * `no-id`: a connection ended, and the server had never sent an id to resume from.
   */
  readonly reason:
    | 'expired'
    | 'epoch'
    | 'overflow'
    | 'unknown-cursor'
    | 'server-lost'
    | 'refused'
    | 'too-large'
    | 'no-id'
    | (string & {})
  /** False where events may have been lost, true where they were. */
  readonly certain: boolean
  /** The id that the stream should have been resumed from; '' if there was none. */
  readonly requested: string
  /** The id that it goes on from; '' if that is not known. */
  readonly resumedFrom: string
  /** The topics concerned; `*` is all. */
  readonly topics: readonly string[]
}

/** A connection was lost and another attempt is due. Times are epoch milliseconds. */
export interface Retry {
  /** 1 for the first retry in a row. */
  readonly attempt: number
  /** When the attempt is due. */
  readonly until: number
  /** The same in milliseconds from now. */
  readonly delay: number
  readonly error: SSEError
}

/** An event that could not be decoded. It reached no handler; the stream goes on. */
export interface Invalid {
  readonly type: string
  readonly id: string
  readonly raw: string
  readonly receivedAt: number
  /** The error of the parser; or, where a schema refused the payload, an Error with the schema's `issues`. */
  readonly error: unknown
}

/**
 * Callbacks that watch a client without wanting a connection. They can be given as options and to `observe()`;
 * an error that one throws is reported and stops nothing.
 */
export interface Observer<E = Record<string, unknown>> {
  /** Each new state; not the one there is. */
  readonly onState?: ((state: ConnectionState) => void) | undefined
  /** A connection opened. */
  readonly onOpen?: ((opened: Opened) => void) | undefined
  /** Every event, before its subscribers get it. It costs the decoding of events that nobody subscribes to. */
  readonly onEvent?: ((event: SSEEvent<E>) => void) | undefined
  /** Events were lost, or may have been: load your data again. Without this observer an event that is too large is reported. */
  readonly onGap?: ((gap: Gap) => void) | undefined
  /** The connection was lost, and another attempt is scheduled. */
  readonly onRetry?: ((retry: Retry) => void) | undefined
  /** An event could not be parsed or does not fit its schema. Without this observer it goes to `reportError`. */
  readonly onInvalid?: ((invalid: Invalid) => void) | undefined
  /** A subscriber threw, or its promise was rejected. Without this observer it goes to `reportError`. */
  readonly onHandlerError?: ((error: unknown, event: SSEEvent<E>) => void) | undefined
}

type Arguments<N extends keyof Observer> = Parameters<NonNullable<Observer[N]>>

/** The observers of a client, in the order in which they came. */
export type Observers = Set<Observer>

/** @returns Ends it. */
export function observe(observers: Observers, observer: Observer): () => void {
  // A copy, so that the same object may observe twice. Without a prototype: what a page adds there observes nothing.
  const own = { __proto__: null, ...observer } as Observer
  observers.add(own)
  return () => observers.delete(own)
}

/** Calls a callback of each. @returns Whether there was one. */
export function notify<N extends keyof Observer>(observers: Observers, name: N, ...args: Arguments<N>): boolean {
  // A copy: who comes while they are called is not called yet.
  const called = [...observers].filter((observer) => observer[name])
  // An earlier callback may remove a later observer. TypeScript does not see that the name picks both the callback and its arguments.
  for (const observer of called)
    if (observers.has(observer)) callSafely(observer[name] as (...args: unknown[]) => unknown, ...args)
  return called.length > 0
}
