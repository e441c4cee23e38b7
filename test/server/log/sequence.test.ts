import { describe, expect, it } from 'vitest'
import { createSequence } from '../../../server/log/sequence.ts'

/** A sequence that notes what it handles, and what `act` does meanwhile. */
function setup(act: (item: number, sequence: { push(item: number): void; clear(): void }) => void = () => {}) {
  const did: string[] = []
  const sequence = createSequence<number>((item) => {
    did.push(`begin ${item}`)
    act(item, sequence)
    did.push(`end ${item}`)
  })
  return { did, sequence }
}

describe('a sequence', () => {
  it('handles an item before push returns', () => {
    const { did, sequence } = setup()
    sequence.push(0)
    expect(did).toEqual(['begin 0', 'end 0'])
  })

  it('handles what a handler pushes when that handler is done, in order', () => {
    const { did, sequence } = setup((item, { push }) => {
      if (item === 1) for (const next of [2, 3]) push(next)
      if (item === 2) push(4)
    })
    sequence.push(1)
    expect(did.filter((each) => each.startsWith('begin'))).toEqual(['begin 1', 'begin 2', 'begin 3', 'begin 4'])
    expect(did.slice(0, 2)).toEqual(['begin 1', 'end 1'])
  })

  it('drops what waits when it is cleared, and goes on with what is pushed then', () => {
    const { did, sequence } = setup((item, { push, clear }) => {
      if (item !== 1) return
      push(2)
      clear()
      push(3)
    })
    sequence.push(1)
    expect(did).toEqual(['begin 1', 'end 1', 'begin 3', 'end 3'])
  })

  it('goes on with the next item after a handler has thrown', () => {
    const { did, sequence } = setup((item, { push }) => {
      if (item !== 1) return
      push(2)
      throw new Error('oops')
    })
    expect(() => sequence.push(1)).toThrow('oops')
    sequence.push(3)
    expect(did).toEqual(['begin 1', 'begin 2', 'end 2', 'begin 3', 'end 3'])
  })
})
