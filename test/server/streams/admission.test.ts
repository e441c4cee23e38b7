import { describe, expect, it } from 'vitest'
import { createDenials } from '../../../server/audience/denied.ts'
import { NOTHING_GIVEN } from '../../../server/audience/grants.ts'
import { createMemberships } from '../../../server/audience/memberships.ts'
import { createRegistry } from '../../../server/audience/registry.ts'
import { createCounters } from '../../../server/observe/counters.ts'
import { resolveHubOptions } from '../../../server/options/settings.ts'
import { createAdmission } from '../../../server/streams/admission.ts'
import { testClient } from '../../support/hub.ts'

function setup(limits: Parameters<typeof resolveHubOptions>[0]['limits'], elsewhere = 0) {
  const registry = createRegistry()
  registry.add(testClient({ principal: { userId: 'ada' }, topics: ['a', 'b'] }))
  const memberships = createMemberships(10)
  const counters = createCounters()
  const admission = createAdmission({
    limits: resolveHubOptions({ limits }).limits,
    registry,
    memberships,
    counters,
    census: { countOfUser: () => elsewhere },
  })
  const request = (topics: string[], fixed?: string) => ({
    requested: '',
    topics,
    fixed,
    native: false,
    denials: createDenials(),
  })
  return { admission, request, memberships, counters }
}

const refusal = (status: number, code: string): unknown =>
  expect.objectContaining({ name: 'Refusal', status, code, headers: { 'retry-after': expect.any(String) } })

describe('one stream more', () => {
  it.each<[limits: object, userId: string | undefined, refused: unknown]>([
    [{}, 'ada', undefined],
    [{ clients: 2, perUser: 2 }, 'ada', undefined],
    [{ clients: 1 }, 'bob', refusal(503, 'full')],
    [{ perUser: 1 }, 'ada', refusal(429, 'per-user')],
    [{ perUser: 1 }, 'bob', undefined],
    [{ perUser: 0 }, undefined, undefined],
  ])('within %j for %s', (limits, userId, refused) => {
    const { admission } = setup(limits)
    const admit = (): void => admission.admitUser({ userId })
    if (refused) expect(admit).toThrow(refused)
    else expect(admit).not.toThrow()
  })

  it('counts for a user with the streams in other processes', () => {
    expect(() => setup({ perUser: 4 }, 2).admission.admitUser({ userId: 'ada' })).not.toThrow()
    expect(() => setup({ perUser: 4 }, 3).admission.admitUser({ userId: 'ada' })).toThrow(refusal(429, 'per-user'))
    expect(() => setup({ perUser: 4 }, 9).admission.admitUser({})).not.toThrow()
  })

  it.each<[limits: object, topics: string[], fixed: string | undefined, room: string[], full: string[]]>([
    [{}, ['a', 'c'], undefined, ['a', 'c'], []],
    [{ perTopic: 1 }, ['a', 'c', 'b'], undefined, ['c'], ['a', 'b']],
    [{ perTopic: 2 }, ['a', 'c', 'b'], 'b', ['a', 'c', 'b'], []],
    [{ perTopic: 1 }, ['a', 'c'], 'c', ['c'], ['a']],
    [{ perTopic: 0 }, ['c'], undefined, [], ['c']],
  ])('within %j joins of %j, with %s in its address, %j', (limits, topics, fixed, room, full) => {
    const { admission, request } = setup(limits)
    const asked = request(topics, fixed)
    expect(admission.roomFor(asked)).toEqual(room)
    expect(asked.denials.named.map(({ topic, code }) => [topic, code])).toEqual(full.map((topic) => [topic, 'full']))
  })

  it.each<[limits: object, code: string]>([
    [{ perTopic: 1 }, 'per-topic'],
    [{ topics: 0 }, 'topics'],
  ])('within %j is refused if the topic of its address cannot be joined', (limits, code) => {
    const { admission, request } = setup(limits)
    expect(() => admission.roomFor(request(['c', 'a'], 'a'))).toThrow(refusal(429, code))
  })
})

describe('what the server has joined a principal to', () => {
  const bob = { userId: 'bob', sessionId: 's' }

  it('is nothing for a principal that it has not named', () => {
    const { admission, memberships } = setup({})
    memberships.add('userId', 'ada', 'x', 1)
    for (const principal of [bob, {}]) expect(admission.givenTo(principal, new Set())).toBe(NOTHING_GIVEN)
  })

  it('is a copy of what is remembered of the user and of the session', () => {
    const { admission, memberships } = setup({})
    memberships.add('userId', 'bob', 'x', 1)
    memberships.add('sessionId', 's', 'y', 2)
    const given = admission.givenTo(bob, new Set())
    memberships.remove('userId', 'bob', 'x')
    expect(given).toEqual({ clientId: new Map(), userId: new Map([['x', 1]]), sessionId: new Map([['y', 2]]) })
  })

  it('is left out where a topic is full, and counted, unless the client has it anyway', () => {
    const { admission, memberships, counters } = setup({ perTopic: 1 })
    for (const topic of ['a', 'b', 'c']) memberships.add('userId', 'bob', topic, 1)
    const { userId } = admission.givenTo(bob, new Set(['b']))
    expect([...userId.keys()]).toEqual(['b', 'c'])
    expect(counters.topicsRefused.full).toBe(1)
  })
})
