import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { Carrier } from '../../../server/audience/carrier.ts'
import { createOutlet } from '../../../server/audience/outlet.ts'
import { block, testSink } from '../../support/hub.ts'

const PIECE = 65_536

function setup(room = 1) {
  const clock = createClock()
  const sink = testSink(room)
  const carrier = new Carrier(sink, clock)
  return {
    clock,
    sink,
    carrier,
    sizes: () => sink.chunks.map(({ length }) => length),
    resume(more = 1) {
      sink.room = more
      carrier.resume()
    },
  }
}

describe('an event', () => {
  it.each([1, PIECE])('writes an event of %i bytes as it is', (size) => {
    const { carrier, sink } = setup()
    const bytes = block(size)
    carrier.write(bytes)
    expect(sink.chunks).toHaveLength(1)
    expect(sink.chunks[0]).toBe(bytes)
  })

  it('larger than 64 KiB is written in pieces, each when the sink has taken the one before', () => {
    const { carrier, sizes, resume } = setup()
    carrier.write(block(3 * PIECE + 10))
    expect(sizes()).toEqual([PIECE])
    resume()
    expect(sizes()).toEqual([PIECE, PIECE])
    resume()
    resume()
    expect(sizes()).toEqual([PIECE, PIECE, PIECE, 10])
    expect(carrier.blockedSince).toBeDefined()
    resume()
    expect(carrier.blockedSince).toBeUndefined()
    expect(sizes()).toHaveLength(4)
  })

  it('larger than 64 KiB is written at once to a sink that takes it all', () => {
    const { carrier, sizes } = setup(Infinity)
    carrier.write(block(2 * PIECE))
    expect(sizes()).toEqual([PIECE, PIECE])
    expect(carrier.blockedSince).toBeUndefined()
  })

  it('is not copied for its pieces, and they make the whole', () => {
    const { carrier, sink } = setup(Infinity)
    const bytes = Uint8Array.from({ length: PIECE * 2 + 3 }, (_, n) => n % 251)
    carrier.write(bytes)
    expect(sink.chunks.every(({ buffer }) => buffer === bytes.buffer)).toBe(true)
    expect(Buffer.concat(sink.chunks).equals(bytes)).toBe(true)
  })

  it('is thrown away with the rest of it', () => {
    const { carrier, sizes, resume } = setup()
    carrier.write(block(2 * PIECE))
    carrier.drop()
    resume()
    expect(sizes()).toEqual([PIECE])
  })
})

describe('progress', () => {
  it('is each piece that the sink takes', async () => {
    const { carrier, resume, clock } = setup()
    const start = clock.now()
    carrier.write(block(3 * PIECE))
    await clock.advance(1000)
    expect(carrier.blockedSince).toBe(start)
    resume()
    expect([carrier.blockedSince, carrier.lastWriteAt]).toEqual([start + 1000, start + 1000])
    await clock.advance(1000)
    expect(carrier.blockedSince).toBe(start + 1000)
  })
})

describe('a sink that asks for more while it is written to, as the body of a Response does', () => {
  it.each([Infinity, 1, 2, 3])('gets pieces and events in order, with room for %d writes', (room) => {
    const clock = createClock()
    const inner = testSink(room)
    let depth = 0
    const sink = {
      ...inner,
      write(bytes: Uint8Array) {
        const more = inner.write(bytes)
        if (depth++ === 0) outlet.drained()
        depth--
        return more
      },
    }
    const outlet = createOutlet(
      sink,
      { queueBytes: Infinity, queueEvents: Infinity, eventsPerSecond: Infinity },
      clock,
      {
        volatile: 0,
        coalesced: 0,
      },
    )
    const sent = Uint8Array.from({ length: 5 * PIECE }, (_, n) => n % 251)
    const cuts = [0, 10, 3 * PIECE, 3 * PIECE + 5, 5 * PIECE]
    for (const [n, cut] of cuts.slice(1).entries()) outlet.send(sent.subarray(cuts[n], cut))
    while (Buffer.concat(inner.chunks).length < sent.length) {
      inner.room = room
      outlet.drained()
    }
    expect(Buffer.concat(inner.chunks).equals(sent)).toBe(true)
  })
})

describe('what a sink has taken', () => {
  function looked() {
    const parts = setup()
    let pending = 0
    const carrier = new Carrier({ ...parts.sink, pending: () => pending }, parts.clock)
    const start = parts.clock.now()
    return {
      ...parts,
      /** A second later, with so many bytes written and so many pending: is that all, and when was anything taken? */
      async look(left: number, written = 0) {
        if (written) carrier.write(block(written))
        await parts.clock.advance(1000)
        pending = left
        return [carrier.look(), (carrier.takenAt - start) / 1000]
      },
    }
  }

  it('is all if nothing is pending, and something if less is pending than was written', async () => {
    const { look } = looked()
    expect(await look(0)).toEqual([true, 1])
    expect(await look(10, 10)).toEqual([false, 1])
    expect(await look(10)).toEqual([false, 1])
    // Hosts put bytes of their own around it.
    expect(await look(32, 20)).toEqual([false, 1])
    expect(await look(31)).toEqual([false, 5])
    // As much is pending as before, of what is newer.
    expect(await look(31, 10)).toEqual([false, 6])
    expect(await look(41, 10)).toEqual([false, 6])
    expect(await look(0)).toEqual([true, 8])
    expect(await look(0)).toEqual([true, 9])
  })

  it('is known by whether it drains, of a sink that does not say', async () => {
    const { carrier, clock, resume } = setup()
    const start = clock.now()
    const look = () => [carrier.look(), carrier.takenAt - start]
    await clock.advance(1000)
    expect(look()).toEqual([true, 1000])
    carrier.write(block(1))
    await clock.advance(1000)
    expect(look()).toEqual([false, 1000])
    await clock.advance(1000)
    resume()
    expect(carrier.takenAt - start).toBe(3000)
    await clock.advance(1000)
    expect(look()).toEqual([true, 4000])
  })
})
