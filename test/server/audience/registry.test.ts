import fc from 'fast-check'
import type { PublishTarget } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { type Grants, NOTHING_GIVEN } from '../../../server/audience/grants.ts'
import { createRegistry } from '../../../server/audience/registry.ts'
import { checkTarget, selector } from '../../../server/audience/target.ts'
import { type TestClientOptions, testClient, withGiven } from '../../support/hub.ts'

function setup(...options: TestClientOptions[]) {
  const registry = createRegistry()
  const clients = options.map(testClient)
  for (const client of clients) registry.add(client)
  return { registry, clients }
}

const asking = (...topics: string[]): Grants => ({ asked: new Set(topics), given: NOTHING_GIVEN })

describe('those who are connected', () => {
  it('are found by their ids, and listed as they came', () => {
    const { registry, clients } = setup({ id: 'b' }, { id: 'a' })
    expect([...registry.all()]).toEqual(clients)
    expect(registry.get('a')).toBe(clients[1])
    expect(registry.get('c')).toBeUndefined()
    expect(registry.get('constructor')).toBeUndefined()
    expect(registry.size).toBe(2)
  })

  it('leave once', () => {
    const { registry, clients } = setup({ topics: ['a'] })
    expect(clients.map(registry.remove)).toEqual([true])
    expect(clients.map(registry.remove)).toEqual([false])
    expect(registry.size).toBe(0)
  })

  it('are counted by user and topic, and leave no name behind', () => {
    const { registry, clients } = setup(
      { principal: { userId: 'ada', sessionId: 's' }, topics: ['a', '*'] },
      { principal: { userId: 'ada' }, topics: ['a'] },
      { principal: {} },
    )
    const counts = () => [
      registry.users,
      registry.topics,
      registry.countOfUser('ada'),
      registry.countOfUser(undefined),
      registry.countOfTopic('a'),
      registry.countOfTopic('*'),
    ]
    expect(counts()).toEqual([1, 2, 2, 0, 2, 1])
    const [first, ...others] = clients
    if (first) registry.remove(first)
    expect(counts()).toEqual([1, 1, 1, 0, 1, 0])
    for (const client of others) registry.remove(client)
    expect(counts()).toEqual([0, 0, 0, 0, 0, 0])
    for (const to of [{ sessionIds: ['s'] }, { userId: 'ada' }, { topic: 'a' }, { resource: 'x' }])
      expect([...registry.candidates(to)]).toEqual([])
  })

  it('leave whole, even if the application has changed their principal meanwhile', () => {
    const principal = { userId: 'ada', sessionId: 's1' }
    const { registry, clients } = setup({ principal })
    Object.assign(principal, { userId: 'bob', sessionId: 's2' })
    expect(clients.map(registry.remove)).toEqual([true])
    expect([registry.users, registry.countOfUser('ada'), registry.countOfUser('bob')]).toEqual([0, 0, 0])
    expect([...registry.candidates({ sessionIds: ['s1'] })]).toEqual([])
  })

  it('are found under the topics that they have, and no longer under those that they had', () => {
    const { registry, clients } = setup({ topics: ['a', 'b'] })
    const [client] = clients
    if (client) registry.move(client, asking('b', 'c'))
    expect(['a', 'b', 'c'].map(registry.countOfTopic)).toEqual([0, 1, 1])
    expect(client?.topics).toEqual(new Set(['b', 'c']))
    expect([...registry.candidates({ resource: 'x' })]).toEqual([])
    if (client) registry.move(client, asking())
    expect(registry.topics).toBe(0)
    expect([...registry.candidates({ resource: 'x' })]).toEqual([client])
  })

  it('have what is for a resource as long as they ask for no topic, whatever the server gives them', () => {
    const { registry, clients } = setup({})
    const [client] = clients
    if (client) expect(registry.give(client, 'clientId', 'a', 0)).toBe(true)
    expect(client?.topics).toEqual(new Set(['a']))
    expect([...registry.candidates({ topic: 'a' })]).toEqual([client])
    expect([...registry.candidates({ resource: 'x' })]).toEqual([client])
  })

  it('keep their turn in a topic that they stay in, so that an event on its way reaches them once', () => {
    const { registry } = setup({ id: 'c1', topics: ['a'] }, { id: 'c2', topics: ['a'] })
    const seen: string[] = []
    for (const client of registry.candidates({ topic: 'a' })) {
      seen.push(client.id)
      registry.move(client, withGiven(client, 'userId', `more${seen.length}`, 0))
      registry.give(client, 'sessionId', 'a', 0)
      registry.take(client, 'sessionId', 'a')
    }
    expect(seen).toEqual(['c1', 'c2'])
  })

  it('have a topic more with the first gift of it, and less with the last', () => {
    const { registry, clients } = setup({ topics: ['asked'] })
    const [client] = clients
    if (!client) throw new Error('there is one')
    const moves = [
      registry.give(client, 'userId', 'asked', 0),
      registry.take(client, 'userId', 'asked'),
      registry.give(client, 'userId', 'a', 0),
      registry.give(client, 'sessionId', 'a', 0),
      registry.take(client, 'userId', 'a'),
      registry.take(client, 'clientId', 'a'),
      registry.countOfTopic('a'),
      registry.take(client, 'sessionId', 'a'),
      registry.countOfTopic('a'),
    ]
    expect(moves).toEqual([false, false, true, false, false, false, 1, true, 0])
    expect(client.topics).toEqual(new Set(['asked']))
  })
})

describe('candidates', () => {
  it('are, for one user, session, client or topic, no more than those', () => {
    const { registry, clients } = setup(
      { id: 'c1', principal: { userId: 'ada', sessionId: 's1' }, topics: ['a'] },
      { id: 'c2', principal: { userId: 'bob', sessionId: 's2' }, topics: ['b', 'a.*'] },
      { id: 'c3' },
    )
    const [first, second, third] = clients
    const found = (target: PublishTarget) => [...registry.candidates(checkTarget(target))]
    expect(found({ userId: 'ada' })).toEqual([first])
    expect(found({ sessionId: 's2' })).toEqual([second])
    expect(found({ clientIds: ['c3', 'c9', 'c1'] })).toEqual([third, first])
    expect(found({ topic: 'a' })).toEqual([first])
    expect(found({ topic: 'a.x' })).toEqual([second])
    expect(found({ resource: 'a' })).toEqual([third, first])
    expect(found({ userId: 'zoe' })).toEqual([])
    expect(found({ tenant: 'acme' })).toEqual(clients)
  })

  // A body of 16 KiB has room for the name of a session four thousand times.
  it('are found once, however often a target names their session', () => {
    const { registry, clients } = setup({ principal: { sessionId: 's' } }, { principal: { sessionId: 's' } })
    const found = registry.candidates({ sessionIds: ['s', 's', 's'] })
    expect([...found]).toEqual(clients)
    // Nothing is copied: the work does not grow with the number of names times the number of clients.
    expect(found).toBe(registry.candidates({ sessionIds: ['s'] }))
  })

  it('may leave while they are gone through', () => {
    const { registry } = setup({ topics: ['a'] }, { topics: ['a'] }, { topics: ['a'] })
    const seen = []
    for (const client of registry.candidates({ topic: 'a' })) seen.push(registry.remove(client))
    expect(seen).toEqual([true, true, true])
    expect([...registry.candidates({ topic: 'a' })]).toEqual([])
  })

  const few = <T>(arbitrary: fc.Arbitrary<T>) => fc.uniqueArray(arbitrary, { maxLength: 3 })
  const name = fc.constantFrom('a', 'b', 'c')
  const topic = fc.constantFrom('a', 'a.b', 'a.b.c', 'd')
  const pattern = fc.constantFrom('*', 'a.*', 'a.b.*', 'a', 'a.b', 'd')
  const principal = fc.record({ userId: name, tenant: name, sessionId: name }, { requiredKeys: [] })
  const number = fc.nat(11)
  const id = number.map((n) => `c${n}`)
  const fields = {
    topic,
    resource: topic,
    userId: name,
    tenant: name,
    sessionId: name,
    sessionIds: few(name),
    clientIds: fc.array(id, { maxLength: 4 }),
    except: few(id),
  }
  const one = fc.constantFrom(...(Object.keys(fields) as (keyof typeof fields)[]))
  const target: fc.Arbitrary<PublishTarget> = fc
    .oneof(
      one.chain((field) => fields[field].map((value): PublishTarget => ({ [field]: value }))),
      fc.record(fields, { requiredKeys: [] }),
    )
    .filter((each) => !each.topic || !each.resource)
  const change = fc.oneof(
    fc.record({ does: fc.constant('remove' as const), number }),
    fc.record({ does: fc.constant('move' as const), number, topics: few(pattern), given: fc.boolean() }),
    fc.record({ does: fc.constantFrom('give' as const, 'take' as const), number, topic: pattern }),
  )

  it('are all of those selected, each once, whichever clients come, move and leave', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ principal, topics: few(pattern) }), { maxLength: 12 }),
        fc.array(change, { maxLength: 8 }),
        fc.array(target, { minLength: 1, maxLength: 8 }),
        (options, changes, targets) => {
          const { registry, clients } = setup(...options.map((each, n) => ({ ...each, id: `c${n}` })))
          const present = new Set(clients)
          for (const each of changes) {
            const client = clients[each.number]
            if (!client || !present.has(client)) continue
            if (each.does === 'move')
              registry.move(
                client,
                each.given ? withGiven(asking(...each.topics), 'userId', 'd', 0) : asking(...each.topics),
              )
            else if (each.does === 'give') registry.give(client, 'clientId', each.topic, 0)
            else if (each.does === 'take') registry.take(client, 'clientId', each.topic)
            else present.delete(client) && registry.remove(client)
          }
          expect(new Set(registry.all())).toEqual(present)
          expect(registry.size).toBe(present.size)
          const joined = [...present].flatMap(({ topics }) => [...topics])
          expect(registry.topics).toBe(new Set(joined).size)
          for (const each of targets) {
            const address = checkTarget(each)
            const found = [...registry.candidates(address)]
            expect(new Set(found).size).toBe(found.length)
            expect(found.filter((client) => !present.has(client as (typeof clients)[number]))).toEqual([])
            const selected = [...present].filter(selector(address))
            expect(new Set(found.filter(selector(address)))).toEqual(new Set(selected))
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})
