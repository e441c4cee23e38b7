import { createClock } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createTurns } from '../../../server/streams/turns.ts'
import { systemClock } from '../../../src/base/clock.ts'

/** Turns on a clock that moves while work is done, and not otherwise. */
function setup() {
  const base = createClock()
  let worked = 0
  const clock = { ...base, monotonic: () => worked }
  const did: string[] = []
  const turns = createTurns(clock)
  return {
    clock: base,
    timers: () => base.timers,
    turns,
    did,
    /** Asks for a turn, for work that takes so long or as long as it may. */
    ask: (name: string, ms = Infinity) =>
      turns.take((hasTime) => {
        const begin = worked
        while (hasTime() && worked - begin < ms) worked++
        did.push(`${name} ${worked - begin}`)
        return name
      }),
  }
}

describe('turns', () => {
  it('are had at once while there is time', () => {
    const { ask, did, timers } = setup()
    expect([ask('a', 4), ask('b', 5)]).toEqual(['a', 'b'])
    expect(did).toEqual(['a 4', 'b 5'])
    expect(timers()).toBe(0)
  })

  it('are 10 ms long, however many share one', async () => {
    const { ask, did, clock, timers } = setup()
    const names = ['a', 'b', 'c', 'd', 'e']
    const asked = names.map((name) => ask(name, 4))
    expect(did).toEqual(['a 4', 'b 4', 'c 2'])
    expect(timers()).toBe(1)
    await clock.advance(0)
    expect(did.slice(3)).toEqual(['d 4', 'e 4'])
    expect(await Promise.all(asked)).toEqual(names)
    expect(timers()).toBe(0)
  })

  it('go round: each that has more to do has its turn behind those who wait', async () => {
    const { ask, did, clock } = setup()
    async function long(name: string): Promise<void> {
      for (let n = 0; n < 3; n++) await ask(`${name}${n}`)
    }
    for (const name of ['a', 'b', 'c']) void long(name)
    for (let n = 0; n < 10; n++) await clock.advance(0)
    expect(did.map((each) => each.split(' ')[0])).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'c1', 'a2', 'b2', 'c2'])
    expect(new Set(did.map((each) => each.split(' ')[1]))).toEqual(new Set(['10']))
  })

  it('let timers in between', async () => {
    const { ask, did, clock } = setup()
    ask('a')
    clock.setTimeout(() => did.push('heartbeat'), 0)
    const second = ask('b')
    const third = ask('c')
    clock.setTimeout(() => did.push('heartbeat'), 0)
    await clock.advance(0)
    expect(did).toEqual(['a 10', 'heartbeat', 'b 10', 'heartbeat', 'c 10'])
    await Promise.all([second, third])
  })

  it('pass on what the work throws, at once or later, and go on', async () => {
    const { turns, ask, clock, did } = setup()
    const broken = (): never => {
      throw new Error('disk')
    }
    expect(() => turns.take(broken)).toThrow('disk')
    ask('a')
    const later = turns.take(broken)
    ask('b', 1)
    const seen = expect(later).rejects.toThrow('disk')
    await clock.advance(0)
    await seen
    expect(did).toEqual(['a 10', 'b 1'])
  })
})

describe('the next turn on the clock of the platform', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  /** The turns have used up their time, and one more is asked for. */
  function setupSystem() {
    let now = 0
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    const timers: (() => void)[] = []
    vi.stubGlobal('setTimeout', (callback: () => void, ms: number) => ms === 0 && timers.push(callback))
    const turns = createTurns(systemClock)
    turns.take(() => {
      now += 10
    })
    return { turns, timers }
  }

  it('begins after one round of the event loop, without a timer', async () => {
    const immediates: (() => void)[] = []
    vi.stubGlobal('setImmediate', (callback: () => void) => immediates.push(callback))
    const { turns, timers } = setupSystem()
    const taken = turns.take(() => 'done')
    expect([immediates.length, timers.length]).toEqual([1, 0])
    immediates[0]?.()
    expect(await taken).toBe('done')
  })

  it('begins with a timer where the platform has no setImmediate', async () => {
    vi.stubGlobal('setImmediate', undefined)
    const { turns, timers } = setupSystem()
    const taken = turns.take(() => 'done')
    expect(timers).toHaveLength(1)
    timers[0]?.()
    expect(await taken).toBe('done')
  })
})
