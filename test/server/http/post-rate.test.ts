import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import type { Identity } from '../../../server/audience/principal.ts'
import { createPostRate } from '../../../server/http/post-rate.ts'

function setup(perSecond: number, open: readonly string[] = []) {
  const clock = createClock()
  const rate = createPostRate(perSecond, clock, { get: (id) => (open.includes(id) ? ({} as never) : undefined) })
  /** How many of ten POSTs at once are let through. */
  function admitted(principal: Identity, body: Record<string, unknown> = {}): number {
    let count = 0
    for (let n = 0; n < 10; n++) {
      try {
        rate.beforeBody(principal)
        rate.withBody(principal, body)
        count++
      } catch (error) {
        expect(error).toMatchObject({ status: 429, code: 'rate' })
      }
    }
    return count
  }
  return { clock, rate, admitted }
}

describe('POSTs', () => {
  it('POSTs of one user share a bucket, whatever the session', () => {
    const { admitted } = setup(3)
    expect(admitted({ userId: 'ada', sessionId: 's1' })).toBe(3)
    expect(admitted({ userId: 'ada', sessionId: 's2' })).toBe(0)
    expect(admitted({ userId: 'ada' })).toBe(0)
  })

  it('a user of another tenant, and a session of the same name, have buckets of their own', () => {
    const { admitted } = setup(3)
    expect(admitted({ userId: 'ada' })).toBe(3)
    expect(admitted({ userId: 'ada', tenant: 'acme' })).toBe(3)
    expect(admitted({ sessionId: 'ada' })).toBe(3)
    expect(admitted({ sessionId: 'ada' })).toBe(0)
  })

  it('POSTs without a user or session have a bucket for each open stream', () => {
    const { admitted } = setup(3, ['c1', 'c2'])
    expect(admitted({}, { clientId: 'c1' })).toBe(3)
    expect(admitted({}, { clientId: 'c1' })).toBe(0)
    expect(admitted({ tenant: 'acme' }, { clientId: 'c2' })).toBe(3)
  })

  it('POSTs without a user, session or open stream share one bucket, also with made-up client ids', () => {
    const { admitted } = setup(3, ['c1'])
    expect(admitted({}, { clientId: 'none' })).toBe(3)
    expect(admitted({}, { clientId: 'another' })).toBe(0)
    expect(admitted({}, { clientId: ['c1'] })).toBe(0)
    expect(admitted({})).toBe(0)
  })

  it('are let through again after a while', async () => {
    const { clock, admitted } = setup(4)
    expect(admitted({ userId: 'ada' })).toBe(4)
    await clock.advance(500)
    expect(admitted({ userId: 'ada' })).toBe(2)
  })

  it('are told when to come back', () => {
    const { rate } = setup(0.1)
    rate.beforeBody({ userId: 'ada' })
    expect(() => rate.beforeBody({ userId: 'ada' })).toThrow(
      expect.objectContaining({ headers: { 'retry-after': '10' } }),
    )
  })

  it('are not limited at Infinity', () => {
    const { admitted } = setup(Infinity)
    for (let n = 0; n < 100; n++) expect(admitted({ userId: 'ada' })).toBe(10)
  })

  it('limits the latest of twelve thousand users, and forgets the earliest', () => {
    const { rate } = setup(1)
    for (let n = 0; n < 12_000; n++) rate.beforeBody({ userId: `${n}` })
    expect(() => rate.beforeBody({ userId: '11999' })).toThrow()
    // No more than 10,000 are remembered.
    expect(() => rate.beforeBody({ userId: '5' })).not.toThrow()
  })
})
