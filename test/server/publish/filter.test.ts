import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { hubEvent } from '../../../server/publish/event.ts'
import { createAsk, type Later } from '../../../server/publish/filter.ts'

const EVENT = hubEvent({ type: 'n', json: '1', to: {}, at: 5 }, 'x-7')
const ADA = { userId: 'ada' }

function setup(answer: () => unknown, timeout = 5000) {
  const clock = createClock()
  const failed = vi.fn()
  const timedOut = vi.fn()
  const filter = vi.fn(answer as () => boolean)
  const ask = createAsk(filter, clock, timeout, timedOut)
  return { clock, failed, timedOut, filter, ask: () => ask(ADA, EVENT, failed) }
}

/** Waits for an answer that is still to come. */
function wait(answer: boolean | Later) {
  const settled = vi.fn()
  if (typeof answer !== 'function') throw new Error(`answered ${answer} at once`)
  return { settled, stop: answer(settled) }
}

const WRONG = (got: string): TypeError => new TypeError(`filter must answer true or false, got ${got}`)

const ANSWERS: [answer: unknown, allowed: boolean, failures: unknown[]][] = [
  [true, true, []],
  [false, false, []],
  [undefined, false, []],
  [null, false, []],
  [0, false, []],
  ['', false, []],
  [Number.NaN, false, []],
  [1, false, [WRONG('1')]],
  ['yes', false, [WRONG('"yes"')]],
  [{}, false, [WRONG('an object without fields')]],
  [[true], false, [WRONG('a list with true in it')]],
  [() => true, false, [WRONG('a function')]],
  [Symbol('yes'), false, [WRONG('Symbol(yes)')]],
]

describe('a filter that answers at once', () => {
  it.each(ANSWERS)('a filter that answers %o at once allows the event: %s', (answer, allowed, failures) => {
    const { ask, failed, filter } = setup(() => answer)
    expect(ask()).toBe(allowed)
    expect(failed.mock.calls.flat()).toEqual(failures)
    expect(filter.mock.calls).toEqual([[ADA, EVENT]])
  })

  it('says no by throwing', () => {
    const { ask, failed } = setup(() => {
      throw new Error('oops')
    })
    expect(ask()).toBe(false)
    expect(failed.mock.calls).toEqual([[new Error('oops')]])
  })

  it('says no with an object that throws when it is looked at', () => {
    const { ask, failed } = setup(() =>
      Object.defineProperty({}, 'then', {
        get() {
          throw new Error('oops')
        },
      }),
    )
    expect(ask()).toBe(false)
    expect(failed.mock.calls).toEqual([[new Error('oops')]])
  })
})

describe('a filter that answers with a promise', () => {
  it.each(ANSWERS)('a filter that promises %o allows the event: %s', async (answer, allowed, failures) => {
    const { ask, failed, clock, timedOut } = setup(() => Promise.resolve(answer))
    const { settled } = wait(ask())
    expect(settled).not.toHaveBeenCalled()
    await clock.settle()
    expect(settled.mock.calls).toEqual([[allowed]])
    expect(failed.mock.calls.flat()).toEqual(failures)
    await clock.advance(10_000)
    expect(settled).toHaveBeenCalledTimes(1)
    expect(timedOut).not.toHaveBeenCalled()
  })

  it('says no by rejecting', async () => {
    const { ask, failed, clock } = setup(() => Promise.reject(new Error('oops')))
    const { settled } = wait(ask())
    await clock.settle()
    expect(settled.mock.calls).toEqual([[false]])
    expect(failed.mock.calls).toEqual([[new Error('oops')]])
  })

  it('may reject though nobody waits for it: the process lives', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    const { ask, clock } = setup(() => Promise.reject(new Error('oops')))
    expect(ask()).toBeTypeOf('function')
    await clock.settle()
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })

  it.each<[what: string, then: (yes: (answer: unknown) => void, no: (error: unknown) => void) => void]>([
    [
      'twice',
      (yes) => {
        yes(true)
        yes(false)
      },
    ],
    [
      'with yes and no',
      (yes, no) => {
        yes(true)
        no(new Error('oops'))
      },
    ],
    [
      'and throws',
      (yes) => {
        yes(true)
        throw new Error('oops')
      },
    ],
  ])('counts once if that is a thenable that answers %s', async (_, then) => {
    const { ask, failed, clock } = setup(() => Object.fromEntries([['then', then]]))
    const { settled } = wait(ask())
    // Not in the turn in which it is asked.
    expect(settled).not.toHaveBeenCalled()
    await clock.settle()
    expect(settled.mock.calls).toEqual([[true]])
    expect(failed).not.toHaveBeenCalled()
  })
})

describe('a filter that does not answer', () => {
  it('says no after its timeout, and not before', async () => {
    let answer = (_: boolean): void => {}
    const { ask, failed, clock, timedOut } = setup(
      () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    )
    const { settled } = wait(ask())
    await clock.advance(4999)
    expect(settled).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(settled.mock.calls).toEqual([[false]])
    expect(timedOut).toHaveBeenCalledTimes(1)
    expect(failed.mock.calls).toEqual([
      [expect.objectContaining({ name: 'TimeoutError', message: 'filter has not answered within 5000 ms' })],
    ])
    answer(true)
    await clock.settle()
    expect(settled).toHaveBeenCalledTimes(1)
  })

  it('is waited for without end where the timeout is Infinity', async () => {
    const { ask, clock } = setup(() => new Promise(() => {}), Infinity)
    const { settled } = wait(ask())
    await clock.advance(1e9)
    expect(settled).not.toHaveBeenCalled()
  })

  it('is forgotten when nobody waits any more', async () => {
    const { ask, failed, clock, timedOut } = setup(() => Promise.reject(new Error('oops')))
    const { settled, stop } = wait(ask())
    stop()
    await clock.advance(10_000)
    for (const callback of [settled, failed, timedOut]) expect(callback).not.toHaveBeenCalled()
  })
})
