// @vitest-environment page
import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { createTimer } from '../../src/base/clock.ts'
import { createHeartbeat } from '../../src/connection/heartbeat.ts'
import { stagePage } from '../support/page.ts'

/** A heartbeat on a clock that is turned by hand, with a wall clock that can be set. */
function watched(option: 'auto' | number | false) {
  const clock = createClock()
  let offset = 0
  const wall = { ...clock, now: () => clock.now() + offset }
  const wake = createTimer(wall)
  const calls: unknown[] = []
  const heartbeat = createHeartbeat(option, wall, wake, (silence) => {
    wake()
    calls.push(silence ? ['dead', silence] : 'reopen')
  })
  /** A connection opens, as it does in the state `open`. */
  const open = (announced?: number): void => {
    heartbeat._open(announced)
    heartbeat._watch()
  }
  /** Bytes arrive, as a heartbeat or not. */
  const hear = (beat = false): void => {
    heartbeat._hear()
    if (beat) heartbeat._beat()
  }
  const beats = async (count: number, interval: number): Promise<void> => {
    for (let i = 0; i < count; i++) {
      hear(true)
      if (i < count - 1) await clock.advance(interval)
    }
  }
  const setClock = (ms: number): void => {
    offset += ms
  }
  return { clock, calls, heartbeat, open, leave: wake, hear, beats, setClock }
}

describe('a fixed heartbeat', () => {
  it('declares the connection dead after that silence, and not before', async () => {
    const { clock, calls, open } = watched(5000)
    open()
    await clock.advance(4999)
    expect(calls).toEqual([])
    await clock.advance(1)
    expect(calls).toEqual([['dead', 5000]])
  })

  it('counts any byte as life', async () => {
    const { clock, calls, open, hear } = watched(5000)
    open()
    for (let i = 0; i < 10; i++) {
      await clock.advance(4000)
      hear()
    }
    expect(calls).toEqual([])
    await clock.advance(5000)
    expect(calls).toEqual([['dead', 5000]])
  })

  it('sets one timer, not one for each chunk', async () => {
    const { clock, open, leave, hear } = watched(5000)
    open()
    for (let i = 0; i < 100; i++) hear()
    expect(clock.timers).toBe(1)
    leave()
    expect(clock.timers).toBe(0)
  })

  it.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('finds a dead connection though the wall clock is set %s, which timers do not follow', async (_, jump) => {
    const { clock, calls, open, setClock } = watched(5000)
    open()
    setClock(jump)
    await clock.advance(10_000)
    // Set forward, the timer seems late, as after a sleep: one more look, and a reopening that counts no failure.
    expect(calls).toEqual(jump < 0 ? [['dead', 5000]] : ['reopen'])
  })

  it.each([-3_600_000, 3_600_000])(
    'ends no connection on which bytes arrive when the wall clock is set by %d ms',
    async (jump) => {
      const { clock, calls, open, hear, setClock } = watched(5000)
      open()
      await clock.advance(4000)
      setClock(jump)
      for (let i = 0; i < 20; i++) {
        await clock.advance(900)
        hear()
      }
      expect(calls).toEqual([])
    },
  )
})

describe("heartbeat 'auto'", () => {
  it('believes any silence until a rhythm is known', async () => {
    const { clock, calls, open, beats } = watched('auto')
    open()
    await beats(2, 15_000)
    await clock.advance(86_400_000)
    expect(calls).toEqual([])
  })

  it('learns from three heartbeats', async () => {
    const { clock, calls, open, beats } = watched('auto')
    open()
    await beats(3, 15_000)
    await clock.advance(37_499)
    expect(calls).toEqual([])
    await clock.advance(1)
    expect(calls).toEqual([['dead', 37_500]])
  })

  it('judges by the longest of the last five gaps', async () => {
    const { heartbeat, open, beats } = watched('auto')
    open()
    await beats(2, 40_000)
    await beats(2, 5000)
    // The second heartbeat at 40 s is a burst.
    expect(heartbeat._limit()).toBe(100_000)
    await beats(4, 5000)
    expect(heartbeat._limit()).toBe(100_000)
    await beats(2, 5000)
    expect(heartbeat._limit()).toBe(12_500)
  })

  it('keeps what it has learnt for the next connection, and measures no gap across connections', async () => {
    const { clock, calls, open, leave, beats, hear } = watched('auto')
    open()
    await beats(3, 15_000)
    leave()
    await clock.advance(3_600_000)
    open()
    hear(true)
    await clock.advance(37_500)
    expect(calls).toEqual([['dead', 37_500]])
  })

  it('learns from the beginning after it has given a connection up', async () => {
    const { clock, calls, open, beats } = watched('auto')
    open()
    await beats(3, 15_000)
    await clock.advance(37_500)
    open()
    await clock.advance(3_600_000)
    expect(calls).toEqual([['dead', 37_500]])
  })

  it('takes a burst of comments for one heartbeat', async () => {
    const { clock, calls, open, hear } = watched('auto')
    open()
    for (let i = 0; i < 5; i++) {
      hear(true)
      await clock.advance(20)
    }
    await clock.advance(3_600_000)
    expect(calls).toEqual([])
  })

  it.each([undefined, 0, -1, Number.NaN])('takes no interval from %j', async (interval) => {
    const { clock, calls, open } = watched('auto')
    open(interval)
    await clock.advance(86_400_000)
    expect(calls).toEqual([])
  })

  it('takes the interval that the server announces, and a new one with the next connection', async () => {
    const { clock, calls, open } = watched('auto')
    open(15_000)
    open(20_000)
    await clock.advance(49_999)
    expect(calls).toEqual([])
    await clock.advance(1)
    expect(calls).toEqual([['dead', 50_000]])
  })

  it.each([undefined, 0, -1, Number.NaN])(
    'keeps the announced interval when the next connection says %j',
    async (next) => {
      const { clock, calls, open } = watched('auto')
      open(15_000)
      open(next)
      await clock.advance(37_500)
      expect(calls).toEqual([['dead', 37_500]])
    },
  )

  it('says what the limit is, with what has been learnt by now', async () => {
    const { heartbeat, open, beats } = watched('auto')
    expect(heartbeat._limit()).toBe(Infinity)
    open()
    await beats(3, 15_000)
    expect(heartbeat._limit()).toBe(37_500)
    open(20_000)
    expect(heartbeat._limit()).toBe(50_000)
  })
})

describe('a late timer', () => {
  it('does not end a connection whose bytes are waiting behind it', async () => {
    const { clock, calls, open, hear } = watched(5000)
    open()
    await clock.sleep(600_000)
    hear()
    await clock.advance(4999)
    expect(calls).toEqual([])
  })

  it('has a silent connection replaced, as nothing says that it failed', async () => {
    const { clock, calls, open } = watched(5000)
    open()
    await clock.sleep(600_000)
    expect(calls).toEqual([])
    await clock.advance(1000)
    expect(calls).toEqual(['reopen'])
  })

  it('is not late within two seconds', async () => {
    const { clock, calls, open } = watched(20_000)
    open()
    await clock.sleep(22_000)
    expect(calls).toEqual([['dead', 22_000]])
  })
})

describe('a machine that slept', () => {
  it('has a stream of unknown rhythm looked at again after a second, and replaced if it stays silent', async () => {
    const { clock, calls, open } = watched('auto')
    open()
    await clock.sleep(600_000)
    await clock.advance(999)
    expect(calls).toEqual([])
    await clock.advance(1)
    expect(calls).toEqual(['reopen'])
  })

  it.each([false, Infinity, 3_600_000] as const)('is noticed whatever silence is normal: %s', async (option) => {
    const { clock, calls, open } = watched(option)
    open()
    await clock.advance(100_000)
    await clock.sleep(600_000)
    await clock.advance(1000)
    expect(calls).toEqual(['reopen'])
  })

  it('is noticed where the monotonic clock stood still meanwhile', async () => {
    const { clock, calls, open, setClock } = watched('auto')
    open()
    await clock.advance(20_000)
    setClock(600_000)
    await clock.advance(11_000)
    expect(calls).toEqual(['reopen'])
  })

  it('loses no connection on which bytes arrive within that second, nor by a long silence after it', async () => {
    const { clock, calls, open, hear } = watched('auto')
    open()
    await clock.sleep(600_000)
    await clock.advance(999)
    hear()
    await clock.advance(3_600_000)
    expect(calls).toEqual([])
  })

  it('loses no connection on which bytes arrived ahead of the late timer', async () => {
    const { clock, calls, open, hear } = watched('auto')
    open()
    clock.setTimeout(() => hear(), 29_999)
    await clock.sleep(600_000)
    await clock.advance(20_000)
    expect(calls).toEqual([])
  })

  it.each([
    // The timer is due after 30 s.
    [35_000, []],
    [35_001, ['reopen']],
  ])('is one whose timer is more than five seconds late: %i', async (ms, expected) => {
    const { clock, calls, open } = watched('auto')
    open()
    await clock.sleep(ms)
    await clock.advance(1000)
    expect(calls).toEqual(expected)
  })

  it('is none in a hidden page, whose timers are late by themselves', async () => {
    stagePage(false)
    const { clock, calls, open } = watched('auto')
    open()
    await clock.sleep(600_000)
    await clock.advance(60_000)
    expect(calls).toEqual([])
  })

  it('leaves one timer, and none when the connection is left', async () => {
    const { clock, open, leave } = watched('auto')
    open()
    await clock.sleep(600_000)
    expect(clock.timers).toBe(1)
    leave()
    expect(clock.timers).toBe(0)
  })
})

describe('a doubt about the connection', () => {
  it('has it replaced if nothing is heard within the time', async () => {
    const { clock, calls, open, heartbeat } = watched('auto')
    open()
    await clock.advance(5000)
    heartbeat._watch(1500)
    await clock.advance(1499)
    expect(calls).toEqual([])
    await clock.advance(1)
    expect(calls).toEqual(['reopen'])
  })

  it('is over when bytes arrive', async () => {
    const { clock, calls, open, heartbeat, hear } = watched('auto')
    open()
    await clock.advance(5000)
    heartbeat._watch(1500)
    await clock.advance(1499)
    hear()
    await clock.advance(3_600_000)
    expect(calls).toEqual([])
  })

  it('does not end the watch over a heartbeat', async () => {
    const { clock, calls, open, heartbeat, hear } = watched(20_000)
    open()
    await clock.advance(5000)
    heartbeat._watch(1000)
    await clock.advance(500)
    hear()
    await clock.advance(19_999)
    expect(calls).toEqual([])
    await clock.advance(1)
    expect(calls).toEqual([['dead', 20_000]])
  })
})

it('the silence is measured on the monotonic clock, and the time of the last bytes on the wall clock', async () => {
  const { clock, open, hear, heartbeat, setClock } = watched('auto')
  open()
  await clock.advance(4000)
  setClock(3_600_000)
  expect(heartbeat._silence()).toBe(4000)
  hear()
  expect(heartbeat._silence()).toBe(0)
  expect(heartbeat._heardAt).toBe(clock.now() + 3_600_000)
})
