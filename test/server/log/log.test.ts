import fc from 'fast-check'
import { type LogEntry, type LogRecord, type MemoryLogOptions, memoryLog } from 'headwater/server'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

const record = (json: string): LogRecord => ({ type: 'n', json, to: {}, at: 5 })

/** A log with so many entries of one character each. */
function filled(count: number, options?: MemoryLogOptions) {
  const log = memoryLog(options)
  for (let n = 1; n <= count; n++) log.append(record(`${n % 10}`))
  return log
}

const numbers = (entries: unknown): number[] => (entries as LogEntry[]).map(({ seq }) => seq)

describe('a log', () => {
  it('begins empty', () => {
    const log = memoryLog()
    expect(log).toMatchObject({ head: 0, first: 1 })
    expect(log.read(0, 10)).toEqual([])
    expect(log.epoch).toMatch(/^[a-z0-9]{12}$/)
  })

  it('numbers what it is given from 1, and keeps it as it was', () => {
    const log = memoryLog()
    const whole: LogRecord = { type: 'a', json: '{}', to: { userId: 'ada' }, at: 7, key: 'k' }
    expect(log.append(whole)).toEqual({ ...whole, seq: 1 })
    expect(log.append(record('2'))).toEqual({ ...record('2'), seq: 2 })
    expect(log.read(0, 10)).toEqual([
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
  ])('has 6 to 8, and read behind %i, at most %i, gives %j', (after, limit, expected) => {
    expect(numbers(filled(8, { size: 3 }).read(after, limit))).toEqual(expected)
  })

  it('calls its listeners with each entry, the same object, and at its end', () => {
    const log = memoryLog()
    const told: unknown[] = []
    const listen = (name: string) =>
      log.subscribe({ entry: (entry) => told.push([name, entry]), reset: () => told.push([name, log.head]) })
    const off = listen('first')
    listen('second')
    const one = log.append(record('1'))
    off()
    const two = log.append(record('2'))
    log.reset()
    expect(told).toEqual([
      ['first', one],
      ['second', one],
      ['second', two],
      ['second', 0],
    ])
    expect((told[0] as unknown[])[1]).toBe(one)
    expect(log.read(0, 1)).toEqual([])
  })

  it('has written an entry down, and dropped those that go for it, before it calls its listeners', () => {
    const log = filled(3, { size: 3 })
    const seen: unknown[] = []
    log.subscribe({ entry: () => seen.push([log.first, log.head, numbers(log.read(0, 10))]), reset() {} })
    log.append(record('4'))
    expect(seen).toEqual([[2, 4, [2, 3, 4]]])
  })

  it('takes another name and counts from 1 again when it is reset', () => {
    const log = filled(8, { size: 3 })
    const { epoch } = log
    log.reset()
    expect(log).toMatchObject({ head: 0, first: 1 })
    expect(log.epoch).not.toBe(epoch)
    log.append(record('1'))
    expect(numbers(log.read(0, 10))).toEqual([1])
  })

  it('counts the text that it has, and not what it had', () => {
    const log = memoryLog({ characters: 10 })
    log.append(record('x'.repeat(10)))
    log.reset()
    log.append(record('x'.repeat(5)))
    log.append(record('x'.repeat(5)))
    expect(log.first).toBe(1)
    log.append(record('x'))
    expect(log.first).toBe(2)
  })

  it('has a name of its own', () => {
    const epochs = Array.from({ length: 1000 }, () => memoryLog().epoch)
    expect(new Set(epochs).size).toBe(1000)
    expect(new Set(epochs.join('')).size).toBe(36)
  })

  it.each<[options: object, message: string]>([
    [{ size: -1 }, 'size wants a number from 0, got -1'],
    [{ size: Number.NaN }, 'size wants a number from 0, got NaN'],
    [{ size: '100' }, 'size wants a number from 0, got "100"'],
    [{ size: null }, 'size wants a number from 0, got null'],
    [{ characters: -1 }, 'characters wants a number from 0, got -1'],
  ])('is not made with %o', (options, message) => {
    expect(() => memoryLog(options)).toThrow(new TypeError(message))
  })

  it('remembers ten thousand by default, and 64 Mi of text', () => {
    expect(filled(10_001).first).toBe(2)
    expect(filled(10_001, { size: undefined, characters: undefined }).first).toBe(2)
    expect(filled(20_000, { size: Infinity, characters: Infinity }).first).toBe(1)
    const log = memoryLog()
    // One string, of which the log counts the length.
    const half = record('x'.repeat(32 * 1024 * 1024))
    log.append(half)
    log.append(half)
    expect(log.first).toBe(1)
    log.append(record('1'))
    expect(log.first).toBe(2)
  })
})

describe('a log of any entries', () => {
  const bound = fc.option(fc.nat(12), { nil: Infinity })
  const step = fc.oneof(
    { weight: 9, arbitrary: fc.nat(6).map((length) => ({ length })) },
    { weight: 1, arbitrary: fc.constant('reset' as const) },
  )

  it('has the newest, as many as fit, without a hole', () => {
    fc.assert(
      fc.property(bound, bound, fc.array(step, { maxLength: 60 }), (size, characters, steps) => {
        const log = memoryLog({ size, characters })
        const told: LogEntry[] = []
        log.subscribe({ entry: (entry) => told.push(entry), reset: () => told.splice(0) })
        for (const each of steps) {
          if (each === 'reset') log.reset()
          else log.append(record('x'.repeat(each.length)))
          let text = 0
          let from = told.length
          while (from > 0 && told.length - from < size) {
            text += told[from - 1]?.json.length ?? 0
            if (text > characters) break
            from--
          }
          expect([log.first, log.head]).toEqual([from + 1, told.length])
          for (const [after, limit] of [
            [0, Infinity],
            [from, 1],
            [from + 1, 3],
            [log.head - 1, 5],
          ] as const)
            expect(log.read(after, limit)).toEqual(told.slice(Math.max(after, from)).slice(0, limit))
        }
      }),
    )
  })
})

it('calls every listener in order, also with an entry that a listener appends', () => {
  const log = memoryLog()
  const told: number[] = []
  const record = (n: number) => ({ type: 'n', json: `${n}`, to: {}, at: 0 })
  log.subscribe({
    entry({ seq }) {
      if (seq === 1) log.append(record(2))
    },
    reset() {},
  })
  log.subscribe({ entry: ({ seq }) => told.push(seq), reset() {} })
  log.append(record(1))
  expect(told).toEqual([1, 2])
})

it('goes on after a listener has thrown: the entry is written down, and the next ones are heard', () => {
  const reported = vi.fn()
  vi.stubGlobal('reportError', reported)
  onTestFinished(() => void vi.unstubAllGlobals())
  const log = memoryLog()
  const told: unknown[] = []
  log.subscribe({
    entry() {
      throw new Error('entry')
    },
    reset() {
      throw new Error('reset')
    },
  })
  log.subscribe({ entry: ({ seq }) => told.push(seq), reset: () => told.push('reset') })
  const { epoch } = log
  expect(log.append(record('1'))).toMatchObject({ seq: 1 })
  log.append(record('2'))
  log.reset()
  log.append(record('3'))
  expect(told).toEqual([1, 2, 'reset', 1])
  expect(log.epoch).not.toBe(epoch)
  expect(reported.mock.calls.flat().map(({ message }) => message)).toEqual(['entry', 'entry', 'reset', 'entry'])
})
