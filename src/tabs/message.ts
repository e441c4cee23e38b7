import type { SSEErrorCode } from '../errors.ts'
import { SSEError } from '../errors.ts'
import type { ConnectionState } from '../machine.ts'

/*
 * What tabs say to each other. The channel's name holds the version, so whoever hears a message understands it. Followers
 * speak as `from`; what a leader says carries its term, and of two leaders only the later one counts.
 */

/**
 * What a transport reported, as it is passed on: a method of its sink and what it was called with. An event with an id of its
 * own brings it along; an `id` by itself is a block without an event.
 */
export type Frame =
  | readonly ['id', id: string]
  | readonly ['event', type: string, data: string, id: string | undefined, topic: string | undefined]
  | readonly ['retry', ms: number]
  | readonly ['beat']
  | readonly ['oversized']

/** A frame and its place: numbers go on from one leader to the next, the term tells two that claim the same number apart. */
export interface Entry {
  readonly term: number
  readonly n: number
  readonly frame: Frame
}

/** How far a tab has got. */
export interface Position {
  readonly term: number
  /** 0: it has heard no leader yet, or has left its stream since. */
  readonly n: number
  readonly cursor: string
}

/** "I am here": said on joining, whenever what it says changes, and to whoever begins to lead. */
export interface Hello {
  readonly kind: 'hello'
  readonly from: string
  /** The leader that it knows of. */
  readonly to: number
  /** Told apart from earlier ones: an answer to one of those says nothing of where this tab stands now. */
  readonly ask: number
  readonly at: Position
  readonly topics: readonly string[]
  /** For transports that must listen for each name. */
  readonly names: readonly string[]
  readonly visible: boolean
  /**
   * Its client has left a stream by itself (0), or a wait that was to last until then: the leader may have reason to do the same.
   * Undefined: it has not.
   */
  readonly nudge: number | undefined
}

export type Message =
  | Hello
  /** A follower wants to know that the leader is alive. */
  | { readonly kind: 'probe' }
  /** Where the leader's client stands. */
  | { readonly kind: 'state'; readonly term: number; readonly state: PlainState }
  /** A failure that each client is to judge for itself, as it says something of its own cursor. */
  | { readonly kind: 'refused'; readonly term: number; readonly error: PlainError }
  /** To one tab: it may begin, here. */
  | Welcome
  /** What the leader hears, in the order it does, numbered from `n` without a hole. */
  | { readonly kind: 'frames'; readonly term: number; readonly n: number; readonly list: readonly Frame[] }
  /** A leader that nobody sees asks a tab that somebody sees to take over. */
  | { readonly kind: 'yield'; readonly term: number; readonly to: string }
  /** Whoever was signed in is not any more. */
  | { readonly kind: 'reset' }

export interface Welcome {
  readonly kind: 'welcome'
  readonly to: string
  /** What it answers. */
  readonly ask: number
  readonly term: number
  /** The number of the last frame so far. */
  readonly n: number
  /** What the tab lacks, from its position on; undefined if that is too far back. */
  readonly entries: readonly Entry[] | undefined
  readonly heartbeatMs: number | undefined
  /** The server's introduction, as it would be for this tab; undefined if it has not introduced itself. */
  readonly intro: string | undefined
  /** The last event id as of `n`. */
  readonly cursor: string
}

/** A state as it survives a structured clone: of an error that leaves no more than its message (HTML 2.7.3). */
export type PlainState =
  | Exclude<ConnectionState, { readonly error: SSEError | null }>
  | { readonly status: 'waiting'; readonly attempt: number; readonly until: number; readonly error: PlainError }
  | { readonly status: 'closed'; readonly error: PlainError | null }

export interface PlainError {
  readonly code: SSEErrorCode
  readonly message: string
  readonly status?: number | undefined
  readonly retryAfter?: number | undefined
  readonly cause?: string | undefined
}

export const plain = (state: ConnectionState): PlainState =>
  'error' in state && state.error ? { ...state, error: plainError(state.error) } : (state as PlainState)

export const plainError = ({ code, message, status, retryAfter, cause }: SSEError): PlainError => ({
  code,
  message,
  status,
  retryAfter,
  // 'eof', of a stream that ended in order. An error may hold what cannot be cloned.
  cause: typeof cause === 'string' ? cause : undefined,
})

export const revive = ({ code, message, ...details }: PlainError): SSEError =>
  new SSEError(code, message, details as { readonly status?: number })
