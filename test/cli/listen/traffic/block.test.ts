import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { BlockWatch, type Look, nextLook, type Unfinished } from '../../../../cli/listen/traffic/block.ts'

function watch() {
  const clock = createClock()
  const told: Unfinished[] = []
  const block = new BlockWatch(clock, (unfinished) => told.push(unfinished))
  return {
    clock,
    told,
    add: (text: string) => block.add(new TextEncoder().encode(text)),
    hold: () => block.hold(),
    end: () => block.end(),
  }
}

describe('a block that no blank line ends is told', () => {
  it('after two seconds, once', async () => {
    const { add, clock, told, end } = watch()
    add('data: 1\n\nevent: tick\r\ndata: 2\n')
    await clock.advance(1999)
    expect(told).toEqual([])
    await clock.advance(1)
    expect(told).toEqual([{ lines: ['event: tick', 'data: 2'], isOver: false }])
    add('data: 3\n')
    await clock.advance(10_000)
    end()
    expect(told).toHaveLength(1)
    expect(clock.timers).toBe(0)
  })

  it('though its lines keep coming', async () => {
    const { add, clock, told } = watch()
    for (let n = 0; n < 12; n++) {
      add(`data: ${n}\n`)
      await clock.advance(200)
    }
    expect(told).toHaveLength(1)
    expect(told[0]?.lines[0]).toBe('data: 0')
  })

  it('when the stream ends', () => {
    const { add, clock, told, end } = watch()
    add('data: 1\n\ndata: {"usage"')
    end()
    expect(told).toEqual([{ lines: ['data: {"usage"'], isOver: true }])
    expect(clock.timers).toBe(0)
  })

  it('by its beginning, however long it is', () => {
    const { add, told, end } = watch()
    add('data: 注')
    for (let n = 0; n < 1000; n++) add('x'.repeat(1000))
    end()
    expect(told[0]?.lines[0]).toMatch(/^data: 注x{990,}…xxx$/)
  })
})

describe('nothing is told', () => {
  it.each([
    ['of whole events', ['data: 1\n\n']],
    ['of events with CRLF', ['data: 1\r\n\r\n']],
    ['of events with CR', ['data: 1\r\r']],
    ['of events with line ends of all kinds', ['data: 1\r\n\r\ndata: 2\r\rdata: 3\n\r\n']],
    ['of a blank line that comes in two', ['data: 1\n', '\n']],
    ['of a blank line that comes in four', ['data: 1\r', '\n', '\r', '\n']],
    ['of a blank line at the end of much', [`data: ${'x'.repeat(5000)}\n`, '\n']],
    ['of comments and retry', ['\ufeff: hi\nretry: 500\n']],
    ['of nothing', ['']],
  ])('says nothing %s', async (_, chunks) => {
    const { add, clock, told, end } = watch()
    for (const chunk of chunks) add(chunk)
    await clock.advance(5000)
    end()
    expect(told).toEqual([])
  })

  it('says nothing of a block that is complete in time, nor of the next for the time of the first', async () => {
    const { add, clock, told } = watch()
    for (let n = 0; n < 5; n++) {
      add('data: 1\n')
      await clock.advance(1500)
      add('\ndata: 2\n')
      await clock.advance(1500)
      add('\n')
    }
    expect(told).toEqual([])
  })

  it('says nothing of a block that this process holds back, until it has caught up', async () => {
    const { add, hold, clock, told } = watch()
    add('data: 1\n')
    await clock.advance(1000)
    hold()
    await clock.advance(60_000)
    add('data: 2\n')
    await clock.advance(999)
    expect(told).toEqual([])
    await clock.advance(2000)
    expect(told).toHaveLength(1)
  })

  it('for the time for which this process holds it back', async () => {
    const { add, hold, clock, told } = watch()
    add('data: 1\n')
    await clock.advance(500)
    hold()
    await clock.advance(1400)
    add('data: 2\n')
    await clock.advance(1400)
    expect(told).toEqual([])
    await clock.advance(100)
    expect(told).toHaveLength(1)
  })

  it('at a time at which this process has stood still', async () => {
    const { add, clock, told } = watch()
    add('data: 1\n')
    await clock.sleep(60_000)
    expect(told).toEqual([])
    add('\n')
    await clock.advance(10_000)
    expect(told).toEqual([])
  })

  it('after the end', async () => {
    const { add, clock, told, end } = watch()
    end()
    add('data: 2\n')
    await clock.advance(5000)
    expect([told, clock.timers]).toEqual([[], 0])
  })
})

describe('a timer that fires', () => {
  const look: Look = { now: 10_000, due: 10_000, since: 8000, isHeld: false }

  it.each<[what: string, look: Partial<Look>, result: ReturnType<typeof nextLook>]>([
    ['finds a block that is unfinished for 2 s', {}, 'unfinished'],
    ['looks again when the block will be 2 s old', { since: 8001 }, 1],
    ['looks again 2 s after the last whole event', { since: 10_000 }, 2000],
    ['rests while nothing is read', { isHeld: true }, 'rest'],
    ['looks again in 2 s if it is late, since the process may have stood still', { due: 9499 }, 2000],
    ['looks again in 2 s if it is late, though nothing is read', { due: 9499, isHeld: true }, 2000],
    ['is not late within 500 ms', { due: 9500 }, 'unfinished'],
  ])('%s', (_, change, result) => {
    expect(nextLook({ ...look, ...change })).toBe(result)
  })
})
