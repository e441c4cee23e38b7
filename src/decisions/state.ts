import type { SSEError } from '../base/errors.ts'

/*
 *                    connect
 *     ┌──────┐ ────────────────▶ ┌────────────┐   opened   ┌──────┐
 *     │ idle │                   │ connecting │ ─────────▶ │ open │
 *     └──────┘ ◀──────────────── └────────────┘ ◀───────── └──────┘
 *        ▲         unwant          │      ▲        reopen      │
 *        │                    lost │      │ reopen             │ lost       (reopen from connecting, too)
 *        │         unwant          ▼      │                    │
 *        ├────────────────────── ┌─────────┐ ◀─────────────────┘
 *        │                       │ waiting │
 *        │ resume,               └─────────┘
 *        │ nobody listens             │ pause (from idle, connecting and open too, but for 'offline')
 *     ┌────────┐ ◀────────────────────┘
 *     │ paused │
 *     └────────┘ ── resume, connect ──▶ connecting
 *
 *     ┌────────┐ ◀── end, from everywhere
 *     │ closed │
 *     └────────┘ ── connect ──▶ connecting
 *
 * Pure: a new state, or the very same reference if the input changes nothing. The resources of a state (a connection, a
 * timer) belong to connection/; how long to wait is decided in retry.ts.
 */

/**
 * Why a client is paused. Each reason is lifted by what set it, so two of them never undo each other.
 * `offline`: the browser says that there is no network · `hidden`: the page is hidden ·
 * `frozen`: the page is in the back/forward cache or suspended · `manual`: `disconnect()` was called.
 */
export type PauseReason = 'offline' | 'hidden' | 'frozen' | 'manual'

/**
 * The state of a client: one immutable value, with fields only where they mean something. `attempt` counts the attempts
 * in a row that failed, 0 for the first; it starts over once a connection has been open for `retry.resetAfter`. Times are
 * epoch milliseconds, for showing.
 */
export type ConnectionState =
  /** There is no subscriber, so no connection. */
  | { readonly status: 'idle' }
  /** An attempt is under way: its callbacks, and its request until the response is good. */
  | { readonly status: 'connecting'; readonly attempt: number }
  /** Events arrive. */
  | { readonly status: 'open'; readonly since: number; readonly attempt: number }
  /** The connection was lost to `error`; the next attempt is at `until`. */
  | { readonly status: 'waiting'; readonly attempt: number; readonly until: number; readonly error: SSEError }
  /** No attempt is made until every reason is lifted. */
  | { readonly status: 'paused'; readonly reasons: readonly PauseReason[] }
  /**
   * No attempt is made until `connect()`, and after `close()` none at all. A client that was open, and that a 404 or a wrong
   * content type closed, is looked at once more when the page becomes visible or the network returns. `error` is null if nothing failed: the server said 204, or the caller closed the client. */
  | { readonly status: 'closed'; readonly error: SSEError | null }

export type Connecting = Extract<ConnectionState, { status: 'connecting' }>
export type Waiting = Extract<ConnectionState, { status: 'waiting' }>

/** The next attempt, and what it is made for. */
export type Wait = Omit<Waiting, 'status'>

export const IDLE: ConnectionState = { status: 'idle' }

export const connecting = (attempt: number): ConnectionState => ({ status: 'connecting', attempt })

/** Leave the stream, the wait for one or the attempt, and connect now. */
export const reopen = (state: ConnectionState, attempt: number): ConnectionState =>
  /idle|paused|closed/.test(state.status) ? state : connecting(attempt)

/** The attempt failed, or the stream broke, and the next is due; or, while waiting, it is due at another time. */
export const lost = (state: ConnectionState, wait: ConnectionState): ConnectionState =>
  /idle|paused|closed/.test(state.status) ? state : wait

export const reasonsOf = (state: ConnectionState): readonly PauseReason[] =>
  state.status === 'paused' ? state.reasons : []

/** There has been no subscriber for `linger`. A pause that was asked for stays, or the next subscriber would undo it. */
export const unwant = (state: ConnectionState): ConnectionState =>
  state.status === 'closed' || reasonsOf(state).some((reason) => reason !== 'offline') ? state : IDLE

/** It is over, for this reason. */
export const end = (state: ConnectionState, error: SSEError | null): ConnectionState =>
  state.status === 'closed' && state.error === error ? state : { status: 'closed', error }

/** A connection is wanted: lifts `manual` and `offline`, revives `closed`. */
export const connect = (state: ConnectionState, attempt: number): ConnectionState =>
  /idle|closed/.test(state.status) ? connecting(attempt) : lift(state, connecting(attempt), 'manual', 'offline')

/** A browser that says that it is offline may be wrong (VPN, localhost): that is believed only after a failure. */
export function pause(state: ConnectionState, reason: PauseReason): ConnectionState {
  const { status } = state
  const reasons = reasonsOf(state)
  if (status === 'closed' || reasons.includes(reason) || (reason === 'offline' && status !== 'waiting')) return state
  return { status: 'paused', reasons: [...reasons, reason] }
}

/** Lifts reasons. @param next - The state to enter if none is left. */
export function lift(state: ConnectionState, next: ConnectionState, ...lifted: PauseReason[]): ConnectionState {
  const reasons = reasonsOf(state)
  const left = reasons.filter((reason) => !lifted.includes(reason))
  if (left.length === reasons.length) return state
  return left.length ? { status: 'paused', reasons: left } : next
}
