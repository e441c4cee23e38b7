// @vitest-environment page
import { createSSE, type Observer, SSEError, type SSEOptions, schemas } from 'headwater'
import { createHubClient } from 'headwater/hub'
import { describe, expect, it, vi } from 'vitest'
import { checkHandler, clientOf, follow, keyOf, topicsOf } from '../../adapters/source.ts'
import { bench, hubBench } from '../support/client.ts'

const EVERY_CALLBACK: Required<Observer> = {
  onState: () => {},
  onOpen: () => {},
  onEvent: () => {},
  onGap: () => {},
  onRetry: () => {},
  onInvalid: () => {},
  onHandlerError: () => {},
}

describe('the client of a source', () => {
  it('is the client itself', () => {
    const { sse } = bench()
    expect(clientOf(sse, {})).toBe(sse)
  })

  it.each([
    ['a string', 'http://localhost/events'],
    ['a URL', new URL('http://localhost/events')],
  ])('is a new one for %s, with the options', async (_, url) => {
    const { stream, clock } = bench()
    const sse = clientOf(url, { fetch: stream.fetch, clock })
    sse.connect()
    await stream.connected()
    expect(stream.requests[0]?.path).toBe('/events')
    sse.close()
  })

  it('is what a function makes, which gets the id to resume from', () => {
    const sse = createHubClient('/events')
    const make = vi.fn(() => sse)
    expect(clientOf(make, {})).toBe(sse)
    expect(clientOf(make, { lastEventId: '7' })).toBe(sse)
    expect(make.mock.calls).toEqual([[undefined], ['7']])
  })

  it('rejects a wrong option with the error of createSSE', () => {
    // A caller without types.
    expect(() => clientOf('/events', { linger: 'x' as unknown as number })).toThrow('linger')
    expect(() => createSSE('/events', { linger: 'x' as unknown as number })).toThrow('linger')
  })
})

describe('the key of a source', () => {
  it('is the same for the same client, the same address, and for any two functions', () => {
    const { sse } = bench()
    expect(keyOf(sse)).toBe(keyOf(sse))
    expect(keyOf('/a')).toBe(keyOf('/a'))
    expect(keyOf(new URL('http://localhost/a'))).toBe(keyOf(new URL('http://localhost/a')))
    expect(keyOf(() => sse)).toBe(keyOf(() => bench().sse))
  })

  it('is another for another client, another address, and another kind of source', () => {
    const { sse } = bench()
    const keys = [sse, bench().sse, '/a', '/b', new URL('http://localhost/a'), () => sse].map((source) => keyOf(source))
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('followed options', () => {
  it('call the newest callbacks, and none that has been taken away', () => {
    let options: SSEOptions = { onOpen: () => {} }
    const followed = follow(
      options,
      {
        get current() {
          return options
        },
      },
      true,
    )
    const onOpen = vi.fn()
    options = { onOpen }
    followed.onOpen?.({ recovered: true, attempt: 0 })
    expect(onOpen).toHaveBeenCalledExactlyOnceWith({ recovered: true, attempt: 0 })
    options = {}
    followed.onOpen?.({ recovered: true, attempt: 1 })
    expect(onOpen).toHaveBeenCalledTimes(1)
  })

  it('pass on every argument, and return what a callback returns', () => {
    const onHandlerError = vi.fn(() => 'returned')
    const options: SSEOptions = { onHandlerError }
    const followed = follow(
      options,
      {
        get current() {
          return options
        },
      },
      true,
    )
    const event = { type: 'n', data: 1, id: '', raw: '1', receivedAt: 0 }
    expect(followed.onHandlerError?.('oops', event)).toBe('returned')
    expect(onHandlerError).toHaveBeenCalledWith('oops', event)
  })

  it('leave out a callback that is undefined: an onEvent has everything decoded', () => {
    const options: SSEOptions = { onGap: () => {}, onEvent: undefined }
    expect(
      Object.keys(
        follow(
          options,
          {
            get current() {
              return options
            },
          },
          true,
        ),
      ),
    ).toEqual(['onGap'])
  })

  it('have every callback of an observer, or none of them', () => {
    const names = Object.keys(EVERY_CALLBACK)
    expect(
      Object.keys(
        follow(
          EVERY_CALLBACK,
          {
            get current() {
              return EVERY_CALLBACK
            },
          },
          true,
        ),
      ),
    ).toEqual(names)
    expect(
      follow(
        EVERY_CALLBACK,
        {
          get current() {
            return EVERY_CALLBACK
          },
        },
        false,
      ),
    ).toEqual({})
  })

  it('keep a misspelt callback, so that createSSE rejects it', () => {
    // A caller without types.
    const options = { onEvnet: () => {} } as SSEOptions
    expect(() =>
      clientOf(
        '/events',
        follow(
          options,
          {
            get current() {
              return options
            },
          },
          false,
        ),
      ),
    ).toThrow('got onEvnet')
  })

  it('call the newest function among the options, or the one there was', () => {
    const signIn = vi.fn()
    let options: SSEOptions = { onUnauthorized: () => 'first', retry: () => 1 }
    const followed = follow(
      options,
      {
        get current() {
          return options
        },
      },
      false,
    )
    options = { onUnauthorized: signIn }
    const { retry, onUnauthorized } = followed
    onUnauthorized?.(new SSEError('network', 'x'))
    expect(signIn).toHaveBeenCalledTimes(1)
    expect(typeof retry === 'function' && retry(1, new SSEError('network', 'x'), 0)).toBe(1)
  })

  it('make headers a function that reads the newest, be they an object or a function', () => {
    let options: SSEOptions = { headers: { 'x-n': '1' } }
    const { headers } = follow(
      options,
      {
        get current() {
          return options
        },
      },
      false,
    )
    const read = () => typeof headers === 'function' && headers({ attempt: 0, lastEventId: '' })
    expect(read()).toEqual({ 'x-n': '1' })
    options = { headers: { 'x-n': '2' } }
    expect(read()).toEqual({ 'x-n': '2' })
    options = { headers: () => ({ 'x-n': '3' }) }
    expect(read()).toEqual({ 'x-n': '3' })
  })

  it('keep layers and parsers as they are: a client looks at them once', () => {
    const layer: SSEOptions['server'] = (inner) => inner
    const parse = schemas({})
    const options: SSEOptions = { parse, transport: layer, server: layer, resume: layer, commit: layer }
    expect(follow(options, { current: {} }, false)).toEqual(options)
    expect(follow(options, { current: {} }, false).parse).toBe(parse)
  })

  it('keep every other value', () => {
    const { signal } = new AbortController()
    const options: SSEOptions = { linger: 0, dedupe: false, retry: { attempts: 3 }, signal, lastEventId: '7' }
    expect(follow(options, { current: {} }, true)).toEqual(options)
  })
})

describe('the topics of a client', () => {
  it('are joined by name', async () => {
    const { sse, stream, clock } = hubBench()
    const heard: unknown[] = []
    topicsOf(sse)('orders', (data) => heard.push(data))
    await clock.settle()
    expect(stream.requests[0]?.query).toMatchObject({ topics: 'orders' })
    stream.send('orders.created', 1)
    await clock.settle()
    expect(heard).toEqual([1])
  })

  it('are an error for a client that has none, which names createHubClient', () => {
    const error = expect.objectContaining({
      code: 'options',
      message: 'useTopic: expected createHubClient(), got [object Object]',
    })
    expect(() => topicsOf(bench().sse)).toThrow(error)
  })
})

describe('hooks that are called with the wrong arguments', () => {
  it('get an error for a function in place of options, as in useSSE(name, handler)', () => {
    const handler = (() => {}) as SSEOptions
    expect(() => follow(handler, { current: handler }, true)).toThrow('options: expected object, got () => {')
  })

  it('get an error for a handler that was forgotten, as in useSSEEvent(name)', () => {
    expect(() => checkHandler('price')).toThrow('handler: expected function, got price')
    expect(checkHandler(() => {})).toBeUndefined()
  })
})
