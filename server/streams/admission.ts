import type { Principal } from '../audience/principal.ts'
import type { Registry } from '../audience/registry.ts'
import type { HubSettings } from '../options/settings.ts'
import { Refusal } from '../wire/refusal.ts'
import { denyFull, type StreamRequest } from './request.ts'

/** Whether there is room for a stream. */
export interface Admission {
  /** @throws Refusal 503 if there are too many streams. */
  admit(): void
  /** @throws Refusal like {@link Admission.admit}, and 429 if the user has too many streams. */
  admitUser(principal: Principal): void
  /**
   * The topics of a request that have room for one stream more. The others are denied.
   * @throws Refusal 429 if the topic of the address has none.
   */
  roomFor(request: StreamRequest): string[]
}

export function createAdmission(limits: HubSettings['limits'], registry: Registry): Admission {
  const wait = (seconds: number): Record<string, string> => ({ 'retry-after': `${seconds}` })

  function admit(): void {
    if (registry.size >= limits.clients)
      throw new Refusal(503, 'full', 'no more streams can be opened for now', wait(10))
  }

  return {
    admit,
    admitUser({ userId }) {
      admit()
      if (userId !== undefined && registry.countOfUser(userId) >= limits.perUser)
        throw new Refusal(429, 'per-user', `a user may have ${limits.perUser} streams open`, wait(30))
    },
    roomFor({ topics, fixed, denials }) {
      if (fixed !== undefined && limits.topics < 1)
        throw new Refusal(429, 'topics', `a client may join ${limits.topics} topics`, wait(30))
      return topics.filter((topic) => {
        if (registry.countOfTopic(topic) < limits.perTopic) return true
        if (topic === fixed) throw new Refusal(429, 'per-topic', `no more streams can join ${topic} for now`, wait(30))
        denyFull(topic, denials)
        return false
      })
    },
  }
}
