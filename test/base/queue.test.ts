import { afterEach, describe, expect, it, vi } from 'vitest'
import { createQueue } from '../../src/base/queue.ts'

afterEach(() => vi.unstubAllGlobals())

describe('a queue', () => {
  it('runs a task at once while no other runs', () => {
    const queue = createQueue()
    const log: string[] = []
    queue(() => log.push('first'))
    expect(log).toEqual(['first'])
    queue(() => log.push('second'))
    expect(log).toEqual(['first', 'second'])
  })

  it('runs a task that another one adds after that one, and after those that wait already', () => {
    const queue = createQueue()
    const log: string[] = []
    queue(() => {
      log.push('a begins')
      queue(() => {
        log.push('b begins')
        queue(() => log.push('d'))
        log.push('b ends')
      })
      queue(() => log.push('c'))
      log.push('a ends')
    })
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c', 'd'])
  })

  it('reports what a task throws, and runs the others', () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const queue = createQueue()
    const log: string[] = []
    const oops = new Error('oops')
    queue(() => {
      queue(() => log.push('second'))
      throw oops
    })
    queue(() => log.push('third'))
    expect(reported.mock.calls).toEqual([[oops]])
    expect(log).toEqual(['second', 'third'])
  })

  it('keeps no task that has run', () => {
    const queue = createQueue()
    const task = vi.fn()
    queue(task)
    queue(() => {})
    expect(task).toHaveBeenCalledTimes(1)
  })

  it('is separate from every other queue', () => {
    const queue = createQueue()
    const other = createQueue()
    const log: string[] = []
    queue(() => {
      other(() => log.push('other'))
      log.push('own')
    })
    expect(log).toEqual(['other', 'own'])
  })
})
