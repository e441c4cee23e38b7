import { createHub, type EventLog, type Hub, type Principal, readToken } from '../../server/index.ts'
import { type Events, TOPICS } from '../shared/events.ts'
import { ADMIN_TOPIC, type AdminEvents } from '../shared/report.ts'
import { findUser } from '../shared/users.ts'
import type { Claims, Tokens } from './token.ts'

/*
 * The hub of the shop: who may listen to what, and who may publish.
 */

export type ShopHub = Hub<Events & AdminEvents>

/** Somebody as the hub knows them. None of this is ever sent to a client. */
type ShopPrincipal = Principal & Claims

/** @param accepts - Whether a token that is ours is still good. */
export function createShopHub(log: EventLog, tokens: Tokens, accepts: (claims: Claims) => boolean): ShopHub {
  const isOperator = ({ role }: ShopPrincipal): boolean => role === 'operator'
  return createHub<Events & AdminEvents, ShopPrincipal>({
    log,
    // Short, so that a line that is dead is noticed while somebody looks on; 15 s would be the default.
    heartbeat: 4000,
    authenticate(request) {
      const claims = tokens.read(readToken(request))
      return claims && accepts(claims) ? { ...claims } : null
    },
    // A list of what is allowed: `*`, which would have the operators' topic in it, is not on it.
    authorize: (principal, topic) =>
      topic === ADMIN_TOPIC ? isOperator(principal) : TOPICS.some((each) => each === topic),
    // What comes over HTTP is somebody's input, an operator's too: one event, one kind of target.
    canPublish: (principal, { event, data: _, userId, ...rest }) =>
      isOperator(principal) &&
      event === 'notification' &&
      (userId === undefined || findUser(userId) !== undefined) &&
      Object.keys(rest).length === 0,
    canReadStats: isOperator,
    canReset: isOperator,
  })
}
