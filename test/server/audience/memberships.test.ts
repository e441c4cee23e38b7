import { describe, expect, it } from 'vitest'
import { createMemberships } from '../../../server/audience/memberships.ts'

describe('what users and sessions are joined to', () => {
  it('is remembered for each of them, once', () => {
    const members = createMemberships(Infinity)
    members.add('userId', 'ada', 'a', 5)
    members.add('userId', 'ada', 'a', 9)
    members.add('userId', 'ada', 'b', 6)
    members.add('sessionId', 'ada', 'c', 7)
    expect(members.size).toBe(3)
    expect([...members.of('userId', 'ada')]).toEqual([
      ['a', 5],
      ['b', 6],
    ])
    expect([...members.of('sessionId', 'ada')]).toEqual([['c', 7]])
    for (const id of ['bob', '__proto__', undefined]) expect(members.of('userId', id).size).toBe(0)
  })

  it('is forgotten when it is taken back, and may begin again later', () => {
    const members = createMemberships(Infinity)
    members.add('userId', 'ada', 'a', 5)
    members.remove('userId', 'ada', 'b')
    members.remove('sessionId', 'ada', 'a')
    members.remove('userId', 'bob', 'a')
    expect(members.size).toBe(1)
    members.remove('userId', 'ada', 'a')
    members.remove('userId', 'ada', 'a')
    expect(members.size).toBe(0)
    members.add('userId', 'ada', 'a', 9)
    expect(members.of('userId', 'ada').get('a')).toBe(9)
  })

  it('is no more than the limit, and says how to have more', () => {
    const members = createMemberships(2)
    members.add('userId', 'ada', 'a', 0)
    members.add('sessionId', 's', 'a', 0)
    const more = (): void => members.add('userId', 'ada', 'b', 0)
    expect(more).toThrow(
      new Error('join remembers 2 topics of users and sessions, and no more: leave some, or raise limits.memberships'),
    )
    expect(members.of('userId', 'ada').size).toBe(1)
    // One that is remembered already is no more.
    members.add('userId', 'ada', 'a', 0)
    members.remove('sessionId', 's', 'a')
    expect(more).not.toThrow()
    expect(members.size).toBe(2)
  })

  it('leaves nothing of a user that could not be remembered', () => {
    const members = createMemberships(0)
    expect(() => members.add('userId', 'ada', 'a', 0)).toThrow(/^join remembers 0/)
    expect(members.of('userId', 'ada').size).toBe(0)
  })

  it('counts for all events of a log that has begun again', () => {
    const members = createMemberships(Infinity)
    members.add('userId', 'ada', 'a', 500)
    members.restart()
    expect([...members.of('userId', 'ada')]).toEqual([['a', 0]])
    expect(members.size).toBe(1)
  })

  it('is forgotten as a whole', () => {
    const members = createMemberships(1)
    members.add('userId', 'ada', 'a', 0)
    members.clear()
    expect(members.size).toBe(0)
    members.add('sessionId', 's', 'a', 0)
    expect(members.of('userId', 'ada').size).toBe(0)
  })
})
