import { afterEach, describe, expect, it, vi } from 'vitest'
import { handTime, turn } from '../support/turns.ts'

afterEach(() => vi.unstubAllGlobals())

/** The module as a new page has it. */
async function load() {
  const pass = await handTime()
  vi.resetModules()
  const task = await import('../../src/base/task.ts')
  /** Delivers events that take so long, in milliseconds. @returns After which of them the next has to wait. */
  function deliver(...events: number[]): boolean[] {
    task.begin()
    return events.map((ms) => {
      pass(ms)
      return Boolean(task.taskIfLate())
    })
  }
  return { task, deliver, pass }
}

/** The channels that are made from now on. */
function watchChannels(): MessageChannel[] {
  const made: MessageChannel[] = []
  vi.stubGlobal(
    'MessageChannel',
    class extends MessageChannel {
      constructor() {
        super()
        made.push(this)
      }
    },
  )
  return made
}

describe('taskIfLate()', () => {
  it('is true once the events of a task have taken more than 10 ms', async () => {
    const { deliver } = await load()
    expect(deliver(5, 5, 1, 1)).toEqual([false, false, true, true])
  })

  it('is true after one event that takes longer', async () => {
    const { deliver } = await load()
    expect(deliver(50)).toEqual([true])
  })

  it('counts all chunks of a task, for each client', async () => {
    const { deliver } = await load()
    expect([...deliver(4), ...deliver(4), ...deliver(4)]).toEqual([false, false, true])
  })

  it('counts what the page does between two chunks of a task', async () => {
    const { deliver, pass } = await load()
    expect(deliver(5)).toEqual([false])
    pass(5)
    expect(deliver(1)).toEqual([true])
  })

  it('does not count the time between two tasks', async () => {
    const { deliver, pass } = await load()
    expect(deliver(9)).toEqual([false])
    await turn()
    pass(60_000)
    expect(deliver(9, 2)).toEqual([false, true])
  })

  it('does not count the time around chunks that bring no event', async () => {
    const { deliver, pass } = await load()
    for (let n = 0; n < 3; n++) {
      expect(deliver()).toEqual([])
      pass(60_000)
    }
    expect(deliver(9, 2)).toEqual([false, true])
  })

  it('begins to count with the first chunk, not with the page', async () => {
    const { deliver } = await load()
    expect(deliver(9)).toEqual([false])
  })

  it('counts from 0 again in the next task', async () => {
    const { task, deliver } = await load()
    expect(deliver(9)).toEqual([false])
    await turn()
    expect(deliver(9)).toEqual([false])
    expect(deliver(9)).toEqual([true])
    await task.next
    expect(deliver(9)).toEqual([false])
  })

  it.each([-3_600_000, 3_600_000])(
    'is right again in the next task after the user sets the clock by %d ms',
    async (ms) => {
      const { task, deliver } = await load()
      deliver(1, ms)
      await task.next
      expect(deliver(9, 2)).toEqual([false, true])
    },
  )

  it('counts the rest of a chunk from when it goes on', async () => {
    const { task, pass } = await load()
    task.begin()
    pass(11)
    expect(task.taskIfLate()).toBe(task.next)
    // What the page does with its turn.
    pass(500)
    await task.next
    pass(10)
    expect(task.taskIfLate()).toBe(false)
    pass(1)
    expect(task.taskIfLate()).toBe(task.next)
  })
})

describe('the next task', () => {
  it('is not asked for by events that take less than a millisecond', async () => {
    const { task, deliver } = await load()
    const channels = watchChannels()
    deliver(0, 0, 0, 0)
    expect(task.next).toBeUndefined()
    expect(channels).toHaveLength(0)
  })

  it('is asked for once by all that is delivered in a task', async () => {
    const { task, deliver } = await load()
    const channels = watchChannels()
    deliver(3, 3, 3, 3)
    deliver(3)
    expect(channels).toHaveLength(1)
    await task.next
    deliver(3)
    expect(channels).toHaveLength(2)
  })

  it('is the same for all that wait for it, and comes before what is asked for later', async () => {
    const { task, deliver } = await load()
    const log: string[] = []
    deliver(11)
    const { next } = task
    next?.then(() => log.push('first'))
    deliver(11)
    expect(task.next).toBe(next)
    next?.then(() => log.push('second'))
    await turn()
    expect(log).toEqual(['first', 'second'])
    expect(task.next).toBeUndefined()
  })

  it('comes behind a message that the page has sent before', async () => {
    const { task, deliver } = await load()
    const log: string[] = []
    const message = turn().then(() => log.push('message'))
    deliver(11)
    await task.next?.then(() => log.push('task'))
    await message
    expect(log).toEqual(['message', 'task'])
  })

  it('is no timer: fake timers do not hold it back', async () => {
    const { task, deliver } = await load()
    vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'queueMicrotask'] })
    deliver(11)
    await task.next
    expect(deliver(1)).toEqual([false])
    vi.useRealTimers()
  })

  it('leaves no port open, which would keep the process alive', async () => {
    const { task, deliver } = await load()
    const channels = watchChannels()
    deliver(11)
    const ports = channels.flatMap(({ port1, port2 }) => [port1, port2])
    const closed = ports.map((port) => new Promise((resolve) => port.addEventListener('close', resolve)))
    await task.next
    expect(await Promise.all(closed)).toHaveLength(2)
  })

  it('is never waited for where there is no MessageChannel', async () => {
    const { task, deliver } = await load()
    vi.stubGlobal('MessageChannel', undefined)
    expect(deliver(5, 50, 500)).toEqual([false, false, false])
    expect(task.next).toBeUndefined()
  })
})
