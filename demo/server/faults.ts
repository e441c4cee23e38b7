import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fault } from '../shared/events.ts'
import type { Hub } from './hub.ts'

/*
 * What goes wrong on request. `restart` is not among these: the process that is killed cannot do it itself, so the
 * supervisor does.
 */

type OwnFault = Exclude<Fault, 'restart'>

export interface Faults {
  readonly cause: Readonly<Record<OwnFault, () => void>>
  /** Answers a request for the stream with an error, if one is due. */
  refuse(request: IncomingMessage, response: ServerResponse): boolean
  /** A token that opens the stream until the next `unauthorized`. */
  token(): string
}

/** In seconds, as `Retry-After` has it. */
const UNAVAILABLE_FOR = 3

export function createFaults(hub: Hub): Faults {
  let unavailableUntil = 0
  /** Tokens that were issued earlier are refused. */
  let validFrom = 0

  return {
    cause: {
      drop: () => hub.drop(),
      stall: () => hub.stall(),
      unavailable() {
        unavailableUntil = Date.now() + UNAVAILABLE_FOR * 1000
        hub.drop()
      },
      unauthorized() {
        validFrom = Date.now()
        hub.drop()
      },
    },
    refuse({ headers }, response) {
      if (Date.now() < unavailableUntil) {
        response.writeHead(503, { 'retry-after': `${UNAVAILABLE_FOR}` }).end()
        return true
      }
      const [, issued] = /^Bearer demo\.(\d+)$/.exec(headers.authorization ?? '') ?? []
      if (issued && Number(issued) >= validFrom) return false
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end()
      return true
    },
    token: () => `demo.${Date.now()}`,
  }
}
