import { afterEach, describe, expect, it, vi } from 'vitest'
import { begin, taskIfLate } from '../../../src/base/task.ts'
import { settle } from '../../../testing/platform/settle.ts'
import { handTime } from '../../support/turns.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe.each([
  ['a MessageChannel', true],
  ['none but that of Node', false],
])('where there is %s', (_, present) => {
  it.each([
    ['real timers', () => {}],
    ['fake timers', () => vi.useFakeTimers()],
    [
      'immediates and microtasks faked, too,',
      () => vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'queueMicrotask'] }),
    ],
  ])('gives every ready promise its turn with %s', async (_, fake) => {
    if (!present) vi.stubGlobal('MessageChannel', undefined)
    fake()
    let steps = 0
    const chain = async (): Promise<void> => {
      for (; steps < 100; steps++) await null
    }
    void chain()
    await settle()
    expect(steps).toBe(100)
  })

  it('lets everything that a stream passes on arrive', async () => {
    if (!present) vi.stubGlobal('MessageChannel', undefined)
    const heard: string[] = []
    const { readable, writable } = new TextDecoderStream()
    void readable.pipeTo(new WritableStream({ write: (text) => void heard.push(text) }))
    const writer = writable.getWriter()
    void writer.write(new Uint8Array([97]))
    await settle()
    expect(heard).toEqual(['a'])
  })
})

it('waits for a burst that is delivered in several turns', async () => {
  const pass = await handTime()
  const log: number[] = []
  const deliver = async (): Promise<void> => {
    begin()
    for (let n = 1; n <= 5; n++) {
      pass(20)
      log.push(n)
      await taskIfLate()
    }
  }
  void deliver()
  await settle()
  expect(log).toEqual([1, 2, 3, 4, 5])
})
