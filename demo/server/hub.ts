import { createHub, type EventLog, type Hub, type Principal, readToken } from '../../server/index.ts'
import { type Events, NATIVE_CLIENT, TOPICS } from '../shared/events.ts'
import { ADMIN_TOPIC, type AdminEvents } from '../shared/report.ts'
import { findUser } from '../shared/users.ts'
import type { Claims, Tokens } from './token.ts'

/*
 * The hub of the shop: who may listen to what, and who may publish.
 */

export type ShopHub = Hub<Events & AdminEvents, ShopPrincipal>

/** A user as the hub knows them. The operators are shown the id and the kind of client. */
export type ShopPrincipal = Principal & Claims & { readonly isNative: boolean }

/** @param accepts - Whether a token that is ours is still good. */
export function createShopHub(log: EventLog, tokens: Tokens, accepts: (claims: Claims) => boolean): ShopHub {
  const isOperator = ({ role }: ShopPrincipal): boolean => role === 'operator'
  return createHub<Events & AdminEvents, ShopPrincipal>({
    log,
    // Short, so that the client notices a dead connection while somebody watches. The default is 15 s.
    heartbeat: 4000,
    authenticate(request) {
      // The browser's EventSource can send its token in the address only.
      const claims = tokens.read(readToken(request, { query: 'token' }))
      const isNative = new URL(request.url).searchParams.get('client') === NATIVE_CLIENT
      return claims && accepts(claims) ? { ...claims, isNative } : null
    },
    // A list of what is allowed: `*`, which would have the operators' topic in it, is not on it.
    authorize: (principal, topic) =>
      topic === ADMIN_TOPIC ? isOperator(principal) : TOPICS.some((each) => each === topic),
    // An operator's input is checked as any other: one event, one kind of target.
    canPublish: (principal, { event, data: _, userId, ...rest }) =>
      isOperator(principal) &&
      event === 'notification' &&
      (userId === undefined || findUser(userId) !== undefined) &&
      Object.keys(rest).length === 0,
    canReadStats: isOperator,
    canReset: isOperator,
  })
}
