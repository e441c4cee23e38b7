import { createClock, createMockStream } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { toAll } from '../../../testing/mock/to-all.ts'

const { settle } = createClock()

/** So many mocks with a stream each, and what the readers of these were sent. */
async function setup(count: number) {
  const streams = Array.from({ length: count }, () => createMockStream())
  const read = streams.map(async ({ fetch }) => (await fetch('/')).text().catch(String))
  await settle()
  return { streams, read }
}

describe('an act', () => {
  it('is done to each, with all that it was given', async () => {
    const { streams, read } = await setup(2)
    const all = toAll(() => streams)
    await all.introduce({ cursor: '7', clientId: 'c' })
    await all.send('tick', { n: 1 }, { id: '8', retry: 5, comment: 'x' })
    await all.sendText('tick', 'text', { id: '9' })
    await all.comment('beat')
    await all.retry(10)
    await all.gap({ reason: 'epoch' })
    await all.goodbye(20)
    await all.raw('data: a', '\n\n')
    await all.end()
    const [first, second] = await Promise.all(read)
    expect(second).toBe(first)
    expect(first?.replace(/^.*\n\n/s, (text) => text.split('\n\n').slice(1).join('\n\n'))).toBe(
      [
        ': x\nretry: 5\nid: 8\nevent: tick\ndata: {"n":1}',
        'id: 9\nevent: tick\ndata: text',
        ': beat',
        'retry: 10',
        'id: 9\nevent: gap\ndata: {"reason":"epoch","requested":"9","resumedFrom":"9","topics":["*"]}',
        'event: goodbye\ndata: {"reconnectInMs":20}',
        'data: a',
        '',
      ].join('\n\n'),
    )
  })

  it('is done to those that are there when it is done', async () => {
    const { streams } = await setup(3)
    const [, ...others] = streams
    let targets = streams
    const all = toAll(() => targets)
    targets = others
    await all.drop()
    expect(streams.map(({ connections }) => connections.length)).toEqual([1, 0, 0])
    targets = streams
    await all.stall()
    await all.send('tick', 1)
    expect(streams.map(({ connections }) => connections.length)).toEqual([1, 0, 0])
  })

  it('throws at once for an act that cannot be done', async () => {
    const { streams } = await setup(1)
    expect(() => toAll(() => streams).sendText('a\nb', '')).toThrow(TypeError)
  })

  it('to nobody is done', async () => {
    await expect(toAll(() => []).end()).resolves.toBeUndefined()
  })
})
