import type { HubOptions } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { hubBench, ORIGIN } from '../../support/reader.ts'

/*
 * From the first byte of a stream to the last, with sinks that do what sockets do.
 */

/** Opens a stream over a sink that takes nothing until it is told to. */
async function blocked(bench: ReturnType<typeof hubBench>, query = '') {
  const taken: string[] = []
  const did: string[] = []
  let full = false
  let events = { drained() {}, closed() {} }
  const refused = await bench.hub.accept(new Request(`${ORIGIN}/events${query}`), (_, given) => {
    events = given
    return {
      write(bytes) {
        taken.push(new TextDecoder().decode(bytes))
        return !full
      },
      end: () => did.push('end'),
      destroy: () => did.push('destroy'),
    }
  })
  expect(refused).toBeUndefined()
  await bench.clock.settle()
  taken.length = 0
  return {
    taken,
    did,
    fill() {
      full = true
    },
    drain() {
      full = false
      events.drained()
    },
    closed: () => events.closed(),
  }
}

const names = (taken: readonly string[]): string[] =>
  taken.flatMap((text) => [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => `${data}`))

describe('a client that does not keep up', () => {
  it('has what waited for it, in order, once it takes more', async () => {
    const bench = hubBench()
    const { taken, fill, drain } = await blocked(bench)
    fill()
    for (const n of [1, 2, 3]) await bench.hub.publish('n', n)
    expect(names(taken)).toEqual(['1'])
    expect(bench.hub.stats().queue.events).toBe(2)
    drain()
    expect(names(taken)).toEqual(['1', '2', '3'])
    expect(bench.hub.stats().queue).toEqual({ events: 0, bytes: 0 })
  })

  it('is broken off beyond the limit, and loses nothing: its cursor is behind', async () => {
    const bench = hubBench({ limits: { queueEvents: 2 } })
    const { did, fill } = await blocked(bench)
    fill()
    for (const n of [1, 2, 3]) await bench.hub.publish('n', n)
    expect(did).toEqual([])
    expect(await bench.hub.publish('n', 4)).toMatchObject({ delivered: 0 })
    expect(did).toEqual(['destroy'])
    expect(bench.hub.stats()).toMatchObject({ clients: 0, queue: { events: 0, bytes: 0 }, endings: { overflow: 1 } })
    const { epoch } = bench.hub.stats().log
    expect((await bench.stream(`?lastEventId=${epoch}-1`)).payloads()).toEqual([2, 3, 4])
  })

  it('has the newest of a key alone, and of volatile events what there is room for', async () => {
    const bench = hubBench({ limits: { queueEvents: 3 } })
    const { taken, did, fill, drain } = await blocked(bench)
    fill()
    await bench.hub.publish('n', 'first')
    for (const n of [1, 2, 3]) await bench.hub.publish('price', n, { key: 'a' })
    for (const n of [4, 5, 6]) await bench.hub.publish('typing', n, { volatile: true })
    await bench.hub.publish('n', 'last')
    drain()
    expect(names(taken)).toEqual(['"first"', '3', '6', '"last"'])
    expect(did).toEqual([])
    expect(bench.hub.stats().dropped).toEqual({ volatile: 2, coalesced: 2 })
  })

  it('is broken off when it has taken nothing for too long', async () => {
    const bench = hubBench({ heartbeat: false })
    const { did, fill, drain } = await blocked(bench)
    fill()
    await bench.hub.publish('n', 1)
    await bench.clock.advance(20_000)
    drain()
    fill()
    await bench.hub.publish('n', 2)
    await bench.clock.advance(29_000)
    expect(did).toEqual([])
    await bench.clock.advance(2000)
    expect(did).toEqual(['destroy'])
    expect(bench.hub.stats().endings.stalled).toBe(1)
  })

  it('is sent no heartbeat in front of what waits', async () => {
    const bench = hubBench({ heartbeat: 5000 })
    const { taken, fill } = await blocked(bench)
    fill()
    await bench.hub.publish('n', 1)
    await bench.clock.advance(20_000)
    expect(taken).toHaveLength(1)
  })

  it('is read the log no faster than it takes it', async () => {
    const bench = hubBench({ heartbeat: false })
    for (let n = 1; n <= 1000; n++) await bench.hub.publish('n', 'x'.repeat(1000))
    const { epoch } = bench.hub.stats().log
    const sizes: number[] = []
    let events = { drained() {}, closed() {} }
    await bench.hub.accept(new Request(`${ORIGIN}/events?lastEventId=${epoch}-0`), (_, given) => {
      events = given
      return { write: (bytes) => !sizes.push(bytes.length), end() {}, destroy() {} }
    })
    await bench.clock.settle()
    expect(sizes.length).toBeLessThan(4)
    expect(bench.hub.stats().queue.bytes).toBeLessThan(200_000)
    while (!bench.hub.clients()[0]?.live) {
      events.drained()
      await bench.clock.settle()
    }
    events.drained()
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThan(1_000_000)
    expect(Math.max(...sizes)).toBeLessThan(70_000)
  })
})

describe('a stream', () => {
  it('is broken off if it ends while its client takes nothing: the end would never get through', async () => {
    const bench = hubBench()
    const { did, fill } = await blocked(bench, '?user=ada')
    fill()
    await bench.hub.publish('n', 1)
    expect(bench.hub.stats().queue.events).toBe(0)
    bench.hub.kick({ userId: 'ada' })
    expect(did).toEqual(['destroy'])
  })

  it('ends if its sink throws, and the others have the event', async () => {
    const bench = hubBench()
    let broken = false
    await bench.hub.accept(new Request(ORIGIN), () => ({
      write() {
        if (broken) throw new Error('no socket')
        return true
      },
      end() {},
      destroy() {},
    }))
    const other = await bench.stream()
    broken = true
    expect(await bench.hub.publish('n', 1)).toMatchObject({ delivered: 1 })
    await bench.hub.publish('n', 2)
    await bench.clock.settle()
    expect(other.payloads()).toEqual([1, 2])
    expect(bench.errors).toEqual([['stream', 'Error: no socket']])
    expect(bench.hub.stats()).toMatchObject({ clients: 1, endings: { error: 1 }, errors: { stream: 1 } })
  })

  it.each(['a heartbeat', 'more room', 'the end'])('ends alone if its sink throws at %s', async (when) => {
    const bench = hubBench({ heartbeat: 1000 })
    let broken = false
    let full = false
    let drained = (): void => {}
    const boom = (): void => {
      if (broken) throw new Error('no socket')
    }
    await bench.hub.accept(new Request(`${ORIGIN}/events?user=ada`), (_, events) => {
      drained = events.drained
      return {
        write() {
          boom()
          return !full
        },
        end: boom,
        destroy: boom,
      }
    })
    const other = await bench.stream()
    if (when === 'more room') {
      full = true
      for (const n of [1, 2]) await bench.hub.publish('n', n, { userId: 'ada' })
    }
    broken = true
    if (when === 'more room') drained()
    if (when === 'the end') expect(bench.hub.kick({ userId: 'ada' })).toBe(1)
    const pings = (): number => other.text().split(': ping').length - 1
    await bench.clock.advance(1100)
    expect(bench.hub.stats().clients).toBe(1)
    const before = pings()
    await bench.clock.advance(5000)
    expect(pings()).toBeGreaterThan(before + 2)
    expect(bench.errors).not.toEqual([])
    expect(new Set(bench.errors.map((error) => `${error}`))).toEqual(new Set(['stream,Error: no socket']))
  })

  it('ends alone if what carries its bytes fails later, and the error is reported', async () => {
    const bench = hubBench()
    let failed = (_: unknown): void => {}
    await bench.hub.accept(new Request(ORIGIN), (_, { closed }) => {
      failed = closed
      return { write: () => true, end() {}, destroy() {} }
    })
    const other = await bench.stream()
    failed(new Error('out of memory'))
    failed(undefined)
    await bench.hub.publish('n', 1)
    await bench.clock.settle()
    expect(other.payloads()).toEqual([1])
    expect(bench.errors).toEqual([['stream', 'Error: out of memory']])
    expect(bench.hub.stats()).toMatchObject({ clients: 1, endings: { error: 1, closed: 0 } })
  })

  it('has a key for each of its types, and one for what is volatile', async () => {
    const bench = hubBench()
    const { taken, fill, drain } = await blocked(bench)
    fill()
    await bench.hub.publish('first', 0)
    for (const key of ['a', '']) {
      await bench.hub.publish('price', 1, { key })
      await bench.hub.publish('order', 2, { key })
      await bench.hub.publish('price', 3, { key, volatile: true })
    }
    drain()
    expect(names(taken)).toEqual(['0', '1', '2', '3', '1', '2', '3'])
  })

  it('goes on being counted after a reset', async () => {
    const bench = hubBench()
    const { fill } = await blocked(bench)
    fill()
    await bench.hub.reset()
    for (const n of [1, 2, 3]) await bench.hub.publish('price', n, { key: 'a' })
    expect(bench.hub.stats().dropped.coalesced).toBe(2)
  })

  it('is over once, whatever else is said of it', async () => {
    const bench = hubBench()
    const { closed, drain, did } = await blocked(bench, '?user=ada')
    closed()
    closed()
    drain()
    expect(bench.hub.kick({ userId: 'ada' })).toBe(0)
    await bench.hub.publish('n', 1)
    expect(did).toEqual([])
    expect(bench.hub.stats().endings).toMatchObject({ closed: 1, kicked: 0 })
  })

  it('does not look complete if it ends with something still to be sent', async () => {
    const bench = hubBench()
    const { did, fill } = await blocked(bench, '?user=ada')
    fill()
    for (const n of [1, 2]) await bench.hub.publish('n', n)
    bench.hub.kick({ userId: 'ada' })
    expect(did).toEqual(['destroy'])
  })

  it('is reported to every observer', async () => {
    const told: unknown[] = []
    const bench = hubBench({
      onConnect: ({ recovered, principal, topics }) => told.push(['connect', recovered, principal.userId, topics]),
    })
    const off = bench.hub.observe({
      onReplay: ({ events, principal }) => told.push(['replay', events, principal.userId]),
      onDisconnect: ({ reason, openFor, principal }) => told.push(['disconnect', reason, openFor, principal.userId]),
    })
    await bench.hub.publish('n', 1)
    const { epoch } = bench.hub.stats().log
    await blocked(bench, '?user=ada&topics=a,b')
    await blocked(bench, `?user=ada&lastEventId=${epoch}-0`)
    await bench.clock.advance(3000)
    bench.hub.kick({ userId: 'ada' })
    expect(told).toEqual([
      ['connect', false, 'ada', ['a', 'b']],
      ['connect', true, 'ada', []],
      ['replay', 1, 'ada'],
      ['disconnect', 'kicked', 3000, 'ada'],
      ['disconnect', 'kicked', 3000, 'ada'],
    ])
    off()
    await blocked(bench, `?user=ada&lastEventId=${epoch}-0`)
    expect(told).toHaveLength(6)
    expect(bench.hub.stats().replays).toEqual({ count: 2, events: 2 })
  })
})

describe("a machine's clock that is set while streams are open", () => {
  const HOUR = 3_600_000
  function skewed(options: HubOptions = {}) {
    const base = createClock()
    let skew = 0
    const clock = { ...base, now: () => base.now() + skew }
    return { ...hubBench({ clock, ...options }), clock: base, set: (ms: number) => (skew += ms), now: clock.now }
  }

  it.each([-HOUR, HOUR])('by %i ms changes no heartbeat, and sends nobody away', async (jump) => {
    const { stream, clock, set, hub } = skewed({ heartbeat: 10_000 })
    const { text, find } = await stream()
    const pings = (): number => text().split(': ping').length - 1
    await clock.advance(10_000)
    set(jump)
    await clock.advance(9999)
    expect(pings()).toBe(1)
    await clock.advance(1)
    expect(pings()).toBe(2)
    await clock.advance(100_000)
    expect([pings(), find('goodbye')]).toEqual([12, undefined])
    expect(hub.stats()).toMatchObject({ clients: 1, uptime: 120_000 })
  })

  it.each([-HOUR, HOUR])('by %i ms changes nothing about how long a client may take nothing', async (jump) => {
    const bench = skewed({ limits: { stall: 5000 } })
    const { did, fill } = await blocked(bench)
    fill()
    await bench.hub.publish('n', 1)
    bench.set(jump)
    await bench.clock.advance(4999)
    expect(did).toEqual([])
    await bench.clock.advance(1001)
    expect(did).toEqual(['destroy'])
  })

  it.each([-HOUR, HOUR])('by %i ms changes nothing about a goodbye, and how long a stream was open', async (jump) => {
    const left: unknown[] = []
    const { stream, clock, set } = skewed({ maxAge: 100_000, onDisconnect: ({ openFor }) => left.push(openFor) })
    const { find, ended } = await stream()
    set(jump)
    await clock.advance(99_999)
    expect(find('goodbye')).toBeUndefined()
    await clock.advance(1)
    expect(find('goodbye')).toBeDefined()
    set(jump)
    await clock.advance(1999)
    expect(ended()).toBeUndefined()
    await clock.advance(1)
    expect([ended(), left]).toEqual(['end', [102_000]])
  })

  it('is the one that says when a principal has expired', async () => {
    const base = createClock()
    const { stream, clock, set } = skewed({ authenticate: () => ({ expires: base.now() + HOUR }) })
    const { ended } = await stream()
    await clock.advance(1000)
    set(HOUR)
    await clock.advance(1000)
    expect(ended()).toBe('end')
  })
})
