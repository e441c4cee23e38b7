import { type EventLog, type LogEntry, type LogRecord, memoryLog } from 'headwater/server'
import { describe, expect, it, vi } from 'vitest'

/*
 * What every EventLog promises, whatever it keeps its entries in.
 */

export const record = (json: string): LogRecord => ({ type: 'n', json, to: {}, at: 5 })

export const numbers = (entries: readonly LogEntry[]): number[] => entries.map(({ seq }) => seq)

/** Appends so many entries, one after the other. */
export async function fill(log: EventLog, count: number): Promise<EventLog> {
  for (let n = 1; n <= count; n++) await log.append(record(`${n % 10}`))
  return log
}

/** What a listener of a log hears: payloads, and where the log begins again. */
export function hear(log: EventLog): string[] {
  const heard: string[] = []
  log.subscribe({ entry: ({ json }) => heard.push(json), reset: () => heard.push(`reset at ${log.head}`) })
  return heard
}

/** A log whose parts can be replaced. */
export function logWith(parts: Partial<EventLog>, inner: EventLog = memoryLog()): EventLog {
  return {
    get epoch() {
      return inner.epoch
    },
    get head() {
      return inner.head
    },
    get first() {
      return inner.first
    },
    append: inner.append,
    read: inner.read,
    subscribe: inner.subscribe,
    reset: inner.reset,
    ...parts,
  }
}

/** A log that answers each read when it is asked to, as one elsewhere would. */
export function lateLog(inner: EventLog = memoryLog()) {
  const reads: (() => void)[] = []
  const log = logWith(
    { read: (seq, limit) => new Promise((resolve) => reads.push(() => resolve(inner.read(seq, limit)))) },
    inner,
  )
  return { log, reads, answer: () => reads.shift()?.() }
}

/** @param open - Opens an empty log that keeps at most `size` entries. */
export function describeEventLog(name: string, open: (size: number) => EventLog | Promise<EventLog>): void {
  describe(`${name} as an EventLog`, () => {
    it('begins empty', async () => {
      const log = await open(10)
      expect(log.head).toBe(0)
      expect(log.first).toBe(1)
      expect(await log.read(0, 10)).toEqual([])
      expect(log.epoch).toMatch(/^[a-z0-9]{8,64}$/)
    })

    it('numbers records from 1, and keeps them as they are', async () => {
      const log = await open(10)
      const whole: LogRecord = { type: 'a', json: '{"ü":"\\n\u2028😀"}', to: { userId: 'ada' }, at: 7, key: 'k' }
      expect(await log.append(whole)).toEqual({ ...whole, seq: 1 })
      expect(await log.append(record('2'))).toEqual({ ...record('2'), seq: 2 })
      expect(await log.read(0, 10)).toEqual([
        { ...whole, seq: 1 },
        { ...record('2'), seq: 2 },
      ])
    })

    it.each<[after: number, limit: number, read: number[]]>([
      [0, 10, [6, 7, 8]],
      [-5, 10, [6, 7, 8]],
      [4, 10, [6, 7, 8]],
      [5, 10, [6, 7, 8]],
      [6, 10, [7, 8]],
      [7, 10, [8]],
      [8, 10, []],
      [99, 10, []],
      [5, 2, [6, 7]],
      [6, 1, [7]],
      [6, 0, []],
      [0, Infinity, [6, 7, 8]],
    ])('has 6 to 8, and read behind %i, at most %i, gives %j', async (after, limit, expected) => {
      const log = await fill(await open(3), 8)
      expect([log.first, log.head]).toEqual([6, 8])
      expect(numbers(await log.read(after, limit))).toEqual(expected)
    })

    it('keeps nothing with a size of 0, and goes on counting', async () => {
      const log = await fill(await open(0), 3)
      expect([log.first, log.head]).toEqual([4, 3])
      expect(await log.read(0, 10)).toEqual([])
    })

    it('calls each listener with each entry, the same object, until it is removed', async () => {
      const log = await open(10)
      const told: unknown[] = []
      const listen = (name: string) =>
        log.subscribe({ entry: (entry) => told.push([name, entry]), reset: () => told.push([name, log.head]) })
      const off = listen('first')
      listen('second')
      const one = await log.append(record('1'))
      off()
      const two = await log.append(record('2'))
      await log.reset()
      expect(told).toEqual([
        ['first', one],
        ['second', one],
        ['second', two],
        ['second', 0],
      ])
      expect((told[0] as unknown[])[1]).toBe(one)
    })

    it('has an entry, and has dropped those that go for it, before it calls its listeners', async () => {
      const log = await fill(await open(3), 3)
      const seen: { readonly range: number[]; readonly page: ReturnType<EventLog['read']> }[] = []
      log.subscribe({ entry: () => seen.push({ range: [log.first, log.head], page: log.read(0, 10) }), reset() {} })
      await Promise.all([log.append(record('4')), log.append(record('5'))])
      const read = await Promise.all(seen.map(async ({ range, page }) => [...range, numbers(await page)]))
      expect(read).toEqual([
        [2, 4, [2, 3, 4]],
        [3, 5, [3, 4, 5]],
      ])
    })

    it('has told its listeners of an entry when append is done', async () => {
      const log = await open(10)
      const told: number[] = []
      log.subscribe({ entry: ({ seq }) => told.push(seq), reset() {} })
      for (let n = 1; n <= 3; n++) {
        const { seq } = await log.append(record('x'))
        expect(told.at(-1)).toBe(seq)
      }
    })

    it('gives 2,000 records that are appended at once numbers without a hole, in their order', async () => {
      const log = await open(5000)
      const told: string[] = []
      log.subscribe({ entry: ({ json }) => told.push(json), reset() {} })
      const texts = Array.from({ length: 2000 }, (_, n) => `${n}`)
      const entries = await Promise.all(texts.map((text) => log.append(record(text))))
      expect(numbers(entries)).toEqual(texts.map((_, n) => n + 1))
      expect(told).toEqual(texts)
      expect((await log.read(0, Infinity)).map(({ json }) => json)).toEqual(texts)
    })

    it('gives every listener each entry in order, also one that a listener appends', async () => {
      const log = await open(10)
      const told: number[] = []
      let more: unknown
      log.subscribe({
        entry({ seq }) {
          if (seq === 1) more = log.append(record('2'))
        },
        reset() {},
      })
      log.subscribe({ entry: ({ seq }) => told.push(seq), reset() {} })
      await log.append(record('1'))
      await more
      expect(told).toEqual([1, 2])
    })

    it('reports what a listener throws, and still tells the others', async () => {
      const report = vi.spyOn(console, 'error').mockImplementation(() => {})
      vi.stubGlobal('reportError', undefined)
      try {
        const log = await open(10)
        const told: number[] = []
        log.subscribe({
          entry() {
            throw new Error('mine')
          },
          reset() {},
        })
        log.subscribe({ entry: ({ seq }) => told.push(seq), reset() {} })
        await fill(log, 2)
        expect(told).toEqual([1, 2])
        expect(report).toHaveBeenCalledTimes(2)
      } finally {
        vi.unstubAllGlobals()
        report.mockRestore()
      }
    })

    it('takes another epoch and counts from 1 again when it is reset', async () => {
      const log = await fill(await open(3), 8)
      const { epoch } = log
      await log.reset()
      expect([log.first, log.head]).toEqual([1, 0])
      expect(log.epoch).not.toBe(epoch)
      expect(await log.read(0, 1)).toEqual([])
      await log.append(record('1'))
      expect(numbers(await log.read(0, 10))).toEqual([1])
    })
  })
}
