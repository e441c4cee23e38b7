import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import type { Client } from '../../../server/audience/client.ts'
import type { Registry } from '../../../server/audience/registry.ts'
import { createShutdown } from '../../../server/streams/shutdown.ts'
import type { Streams } from '../../../server/streams/streams.ts'

/** Clients that are nothing but names; what is done to them is written down. */
function setup(names: readonly string[], random: readonly number[] = [], skew = { ms: 0 }) {
  const answers = [...random]
  const base = createClock({ random: () => answers.shift() ?? 0.5 })
  const clock = { ...base, now: () => base.now() + skew.ms }
  const there = new Set(names)
  const ended: (() => void)[] = []
  const log: unknown[] = []
  const named = (client: Client): string => client as unknown as string
  const registry = {
    get size() {
      return there.size
    },
    all: () => there.values(),
  } as unknown as Registry
  const leave = (name: string): void => {
    there.delete(name)
    for (const listener of ended) listener()
  }
  const streams = {
    dismiss: (client, ms, why) => log.push([named(client), ms, why]),
    end(client, why) {
      log.push([named(client), why])
      leave(named(client))
    },
    onEnd: (listener) => ended.push(() => listener(undefined as never)),
  } as Partial<Streams> as Streams
  const shutdown = createShutdown({ settings: { clock }, registry }, streams, () => log.push('stop'))
  return { clock, log, leave, shutdown }
}

describe('shutting down', () => {
  it('asks each to come back at another time, and ends those who stayed', async () => {
    const { clock, log, leave, shutdown } = setup(['a', 'b', 'c'], [0, 0.5, 0.999])
    let over = false
    void shutdown.close(10_000).then(() => {
      over = true
    })
    expect(log).toEqual([
      ['a', 0, 'drained'],
      ['b', 4500, 'drained'],
      ['c', 8991, 'drained'],
    ])
    leave('a')
    await clock.advance(9999)
    expect([over, shutdown.isOver]).toEqual([false, false])
    await clock.advance(1)
    expect(over).toBe(true)
    expect(log.slice(3)).toEqual([['b', 'drained'], ['c', 'drained'], 'stop'])
  })

  it('is over with the last who leaves, and takes its timer along', async () => {
    const { clock, leave, shutdown } = setup(['a', 'b'])
    const closed = shutdown.close(10_000)
    leave('a')
    leave('b')
    await closed
    expect(clock.timers).toBe(0)
  })

  it('is over at once with no client, or without time to drain', async () => {
    const empty = setup([])
    await empty.shutdown.close(10_000)
    expect(empty.clock.timers).toBe(0)
    const { log, shutdown } = setup(['a'])
    const closed = shutdown.close(0)
    expect(log).toEqual([['a', 0, 'drained'], ['a', 'drained'], 'stop'])
    expect(shutdown.isOver).toBe(true)
    await closed
  })

  it('says in how many seconds to come back: never at once', async () => {
    const { clock, shutdown } = setup(['a'])
    expect(shutdown.closing()).toBeUndefined()
    void shutdown.close(2500)
    expect(shutdown.closing()).toBe(3)
    await clock.advance(1000)
    expect(shutdown.closing()).toBe(2)
    await clock.advance(5000)
    expect(shutdown.closing()).toBe(1)
  })

  it.each([-3_600_000, 3_600_000])("says the same if the machine's clock is set by %i ms meanwhile", async (jump) => {
    const skew = { ms: 0 }
    const { clock, shutdown, leave } = setup(['a'], [], skew)
    const closed = shutdown.close(10_000)
    skew.ms = jump
    await clock.advance(4000)
    expect(shutdown.closing()).toBe(6)
    leave('a')
    await closed
  })
})
