import type { TransportSink } from 'headwater'
import { describe, expect, it, vi } from 'vitest'
import { guardSink } from '../../src/transports/transport.ts'
import { type Report, recordingSink } from '../support/wire.ts'

/** A guarded sink, and the door of its guard. */
function guarded() {
  const door = { isOpen: true }
  const { sink, reports } = recordingSink()
  const heard = vi.fn()
  return { door, reports, heard, sink: guardSink({ ...sink, heard }, () => door.isOpen) }
}

/** Each report that there is, and what a sink writes down of it. */
const REPORTS: Record<keyof TransportSink, [send: (sink: TransportSink) => unknown, written: Report[]]> = {
  open: [(sink) => sink.open({ heartbeatMs: 5000 }), [['open', { heartbeatMs: 5000 }]]],
  heard: [(sink) => sink.heard(), []],
  comment: [(sink) => sink.comment('hello'), [['comment', 'hello']]],
  block: [
    (sink) => sink.block({ type: 'tick', data: '1', id: '7', topic: 'orders' }),
    [['block', 'tick', '1', '7', 'orders']],
  ],
  retry: [(sink) => sink.retry(500), [['retry', 500]]],
  gap: [(sink) => sink.gap({ reason: 'too-large' }), [['gap', { reason: 'too-large' }]]],
  end: [(sink) => sink.end('eof'), [['end', 'eof']]],
}

describe.each(Object.entries(REPORTS))('a guarded sink: %s()', (name, [send, written]) => {
  const count = (name: string): number => (name === 'heard' ? 1 : 0)

  it('passes on while the guard lets it', () => {
    const { sink, reports, heard } = guarded()
    send(sink)
    expect(reports).toEqual(written)
    expect(heard).toHaveBeenCalledTimes(count(name))
  })

  it('passes on nothing, and throws nothing, when the guard does not', () => {
    const { sink, reports, heard, door } = guarded()
    door.isOpen = false
    expect(send(sink)).toBeUndefined()
    expect(reports).toEqual([])
    expect(heard).not.toHaveBeenCalled()
  })

  it('asks the guard each time', () => {
    const { sink, reports, heard, door } = guarded()
    for (const isOpen of [true, false, true]) {
      door.isOpen = isOpen
      send(sink)
    }
    expect(reports).toEqual([...written, ...written])
    expect(heard).toHaveBeenCalledTimes(2 * count(name))
  })
})

describe('a guarded sink', () => {
  it('hands back what the handlers still do', () => {
    const work = [Promise.resolve()]
    const { sink } = recordingSink()
    const door = guardSink({ ...sink, block: () => work }, () => true)
    expect(door.block({ type: 'tick', data: '1', id: undefined })).toBe(work)
  })

  it('passes on what a report throws', () => {
    const oops = new Error('oops')
    const { sink } = recordingSink()
    const door = guardSink(
      {
        ...sink,
        end() {
          throw oops
        },
      },
      () => true,
    )
    expect(() => door.end('eof')).toThrow(oops)
  })

  it('may be closed by the very report that it passes on', () => {
    const { sink, reports } = recordingSink()
    let isOpen = true
    const door = guardSink(
      {
        ...sink,
        open(info) {
          isOpen = false
          sink.open(info)
        },
      },
      () => isOpen,
    )
    door.open()
    door.open()
    expect(reports).toEqual([['open', undefined]])
  })

  it('works when its functions are taken from it, as a layer does that spreads a sink', () => {
    const { sink, reports } = guarded()
    const { end } = { ...sink }
    end('eof')
    expect(reports).toEqual([['end', 'eof']])
  })
})
