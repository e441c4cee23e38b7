import { createMockStream, type MockStream } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { watch } from '../../support/mock-wire.ts'
import { read, setup } from './setup.ts'

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('a script', () => {
  it.each([204, 205, 304])('answers with status %i, which has no body', async (status) => {
    const { stream } = setup([{ refuse: { status, body: 'x' } }])
    const response = await stream.fetch('/')
    expect([response.status, response.body]).toEqual([status, null])
  })

  it('answers with a status, headers and a body', async () => {
    const { stream } = setup()
    stream.refuse(500, { headers: { 'Content-Type': 'application/json', 'Retry-After': '7' }, body: '{}' })
    const response = await stream.fetch('/')
    expect([response.status, await response.text()]).toEqual([500, '{}'])
    expect(Object.fromEntries(response.headers)).toEqual({ 'content-type': 'application/json', 'retry-after': '7' })
  })

  it('breaks before the headers: the request fails as on a network', async () => {
    const { stream } = setup([{ drop: true }])
    await expect(stream.fetch('/')).rejects.toThrow(new TypeError('network error'))
    expect(stream.requests).toHaveLength(1)
  })

  it('breaks right behind an event: what was sent is read first, however late', async () => {
    const { stream, clock } = setup([{ send: { data: 1 } }, { send: { data: 2 } }, { drop: true }])
    const response = await stream.fetch('/')
    await clock.settle()
    const { chunks, end } = read(response)
    expect(await end).toEqual(new TypeError('network error'))
    expect(chunks).toEqual(['data: 1\n\n', 'data: 2\n\n'])
  })

  it('breaks later: the body fails after what has arrived', async () => {
    const { stream, clock } = setup([{ send: { data: 1 } }, { wait: 10 }, { drop: true }])
    const { chunks, end } = read(await stream.fetch('/'))
    await clock.settle()
    expect(chunks).toEqual(['data: 1\n\n'])
    await clock.advance(10)
    expect(await end).toEqual(new TypeError('network error'))
    expect(stream.connections).toHaveLength(0)
  })

  it('stalls: nothing arrives any more, and nothing ends', async () => {
    const { stream, clock } = setup([{ send: { data: 1 } }, { stall: true }, { send: { data: 2 } }])
    const { chunks, end } = read(await stream.fetch('/'))
    const over = watch(end)
    await clock.settle()
    await stream.send('tick', 3)
    await clock.advance(1e9)
    expect([chunks, over]).toEqual([['data: 1\n\n'], []])
    expect(stream.connections).toHaveLength(1)
  })

  it('waits on the clock that it is given, for headers and between events', async () => {
    const { stream, clock } = setup([
      { open: { delay: 1000 } },
      { send: { data: 1 } },
      { wait: 60_000 },
      { send: { data: 2 } },
    ])
    const request = stream.fetch('/')
    const answered = watch(request)
    await clock.advance(999)
    expect(answered).toEqual([])
    await clock.advance(1)
    expect(answered).toEqual(['resolved'])
    const { chunks } = read(await request)
    await clock.advance(59_999)
    expect(chunks).toEqual(['data: 1\n\n'])
    await clock.advance(1)
    expect(chunks).toEqual(['data: 1\n\n', 'data: 2\n\n'])
  })

  it('waits in real time where it is given no clock, so that fake timers count', async () => {
    vi.useFakeTimers()
    const stream = createMockStream({ script: [{ wait: 20 }, { send: { data: 1 } }, { wait: 1e10 }, { end: true }] })
    const request = stream.fetch('/')
    const answered = watch(request)
    await vi.advanceTimersByTimeAsync(19)
    expect(answered).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(answered).toEqual(['resolved'])
    const over = watch(read(await request).end)
    // Longer than a timer can be: that is no reason to be done with it at once.
    await vi.advanceTimersByTimeAsync(1e6)
    expect(over).toEqual([])
    stream.reset()
  })
})

describe('a client that leaves', () => {
  it('by an abort closes the connection, and its body fails with the reason', async () => {
    const { stream, clock } = setup()
    const controller = new AbortController()
    const { end } = read(await stream.fetch('/', { signal: controller.signal }))
    const { closed } = await stream.connected()
    const over = watch(closed)
    await clock.settle()
    expect(over).toEqual([])
    controller.abort(new Error('enough'))
    await closed
    expect(await end).toEqual(new Error('enough'))
    expect(stream.connections).toHaveLength(0)
  })

  it('before it has come asks nothing', async () => {
    const { stream } = setup()
    const signal = AbortSignal.abort('gone')
    await expect(stream.fetch('/', { signal })).rejects.toBe('gone')
    await expect(stream.fetch(new Request('http://h/', { signal }))).rejects.toBe('gone')
    await expect(stream.respond(new Request('http://h/', { signal }))).rejects.toBe('gone')
    expect(stream.requests).toEqual([])
  })

  it('by an abort before the headers never opens a connection', async () => {
    const { stream, clock } = setup([{ open: { delay: 1000 } }])
    const controller = new AbortController()
    const answered = watch(stream.fetch('/', { signal: controller.signal }))
    await clock.advance(500)
    controller.abort()
    await clock.advance(1000)
    expect(answered).toEqual([expect.objectContaining({ name: 'AbortError' })])
    expect(stream.connections).toHaveLength(0)
  })

  it('by cancelling the body closes the connection', async () => {
    const { stream } = setup()
    const response = await stream.fetch('/')
    const { closed } = await stream.connected()
    await response.body?.cancel()
    await closed
    expect(stream.connections).toHaveLength(0)
  })
})

describe('a connection that is over', () => {
  it.each<[how: string, leave: (stream: MockStream, response: Response, controller: AbortController) => unknown]>([
    ['drop()', (stream) => stream.drop()],
    ['end()', (stream) => stream.end()],
    ['reset()', (stream) => stream.reset()],
    ['an abort', (_, __, controller) => controller.abort()],
    ['a cancelled body', (_, response) => response.body?.cancel()],
  ])('by %s leaves no timer and no listener behind', async (_, leave) => {
    const { stream, clock } = setup([{ send: { data: 1 } }, { wait: 60_000 }, { send: { data: 2 } }])
    const controller = new AbortController()
    const { signal } = controller
    const listeners = new Set<unknown>()
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (type: string, listener: EventListener) => {
      listeners.add(listener)
      addEventListener.call(signal, type, listener)
    }
    signal.removeEventListener = (type: string, listener: EventListener) => {
      listeners.delete(listener)
      removeEventListener.call(signal, type, listener)
    }
    const response = await stream.fetch('/', { signal })
    await clock.settle()
    expect([clock.timers, listeners.size]).toEqual([1, 1])
    leave(stream, response, controller)
    await stream.closed()
    await clock.settle()
    expect([clock.timers, listeners.size]).toEqual([0, 0])
  })

  it('before its headers leaves nothing behind either', async () => {
    const { stream, clock } = setup([{ open: { delay: 60_000 } }])
    const answered = watch(stream.fetch('/'))
    await clock.settle()
    stream.reset()
    await clock.settle()
    expect([answered, clock.timers]).toEqual([[new TypeError('network error')], 0])
  })
})
