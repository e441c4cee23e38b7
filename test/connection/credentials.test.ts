// @vitest-environment page
import type { SSEError as Failure } from 'headwater'
import { createClock, type Step } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { SSEError } from '../../src/base/errors.ts'
import { createRefresh } from '../../src/connection/credentials.ts'
import { bench } from '../support/client.ts'

const { settle } = createClock()
const refuse = (status: number): Step[] => [{ refuse: { status } }]

const REFUSED = new SSEError('unauthorized', 'status 401', { status: 401 })

describe('fresh credentials', () => {
  it('are asked for once for all who ask meanwhile, and again afterwards', async () => {
    let answer = (): void => {}
    const onUnauthorized = vi.fn((_: Failure) => new Promise<void>((resolve) => (answer = resolve)))
    const refresh = createRefresh(onUnauthorized)
    expect(refresh()).toBeUndefined()
    const first = refresh(REFUSED)
    expect(refresh(REFUSED)).toBe(first)
    expect(refresh()).toBe(first)
    await settle()
    expect(onUnauthorized.mock.calls).toEqual([[REFUSED]])
    answer()
    await first
    expect(refresh()).toBeUndefined()
    refresh(REFUSED)
    await settle()
    expect(onUnauthorized).toHaveBeenCalledTimes(2)
  })

  it('are asked for again after a failure', async () => {
    const onUnauthorized = vi.fn(() => Promise.reject(new Error('no session')))
    const refresh = createRefresh(onUnauthorized)
    await expect(refresh(REFUSED)).rejects.toThrow()
    expect(refresh()).toBeUndefined()
    await expect(refresh(REFUSED)).rejects.toThrow()
    expect(onUnauthorized).toHaveBeenCalledTimes(2)
  })

  it.each<[string, (error: Failure) => unknown]>([
    ['rejects', () => Promise.reject(new Error('no session'))],
    [
      'throws',
      () => {
        throw new Error('no session')
      },
    ],
  ])('are missing with the reason when the callback %s', async (_, onUnauthorized) => {
    await expect(createRefresh(onUnauthorized)(REFUSED)).rejects.toMatchObject({
      name: 'SSEError',
      code: 'unauthorized',
      status: 401,
      message: 'onUnauthorized: Error: no session',
      cause: new Error('no session'),
    })
  })

  it('are missing with the refusal itself when the callback throws that', async () => {
    const refresh = createRefresh((error) => {
      throw error
    })
    await expect(refresh(REFUSED)).rejects.toBe(REFUSED)
  })

  it('are missing for good when the callback throws an error of another request', async () => {
    const cause = new SSEError('network', 'the token endpoint is down')
    await expect(createRefresh(() => Promise.reject(cause))(REFUSED)).rejects.toMatchObject({
      code: 'unauthorized',
      status: 401,
      cause,
    })
  })
})

describe('status 401', () => {
  it('ends the client if there is no `onUnauthorized`', async () => {
    const { sse, stream, clock } = bench({}, { script: [refuse(401)] }, 'https://a.test/events?token=secret')
    sse.connect()
    await clock.advance(60_000)
    const { error } = sse.state.get() as { error: Failure }
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'unauthorized', status: 401 } })
    expect(error.message).toBe('https://a.test/events: status 401, type text/plain')
    expect(stream.requests).toHaveLength(1)
  })

  it('calls `onUnauthorized` and sends one more request at once, with fresh headers and URL', async () => {
    let token = 'old'
    const onUnauthorized = vi.fn(async () => {
      token = 'new'
    })
    const { sse, stream, clock, statuses } = bench(
      { onUnauthorized, headers: () => ({ authorization: token }) },
      { script: [refuse(401)] },
      () => `/events?token=${token}`,
    )
    sse.connect()
    await clock.settle()
    expect(stream.requests.map(({ headers, url }) => [headers.authorization, url])).toEqual([
      ['old', '/events?token=old'],
      ['new', '/events?token=new'],
    ])
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
    expect(onUnauthorized.mock.calls).toEqual([[expect.objectContaining({ code: 'unauthorized', status: 401 })]])
  })

  it('calls `onUnauthorized` with `retry: false` too, as a refused request has done nothing', async () => {
    const onUnauthorized = vi.fn()
    const { sse, clock } = bench({ onUnauthorized, retry: false }, { script: [refuse(401)] })
    sse.connect()
    await clock.settle()
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
    expect(sse.state.get().status).toBe('open')
  })

  it('ends the client with the second, until connect()', async () => {
    const onUnauthorized = vi.fn()
    const { sse, stream, clock } = bench({ onUnauthorized }, { script: Array(4).fill(refuse(401)) })
    sse.connect()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(2)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'unauthorized', status: 401 } })
    sse.connect()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(4)
    expect(onUnauthorized).toHaveBeenCalledTimes(2)
  })

  it('ends the client with the second, whatever failed in between', async () => {
    const onUnauthorized = vi.fn()
    const { sse, stream, clock } = bench({ onUnauthorized }, { script: [refuse(401), refuse(503), refuse(401)] })
    sse.connect()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(3)
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'unauthorized' } })
  })

  it.each<[string, unknown]>([
    ['an Error', new Error('signed out')],
    ['an SSEError of another request', new SSEError('http', 'status 500', { status: 500 })],
    ['an SSEError without a status', new SSEError('unauthorized', 'signed out')],
  ])('ends the client if `onUnauthorized` rejects with %s', async (_, cause) => {
    const { sse, stream, clock } = bench(
      {
        onUnauthorized: async () => {
          throw cause
        },
      },
      { script: [refuse(401)] },
    )
    sse.connect()
    await clock.advance(60_000)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'unauthorized', cause } })
    expect(stream.requests).toHaveLength(1)
  })

  it('calls `onUnauthorized` once at a time, however often a connection is asked for meanwhile', async () => {
    let answer = (): void => {}
    const onUnauthorized = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)))
    const { sse, stream, clock } = bench({ onUnauthorized, connectTimeout: 0 }, { script: [refuse(401)] })
    sse.connect()
    await clock.settle()
    sse.reconnect()
    sse.disconnect()
    sse.connect()
    await clock.advance(60_000)
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
    expect(sse.state.get().status).toBe('connecting')
    answer()
    await clock.settle()
    expect(sse.state.get().status).toBe('open')
    expect(stream.requests).toHaveLength(2)
  })

  it('calls `onUnauthorized` again after a connection has been open', async () => {
    const onUnauthorized = vi.fn()
    const { sse, clock } = bench({ onUnauthorized }, { script: [refuse(401), [{ end: true }], refuse(401), []] })
    sse.connect()
    await clock.advance(10_000)
    expect(onUnauthorized).toHaveBeenCalledTimes(2)
    expect(sse.state.get().status).toBe('open')
  })

  it.each(['close', 'disconnect'] as const)('sends nothing more after %s() in `onUnauthorized`', async (act) => {
    const { sse, stream, clock } = bench({ onUnauthorized: () => sse[act]() }, { script: [refuse(401)] })
    sse.subscribe('tick', () => {})
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
    expect(sse.state.get().status).toBe(act === 'close' ? 'closed' : 'paused')
    expect(clock.timers).toBe(0)
  })
})

describe('`onUnauthorized` that does not answer', () => {
  it('is a timeout that names it', async () => {
    const { sse, stream, clock } = bench(
      { onUnauthorized: () => new Promise(() => {}) },
      { script: [refuse(401)] },
      'https://a.test/events?token=secret',
    )
    sse.connect()
    await clock.advance(14_999)
    expect(sse.state.get().status).toBe('connecting')
    await clock.advance(1)
    const { error } = sse.state.get() as { error: Failure }
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, error: { code: 'timeout' } })
    expect(error.message).toBe('request: no answer in 15000 ms')
    expect(stream.requests).toHaveLength(1)
  })

  it('is waited for by each attempt, and is not called again', async () => {
    let answer = (): void => {}
    const onUnauthorized = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)))
    const { sse, stream, clock, states } = bench({ onUnauthorized }, { script: [refuse(401)] })
    sse.connect()
    await clock.advance(15_000 + 600 + 15_000)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 2, error: { code: 'timeout' } })
    await clock.advance(1100)
    answer()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 2 })
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
    expect(stream.requests).toHaveLength(2)
    expect(states.filter(({ status }) => status === 'waiting')).toHaveLength(2)
  })
})
