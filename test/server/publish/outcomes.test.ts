import { describe, expect, it } from 'vitest'
import { createOutcomes } from '../../../server/publish/outcomes.ts'

const outcome = (seq: number) => ({ id: `x-${seq}`, delivered: seq })

describe('outcomes', () => {
  it('are kept for three thousand publishes at once, each for its own', () => {
    const outcomes = createOutcomes()
    const claims = Array.from({ length: 3000 }, () => outcomes.claim())
    for (let seq = 1; seq <= 3000; seq++) outcomes.note(seq, outcome(seq))
    const taken = claims.map((claim, n) => {
      const found = claim.take(n + 1)
      claim.end()
      return found
    })
    expect(taken).toEqual(claims.map((_, n) => outcome(n + 1)))
  })

  it('are given once', () => {
    const outcomes = createOutcomes()
    const claim = outcomes.claim()
    outcomes.note(1, outcome(1))
    expect([claim.take(1), claim.take(1), claim.take(2)]).toEqual([outcome(1), undefined, undefined])
  })

  it('are not kept where nobody publishes: another process has appended them', () => {
    const outcomes = createOutcomes()
    outcomes.note(1, outcome(1))
    expect(outcomes.claim().take(1)).toBeUndefined()
  })

  it('are forgotten with the last claim that is as old as they are', () => {
    const outcomes = createOutcomes()
    const old = outcomes.claim()
    outcomes.note(1, outcome(1))
    const recent = outcomes.claim()
    outcomes.note(2, outcome(2))
    old.end()
    expect([recent.take(1), recent.take(2)]).toEqual([undefined, outcome(2)])
    outcomes.note(3, outcome(3))
    recent.end()
    expect(outcomes.claim().take(3)).toBeUndefined()
  })

  it('are forgotten when the log begins again; those of the new log are kept', () => {
    const outcomes = createOutcomes()
    const claim = outcomes.claim()
    for (const seq of [1, 2, 3]) outcomes.note(seq, outcome(seq))
    outcomes.clear()
    outcomes.note(1, outcome(7))
    const later = outcomes.claim()
    expect([claim.take(2), claim.take(1), later.take(3)]).toEqual([undefined, outcome(7), undefined])
  })

  it('are given to the claims that are open, however many others were noted and forgotten meanwhile', () => {
    const outcomes = createOutcomes()
    const hanging = outcomes.claim()
    outcomes.note(1, outcome(1))
    let claim = outcomes.claim()
    for (let seq = 2; seq <= 1000; seq++) {
      outcomes.note(seq, outcome(seq))
      const next = outcomes.claim()
      if (seq % 3 === 0) expect(claim.take(seq)).toEqual(outcome(seq))
      expect(next.take(seq - 1)).toBeUndefined()
      claim.end()
      claim = next
    }
    expect(hanging.take(1)).toEqual(outcome(1))
  })

  it('are at most a hundred thousand, for a log that never answers', () => {
    const outcomes = createOutcomes()
    const hanging = outcomes.claim()
    for (let seq = 1; seq <= 100_001; seq++) outcomes.note(seq, outcome(seq))
    expect([hanging.take(1), hanging.take(2)]).toEqual([undefined, outcome(2)])
  })
})
