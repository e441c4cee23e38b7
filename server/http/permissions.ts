import { isGranted } from '../audience/granted.ts'
import type { Principal } from '../audience/principal.ts'
import type { HubSettings } from '../options/settings.ts'
import { Refusal } from '../wire/refusal.ts'
import type { Questions } from './questions.ts'

/**
 * The permissions of a principal, as the application grants them. Each of these throws Refusal 500 if the option that is
 * asked throws.
 */
export interface Permissions {
  /** Whether it may join these topics, in their order. */
  mayJoin(principal: Principal, topics: readonly string[]): Promise<readonly boolean[]>
  /** Whether it may resume from `earliest`. */
  mayReadAll(principal: Principal): Promise<boolean>
  /** @throws Refusal 403 if the option says no. */
  demand(option: 'canReadStats' | 'canReset', principal: Principal): Promise<void>
}

type Settings = Pick<HubSettings, 'authorize' | 'canReadAll' | 'canReadStats' | 'canReset'>

export function createPermissions(settings: Settings, ask: Questions['ask']): Permissions {
  const may = (option: 'canReadAll' | 'canReadStats' | 'canReset', principal: Principal): Promise<boolean> =>
    ask(option, async () => isGranted(await settings[option](principal), option))

  return {
    // All at once: a hundred look-ups must not wait for each other. Of those that throw, the first is reported.
    mayJoin: (principal, topics) =>
      ask('authorize', () =>
        Promise.all(topics.map(async (topic) => isGranted(await settings.authorize(principal, topic), 'authorize'))),
      ),
    mayReadAll: (principal) => may('canReadAll', principal),
    async demand(option, principal) {
      if (await may(option, principal)) return
      throw new Refusal(403, 'forbidden', `you may not do this; the option ${option} says who may`)
    },
  }
}
