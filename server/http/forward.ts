import { setTimer } from '../../src/base/clock.ts'
import { isSame, type Principal } from '../audience/principal.ts'
import { changeTopics, type Subscribed, unknownClient } from '../streams/subscriptions.ts'
import { Refusal } from '../wire/refusal.ts'
import type { HttpParts } from './parts.ts'

/*
 * A POST that changes the topics of a stream may reach another process than the one that has the stream. That one is asked.
 */

/** How long the others may take, in milliseconds. None of them answers if none has the stream: the client reconnects then. */
export const FORWARD_TIMEOUT = 1000

/** Changes the topics of a stream, wherever it is. @throws Refusal like {@link changeTopics}. */
export type Forward = (principal: Principal, body: Readonly<Record<string, unknown>>) => Promise<object>

export function createForward(parts: HttpParts): Forward {
  const { others, registry, settings, mayJoin } = parts
  const waiting = new Map<number, (answer: object | Refusal | undefined) => void>()
  let asked = 0

  const change = (principal: Principal, body: Readonly<Record<string, unknown>>): Promise<Subscribed> =>
    changeTopics(body, principal, parts, (topics) => mayJoin(principal, topics))

  others.on('topics', async ({ from, id, principal, body }) => {
    const client = registry.get(`${body['clientId']}`)
    if (!client || !isSame(client.principal, principal)) return
    try {
      // With the principal of the stream: that of the request may have fields that do not travel.
      others.tell('answer', { to: from, id, answer: await change(client.principal, body) })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      const { status, code, message } = error
      others.tell('answer', { to: from, id, refusal: { status, code, message } })
    }
  })
  others.on('answer', ({ to, id, answer, refusal }) => {
    if (to !== others.id) return
    waiting.get(id)?.(refusal ? new Refusal(refusal.status, refusal.code, refusal.message) : answer)
  })

  function ask({ userId, sessionId, tenant }: Principal, body: Readonly<Record<string, unknown>>): Promise<object> {
    const id = ++asked
    return new Promise((resolve, reject) => {
      const done = (answer: object | undefined): void => {
        settings.clock.clearTimeout(timer)
        waiting.delete(id)
        if (answer instanceof Refusal || !answer) reject(answer ?? unknownClient())
        else resolve(answer)
      }
      const timer = setTimer(settings.clock, FORWARD_TIMEOUT, () => done(undefined))
      waiting.set(id, done)
      others.tell('topics', { id, principal: { userId, sessionId, tenant }, body })
    })
  }

  return (principal, body) => {
    const isElsewhere = !others.areNone && typeof body['clientId'] === 'string' && !registry.get(body['clientId'])
    return isElsewhere ? ask(principal, body) : change(principal, body)
  }
}
