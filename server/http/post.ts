import type { Principal } from '../audience/principal.ts'
import { Refusal } from '../wire/refusal.ts'
import { json, readBody } from './body.ts'
import { createForward } from './forward.ts'
import type { HttpParts, Incoming } from './parts.ts'
import { postEvent } from './post-event.ts'
import { createPostRate } from './post-rate.ts'

/** Answers a POST. @param action - The last word of its address. @throws Refusal if it is not granted. */
export type Post = (incoming: Incoming, action: string) => Promise<Response>

export function createPost(parts: HttpParts): Post {
  const { settings, registry, authenticate, demand, reset, stats } = parts
  const { limits, clock } = settings
  const forward = createForward(parts)
  const rate = createPostRate(limits.postsPerSecond, clock, registry)

  async function postReset(principal: Principal): Promise<Response> {
    rate.withBody(principal, {})
    await demand('canReset', principal)
    await reset()
    return json(200, stats.read())
  }

  return async ({ request, host }, action) => {
    const principal = await authenticate(request, host)
    rate.beforeBody(principal)
    if (action === 'reset') return postReset(principal)
    const body = await readBody(request, limits.body)
    rate.withBody(principal, body)
    if ('event' in body) return json(200, await postEvent(parts, principal, body))
    if ('clientId' in body) return json(200, await forward(principal, body))
    throw new Refusal(400, 'body', 'the body must have event (to publish) or clientId (to change topics)')
  }
}
