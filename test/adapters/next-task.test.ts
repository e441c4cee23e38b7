import { describe, expect, it, vi } from 'vitest'
import { createTasks, nextTask } from '../../adapters/next-task.ts'

/** A channel whose messages arrive when the test says so. */
class Channel {
  static made = 0
  static readonly messages: (() => void)[] = []
  readonly port1: { onmessage?: () => void } = {}
  readonly port2 = { postMessage: () => void Channel.messages.push(() => this.port1.onmessage?.()) }
  constructor() {
    Channel.made++
  }
}

describe('a task', () => {
  it("is one of Node's setImmediate, where there is one", () => {
    const setImmediate = vi.fn()
    const run = createTasks({ setImmediate, MessageChannel, setTimeout: expect.fail } as never)
    const callback = (): void => {}
    run(callback)
    expect(setImmediate.mock.calls).toEqual([[callback]])
  })

  it('is a message elsewhere: one channel carries all of them, in order, and is made when it is needed', () => {
    const run = createTasks({
      MessageChannel: Channel as unknown as typeof MessageChannel,
      setTimeout: () => expect.fail(),
    })
    expect(Channel.made).toBe(0)
    const heard: string[] = []
    for (const name of ['a', 'b']) run(() => heard.push(name))
    expect([heard, Channel.made, Channel.messages.length]).toEqual([[], 1, 2])
    Channel.messages.shift()?.()
    expect(heard).toEqual(['a'])
    run(() => heard.push('c'))
    for (const arrive of Channel.messages) arrive()
    expect([heard, Channel.made]).toEqual([['a', 'b', 'c'], 1])
  })

  it('is a timer where there is neither', () => {
    const setTimeout = vi.fn()
    const callback = (): void => {}
    createTasks({ setTimeout })(callback)
    expect(setTimeout.mock.calls).toEqual([[callback]])
  })
})

it('the next task comes after every promise that is ready', async () => {
  const next = nextTask().then(() => 'task')
  const promises = (async () => {
    for (let n = 0; n < 50; n++) await null
    return 'promises'
  })()
  expect(await Promise.race([next, promises])).toBe('promises')
  expect(await next).toBe('task')
})
