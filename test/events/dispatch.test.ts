import { byDataType, type SSEEvent, schemas } from 'headwater'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { same } from '../../src/base/same.ts'
import { createDispatch, type DispatchOptions, type Handler } from '../../src/events/dispatch.ts'
import type { Observer } from '../../src/events/observers.ts'
import { bench } from '../support/client.ts'

afterEach(() => vi.unstubAllGlobals())

/** A handler that throws. */
const fails = (): never => {
  throw 'oops'
}

const OWN_NAME = same as unknown as DispatchOptions['type']

/** A dispatch to these handlers, by pattern. */
function dispatchTo(handlers: readonly (readonly [pattern: string, handler: Handler])[], observer: Observer = {}) {
  const subscribers = new Set(handlers.map(([_pattern, _handler]) => ({ _pattern, _handler, _off() {} })))
  return createDispatch({ parse: 'json', type: OWN_NAME }, subscribers, new Set([observer]))
}

describe('dispatch()', () => {
  it('calls each handler with the data and one event for all', () => {
    const handler = vi.fn()
    const dispatch = dispatchTo([
      ['tick', handler],
      ['*', handler],
    ])
    expect(dispatch('tick', '{"n":1}', '7', 5, undefined)).toBeUndefined()
    const event = { type: 'tick', data: { n: 1 }, id: '7', raw: '{"n":1}', receivedAt: 5 }
    expect(handler.mock.calls).toEqual([
      [{ n: 1 }, event],
      [{ n: 1 }, event],
    ])
    expect(handler.mock.calls[0]?.[1]).toBe(handler.mock.calls[1]?.[1])
  })

  it.each([
    ['orders', { topic: 'orders' }],
    [undefined, {}],
    ['', {}],
  ])('gives the event a topic only if there is one: %j', (topic, expected) => {
    const handler = vi.fn((_: unknown, event: SSEEvent) => void event)
    dispatchTo([['tick', handler]])('tick', '1', '', 0, topic)
    expect(handler.mock.calls[0]?.[1]).toStrictEqual({
      type: 'tick',
      data: 1,
      id: '',
      raw: '1',
      receivedAt: 0,
      ...expected,
    })
  })

  it.each<[what: string, result: unknown]>([
    ['undefined', undefined],
    ['a value', 5],
    ['null', null],
    ['an object without a then', { catch() {} }],
    // biome-ignore lint/suspicious/noThenProperty: a `then` that is no function is what this is about.
    ['an object whose then is no function', { then: 5 }],
  ])('leaves nothing to wait for if the handlers return %s', (_, result) => {
    expect(dispatchTo([['tick', () => result]])('tick', '1', '', 0, undefined)).toBeUndefined()
  })

  it('returns everything with a then that handlers return, in their order, as promises', async () => {
    // As zone.js has them, or another realm.
    // biome-ignore lint/suspicious/noThenProperty: it stands for a promise of another class.
    const foreign = { then: vi.fn((done: (value: string) => void) => done('foreign')) }
    const dispatch = dispatchTo([
      ['*', () => Promise.resolve('own')],
      ['tick', () => 5],
      ['tick', () => foreign],
    ])
    const work = dispatch('tick', '1', '', 0, undefined)
    expect(await Promise.all(work ?? [])).toEqual(['own', 'foreign'])
    // A lazy one starts its work when `then` is called.
    expect(foreign.then).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['throws', fails],
    ['rejects', () => Promise.reject('oops')],
    // biome-ignore lint/suspicious/noThenProperty: it stands for a promise of another class.
    ['rejects with a promise of another class', () => ({ then: (_: unknown, no: (e: string) => void) => no('oops') })],
    // biome-ignore lint/suspicious/noThenProperty: it stands for a promise of another class.
    ['returns a promise whose then throws', () => ({ then: fails })],
    [
      'returns an object that throws when its then is read',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: it stands for an object that the page does not control.
        get then() {
          return fails()
        },
      }),
    ],
  ])('reports a handler that %s once, with its event, and goes on to the others', async (_, handler) => {
    const onHandlerError = vi.fn()
    const other = vi.fn()
    const dispatch = dispatchTo(
      [
        ['tick', handler],
        ['tick', other],
      ],
      { onHandlerError },
    )
    const work = dispatch('tick', '1', '7', 0, undefined)
    expect(other).toHaveBeenCalledTimes(1)
    expect(work).toHaveLength(1)
    await expect(Promise.all(work ?? [])).rejects.toBe('oops')
    expect(onHandlerError.mock.calls).toEqual([['oops', { type: 'tick', data: 1, id: '7', raw: '1', receivedAt: 0 }]])
  })

  it('reports what a handler throws to the platform if there is no onHandlerError', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const dispatch = dispatchTo([
      ['tick', fails],
      ['tick', () => Promise.reject('rejected')],
    ])
    await Promise.allSettled(dispatch('tick', '1', '', 0, undefined) ?? [])
    expect(reported.mock.calls).toEqual([['oops'], ['rejected']])
  })

  it('leaves no rejection to the platform, whether the work is looked at or not', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    onTestFinished(() => void process.off('unhandledRejection', unhandled))
    const dispatch = dispatchTo(
      [
        ['tick', fails],
        ['tick', () => Promise.reject('oops')],
      ],
      { onHandlerError() {} },
    )
    dispatch('tick', '1', '', 0, undefined)
    await bench().clock.settle()
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('decoding', () => {
  it('does not decode events that nobody subscribes to', async () => {
    const parse = vi.fn((raw: string) => raw)
    const { sse, stream, clock } = bench({ parse })
    sse.subscribe('wanted', () => {})
    await clock.settle()
    stream.send('unwanted', 1)
    stream.send('wanted', 2)
    await clock.settle()
    expect(parse.mock.calls).toEqual([['2', 'wanted']])
  })

  it('decodes every event for onEvent, which gets it before the handlers', async () => {
    const { sse, stream, clock, log } = bench()
    sse.observe({ onEvent: ({ type, data }) => log.push(['observed', type, data]) })
    sse.subscribe('wanted', (data) => log.push(['handled', data]))
    await clock.settle()
    stream.send('unwanted', 1)
    stream.send('wanted', 2)
    await clock.settle()
    expect(log).toEqual([
      ['observed', 'unwanted', 1],
      ['observed', 'wanted', 2],
      ['handled', 2],
    ])
  })

  it('decodes once for all subscribers', async () => {
    const parse = vi.fn((raw: string) => ({ raw }))
    const { sse, stream, clock, log } = bench({ parse })
    for (const pattern of ['a', 'a', '*']) sse.subscribe(pattern, (data) => log.push(data))
    await clock.settle()
    stream.send('a', 1)
    await clock.settle()
    expect(parse).toHaveBeenCalledTimes(1)
    expect(log).toHaveLength(3)
    expect(new Set(log).size).toBe(1)
  })

  it('reports malformed JSON to onInvalid, and the stream goes on', async () => {
    const onInvalid = vi.fn()
    const { sse, stream, clock, log } = bench({ onInvalid })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    stream.raw('event: tick\nid: 3\ndata: {"a":\n\nevent: tick\ndata: 2\n\n')
    await clock.settle()
    expect(log).toEqual([2])
    expect(onInvalid.mock.calls).toEqual([
      [
        {
          type: 'tick',
          id: '3',
          raw: '{"a":',
          data: undefined,
          receivedAt: clock.now(),
          error: expect.any(SyntaxError),
        },
      ],
    ])
  })

  it('reports malformed JSON to the platform if there is no onInvalid', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const { sse, stream, clock } = bench()
    sse.subscribe('message', () => {})
    await clock.settle()
    stream.raw('data: oops\n\n')
    await clock.settle()
    expect(reported.mock.calls).toMatchObject([
      [{ message: expect.stringMatching(/^event message: SyntaxError: /), cause: expect.any(SyntaxError) }],
    ])
  })

  it.each(['__proto__', 'constructor', 'hasOwnProperty'])('treats an event named %s like any other', async (name) => {
    const { sse, stream, clock, log } = bench({ parse: schemas({ [`x${name}`]: z.number() }) })
    sse.subscribe(name, (data, { type }) => log.push([type, data]))
    await clock.settle()
    stream.send(name, { polluted: true })
    await clock.settle()
    expect(log).toEqual([[name, { polluted: true }]])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  it('gives every event of a chunk the time at which the chunk arrived', async () => {
    const { sse, stream, clock, log } = bench()
    sse.subscribe('message', (_, { receivedAt }) => log.push(receivedAt))
    await clock.settle()
    await clock.advance(123)
    stream.raw('data: 1\n\ndata: 2\n\n')
    await clock.settle()
    expect(log).toEqual([clock.now(), clock.now()])
  })
})

describe("the option 'type'", () => {
  it('routes by what the payload says', async () => {
    const { sse, stream, clock, log } = bench({ type: byDataType })
    sse.subscribe('order.updated', (data, { type }) => log.push([type, data]))
    sse.subscribe('message', () => log.push('message'))
    await clock.settle()
    stream.send('message', { type: 'order.updated', id: 1 })
    stream.send('message', { other: true })
    await clock.settle()
    expect(log).toEqual([['order.updated', { type: 'order.updated', id: 1 }], 'message'])
  })

  it('is given the event with its own name and its decoded data', async () => {
    const { sse, stream, clock, log } = bench({
      type(event) {
        log.push({ ...event })
        return 'routed'
      },
    })
    sse.subscribe('routed', (_, { type }) => log.push(type))
    await clock.settle()
    stream.send('tick', { n: 2 }, { id: '8' })
    await clock.settle()
    const event = { type: 'tick', data: { n: 2 }, id: '8', raw: '{"n":2}', receivedAt: clock.now() }
    expect(log).toEqual([event, 'routed'])
  })

  it('reports what it throws as an invalid event', async () => {
    const onInvalid = vi.fn()
    const oops = new Error('oops')
    const { sse, stream, clock } = bench({
      onInvalid,
      type: () => {
        throw oops
      },
    })
    sse.subscribe('*', () => {})
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect(onInvalid).toHaveBeenCalledWith(expect.objectContaining({ type: 'tick', error: oops }))
  })

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['a promise', Promise.resolve('tick')],
  ])('reports an event as invalid if it returns %s, and the stream goes on', async (_, route) => {
    const onInvalid = vi.fn()
    const { sse, stream, clock, log, statuses } = bench({
      onInvalid,
      type: (event) => (event.data === 1 ? (route as unknown as string) : event.type),
    })
    sse.subscribe('*', (data) => log.push(data))
    sse.subscribe('tick', (data) => log.push(data))
    sse.subscribe('tick.*', () => {})
    await clock.settle()
    stream.send('tick', 1)
    stream.send('tick', 2)
    await clock.settle()
    expect(onInvalid).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ raw: '1', error: expect.any(TypeError) }),
    )
    expect(log).toEqual([2, 2])
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
  })
})
