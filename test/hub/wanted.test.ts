import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { createWanted } from '../../src/hub/wanted.ts'
import { fakeHost } from '../support/host.ts'

function setup(always: readonly string[] = [], linger = 1000) {
  const clock = createClock()
  const changed = vi.fn()
  const wanted = createWanted(fakeHost(undefined, { clock, linger }), always, changed)
  changed.mockClear()
  return { clock, changed, wanted }
}

describe('wanted topics', () => {
  it('are those of the options and those with a subscriber, each once', () => {
    const { wanted } = setup(['always'])
    wanted._add('orders')
    wanted._add('orders')
    wanted._add('jobs.*')
    wanted._add('always')
    expect(wanted.wanted()).toEqual(['always', 'orders', 'jobs.*'])
  })

  it('stay for linger after the last subscriber has left', async () => {
    const { wanted, clock } = setup()
    const leave = [wanted._add('orders'), wanted._add('orders')]
    leave[0]?.()
    await clock.advance(5000)
    expect(wanted.wanted()).toEqual(['orders'])
    leave[1]?.()
    await clock.advance(999)
    expect(wanted.wanted()).toEqual(['orders'])
    wanted._add('orders')()
    await clock.advance(999)
    expect(wanted.wanted()).toEqual(['orders'])
    await clock.advance(1)
    expect(wanted.wanted()).toEqual([])
    expect(clock.timers).toBe(0)
  })

  it('stay if a subscriber comes while they linger', async () => {
    const { wanted, clock } = setup()
    wanted._add('orders')()
    await clock.advance(500)
    wanted._add('orders')
    await clock.advance(60_000)
    expect(wanted.wanted()).toEqual(['orders'])
    expect(clock.timers).toBe(0)
  })

  it('stay for ever with linger Infinity, and leave at once with 0', async () => {
    for (const [linger, left] of [
      [Infinity, ['orders']],
      [0, []],
    ] as const) {
      const { wanted, clock } = setup([], linger)
      wanted._add('orders')()
      await clock.advance(0)
      await clock.sleep(100 * 86_400_000)
      expect(wanted.wanted()).toEqual(left)
    }
  })

  it('stay if they are options, whoever subscribes and leaves', async () => {
    const { wanted, clock } = setup(['always'])
    wanted._add('always')()
    await clock.advance(60_000)
    expect(wanted.wanted()).toEqual(['always'])
  })

  it('are reported as changed with each subscriber, and when one is left', async () => {
    const { wanted, clock, changed } = setup()
    const leave = wanted._add('orders')
    expect(changed).toHaveBeenCalledTimes(1)
    leave()
    await clock.advance(999)
    expect(changed).toHaveBeenCalledTimes(1)
    await clock.advance(1)
    expect(changed).toHaveBeenCalledTimes(2)
  })

  it('are forgotten at once, when that is asked for, if they have no subscriber any more', async () => {
    const { wanted, clock, changed } = setup(['always'])
    wanted._add('orders')
    wanted._add('jobs')()
    changed.mockClear()
    wanted._forgetLeft()
    expect(wanted.wanted()).toEqual(['always', 'orders'])
    expect(clock.timers).toBe(0)
    await clock.advance(60_000)
    expect(changed).not.toHaveBeenCalled()
  })

  it.each(['__proto__', 'constructor', 'toString'])('may be called %s', (name) => {
    const { wanted } = setup()
    wanted._add(name)
    expect(wanted.wanted()).toEqual([name])
  })
})
