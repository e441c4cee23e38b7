import { describe, expect, it } from 'vitest'
import { createDenials, deniedIn } from '../../../server/audience/denied.ts'

const NONE: ReadonlySet<string> = new Set()

describe('what a client is told of denied topics', () => {
  it('is nothing if there are none', () => {
    expect(deniedIn(createDenials(), NONE)).toEqual({})
  })

  it('is each with its reason', () => {
    const denials = createDenials()
    denials.add('a', 'denied', 'no')
    denials.add('b', 'full', 'later')
    expect(deniedIn(denials, NONE)).toEqual({
      denied: [
        { topic: 'a', code: 'denied', message: 'no' },
        { topic: 'b', code: 'full', message: 'later' },
      ],
    })
    expect(denials.counts).toEqual({ denied: 1, full: 1 })
  })

  it('leaves out a topic that the client is joined to all the same', () => {
    const denials = createDenials()
    denials.add('a', 'denied', 'no')
    denials.add('b', 'denied', 'no')
    expect(deniedIn(denials, new Set(['b'])).denied?.map(({ topic }) => topic)).toEqual(['a'])
    expect(deniedIn(denials, new Set(['a', 'b']))).toEqual({})
  })

  it('stays short: a hundred names of 200 characters, and a number for the rest', () => {
    const denials = createDenials()
    for (let n = 0; n < 150; n++) denials.add('\0'.repeat(1_000_000), 'invalid', 'no')
    denials.addUnnamed(50, 'too-many')
    const { denied, deniedMore } = deniedIn(denials, NONE)
    expect(denied).toHaveLength(100)
    expect(new Set(denied?.map(({ topic }) => topic.length))).toEqual(new Set([200]))
    expect(deniedMore).toBe(100)
    expect(denials.counts).toEqual({ invalid: 150, 'too-many': 50 })
    expect(denials.isFull).toBe(true)
  })
})
