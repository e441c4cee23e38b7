import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createQueue } from '../../../bench/herd/queue.ts'

it('gives back what is due in the order of time, pushed and popped in any order', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(1000))), (steps) => {
      const queue = createQueue(steps.length)
      const model: number[] = []
      for (const [client, at] of steps.entries()) {
        if (at === null) expect(queue.pop()?.at).toBe(model.shift())
        else {
          queue.push(at, client)
          model.push(at)
          model.sort((a, b) => a - b)
        }
      }
      while (model.length) expect(queue.pop()?.at).toBe(model.shift())
      expect(queue.pop()).toBeUndefined()
    }),
  )
})

it('gives back the client that was pushed with the time', () => {
  const queue = createQueue(3)
  queue.push(30, 7)
  queue.push(10, 8)
  queue.push(20, 9)
  expect([queue.pop(), queue.pop(), queue.pop()]).toEqual([
    { at: 10, client: 8 },
    { at: 20, client: 9 },
    { at: 30, client: 7 },
  ])
})
