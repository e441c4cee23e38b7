import { describe, expect, it } from 'vitest'
import { createLane } from '../../demo/page/lanes/lane.ts'

const id = (seq: number, epoch = 'epoch000'): string => `${epoch}-${seq}`
const entries = (...numbers: number[]) => numbers.map((seq) => ({ seq }))

/** A lane that begins after event 10. */
function setup() {
  const lane = createLane(id(10))
  const receive = (...numbers: number[]): void => {
    for (const seq of numbers) lane.receive(id(seq))
  }
  return { lane, receive }
}

describe('the count of a client', () => {
  it('misses nothing when it receives what the server publishes, whichever is known first', () => {
    const { lane, receive } = setup()
    receive(11)
    lane.publish(entries(11, 12))
    expect(lane.score).toEqual({ published: 2, missing: 1, passed: 0 })
    receive(12)
    expect(lane.score).toEqual({ published: 2, missing: 0, passed: 0 })
  })

  it('has passed the missing events once it receives a later one', () => {
    const { lane, receive } = setup()
    lane.publish(entries(11, 12, 13))
    expect(lane.score).toEqual({ published: 3, missing: 3, passed: 0 })
    receive(13)
    expect(lane.score).toEqual({ published: 3, missing: 2, passed: 2 })
  })

  it('catches up when the missing events come after all', () => {
    const { lane, receive } = setup()
    lane.publish(entries(11, 12, 13))
    receive(11, 12, 13)
    expect(lane.score).toEqual({ published: 3, missing: 0, passed: 0 })
  })

  it('counts an event that comes twice once', () => {
    const { lane, receive } = setup()
    receive(11, 11)
    lane.publish(entries(11))
    receive(11)
    lane.publish(entries(12))
    expect(lane.score).toEqual({ published: 2, missing: 1, passed: 0 })
  })

  it('leaves out what it had before it began', () => {
    const { lane, receive } = setup()
    receive(9, 10)
    lane.publish(entries(9, 10, 11))
    receive(11)
    expect(lane.score).toEqual({ published: 1, missing: 0, passed: 0 })
  })

  it('does not miss an event that a newer one of its key replaces', () => {
    const { lane } = setup()
    lane.publish([{ seq: 11, key: 'job' }, { seq: 12 }])
    lane.receive(id(13), 'job')
    expect(lane.score).toEqual({ published: 2, missing: 1, passed: 1 })
    lane.publish([{ seq: 13, key: 'job' }])
    expect(lane.score).toEqual({ published: 3, missing: 1, passed: 1 })
  })

  it('starts again with another log, and knows the events of it that came early', () => {
    const { lane, receive } = setup()
    lane.publish(entries(11, 12))
    receive(13)
    lane.receive(id(3, 'epoch001'))
    lane.receive(id(5, 'epoch001'))
    lane.restart(id(4, 'epoch001'))
    expect(lane.score).toEqual({ published: 0, missing: 0, passed: 0 })
    lane.publish(entries(5, 6))
    expect(lane.score).toEqual({ published: 2, missing: 1, passed: 0 })
  })

  it('ignores an id that is not the server’s', () => {
    const { lane } = setup()
    lane.receive('')
    lane.publish(entries(11))
    expect(lane.score).toEqual({ published: 1, missing: 1, passed: 0 })
  })
})
