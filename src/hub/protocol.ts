import type { Gap, Opened } from '../events/observers.ts'
import { fits } from '../events/router.ts'

/*
 * A server that speaks docs/protocol.md adds a few named events to a plain event stream. They are ordinary names until the
 * first event of a connection is a `connected` with version 1.
 */

/** Consumed once a server has introduced itself; subscribers do not get them. */
export const RESERVED: readonly string[] = ['connected', 'gap', 'live', 'ping', 'subscribed', 'goodbye']

/** The version of the protocol. */
export const VERSION = 1

/** A topic that the server does not grant. `code`: `invalid`, `denied`, `full`, `too-many`, or another word. */
interface Denied {
  readonly topic: string
  readonly code: string
  readonly message: string
}

/** The payloads of the reserved events. Like the payloads of other events, they are not checked. */
export interface Control extends Partial<Gap> {
  /** `connected`: the version of the protocol. */
  readonly v?: number
  /** `connected`: whether the stream goes on where the last connection stopped. */
  readonly recovered?: Opened['recovered']
  /** `connected`: the server's name for this connection. */
  readonly clientId?: string
  /** `connected`: the interval of the server's heartbeat, in milliseconds. */
  readonly heartbeatMs?: number
  /** `connected`, `subscribed`: topics that the server does not grant. */
  readonly denied?: readonly Denied[]
  /** `subscribed`: the number of the change that was made. */
  readonly rev?: number
  /** `ping`: the next event was published to this topic, if it has the name `event`. */
  readonly topic?: string
  readonly event?: string
  /** `goodbye`: the server is about to stop. Reconnect in so many milliseconds. */
  readonly reconnectInMs?: number
}

/** The payload of a reserved event; {} if it is not JSON. */
export function readControl(data: string): Control {
  try {
    return Object(JSON.parse(data))
  } catch {
    return {}
  }
}

/** Whether an id of a hub, `<epoch>-<seq>`, is at or before another of the same epoch. */
export function isBehind(id: string, other: string): boolean {
  const dash = id.lastIndexOf('-') + 1
  return dash > 0 && other.startsWith(id.slice(0, dash)) && +id.slice(dash) <= +other.slice(dash)
}

/**
 * The topic that a comment announces; undefined if it does not. The topic of an event is announced ahead of it: other clients
 * ignore a comment.
 */
export const readComment = (text: string): string | undefined => /^topic (\S+)$/.exec(text)?.[1]

/** Whether what was published to one topic is for who joined the other. A server may send a value of any type. */
export const covers = (topic: string, published: unknown): boolean => fits(topic, `${published}`)

/** The topic of an event, given what was announced. A transport may not hear the very event that was. */
export const topicOf = (type: string, { topic, event = type }: Control): string | undefined =>
  event === type ? topic : undefined
