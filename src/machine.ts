import type { SSEError } from './errors.ts'

/*
 *                    connect
 *     ┌──────┐ ────────────────▶ ┌────────────┐   opened   ┌──────┐
 *     │ idle │                   │ connecting │ ─────────▶ │ open │
 *     └──────┘ ◀──────────────── └────────────┘ ◀───────── └──────┘
 *        ▲         unwant          │      ▲        reopen      │
 *        │                    lost │      │ reopen             │ lost
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
 * Pure: a new state, or the very same reference where the input changes nothing. What a state costs
 * (a socket, a timer) is connection.ts's business; how long to wait is retry.ts's.
 */

/**
 * Why a subscription is paused. Each reason is lifted by what set it, so two of them never undo each other.
 * `offline`: the browser says there is no network · `hidden`: nobody looks at the page ·
 * `frozen`: the page is in the back/forward cache or suspended · `manual`: `disconnect()` was called.
 */
export type PauseReason = 'offline' | 'hidden' | 'frozen' | 'manual'

/**
 * Where a subscription stands: one immutable value, with fields only where they mean something.
 * `attempt` counts the tries that failed in a row, 0 on the first; it starts over once a connection
 * has been open for `retry.resetAfter`. Times are epoch milliseconds.
 */
export type ConnectionState =
  /** Nobody listens, so nothing is open. */
  | { readonly status: 'idle' }
  /** A request is on its way; its headers are not here yet. */
  | { readonly status: 'connecting'; readonly attempt: number }
  /** Events arrive. */
  | { readonly status: 'open'; readonly since: number; readonly attempt: number }
  /** The line was lost to `error`; the next try is at `until`. */
  | { readonly status: 'waiting'; readonly attempt: number; readonly until: number; readonly error: SSEError }
  /** Held back until every reason is lifted. */
  | { readonly status: 'paused'; readonly reasons: readonly PauseReason[] }
  /** Over, until `connect()`. `error` is null where nothing failed: status 204, a request that is complete, `close()`. */
  | { readonly status: 'closed'; readonly error: SSEError | null }

/** Everything that can happen to a connection. Sockets, timers, page and caller all speak through this. */
export type ConnectionInput =
  /** Nobody has listened for `linger`. */
  | readonly ['unwant']
  /** Somebody wants a connection, and says so: lifts `manual` and `offline`, revives `closed`. */
  | readonly ['connect']
  /** Leave the stream, or the wait for one, and connect afresh now. (While connecting there is nothing to leave.) */
  | readonly ['reopen', attempt: number]
  /** The response's headers are here, and they are good. */
  | readonly ['opened', at: number]
  /** The try failed, or the stream broke, and the next try is due; or, while waiting, it is due at another time. */
  | readonly ['lost', next: { readonly attempt: number; readonly until: number; readonly error: SSEError }]
  | readonly ['pause', reason: PauseReason]
  | readonly ['resume', reason: PauseReason, wanted: boolean, attempt: number]
  /** Nothing more will come: for good (`null`), or for a reason that a retry cannot mend. */
  | readonly ['end', error: SSEError | null]

export const IDLE: ConnectionState = { status: 'idle' }

const connecting = (attempt: number): ConnectionState => ({ status: 'connecting', attempt })

/** The state after `input`, or `state` itself where nothing changes. */
export function transition(state: ConnectionState, input: ConnectionInput): ConnectionState {
  const { status } = state
  const reasons = status === 'paused' ? state.reasons : []
  switch (input[0]) {
    case 'unwant':
      // A pause that somebody asked for outlives the last listener, or the next one would undo it.
      return status === 'closed' || reasons.some((reason) => reason !== 'offline') ? state : IDLE
    case 'connect':
      if (status === 'idle' || status === 'closed') return connecting(0)
      return lift(state, reasons, ['manual', 'offline'], connecting(0))
    case 'reopen':
      return status === 'open' || status === 'waiting' ? connecting(input[1]) : state
    case 'opened':
      return status === 'connecting' ? { status: 'open', since: input[1], attempt: state.attempt } : state
    case 'lost':
      return status === 'idle' || status === 'paused' || status === 'closed'
        ? state
        : { status: 'waiting', ...input[1] }
    case 'pause':
      // A browser that says it is offline may be wrong (VPN, localhost): believed only after a failure.
      if (status === 'closed' || reasons.includes(input[1]) || (input[1] === 'offline' && status !== 'waiting'))
        return state
      return { status: 'paused', reasons: [...reasons, input[1]] }
    case 'resume':
      return lift(state, reasons, [input[1]], input[2] ? connecting(input[3]) : IDLE)
    case 'end':
      return status === 'closed' && state.error === input[1] ? state : { status: 'closed', error: input[1] }
  }
}

/** Without the reasons that are lifted; `free` once none is left. */
function lift(
  state: ConnectionState,
  reasons: readonly PauseReason[],
  lifted: PauseReason[],
  free: ConnectionState,
): ConnectionState {
  const left = reasons.filter((reason) => !lifted.includes(reason))
  if (left.length === reasons.length) return state
  return left.length ? { status: 'paused', reasons: left } : free
}
