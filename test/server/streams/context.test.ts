import { isSSEError } from 'headwater'
import { expect, it } from 'vitest'
import { createContext, reportTo } from '../../../server/streams/context.ts'

it('a hub begins with nobody connected and nothing counted, and its observers are those of the options', () => {
  const told: unknown[] = []
  const { settings, registry, memberships, counters, observers } = createContext({
    limits: { memberships: 1 },
    onReplay: ({ events }) => told.push(events),
  })
  expect([registry.size, memberships.size, counters.connections]).toEqual([0, 0, 0])
  memberships.add('userId', 'ada', 'a', 0)
  expect(() => memberships.add('userId', 'ada', 'b', 0)).toThrow('limits.memberships')
  observers.call('onReplay', { clientId: 'c', principal: {}, events: 3 })
  expect(told).toEqual([3])
  expect(settings.heartbeat).toBe(15_000)
})

it('an option that cannot work is refused', () => {
  const wrong = { heartbeat: 'fast' } as unknown as Parameters<typeof createContext>[0]
  expect(() => createContext(wrong)).toThrow(expect.toSatisfy(isSSEError))
})

it('a failure that nobody waits for is counted by its place, and told to onError', () => {
  const errors: unknown[] = []
  const context = createContext({ onError: (error, where) => errors.push([where, error]) })
  reportTo(context, 'filter')(1)
  reportTo(context, 'filter')(2)
  reportTo(context, 'on')(3)
  expect(context.counters.errors).toEqual({ filter: 2, on: 1 })
  expect(errors).toEqual([
    ['filter', 1],
    ['filter', 2],
    ['on', 3],
  ])
})
