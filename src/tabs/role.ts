/*
 *                join                follow                 lead
 *     ┌───────┐ ──────▶ ┌─────────┐ ────────▶ ┌───────────┐ ──────▶ ┌─────────┐
 *     │ alone │         │ joining │           │ following │         │ leading │
 *     └───────┘         └─────────┘           └───────────┘ ◀────── └─────────┘
 *         ▲                  │                      │       follow       │
 *         │ leave, close     ▼                      ▼                    ▼
 *         ├──────────────────┴──────────────────────┴────────────────────┤
 *         │                                                              │ separate (from alone, too)
 *         │             close                                            ▼
 *         └───────────────────────────────────────────────────── ┌────────────────┐
 *                                                                │ alone for good │
 *                                                                └────────────────┘
 *
 * Pure: a new role, or the very same reference if the step changes nothing. Roles are constants, so they can be compared. The
 * resources of a role (locks, a channel, a connection) belong to member.ts.
 */

/** The role of a tab among the others. */
export type Role = Alone | Joining | Following | Leading

/** The tab shares nothing: its client wants no connection, or has one of its own. */
export interface Alone {
  readonly kind: 'alone'
  /** Until the client closes: the browser lacks what sharing needs, or the lead changed hands too often. */
  readonly _forGood?: true
}

/** The tab hears the others. They do not know of it yet. */
export interface Joining {
  readonly kind: 'joining'
}

/** The tab gets the stream through the leader, and queues for the lead. */
export interface Following {
  readonly kind: 'follower'
}

/** The tab has the shared connection. */
export interface Leading {
  readonly kind: 'leader'
}

/** The part of a client: it has the connection, gets the stream through another tab, or shares nothing. */
export type TabsRole = Exclude<Role, Joining>['kind']

export const ALONE: Role = { kind: 'alone' }
export const APART: Role = { kind: 'alone', _forGood: true }
export const JOINING: Role = { kind: 'joining' }
export const FOLLOWING: Role = { kind: 'follower' }
export const LEADING: Role = { kind: 'leader' }

/** One of the transitions below. */
export type Step = (role: Role) => Role

/** The client wants a connection. */
export const join: Step = (role) => (role === ALONE ? JOINING : role)

/** The tab holds its own lock, so the others see that it lives. Or another tab leads. */
export const follow: Step = (role) => (role.kind === 'alone' ? role : FOLLOWING)

/** The tab holds the lock of the lead. */
export const lead: Step = (role) => (role === FOLLOWING ? LEADING : role)

/** The client wants no connection any more. */
export const leave: Step = (role) => (role === APART ? role : ALONE)

/** The tab cannot have locks or a channel, or the lead changed hands too often. */
export const separate: Step = () => APART

/** The client has closed, or asks for another stream. */
export const close: Step = () => ALONE
