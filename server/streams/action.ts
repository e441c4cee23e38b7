import type { Client } from '../audience/client.ts'

/* The action for a client when its turn in a sweep comes: a pure decision. */

/** `beat`: a sign of life that says nothing of the client's place. */
export type Action = 'stalled' | 'timeout' | 'expired' | 'leave' | 'end' | 'ping' | 'beat' | undefined

/** The same for all clients of a sweep. */
export interface Circumstances {
  /** On the monotonic clock. */
  readonly now: number
  /** Epoch milliseconds, for what expires at a date. */
  readonly date: number
  /** Up to which number events have been handed out. For a client with events that wait, its own place. */
  readonly place: number
  /** The first number that the log still has. */
  readonly first: number
  readonly heartbeat: number
  readonly stall: number
  readonly clientTimeout: number
}

/** The action for a client now. */
export function actionFor(client: Client, facts: Circumstances): Action {
  const { now, date, place, first, heartbeat } = facts
  const { outlet, sentSeq, sentAt } = client
  const { blockedSince } = outlet
  if (blockedSince !== undefined && now - blockedSince >= facts.stall) return 'stalled'
  if (now - outlet.takenAt >= facts.clientTimeout) return 'timeout'
  if (date >= client.expiresAt) return 'expired'
  if (now >= client.endsAt) return 'end'
  if (now >= client.leavesAt) return 'leave'
  // A waiting event is a sign of life as soon as it is taken. A checkpoint in front of it would be wrong.
  if (blockedSince !== undefined) return undefined
  const due = now - heartbeat
  // It is still given what it missed, and a checkpoint would skip that. The log may be slow.
  if (!client.live) return heartbeat && outlet.lastWriteAt <= due ? 'beat' : undefined
  // The log is full, and has deleted half of the way to the last id of this client: no event since then was for it.
  if (first > 1 && sentSeq < place && sentSeq - first < place - sentSeq) return 'ping'
  if (!heartbeat) return undefined
  return outlet.lastWriteAt <= due || (sentSeq < place && sentAt <= due) ? 'ping' : undefined
}
