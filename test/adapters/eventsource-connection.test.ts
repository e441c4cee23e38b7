// @vitest-environment page
import fc from 'fast-check'
import { createMockStream } from 'headwater/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { ENVIRONMENTS, setup } from '../testing/fetch/sources.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe.each(ENVIRONMENTS)('with the events of %s', (_, classes) => {
  beforeEach(() => {
    for (const [name, value] of Object.entries(classes)) vi.stubGlobal(name, value)
  })

  describe('the stream', () => {
    const WIRE =
      '\ufeff: a comment\n\ndata: 1\n\n' +
      'id: 5\nevent: message\ndata: two\ndata\ndata:  lines\n\n' +
      'data: 3\r\ndata: three\r\n\r\n' +
      'data: 4\rid: 6\r\r' +
      'retry: 50\n\n' +
      'event: tick\n\n' +
      'data:注文😀\nid:7\n\n' +
      'unknown: x\ndata\n\n' +
      '\ufeffdata: not a field\n\n' +
      'id: a\0b\ndata: 8\n\n' +
      'data: never dispatched\nid: 9\n'
    const HEARD = [
      'open 1',
      ['1', ''],
      ['two\n\n lines', '5'],
      ['3\nthree', '5'],
      ['4', '6'],
      ['注文😀', '7'],
      ['', '7'],
      ['8', '7'],
    ]
    const BYTES = new TextEncoder().encode(WIRE)

    async function read(...chunks: (string | Uint8Array)[]): Promise<unknown[]> {
      const { stream, log, open, clock, ids } = setup()
      open()
      await stream.connected()
      await stream.raw(...chunks)
      const heard = [...log]
      await stream.end()
      // The last `retry` counts, and the id of the last block that has ended.
      await clock.advance(50)
      return [heard, ids()]
    }
    const EXPECTED = [HEARD, [undefined, '7']]

    it('is read as HTML 9.2.6 has it', async () => {
      expect(await read(WIRE)).toEqual(EXPECTED)
    })

    it('is read the same a byte at a time', async () => {
      expect(await read(...Array.from(BYTES, (byte) => new Uint8Array([byte])))).toEqual(EXPECTED)
    })

    it('is read the same in any cuts', async () => {
      const cuts = fc.uniqueArray(fc.integer({ min: 1, max: BYTES.length - 1 }), { maxLength: 30 })
      await fc.assert(
        fc.asyncProperty(cuts, async (places) => {
          const ends = [...places.sort((a, b) => a - b), BYTES.length]
          const chunks = ends.map((end, n) => BYTES.subarray(ends[n - 1] ?? 0, end))
          expect(await read(...chunks)).toEqual(EXPECTED)
        }),
        { numRuns: 50 },
      )
    })

    it('loses one BOM at its very beginning, and no other', async () => {
      expect(await read('\ufeff\ufeffdata: 1\n\ndata: 2\nid: 7\nretry: 50\n\n')).toEqual([
        ['open 1', ['2', '7']],
        [undefined, '7'],
      ])
      // Each connection has a beginning of its own.
      const { stream, log, open, clock } = setup([
        [{ raw: '\ufeffdata: 1\n\n' }, { end: true }],
        [{ raw: '\ufeffdata: 2\n\n' }],
      ])
      open()
      await clock.advance(3000)
      expect(log).toEqual(['open 1', ['1', ''], 'error 0', 'open 1', ['2', '']])
      await stream.drop()
    })
  })

  describe('the last event id', () => {
    it.each<[what: string, id: string, header: string]>([
      ['as it is', 'a b', 'a b'],
      ['as its bytes in UTF-8', 'é注', 'Ã©æ³¨'],
      ['however long it is', 'x'.repeat(200_000), 'x'.repeat(200_000)],
    ])('travels %s', async (_, id, header) => {
      const { stream, open, clock, ids } = setup()
      open()
      await stream.connected()
      await stream.send('message', 1, { id })
      await stream.drop()
      await clock.advance(3000)
      expect(ids()).toEqual([undefined, header])
      expect(stream.requests[1]?.lastEventId).toBe(id)
    })

    it('is that of the last block, with data or without, and stays over connections', async () => {
      const { stream, open, clock, ids } = setup()
      open()
      await stream.connected()
      await stream.raw('id: 1\ndata: 1\n\nid: 2\n\n')
      await stream.drop()
      await clock.advance(3000)
      await stream.send('message', 'no id')
      await stream.drop()
      await clock.advance(3000)
      await stream.raw('id\n\n')
      await stream.drop()
      await clock.advance(3000)
      expect(ids()).toEqual([undefined, '2', '2', undefined])
    })
  })

  describe('the time until it comes back', () => {
    it.each<[field: string, ms: number]>([
      ['retry: 10', 10],
      ['retry:0', 0],
      ['retry: 60000', 60_000],
      ['retry: 5s', 3000],
      ['retry: -5', 3000],
      ['retry: 1.5', 3000],
      ['retry', 3000],
    ])('is said by %s', async (field, ms) => {
      const { stream, open, clock } = setup()
      open()
      await stream.connected()
      await stream.raw(`${field}\n\n`)
      await stream.drop()
      if (ms > 0) await clock.advance(ms - 1)
      expect(stream.requests).toHaveLength(1)
      await clock.advance(1)
      expect(stream.requests).toHaveLength(2)
    })

    it('is real without a clock, so that fake timers count', async () => {
      vi.useFakeTimers()
      const stream = createMockStream()
      const source = new stream.EventSource('/')
      await stream.connected()
      await stream.drop()
      await vi.advanceTimersByTimeAsync(2999)
      expect(stream.requests).toHaveLength(1)
      await vi.advanceTimersByTimeAsync(1)
      expect(stream.requests).toHaveLength(2)
      await stream.drop()
      source.close()
      expect(vi.getTimerCount()).toBe(0)
    })

    it('may be longer than a timer can be, which is no reason to come at once', async () => {
      vi.useFakeTimers()
      const stream = createMockStream()
      const source = new stream.EventSource('/')
      await stream.connected()
      await stream.retry(99_999_999_999)
      await stream.drop()
      await vi.advanceTimersByTimeAsync(60_000)
      expect(stream.requests).toHaveLength(1)
      source.close()
    })
  })
})
