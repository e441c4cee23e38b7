import { encodeEvent } from './encode.ts'

/* The hub's own messages, as bytes: the events of the protocol (docs/protocol.md). Their payloads are ours, and JSON. */

// Made when it is first needed: the mocks load this too, in test environments that have none until they bring one.
let encoder: TextEncoder | undefined
function encode(block: string): Uint8Array {
  encoder ??= new TextEncoder()
  return encoder.encode(block)
}
const block = (event: string, data: object, id?: string): Uint8Array => encode(encodeEvent({ event, data, id }))

/**
 * Why a topic is not joined. `invalid`: it is no name of a topic. `denied`: `authorize` says no. `full`: `limits.perTopic`.
 * `too-many`: `limits.topics`.
 */
export type DeniedCode = 'invalid' | 'denied' | 'full' | 'too-many'

/** A topic that a client asked for and has not joined. */
export interface Denied {
  /** As the client sent it, at most 200 characters of it. */
  readonly topic: string
  readonly code: DeniedCode
  readonly message: string
}

/** Left out where there are none. */
export interface DeniedFields {
  readonly denied?: readonly Denied[]
  /** How many more are denied. */
  readonly deniedMore?: number
}

/** The payload of `connected`. */
export interface Introduction extends DeniedFields {
  readonly v: 1
  readonly clientId: string
  readonly epoch: string
  readonly cursor: string
  readonly recovered: boolean
  /** Left out where there is no heartbeat. */
  readonly heartbeatMs?: number
  readonly topics: readonly string[]
}

/** The payload of `gap`. */
export interface GapNotice {
  readonly reason: string
  readonly requested: string
  readonly resumedFrom: string
  readonly topics: readonly string[]
}

/**
 * With an id: a connection that breaks before its first event can be resumed too.
 * @param hasId - False where a gap follows, which has the id. If the connection breaks between the two, the client must come back
 *   with the cursor that it had, or it would never know of the gap.
 */
export const connectedFrame = (introduction: Introduction, retry?: number, hasId = true): Uint8Array =>
  encode(encodeEvent({ event: 'connected', data: introduction, id: hasId ? introduction.cursor : undefined, retry }))

export const gapFrame = (notice: GapNotice): Uint8Array => block('gap', notice, notice.resumedFrom)

/** With an id: what was not for this client is behind it too. */
export const liveFrame = (cursor: string): Uint8Array => block('live', { cursor }, cursor)

export const subscribedFrame = (
  rev: number,
  topics: readonly string[],
  cursor: string,
  denied: DeniedFields = {},
): Uint8Array => block('subscribed', { rev, topics, ...denied, cursor })

export const goodbyeFrame = (reconnectInMs: number): Uint8Array => block('goodbye', { reconnectInMs })

/**
 * A sign of life. With an id it is a checkpoint: a client that none of the last events was for moves on all the same, and does
 * not fall out of the log.
 * @param native - As an event, since the native EventSource keeps comments to itself.
 */
export const pingFrame = (native: boolean, id: string | undefined, now: number): Uint8Array =>
  native ? block('ping', { t: now }, id) : encode(encodeEvent({ comment: 'ping', id }))

/** An event on its way to a client. */
export interface EventOnWire {
  /** The client hears with the native EventSource. */
  readonly native: boolean
  readonly type: string
  readonly json: string
  /** Left out for an event that moves no cursor. */
  readonly id?: string | undefined
  /** That it was published to. */
  readonly topic?: string | undefined
}

/**
 * An event. The topic that it was published to stands in a comment, which a client hears ahead of the event and everybody else
 * ignores. The native EventSource would not show it: there a `ping` goes ahead that says the same, and for which event, since
 * of the two the client may hear the ping alone.
 */
export function eventFrame({ native, type, json, id, topic }: EventOnWire): Uint8Array {
  if (topic === undefined) return encode(encodeEvent({ event: type, data: json, id }))
  return native
    ? encode(
        encodeEvent({ event: 'ping', data: { topic, event: type } }) + encodeEvent({ event: type, data: json, id }),
      )
    : encode(encodeEvent({ comment: `topic ${topic}`, event: type, data: json, id }))
}
