import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { type Attempt, attempt, attemptOnce, resolveWorkRetry, waitAfter } from '../../../server/work/attempt.ts'

const setup = (timeout = Infinity) => {
  const clock = createClock()
  const stop = new AbortController()
  return { clock, stop, conditions: { clock, timeout, stop: stop.signal } }
}
const no = new Error('no')
const never = new Promise<never>(() => {})

describe('the wait after a failure', () => {
  it.each<[retry: object, waits: (number | undefined)[]]>([
    [{}, [100, 200, 400, 800, 1600, undefined]],
    [{ initial: 10, max: 25, attempts: 3 }, [10, 20, 25, undefined]],
    [{ factor: 1, attempts: 2 }, [100, 100, undefined]],
    [{ initial: 0, attempts: 2 }, [0, 0, undefined]],
    [{ attempts: 0 }, [undefined]],
    [{ max: Infinity, attempts: Infinity, factor: 10 }, [100, 1000, 10_000, 100_000]],
  ])('the waits after failures for %j are %j', (retry, waits) => {
    const complete = resolveWorkRetry(retry)
    expect(waits.map((_, n) => waitAfter(n + 1, complete))).toEqual(waits)
  })

  it.each<[retry: object, message: string]>([
    [{ factor: 0.5 }, 'factor expects a number from 1, got number 0.5'],
    [{ attempts: -1 }, 'attempts expects number from 0, got number -1'],
    [{ delay: 5 }, 'delay is no option; there are '],
  ])('refuses %j', (retry, message) => {
    expect(() => resolveWorkRetry(retry)).toThrow(message)
  })
})

describe('one attempt', () => {
  it.each<[what: string, action: () => unknown, outcome: unknown]>([
    ['returns', () => 7, 7],
    ['resolves', async () => 7, 7],
    [
      'throws',
      () => {
        throw no
      },
      no,
    ],
    ['rejects', () => Promise.reject(no), no],
  ])('settles when the action %s, and leaves no timer behind', async (_, action, outcome) => {
    const { clock, conditions } = setup(1000)
    expect(await attemptOnce(action, 1, conditions).catch((error) => error)).toBe(outcome)
    await clock.settle()
    expect(clock.timers).toBe(0)
  })

  it('fails when there is no answer in time, and aborts its signal', async () => {
    const { clock, conditions } = setup(1000)
    const action = vi.fn<(attempt: Attempt) => unknown>(() => never)
    const outcome = attemptOnce(action, 3, conditions).catch((error) => error)
    await clock.advance(1000)
    expect(await outcome).toEqual(new Error('there was no answer within 1000 ms'))
    const [given] = action.mock.calls[0] ?? []
    expect(given).toMatchObject({ number: 3, signal: { aborted: true, reason: await outcome } })
  })

  it('fails when it is time to stop, and aborts its signal', async () => {
    const { stop, conditions } = setup()
    const action = vi.fn<(attempt: Attempt) => unknown>(() => never)
    const outcome = attemptOnce(action, 1, conditions).catch((error) => error)
    stop.abort(no)
    expect(await outcome).toBe(no)
    expect(action.mock.calls[0]?.[0].signal.aborted).toBe(true)
    expect(await attemptOnce(action, 1, conditions).catch((error) => error)).toBe(no)
  })
})

describe('attempts', () => {
  const RETRY = resolveWorkRetry({ attempts: 2 })

  it('end with the first that succeeds', async () => {
    const { clock, conditions } = setup()
    const numbers: number[] = []
    const outcome = attempt(
      ({ number }) => {
        numbers.push(number)
        if (number < 3) throw no
      },
      RETRY,
      conditions,
    )
    await clock.advance(99)
    expect(numbers).toEqual([1])
    await clock.advance(1)
    expect(numbers).toEqual([1, 2])
    await clock.advance(200)
    expect(numbers).toEqual([1, 2, 3])
    expect(await outcome).toEqual({ kind: 'done' })
  })

  it('end with the last that is allowed', async () => {
    const { clock, conditions } = setup()
    const outcome = attempt(() => Promise.reject(no), RETRY, conditions)
    await clock.advance(300)
    expect(await outcome).toEqual({ kind: 'failed', error: no, attempts: 3 })
    expect(clock.timers).toBe(0)
  })

  it('end at once with a failure that no retry can mend', async () => {
    const { conditions } = setup()
    const outcome = await attempt(
      () => Promise.reject(no),
      RETRY,
      conditions,
      (error) => error === no,
    )
    expect(outcome).toEqual({ kind: 'failed', error: no, attempts: 1 })
  })

  it('end while they wait, when it is time to stop', async () => {
    const { clock, stop, conditions } = setup()
    const outcome = attempt(() => Promise.reject(no), RETRY, conditions)
    await clock.settle()
    stop.abort(new Error('stop'))
    expect(await outcome).toEqual({ kind: 'failed', error: no, attempts: 1 })
    expect(clock.timers).toBe(0)
  })

  it('do not begin after it is time to stop', async () => {
    const { stop, conditions } = setup()
    stop.abort(no)
    const action = vi.fn()
    expect(await attempt(action, RETRY, conditions)).toEqual({ kind: 'failed', error: no, attempts: 0 })
    expect(action).not.toHaveBeenCalled()
  })
})
