import type { Gap, Opened } from './observers.ts'

/*
 * What our server adds to a plain event stream: a few named events that others ignore. They are ordinary names
 * until the first event of a connection is a `connected` with a version, so no other server's events are taken.
 */

/** Consumed once a server has introduced itself; never handed to subscribers. */
export const RESERVED: readonly string[] = ['connected', 'gap', 'live', 'ping', 'subscribed', 'goodbye']

/** What reserved events carry. A server that speaks the protocol is taken at its word, as with the payloads of events. */
export interface Control extends Partial<Gap> {
  /** `connected`: the version of the protocol. */
  readonly v?: number
  /** `connected`: whether the stream goes on where the last connection stopped. */
  readonly recovered?: Opened['recovered']
  /** `connected`: how the server knows this connection. */
  readonly clientId?: string
  /** `subscribed`: all topics that the tabs have asked for as of it, where they share one line. */
  readonly asked?: readonly string[]
  /** `subscribed`: the number of the change that has been made. */
  readonly rev?: number
  /** `connected`: the interval of the server's heartbeat. */
  readonly heartbeatMs?: number
  /** `ping`: which topic the next event was published to, if it has the name `event`. */
  readonly topic?: string
  readonly event?: string
  /** `goodbye`: the server is about to stop; come back in so many milliseconds. */
  readonly reconnectInMs?: number
}

/** The payload of a reserved event; {} if it is not JSON. */
export function readControl(raw: string): Control {
  try {
    return Object(JSON.parse(raw))
  } catch {
    return {}
  }
}
