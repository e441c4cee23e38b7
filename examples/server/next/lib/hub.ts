import { createHub, type Hub, readToken } from 'headwater/server'

/** The events that clients may send to each other. `table-update` comes from the hub itself. */
interface Events {
  'order.touched': { readonly id: string }
}

/** Stands for your sessions: whose a token is. */
const users = new Map([
  ['token-of-ada', 'ada'],
  ['token-of-bob', 'bob'],
])

/** Stands for `auth()` of Auth.js and its like. */
export async function auth(request: Request) {
  const id = users.get(readToken(request, { cookie: 'session', query: 'token' }) ?? '')
  return id ? { user: { id } } : null
}

/*
 * Next bundles each route by itself, and loads a changed module again: each would have a hub of its own. There is
 * one for the process. After a change of its options, start the process again.
 */
const shared = globalThis as { hub?: Hub<Events> }

shared.hub ??= createHub<Events>({
  canPublish: (_, { event, topic }) => event === 'order.touched' && topic === 'orders',
})

export const { hub } = shared
