import fc from 'fast-check'
import { type LogEntry, type MemoryLogOptions, memoryLog } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { describeEventLog, record } from '../../support/event-log.ts'

describeEventLog('memoryLog', (size) => memoryLog({ size }))

/** A log with so many entries of one character each. */
function filled(count: number, options?: MemoryLogOptions) {
  const log = memoryLog(options)
  for (let n = 1; n <= count; n++) log.append(record(`${n % 10}`))
  return log
}

describe('a log', () => {
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
    expect(epochs[0]).toMatch(/^[a-z0-9]{12}$/)
    expect(new Set(epochs).size).toBe(1000)
    expect(new Set(epochs.join('')).size).toBe(36)
  })

  it.each<[options: object, message: string]>([
    [{ size: -1 }, 'size expects a number from 0, got -1'],
    [{ size: Number.NaN }, 'size expects a number from 0, got NaN'],
    [{ size: '100' }, 'size expects a number from 0, got "100"'],
    [{ size: null }, 'size expects a number from 0, got null'],
    [{ characters: -1 }, 'characters expects a number from 0, got -1'],
    [{ max: 100 }, 'memoryLog takes no max; it takes size, characters'],
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
