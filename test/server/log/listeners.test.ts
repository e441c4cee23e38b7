import { afterEach, describe, expect, it, vi } from 'vitest'
import { createListeners } from '../../../server/log/listeners.ts'
import type { LogEntry, LogListener } from '../../../server/log/log.ts'
import { eventually } from '../../support/eventually.ts'

afterEach(() => vi.unstubAllGlobals())

const entry = (seq: number): LogEntry => ({ seq, type: 'n', json: '1', to: {}, at: 0 })

function setup() {
  const reported = vi.fn()
  vi.stubGlobal('reportError', reported)
  const listeners = createListeners<LogEntry>()
  const heard: unknown[] = []
  const listen = (name: string, more: Partial<LogListener> = {}) =>
    listeners.add({
      entry({ seq }) {
        heard.push(`${name}${seq}`)
      },
      reset() {
        heard.push(`${name} reset`)
      },
      ...more,
    })
  return { ...listeners, reported, heard, listen }
}

describe('listeners of a log', () => {
  it('hear each entry in the order in which they came, until they leave', () => {
    const { entry: give, reset, heard, listen } = setup()
    const off = listen('a')
    listen('b')
    give(entry(1))
    off()
    off()
    give(entry(2))
    reset()
    expect(heard).toEqual(['a1', 'b1', 'b2', 'b reset'])
  })

  it('are called as methods of their object', () => {
    const { add, entry: give, reset } = setup()
    class Audit {
      readonly heard: unknown[] = []
      entry({ seq }: LogEntry): void {
        this.heard.push(seq)
      }
      reset(): void {
        this.heard.push('reset')
      }
    }
    const audit = new Audit()
    add(audit)
    give(entry(1))
    reset()
    expect(audit.heard).toEqual([1, 'reset'])
  })

  it('all hear an entry before the entry that one of them appends', () => {
    const { entry: give, heard, listen } = setup()
    listen('a', {
      entry({ seq }) {
        heard.push(`a${seq}`)
        if (seq < 3) give(entry(seq + 1))
      },
    })
    listen('b')
    give(entry(1))
    expect(heard).toEqual(['a1', 'b1', 'a2', 'b2', 'a3', 'b3'])
  })

  it('hear nothing more of an old log once one of them has reset it', () => {
    const { entry: give, reset, heard, listen } = setup()
    listen('a', {
      entry({ seq }) {
        heard.push(`a${seq}`)
        if (seq !== 1) return
        give(entry(2))
        reset()
        give(entry(7))
      },
    })
    listen('b')
    give(entry(1))
    expect(heard).toEqual(['a1', 'a reset', 'b reset', 'a7', 'b7'])
  })

  it('hear this entry and the next ones when one of them throws, which is reported', () => {
    const { entry: give, reported, heard, listen } = setup()
    listen('a', {
      entry({ seq }) {
        throw new Error(`oops ${seq}`)
      },
    })
    listen('b')
    give(entry(1))
    give(entry(2))
    expect(heard).toEqual(['b1', 'b2'])
    expect(reported.mock.calls).toEqual([[new Error('oops 1')], [new Error('oops 2')]])
  })

  it('hear of a reset when one of them throws at it, which is reported', () => {
    const { reset, entry: give, reported, heard, listen } = setup()
    listen('a', {
      reset() {
        throw new Error('oops')
      },
    })
    listen('b')
    reset()
    give(entry(1))
    expect(heard).toEqual(['b reset', 'a1', 'b1'])
    expect(reported.mock.calls).toEqual([[new Error('oops')]])
  })

  it('may be async: what they reject with is reported', async () => {
    const { entry: give, reset, reported, listen } = setup()
    listen('a', { entry: () => Promise.reject('entry'), reset: () => Promise.reject('reset') })
    give(entry(1))
    reset()
    await eventually(() => expect(reported.mock.calls).toEqual([['entry'], ['reset']]))
  })
})
