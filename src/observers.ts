import { guarded, type SSEError } from './errors.ts'
import type { SSEEvent } from './event.ts'
import type { ConnectionState } from './machine.ts'

/** A connection opened. */
export interface Opened {
  /**
   * Whether every event since the last one that was seen is about to come. `true`: the server says so. `false`: it says
   * not, or there was no id to resume from, as on most first connections. `'unknown'`: it was asked to resume and did
   * not say whether it does. A page that loads its data when this is not `true` is never stale.
   */
  readonly recovered: boolean | 'unknown'
  /** Tries that had failed before this one. */
  readonly attempt: number
}

/** Events were lost, or may have been. */
export interface Gap {
  /**
   * `expired`, `epoch`, `overflow`, `unknown-cursor`, `server-lost`: the server's own words ·
   * `refused`: it answered the cursor with 409, 410, 412, 414 or 431 · `too-large`: an event was longer than `maxEventSize` ·
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

/** A connection was lost and another try is due. Times are epoch milliseconds. */
export interface Retry {
  /** 1 for the first retry in a row. */
  readonly attempt: number
  /** When the try is due. */
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
  /** What the parser threw; or, where a schema refused the payload, an Error with the schema's `issues`. */
  readonly error: unknown
}

/**
 * Callbacks that watch a client without wanting a connection. They can be given as options and to `observe()`;
 * an error thrown by one is reported and stops nothing.
 */
export interface Observer<E = Record<string, unknown>> {
  /** Each new state; not the one there is. */
  readonly onState?: ((state: ConnectionState) => void) | undefined
  /** A connection opened, and whether it goes on where the last one stopped is known. */
  readonly onOpen?: ((opened: Opened) => void) | undefined
  /** Every event, before its subscribers hear it. Costs the decoding of events that nobody subscribes to. */
  readonly onEvent?: ((event: SSEEvent<E>) => void) | undefined
  /** Events were lost, or may have been: load what you show afresh. */
  readonly onGap?: ((gap: Gap) => void) | undefined
  /** The connection was lost, and another try is scheduled. */
  readonly onRetry?: ((retry: Retry) => void) | undefined
  /** An event could not be parsed or does not fit its schema. Without this observer it goes to `reportError`. */
  readonly onInvalid?: ((invalid: Invalid) => void) | undefined
  /** A subscriber threw, or its promise was rejected. Without this observer it goes to `reportError`. */
  readonly onHandlerError?: ((error: unknown, event: SSEEvent<E>) => void) | undefined
}

type Name = keyof Observer
type Arguments<N extends Name> = Parameters<NonNullable<Observer[N]>>

export interface Observers {
  /** @returns Takes the observer away again. */
  add(observer: Observer): () => void
  /** Whether anybody observes events, which is asked for each of them. */
  readonly watched: boolean
  /** Tells everybody who observes this. @returns Whether anybody does. */
  tell<N extends Name>(name: N, ...args: Arguments<N>): boolean
  clear(): void
}

export function createObservers(): Observers {
  let observers: readonly Observer[] = []
  let latest: unknown

  function change(next: readonly Observer[]): void {
    observers = next
    self.watched = next.some(({ onEvent }) => onEvent)
  }

  const self: { -readonly [K in keyof Observers]: Observers[K] } = {
    watched: false,
    add(observer) {
      // A copy, so that the same object may observe twice.
      const mine = { ...observer }
      change([...observers, mine])
      return () => change(observers.filter((other) => other !== mine))
    },
    tell(name, ...args) {
      let heard = false
      const told = observers
      if (name === 'onState') latest = args
      for (const observer of told) {
        // Of a state that an earlier observer has changed again, the later ones have heard the newer already.
        if (name === 'onState' && latest !== args) break
        // TypeScript does not see that the name picks both the callback and its arguments.
        const callback = observer[name] as ((...args: unknown[]) => unknown) | undefined
        if (!callback || !observers.includes(observer)) continue
        heard = true
        guarded(callback, ...args)
      }
      return heard
    },
    clear() {
      change([])
    },
  }
  return self
}
