import { createSSE, type Observer } from 'headwater'
import { describe, expect, it, vi } from 'vitest'
import { clientOf, hold, latestOf } from '../../adapters/source.ts'
import { bench } from '../support/client.ts'

describe('the client of a source', () => {
  it('is the client itself', () => {
    const { sse } = bench()
    expect(clientOf(sse, {})).toBe(sse)
  })

  it.each([
    ['a string', 'http://localhost/events'],
    ['a URL', new URL('http://localhost/events')],
    ['a function', () => 'http://localhost/events'],
  ])('is a new one for %s, with the options', async (_, url) => {
    const { stream, clock } = bench()
    const sse = clientOf(url, { fetch: stream.fetch, clock })
    sse.connect()
    await stream.connected()
    expect(stream.requests[0]?.path).toBe('/events')
    sse.close()
  })

  it('is told what cannot be an option, as createSSE tells it', () => {
    // A caller without types.
    expect(() => clientOf('/events', { linger: 'x' as unknown as number })).toThrow('linger')
    expect(() => createSSE('/events', { linger: 'x' as unknown as number })).toThrow('linger')
  })
})

describe('an observer of the latest', () => {
  it('calls the callbacks that there are when it is called', () => {
    let observer: Observer = { onOpen: () => {} }
    const latest = latestOf(() => observer)
    const onOpen = vi.fn()
    observer = { onOpen }
    latest.onOpen?.({ recovered: true, attempt: 0 })
    expect(onOpen).toHaveBeenCalledExactlyOnceWith({ recovered: true, attempt: 0 })
    observer = {}
    latest.onOpen?.({ recovered: true, attempt: 1 })
    expect(onOpen).toHaveBeenCalledTimes(1)
  })

  it('passes on every argument, and what is returned', () => {
    const onHandlerError = vi.fn(() => 'returned')
    const latest = latestOf((): Observer => ({ onHandlerError }))
    const event = { type: 'n', data: 1, id: '', raw: '1', receivedAt: 0 }
    expect(latest.onHandlerError?.('oops', event)).toBe('returned')
    expect(onHandlerError).toHaveBeenCalledWith('oops', event)
  })

  it('has no callback that is not there: an onEvent has everything decoded', () => {
    expect(Object.keys(latestOf(() => ({ onGap: () => {}, onEvent: undefined })))).toEqual(['onGap'])
  })

  it('knows every callback that a client knows', () => {
    const every: Required<Observer> = {
      onState: () => {},
      onOpen: () => {},
      onEvent: () => {},
      onGap: () => {},
      onRetry: () => {},
      onInvalid: () => {},
      onHandlerError: () => {},
    }
    expect(Object.keys(latestOf(() => every)).sort()).toEqual(Object.keys(every).sort())
  })
})

describe('holding a client', () => {
  it('opens the connection, has nothing decoded, and lets go of it', async () => {
    const parse = vi.fn()
    const { sse, stream, clock } = bench({ parse })
    const off = hold(sse)
    const connection = await stream.connected()
    connection.send('n', 1)
    // An empty name is that of a 'message' (HTML 9.2.6).
    connection.raw('event:\ndata: 1\n\n', 'data: 1\n\n')
    await clock.settle()
    expect(sse.state.get().status).toBe('open')
    expect(parse).not.toHaveBeenCalled()
    off()
    await clock.advance(1000)
    await connection.closed
    expect(clock.timers).toBe(0)
  })
})
