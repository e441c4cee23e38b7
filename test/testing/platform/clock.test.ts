import { createClock } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { realTime } from '../../../testing/platform/clock.ts'

afterEach(() => {
  vi.useRealTimers()
})

/** A clock, and a timer that writes down its name and when it fired, counted from the start. */
function setup() {
  const clock = createClock({ now: 1000 })
  const log: [name: string, at: number][] = []
  const set = (name: string, ms: number, then?: () => void): unknown =>
    clock.setTimeout(() => {
      log.push([name, clock.now() - 1000])
      then?.()
    }, ms)
  return { clock, log, set }
}

describe('a new clock', () => {
  it('stands at the first of January 2026, or where it is told to', () => {
    expect(new Date(createClock().now()).toISOString()).toBe('2026-01-01T00:00:00.000Z')
    expect(createClock({ now: 0 }).now()).toBe(0)
  })

  it('shows the same time on the clock that can be set and on the one that cannot', async () => {
    const clock = createClock({ now: 1000 })
    expect(clock.monotonic?.()).toBe(1000)
    await clock.advance(5)
    await clock.sleep(7)
    expect([clock.now(), clock.monotonic?.()]).toEqual([1012, 1012])
  })

  it('draws 0.5, the number it is given, or what a function says', () => {
    expect([createClock().random(), createClock().random()]).toEqual([0.5, 0.5])
    expect(createClock({ random: 0 }).random()).toBe(0)
    const draws = [0.1, 0.9]
    const { random } = createClock({ random: () => draws.shift() ?? 0 })
    expect([random(), random(), random()]).toEqual([0.1, 0.9, 0])
  })

  it('stands still and fires nothing until it is turned', async () => {
    const { clock, log, set } = setup()
    set('a', 0)
    await clock.settle()
    expect(clock.now()).toBe(1000)
    expect(log).toEqual([])
  })
})

describe('advance()', () => {
  it('fires what is due, earliest first, each at its own time', async () => {
    const { clock, log, set } = setup()
    set('late', 300)
    set('early', 100)
    set('middle', 200)
    await clock.advance(1000)
    expect(log).toEqual([
      ['early', 100],
      ['middle', 200],
      ['late', 300],
    ])
    expect(clock.now()).toBe(2000)
  })

  it('fires of two at the same time the one that was set first', async () => {
    const { clock, log, set } = setup()
    for (const name of ['a', 'b', 'c']) set(name, 100)
    await clock.advance(100)
    expect(log.map(([name]) => name)).toEqual(['a', 'b', 'c'])
  })

  it('fires what is due at its very end, and nothing after', async () => {
    const { clock, log, set } = setup()
    set('at', 100)
    set('after', 101)
    await clock.advance(99)
    expect(log).toEqual([])
    await clock.advance(1)
    expect(log).toEqual([['at', 100]])
    expect(clock.timers).toBe(1)
  })

  it('fires timers that timers set, if they are due by then', async () => {
    const { clock, log, set } = setup()
    set('first', 100, () => {
      set('second', 50, () => set('too late', 851))
      set('at once', 0)
    })
    await clock.advance(1000)
    expect(log).toEqual([
      ['first', 100],
      ['at once', 100],
      ['second', 150],
    ])
  })

  it('takes a negative time for none', async () => {
    const { clock, log, set } = setup()
    set('now', 0)
    set('overdue', -500)
    await clock.advance(0)
    expect(log).toEqual([
      ['now', 0],
      ['overdue', 0],
    ])
  })

  it('never fires a timer that is set for Infinity', async () => {
    const { clock, log, set } = setup()
    set('never', Infinity)
    await clock.advance(1e12)
    expect(log).toEqual([])
    expect(clock.timers).toBe(1)
  })

  it('settles promises and streams that one timer sets off before it fires the next', async () => {
    const { clock, log, set } = setup()
    const read: [string, number][] = []
    const stream = new TransformStream<string, string>()
    const writer = stream.writable.getWriter()
    const reading = stream.readable.pipeTo(
      new WritableStream({ write: (name) => void read.push([name, clock.now() - 1000]) }),
    )
    set('a', 100, () => void writer.write('chunk'))
    set('b', 101, () => expect(read).toEqual([['chunk', 100]]))
    await clock.advance(200)
    expect(log).toHaveLength(2)
    await writer.close()
    await reading
  })

  it('first settles what is under way, so that a timer about to be set counts from now', async () => {
    const { clock, log, set } = setup()
    void Promise.resolve()
      .then(() => {})
      .then(() => set('soon', 100))
    await clock.advance(100)
    expect(log).toEqual([['soon', 100]])
  })
})

describe('sleep()', () => {
  it('fires late, all at the time of waking, in the order they were due', async () => {
    const { clock, log, set } = setup()
    set('b', 200)
    set('a', 100)
    await clock.sleep(5000)
    expect(log).toEqual([
      ['a', 5000],
      ['b', 5000],
    ])
    expect(clock.now()).toBe(6000)
  })

  it('leaves what is not due yet, and counts new timers from the time of waking', async () => {
    const { clock, log, set } = setup()
    set('due', 10, () => set('again', 10))
    set('not due', 5001)
    await clock.sleep(5000)
    expect(log).toEqual([['due', 5000]])
    await clock.advance(10)
    expect(log).toEqual([
      ['due', 5000],
      ['not due', 5001],
      ['again', 5010],
    ])
  })
})

describe('settle()', () => {
  it('lets chains of promises run to their end without turning the clock', async () => {
    const { clock } = setup()
    let steps = 0
    const chain = async (): Promise<void> => {
      for (; steps < 50; steps++) await null
    }
    void chain()
    await clock.settle()
    expect(steps).toBe(50)
    expect(clock.now()).toBe(1000)
  })

  it('needs no timers of the platform, so that fake ones do not stop it', async () => {
    vi.useFakeTimers()
    const { clock, log, set } = setup()
    set('a', 100)
    await clock.advance(100)
    expect(log).toEqual([['a', 100]])
  })
})

describe('clearTimeout()', () => {
  it('takes a timer away, also from within one that fires at the same time', async () => {
    const { clock, log, set } = setup()
    const cleared = set('cleared', 50)
    set('a', 100, () => clock.clearTimeout(b))
    const b = set('b', 100)
    clock.clearTimeout(cleared)
    await clock.advance(200)
    expect(log).toEqual([['a', 100]])
  })

  it('takes no notice of what is no timer, or none any more', async () => {
    const { clock, log, set } = setup()
    const fired = set('a', 1)
    await clock.advance(1)
    set('b', 1)
    for (const timer of [fired, undefined, null, 99]) clock.clearTimeout(timer)
    await clock.advance(1)
    expect(log.map(([name]) => name)).toEqual(['a', 'b'])
  })
})

it('timers counts those that are set: not the fired, not the cleared', async () => {
  const { clock, set } = setup()
  const a = set('a', 10)
  set('b', 20)
  set('c', 30)
  expect(clock.timers).toBe(3)
  clock.clearTimeout(a)
  expect(clock.timers).toBe(2)
  await clock.advance(20)
  expect(clock.timers).toBe(1)
  await clock.sleep(10)
  expect(clock.timers).toBe(0)
})

describe('real time', () => {
  it('is the clock of the platform at this moment, so that fake timers that came later count', async () => {
    vi.useFakeTimers({ now: 5 })
    expect(realTime.now()).toBe(5)
    const fired: string[] = []
    realTime.setTimeout(() => fired.push('a'), 100)
    realTime.clearTimeout(realTime.setTimeout(() => fired.push('cleared'), 100))
    await vi.advanceTimersByTimeAsync(100)
    expect(fired).toEqual(['a'])
  })

  it.each([Infinity, 99_999_999_999])(
    'takes a timer of %d ms for the longest there is, and not for none',
    async (ms) => {
      vi.useFakeTimers()
      let fired = false
      realTime.setTimeout(() => {
        fired = true
      }, ms)
      await vi.advanceTimersByTimeAsync(2 ** 31 - 2)
      expect(fired).toBe(false)
      vi.clearAllTimers()
    },
  )
})
