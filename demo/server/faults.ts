import type { ServerResponse } from 'node:http'
import type { Fault } from '../shared/events.ts'
import type { Streams } from './streams.ts'
import type { Claims } from './token.ts'

/*
 * The faults, caused on request. `restart` is not among them: the supervisor kills the process.
 */

type OwnFault = Exclude<Fault, 'restart'>

export interface Faults {
  readonly cause: Readonly<Record<OwnFault, () => void>>
  /** Answers a request for the stream with 503, if that is due: in front of the hub, where a load balancer would. */
  refuse(response: ServerResponse): boolean
  /** Whether a token is still good. */
  accepts(claims: Claims): boolean
}

/** In seconds, as `Retry-After` has it. */
const UNAVAILABLE_FOR = 4

export function createFaults(streams: Streams): Faults {
  let unavailableUntil = 0
  /** Visitors' tokens that were issued earlier are refused. */
  let validFrom = 0

  return {
    cause: {
      drop: () => streams.drop(),
      stall: () => streams.stall(),
      unavailable() {
        unavailableUntil = Date.now() + UNAVAILABLE_FOR * 1000
        streams.drop()
      },
      unauthorized() {
        validFrom = Date.now()
        streams.drop()
      },
    },
    refuse(response) {
      if (Date.now() >= unavailableUntil) return false
      response.writeHead(503, { 'retry-after': `${UNAVAILABLE_FOR}` }).end()
      return true
    },
    accepts: ({ role, issued }) => role === 'operator' || issued >= validFrom,
  }
}
