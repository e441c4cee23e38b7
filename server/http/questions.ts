import type { Principal } from '../audience/principal.ts'
import type { HubObservers } from '../observe/observers.ts'
import type { HubSettings } from '../options/settings.ts'
import { Refusal } from '../wire/refusal.ts'
import { OwnRefusal } from './refuse.ts'
import { type Known, verdictOf } from './verdict.ts'

/** Asks the application's functions on behalf of a request. */
export interface Questions {
  /**
   * The answer of the function.
   * @param where - The option that is asked, for `onError`.
   * @throws Refusal 500 if it throws; the client is not told why. A refusal by `refuse` is thrown as it is.
   */
  ask<T>(where: string, question: () => T | Promise<T>): Promise<T>
  /** @throws Refusal 401, or as the application refuses. */
  authenticate(request: Request, known: Known): Promise<Principal>
}

export function createQuestions(
  { authenticate, authenticates, clock }: Pick<HubSettings, 'authenticate' | 'authenticates' | 'clock'>,
  observers: HubObservers,
): Questions {
  async function ask<T>(where: string, question: () => T | Promise<T>): Promise<T> {
    try {
      return await question()
    } catch (error) {
      if (error instanceof OwnRefusal) throw error
      observers.call('onError', error, where)
      throw new Refusal(500, 'internal', 'the server has failed; try again later')
    }
  }

  /** The host's knowledge of the user, and the name of its source. Undefined: the hub is to find out. */
  async function answerOf(request: Request, known: Known): Promise<readonly [answer: unknown, where: string]> {
    // Of its own: what was added to all objects is no principal.
    const isGiven = Object.hasOwn(known, 'principal')
    if (isGiven) {
      const { principal } = known
      const answer = await ask('principal', () => (typeof principal === 'function' ? principal() : principal))
      if (answer !== undefined || !authenticates) return [answer, 'principal']
    }
    return [await ask('authenticate', () => authenticate(request)), 'authenticate']
  }

  return {
    ask,
    async authenticate(request, known) {
      const [answer, where] = await answerOf(request, known)
      const verdict = await ask(where, () => verdictOf(answer, where, clock.now()))
      if (verdict.kind === 'principal') return verdict.principal
      if (verdict.kind === 'refusal') throw verdict.refusal
      throw new Refusal(401, 'unauthorized', 'sign in first', { 'www-authenticate': 'Bearer' })
    },
  }
}
