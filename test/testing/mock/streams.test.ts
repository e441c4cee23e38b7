import { describe, expect, it } from 'vitest'
import { Exchange } from '../../../testing/mock/exchange.ts'
import { Streams } from '../../../testing/mock/streams.ts'
import { REQUEST, recordingWire, settle, watch } from '../../support/mock-wire.ts'

const INTRODUCTION = { v: 1, clientId: 'c1', epoch: 'mock0000', cursor: '', recovered: false, topics: [] } as const

function setup() {
  const streams = new Streams()
  /** An exchange that has no headers yet. */
  function add() {
    const { wire, log, all } = recordingWire()
    const exchange = new Exchange(REQUEST, wire, INTRODUCTION, {
      opened: (opened) => streams.opened(opened),
      ending: (ending) => streams.ending(ending),
      nextId: () => undefined,
      sent: () => {},
    })
    streams.add(exchange)
    return { exchange, log, all }
  }
  return { streams, add }
}

describe('the streams of a mock', () => {
  it('are those with headers that are not about to end, oldest first', () => {
    const { streams, add } = setup()
    const [first, second, third] = [add(), add(), add()]
    expect([streams.open, streams.oldest]).toEqual([[], undefined])
    for (const { exchange } of [second, first, third]) exchange.open()
    expect(streams.open).toEqual([second.exchange, first.exchange, third.exchange])
    second.exchange.end()
    expect(streams.open).toEqual([first.exchange, third.exchange])
    expect(streams.oldest).toBe(first.exchange)
  })

  it('do not include what is refused', () => {
    const { streams, add } = setup()
    add().exchange.respond({ status: 503 })
    expect(streams.open).toEqual([])
  })
})

describe('next()', () => {
  it('resolves with the next stream to be opened, for all who wait', async () => {
    const { streams, add } = setup()
    add().exchange.open()
    const next = [streams.next(), streams.next()]
    const { exchange } = add()
    exchange.open()
    expect(await Promise.all(next)).toEqual([exchange, exchange])
    const later = watch(streams.next())
    await settle()
    expect(later).toEqual([])
  })
})

describe('closed()', () => {
  it('resolves at once if there is no stream', async () => {
    const { streams, add } = setup()
    add()
    await streams.closed()
  })

  it('waits for those that are about to end, and for those that come meanwhile', async () => {
    const { streams, add } = setup()
    const [first, second] = [add(), add()]
    first.exchange.open()
    first.exchange.raw('a')
    first.exchange.end()
    const closed = watch(streams.closed())
    second.exchange.open()
    await first.all()
    expect(closed).toEqual([])
    second.exchange.clientLeft()
    await settle()
    expect(closed).toEqual(['resolved'])
  })
})

describe('drop()', () => {
  it('breaks streams and what has no headers yet, and nothing that is over', async () => {
    const { streams, add } = setup()
    const [over, open, waiting] = [add(), add(), add()]
    over.exchange.clientLeft()
    open.exchange.open()
    await settle()
    streams.drop()
    await settle()
    expect([over.log.at(-1), open.log.at(-1), waiting.log.at(-1)]).toEqual([undefined, 'destroy', 'destroy'])
    expect(streams.open).toEqual([])
  })
})
