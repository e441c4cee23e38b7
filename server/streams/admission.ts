import { type Given, NOTHING_GIVEN, type Since } from '../audience/grants.ts'
import type { Memberships } from '../audience/memberships.ts'
import type { Principal } from '../audience/principal.ts'
import type { Registry } from '../audience/registry.ts'
import type { Counters } from '../observe/counters.ts'
import type { HubSettings } from '../options/settings.ts'
import { Refusal } from '../wire/refusal.ts'
import type { Census } from './census.ts'
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
  /** The topics that the server has joined this user and this session to, as far as there is room. */
  givenTo(principal: Principal, asked: ReadonlySet<string>): Given
}

/** The parts of a hub that admission needs. */
export interface AdmissionParts {
  readonly limits: HubSettings['limits']
  readonly registry: Registry
  readonly memberships: Memberships
  readonly counters: Pick<Counters, 'topicsRefused'>
  readonly census: Pick<Census, 'countOfUser'>
}

export function createAdmission({ limits, registry, memberships, counters, census }: AdmissionParts): Admission {
  const wait = (seconds: number): Record<string, string> => ({ 'retry-after': `${seconds}` })

  const hasRoom = (topic: string): boolean => registry.countOfTopic(topic) < limits.perTopic

  function admit(): void {
    if (registry.size >= limits.clients)
      throw new Refusal(503, 'full', 'no more streams can be opened for now', wait(10))
  }

  return {
    admit,
    admitUser({ userId }) {
      admit()
      if (userId === undefined) return
      if (registry.countOfUser(userId) + census.countOfUser(userId) >= limits.perUser)
        throw new Refusal(429, 'per-user', `a user may have ${limits.perUser} streams open`, wait(30))
    },
    roomFor({ topics, fixed, denials }) {
      if (fixed !== undefined && limits.topics < 1)
        throw new Refusal(429, 'topics', `a client may join ${limits.topics} topics`, wait(30))
      return topics.filter((topic) => {
        if (hasRoom(topic)) return true
        if (topic === fixed) throw new Refusal(429, 'per-topic', `no more streams can join ${topic} for now`, wait(30))
        denyFull(topic, denials)
        return false
      })
    },
    givenTo({ userId, sessionId }, asked) {
      const given = { userId: memberships.of('userId', userId), sessionId: memberships.of('sessionId', sessionId) }
      if (given.userId.size + given.sessionId.size === 0) return NOTHING_GIVEN
      const fits = ([topic]: readonly [string, number]): boolean => {
        if (asked.has(topic) || hasRoom(topic)) return true
        counters.topicsRefused.full++
        return false
      }
      const copy = (topics: Since): Since => new Map([...topics].filter(fits))
      return { ...NOTHING_GIVEN, userId: copy(given.userId), sessionId: copy(given.sessionId) }
    },
  }
}
