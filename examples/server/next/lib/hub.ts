import { createHub, type Hub, readToken } from 'headwater/server'

/** What clients may tell each other; `table-update` comes from the hub itself. */
interface Events {
  'order.touched': { readonly id: string }
}

/** Stands for your sessions: whose a token is. */
const users = new Map([
  ['token-of-ada', 'ada'],
  ['token-of-bob', 'bob'],
])

export function principalOf(request: Request) {
  const userId = users.get(readToken(request, { cookie: 'session', query: 'token' }) ?? '')
  return userId ? { userId } : null
}

/*
 * Next bundles each route by itself, and loads modules anew when they change: each would have a hub of its own. There is
 * one for the process. After a change of its options, start the process anew.
 */
const shared = globalThis as { hub?: Hub<Events> }

shared.hub ??= createHub<Events>({
  authenticate: principalOf,
  canPublish: (_, { event, topic }) => event === 'order.touched' && topic === 'orders',
})

export const { hub } = shared
