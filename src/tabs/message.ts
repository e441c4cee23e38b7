import { SSEError, type SSEErrorCode, type SSEErrorDetails } from '../base/errors.ts'
import type { ConnectionState } from '../decisions/state.ts'
import type { Control } from '../hub/protocol.ts'
import type { Block, GapReport } from '../transports/transport.ts'

/*
 * The messages that tabs post to each other. The version is part of the channel's name, so every message can be understood.
 * Followers sign as `from`. A leader's message carries its term: of two leaders only the later one counts.
 */

/**
 * A report of the transport, to be passed on: a method of its sink and the argument. `isWanted`: a tab has asked for the
 * topic of the event. The server has joined all tabs to any other topic.
 */
export type Frame =
  | readonly ['block', block: Block, isWanted?: boolean]
  | readonly ['comment', text: string]
  | readonly ['retry', ms: number]
  | readonly ['gap', gap: GapReport]

/** A frame and its place. Numbers go on from one leader to the next; the term tells two with the same number apart. */
export interface Entry {
  readonly term: number
  readonly n: number
  readonly frame: Frame
}

/** How far a tab has got. */
export interface Position {
  readonly term: number
  /** The number of the last frame. 0: it has received none yet, or has left the stream since. */
  readonly n: number
  readonly cursor: string
}

/** "I am here": posted when a tab joins, when something of it changes, and when another leader begins. */
export interface Hello {
  readonly kind: 'hello'
  readonly from: string
  /** A number of its own: the answer to an earlier hello does not fit the tab's position any more. */
  readonly ask: number
  readonly at: Position
  readonly topics: readonly string[]
  /** Names and patterns, for transports that must listen for each name. */
  readonly names: ReadonlySet<string>
  readonly visible: boolean
  /**
   * Its client left a stream by itself (0), or a wait that was to last until then: the leader may have reason to do the same.
   * Undefined: it did not.
   */
  readonly nudge: number | undefined
}

/** To one tab: it may begin, here. */
export interface Welcome {
  readonly kind: 'welcome'
  readonly to: string
  /** The hello that this answers. */
  readonly ask: number
  /** The number of the last frame so far. */
  readonly n: number
  /** The frames that the tab lacks, from its position on; undefined if that is too far back. */
  readonly entries: readonly Entry[] | undefined
  readonly heartbeatMs: number | undefined
  /** The server's introduction, as this tab would get it; undefined if the server has not introduced itself. */
  readonly intro: Control | undefined
  /** The last event id at `n`. */
  readonly cursor: string
}

/** A message that a tab posts. */
export type Word =
  | Hello
  /** A follower asks whether the leader is alive. */
  | { readonly kind: 'probe' }
  /** The state of the leader's client. */
  | { readonly kind: 'state'; readonly state: PlainState }
  /** The cursor was refused. Each client judges that for itself, as it may have another one. */
  | { readonly kind: 'refused'; readonly error: PlainError }
  | Welcome
  /** A report that the leader received, in order, numbered from `n` without a hole. */
  | { readonly kind: 'frames'; readonly term: number; readonly n: number; readonly list: readonly Frame[] }
  /** A hidden leader asks a visible tab to take over. */
  | { readonly kind: 'yield'; readonly to: string }
  /** It is over for all: the server ended the stream for good, or the user has signed out. */
  | { readonly kind: 'end'; readonly error: PlainError | null }

/** A message for the other tabs. The term is that of the latest leader that its sender knows of: a leader's own. */
export type Message<W extends Word = Word> = W & { readonly term: number }

/** A state that survives a structured clone: of an error, that keeps the message only (HTML 2.7.3). */
export type PlainState =
  | Exclude<ConnectionState, { readonly error: SSEError | null }>
  | { readonly status: 'waiting'; readonly attempt: number; readonly until: number; readonly error: PlainError }
  | { readonly status: 'closed'; readonly error: PlainError | null }

export interface PlainError {
  readonly code: SSEErrorCode
  readonly message: string
  readonly status?: number | undefined
  readonly retryAfter?: number | undefined
  readonly body?: string | undefined
  readonly reason?: string | undefined
  readonly cause?: unknown
}

export const plain = (state: ConnectionState): PlainState =>
  'error' in state && state.error ? { ...state, error: plainError(state.error) } : (state as PlainState)

// A cause that is no word may be something that cannot be cloned. 'eof' stays, of a stream that ended in order.
export const plainError = ({ code, message, status, retryAfter, body, cause }: SSEError): PlainError => ({
  code,
  message,
  status,
  retryAfter,
  body,
  cause: typeof cause === 'string' ? cause : undefined,
})

export const revive = ({ code, message, ...details }: PlainError): SSEError =>
  new SSEError(code, message, details as SSEErrorDetails)
