import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { createHeartbeat, type Heartbeat, patience } from '../src/heartbeat.ts'
import { stagePage } from './support/page.ts'

describe('patience', () => {
  it.each([
    // option, announced, gaps -> longest silence
    ['auto', undefined, [], Infinity],
    ['auto', undefined, [15_000], Infinity],
    ['auto', undefined, [15_000, 15_000], 37_500],
    ['auto', undefined, [5000, 40_000, 5000], 100_000],
    ['auto', undefined, [500, 500], 10_000],
    ['auto', 15_000, [], 37_500],
    ['auto', 1000, [], 10_000],
    ['auto', 20_000, [5000, 5000], 50_000],
    [3000, undefined, [], 3000],
    [3000, 15_000, [15_000, 15_000], 3000],
    [0, 15_000, [], Infinity],
    [Infinity, 15_000, [], Infinity],
    [false, 15_000, [], Infinity],
  ] as const)('of %j, announced %j, gaps %j, is %d ms', (option, announced, gaps, expected) => {
    expect(patience(option, announced, gaps)).toBe(expected)
  })
})

function watched(option: 'auto' | number | false, guesses = true) {
  const clock = createClock()
  const calls: unknown[] = []
  const heartbeat: Heartbeat = createHeartbeat(
    option,
    clock,
    (silence) => calls.push(['dead', silence]),
    () => calls.push('stale'),
    guesses,
  )
  /** Bytes come, as a heartbeat or not. */
  const hear = (beat = false): void => {
    heartbeat.heard()
    if (beat) heartbeat.beat()
  }
  const beats = async (count: number, interval: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      hear(true)
      if (i < count - 1) await clock.advance(interval)
    }
  }
  return { clock, calls, heartbeat, hear, beats }
}

describe('a fixed heartbeat', () => {
  it('declares the line dead after that silence, and not before', async () => {
    const { clock, calls, heartbeat } = watched(5000)
    heartbeat.start(undefined)
    await clock.advance(4999)
    expect(calls).toEqual([])
    await clock.advance(1)
    expect(calls).toEqual([['dead', 5000]])
  })

  it('counts any byte as life', async () => {
    const { clock, calls, heartbeat, hear } = watched(5000)
    heartbeat.start(undefined)
    for (let i = 0; i < 10; i++) {
      await clock.advance(4000)
      hear()
    }
    expect(calls).toEqual([])
    await clock.advance(5000)
    expect(calls).toEqual([['dead', 5000]])
  })

  it('sets one timer, not one for each chunk', async () => {
    const { clock, heartbeat, hear } = watched(5000)
    heartbeat.start(undefined)
    for (let i = 0; i < 100; i++) hear()
    expect(clock.timers).toBe(1)
    heartbeat.stop()
    expect(clock.timers).toBe(0)
  })

  it('survives a wall clock that is set back, which timers do not follow', async () => {
    const clock = createClock()
    const dead: number[] = []
    let setBack = 0
    const wall = { ...clock, now: () => clock.now() - setBack }
    createHeartbeat(
      5000,
      wall,
      (silence) => dead.push(silence),
      () => {},
    ).start(undefined)
    setBack = 3_600_000
    await clock.advance(10_000)
    expect(dead).toEqual([5000])
  })
})

describe("heartbeat 'auto'", () => {
  it('believes any silence until a rhythm is known', async () => {
    const { clock, calls, heartbeat, beats } = watched('auto')
    heartbeat.start(undefined)
    await beats(2, 15_000)
    await clock.advance(86_400_000)
    expect(calls).toEqual([])
  })

  it('learns from three beats', async () => {
    const { clock, calls, heartbeat, beats } = watched('auto')
    heartbeat.start(undefined)
    await beats(3, 15_000)
    await clock.advance(37_499)
    expect(calls).toEqual([])
    await clock.advance(1)
    expect(calls).toEqual([['dead', 37_500]])
  })

  it('keeps what it has learnt for the next line, and measures no gap across lines', async () => {
    const { clock, calls, heartbeat, beats, hear } = watched('auto')
    heartbeat.start(undefined)
    await beats(3, 15_000)
    heartbeat.stop()
    await clock.advance(3_600_000)
    heartbeat.start(undefined)
    hear(true)
    await clock.advance(37_500)
    expect(calls).toEqual([['dead', 37_500]])
  })

  it('learns anew after it has given a line up', async () => {
    const { clock, calls, heartbeat, beats } = watched('auto')
    heartbeat.start(undefined)
    await beats(3, 15_000)
    await clock.advance(37_500)
    heartbeat.stop()
    heartbeat.start(undefined)
    await clock.advance(3_600_000)
    expect(calls).toEqual([['dead', 37_500]])
  })

  it('takes a burst of comments for one beat', async () => {
    const { clock, calls, heartbeat, hear } = watched('auto')
    heartbeat.start(undefined)
    for (let i = 0; i < 5; i++) {
      hear(true)
      await clock.advance(20)
    }
    await clock.advance(3_600_000)
    expect(calls).toEqual([])
  })

  it.each([undefined, 0, -1, Number.NaN, 'often', {}])('takes no interval from %j', async (interval) => {
    const { clock, calls, heartbeat } = watched('auto')
    heartbeat.start(interval)
    await clock.advance(86_400_000)
    expect(calls).toEqual([])
  })

  it('takes the interval from the headers, and from the server later on', async () => {
    const { clock, calls, heartbeat } = watched('auto')
    heartbeat.start(15_000)
    heartbeat.announce(20_000)
    await clock.advance(49_999)
    expect(calls).toEqual([])
    await clock.advance(1)
    expect(calls).toEqual([['dead', 50_000]])
  })
})

describe('a late timer', () => {
  it('does not kill a line whose bytes are waiting behind it', async () => {
    const { clock, calls, heartbeat, hear } = watched(5000)
    heartbeat.start(undefined)
    await clock.sleep(600_000)
    hear()
    await clock.advance(4999)
    expect(calls).toEqual([])
  })

  it('has a silent line replaced, as nothing says that it failed', async () => {
    const { clock, calls, heartbeat } = watched(5000)
    heartbeat.start(undefined)
    await clock.sleep(600_000)
    expect(calls).toEqual([])
    await clock.advance(1000)
    expect(calls).toEqual(['stale'])
  })

  it('is not late within a quarter of the limit', async () => {
    const { clock, calls, heartbeat } = watched(20_000)
    heartbeat.start(undefined)
    await clock.sleep(24_000)
    expect(calls).toEqual([['dead', 24_000]])
  })
})

describe('a machine that slept', () => {
  it('has a line of unknown rhythm looked at again after a second, and replaced if it stays silent', async () => {
    const { clock, calls, heartbeat } = watched('auto')
    heartbeat.start(undefined)
    await clock.sleep(600_000)
    await clock.advance(999)
    expect(calls).toEqual([])
    await clock.advance(1)
    expect(calls).toEqual(['stale'])
  })

  it.each([false, Infinity, 3_600_000] as const)('is noticed whatever silence is believed: %s', async (option) => {
    const { clock, calls, heartbeat } = watched(option)
    heartbeat.start(undefined)
    await clock.advance(100_000)
    await clock.sleep(600_000)
    await clock.advance(1000)
    expect(calls).toEqual(['stale'])
  })

  it('loses no line that is heard of within that second, nor by a long silence after it', async () => {
    const { clock, calls, heartbeat, hear } = watched('auto')
    heartbeat.start(undefined)
    await clock.sleep(600_000)
    await clock.advance(999)
    hear()
    await clock.advance(3_600_000)
    expect(calls).toEqual([])
  })

  it('loses no line that was heard of ahead of the late timer', async () => {
    const { clock, calls, heartbeat, hear } = watched('auto')
    heartbeat.start(undefined)
    clock.setTimeout(() => hear(), 29_999)
    await clock.sleep(600_000)
    await clock.advance(20_000)
    expect(calls).toEqual([])
  })

  it.each([
    // The timer is due after 30 s.
    [35_000, []],
    [35_001, ['stale']],
  ])('is one whose timer is more than five seconds late: %i', async (ms, expected) => {
    const { clock, calls, heartbeat } = watched('auto')
    heartbeat.start(undefined)
    await clock.sleep(ms)
    await clock.advance(1000)
    expect(calls).toEqual(expected)
  })

  it('is none in a page that nobody sees, whose timers are late by themselves', async () => {
    stagePage(false)
    const { clock, calls, heartbeat } = watched('auto')
    heartbeat.start(undefined)
    await clock.sleep(600_000)
    await clock.advance(60_000)
    expect(calls).toEqual([])
  })

  it('leaves an answer alone, which cannot be asked for again', async () => {
    const { clock, calls, heartbeat } = watched('auto', false)
    heartbeat.start(undefined)
    await clock.sleep(600_000)
    await clock.advance(60_000)
    expect(calls).toEqual([])
  })

  it('has an answer looked at again, too, before it is too silent for a limit that was set', async () => {
    const { clock, calls, heartbeat } = watched(5000, false)
    heartbeat.start(undefined)
    await clock.sleep(600_000)
    expect(calls).toEqual([])
    await clock.advance(1000)
    expect(calls).toEqual(['stale'])
  })

  it('leaves one timer, and none when the line is left', async () => {
    const { clock, heartbeat } = watched('auto')
    heartbeat.start(undefined)
    await clock.sleep(600_000)
    expect(clock.timers).toBe(1)
    heartbeat.stop()
    expect(clock.timers).toBe(0)
  })
})

it('the limit is what patience says, with what has been learnt by now', async () => {
  const { heartbeat, beats } = watched('auto')
  expect(heartbeat.limit).toBe(Infinity)
  heartbeat.start(undefined)
  await beats(3, 15_000)
  expect(heartbeat.limit).toBe(37_500)
  heartbeat.announce(20_000)
  expect(heartbeat.limit).toBe(50_000)
})

describe('leaving', () => {
  it('has the line replaced when the server wants it, though bytes come', async () => {
    const { clock, calls, heartbeat, hear } = watched('auto')
    heartbeat.start(15_000)
    heartbeat.leave(clock.now() + 2000)
    await clock.advance(1999)
    hear()
    expect(calls).toEqual([])
    await clock.advance(1)
    expect(calls).toEqual(['stale'])
  })

  it('is forgotten with the line', async () => {
    const { clock, calls, heartbeat } = watched('auto')
    heartbeat.start(undefined)
    heartbeat.leave(clock.now() + 2000)
    heartbeat.stop()
    heartbeat.start(undefined)
    await clock.advance(10_000)
    expect(calls).toEqual([])
    expect(heartbeat.leaveAt).toBe(Infinity)
  })
})
