// @vitest-environment page
import { type ConnectionState, createSSE, type RetryFunction, type SSEError } from 'headwater'
import { createClock, createMockStream, type Step } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { bench } from '../support/client.ts'
import { stagePage } from '../support/page.ts'
import { news, refuse } from './retry-stage.ts'

type Waiting = Extract<ConnectionState, { status: 'waiting' }>
const EOF_AT_ONCE: Step[] = [{ end: true }]

describe('a lost connection', () => {
  it('is followed by another after a moment, which resumes where it stopped', async () => {
    const onRetry = vi.fn()
    const { sse, stream, clock } = bench({ onRetry })
    sse.subscribe('tick', () => {})
    await clock.settle()
    stream.send('tick', 1, { id: '5' })
    stream.drop()
    await clock.settle()
    const error = expect.objectContaining({ code: 'network' })
    const until = clock.now() + 600
    expect(sse.state.get()).toEqual({ status: 'waiting', attempt: 1, until, error })
    expect(onRetry).toHaveBeenCalledWith({ status: 'waiting', attempt: 1, until, delay: 600, error })
    await clock.advance(599)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(stream.requests[1]?.lastEventId).toBe('5')
    expect(sse.state.get()).toEqual({ status: 'open', since: clock.now(), attempt: 1 })
  })

  it.each([
    [0, [100, 100, 100, 100, 100]],
    [0.1, [200, 300, 500, 900, 1700]],
    [0.5, [600, 1100, 2100, 4100, 8100]],
    [0.999, [1099, 2098, 4096, 8092, 16_084]],
  ])('is backed off from where a server accepts and hangs up at once, with %d drawn: %j', async (random, delays) => {
    const clock = createClock({ random })
    const stream = createMockStream({ clock, script: Array.from({ length: 100 }, () => EOF_AT_ONCE) })
    const sse = createSSE('/events', { fetch: stream.fetch, clock })
    sse.connect()
    await clock.advance(60_000)
    sse.close()
    const times = stream.requests.slice(0, 6).map(({ at }) => at)
    expect(times.slice(1).map((at, i) => at - (times[i] ?? 0))).toEqual(delays)
  })

  it('counts until a connection has been open for ten seconds', async () => {
    const { sse, stream, clock } = bench()
    sse.connect()
    await clock.settle()
    stream.drop()
    await clock.advance(600)
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 1 })
    await clock.advance(9999)
    stream.drop()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 2 })
    await clock.advance(1100)
    await clock.advance(10_000)
    stream.drop()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1 })
  })

  it.each([
    ['every one that opened is forgiven for 0', 0, 0, [1, 1]],
    ['none is forgiven for Infinity', Infinity, 1e7, [1, 2]],
  ])('counts by `resetAfter`: %s', async (_, resetAfter, openFor, attempts) => {
    const { sse, stream, clock, states } = bench({ retry: { resetAfter } })
    sse.connect()
    for (let i = 0; i < 2; i++) {
      await clock.advance(60_000 + openFor)
      stream.drop()
      await clock.settle()
    }
    const found = states.filter((state): state is Waiting => state.status === 'waiting')
    expect(found.map(({ attempt }) => attempt)).toEqual(attempts)
  })

  it('counts one, two, three where the next attempts after a good connection fail', async () => {
    const { sse, stream, clock, states } = bench({}, { script: [[], refuse(503), refuse(503), []] })
    sse.connect()
    await clock.advance(60_000)
    stream.drop()
    await clock.advance(10_000)
    expect(states.filter(({ status }) => status === 'waiting')).toMatchObject([
      { attempt: 1 },
      { attempt: 2 },
      { attempt: 3 },
    ])
  })

  it.each([
    ['retry: 0', 0, 150],
    ['retry: 99999999999', 99_999_999_999, 615_000],
    ['retry: 2000', 2000, 3000],
  ])('is followed within bounds after %s', async (_, retry, delay) => {
    const { sse, clock } = bench({}, { script: [[{ retry }, { end: true }]] })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', until: clock.now() + delay })
  })

  it('keeps the retry: of the server while nobody listens', async () => {
    const { sse, stream, clock } = bench({ linger: 0 }, { script: [[{ retry: 5000 }]] })
    const off = sse.subscribe('tick', () => {})
    await clock.settle()
    off()
    await clock.advance(1)
    sse.subscribe('tick', () => {})
    await clock.settle()
    stream.end()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ until: clock.now() + 5000 + 2500 })
  })

  it('keeps the retry: of the server over connect() by hand, which forgets the failures', async () => {
    const { sse, clock } = bench({}, { script: [[{ retry: 5000 }, { drop: true }], refuse(503), refuse(503)] })
    sse.connect()
    await clock.advance(7500)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 2 })
    sse.disconnect()
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, until: clock.now() + 7500 })
  })

  it('is the end with retry: false; the error is the failure', async () => {
    const { sse, clock } = bench({ retry: false }, { script: [refuse(503)] })
    sse.connect()
    await clock.advance(60_000)
    expect(sse.state.get()).toEqual({ status: 'closed', error: expect.objectContaining({ code: 'http', status: 503 }) })
  })

  it.each([
    [0, 1],
    [2, 3],
  ])('is the end after %i retries that were allowed: requests: %i', async (attempts, requests) => {
    const { sse, stream, clock } = bench(
      { retry: { attempts, jitter: 'none' } },
      { script: Array(5).fill(refuse(503)) },
    )
    sse.connect()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(requests)
    const cause = expect.objectContaining({ code: 'http', status: 503 })
    const { error } = sse.state.get() as { error: SSEError }
    expect(sse.state.get()).toEqual({ status: 'closed', error: expect.objectContaining({ code: 'gave-up', cause }) })
    expect(error.message).toBe((error.cause as SSEError).message)
  })

  it('is retried from the start by connect() after it was given up', async () => {
    const { sse, stream, clock } = bench({ retry: false }, { script: [refuse(503)] })
    sse.connect()
    await clock.settle()
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toEqual({ status: 'open', since: clock.now(), attempt: 0 })
    expect(stream.requests).toHaveLength(2)
  })
})

describe('a retry function', () => {
  const FIVE: Step[][] = Array(5).fill(EOF_AT_ONCE)

  it('decides when, and gives up with null', async () => {
    const { sse, stream, clock } = bench(
      { retry: (attempt) => (attempt > 2 ? null : attempt * 1000) },
      { script: FIVE },
    )
    sse.connect()
    await clock.advance(1000)
    expect(stream.requests).toHaveLength(2)
    await clock.advance(2000)
    expect(stream.requests).toHaveLength(3)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'gave-up' } })
  })

  it('gets the attempt, the error, and for how long the connection was open', async () => {
    const retry = vi.fn((): number => 1234)
    const { sse, stream, clock } = bench({ retry }, { script: [refuse(503), []] })
    sse.connect()
    await clock.advance(1234)
    await clock.advance(4000)
    stream.drop()
    await clock.settle()
    expect(retry.mock.calls).toEqual([
      [1, expect.objectContaining({ code: 'http', status: 503 }), 0],
      [2, expect.objectContaining({ code: 'network' }), 4000],
    ])
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 2, until: clock.now() + 1234 })
  })

  it('gets attempt 1 after ten seconds of a connection, and after a clean end with news', async () => {
    const retry = vi.fn((): number => 100)
    const { sse, stream, clock } = bench({ retry }, { script: [refuse(503), [], refuse(503), news()] })
    sse.connect()
    await clock.advance(10_100)
    stream.drop()
    await clock.advance(250)
    expect((retry.mock.calls as unknown[][]).map(([attempt]) => attempt)).toEqual([1, 1, 2, 1])
  })

  it.each([
    ['99', 99],
    ['a negative number', -5],
    ['NaN', Number.NaN],
    ['nothing', undefined],
    ['a promise', Promise.resolve(5000)],
  ])('is followed after 100 ms if it answers %s', async (_, answer) => {
    const { sse, clock } = bench({ retry: () => answer as number }, { script: FIVE })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', until: clock.now() + 100 })
  })

  it.each([
    ['a symbol', Symbol('oops')],
    ['an object without a prototype', Object.create(null)],
  ])('ends the client if it answers what can be no number: %s', async (_, answer) => {
    const { sse, clock } = bench({ retry: () => answer as number }, { script: [refuse(503)] })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({
      status: 'closed',
      error: { code: 'gave-up', cause: expect.any(TypeError) },
    })
  })

  it('does not undercut Retry-After', async () => {
    const { sse, clock } = bench({ retry: () => 5 }, { script: [refuse(503, { 'retry-after': '60' })] })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', until: clock.now() + 66_000 })
  })

  it('is not called about what no retry can mend', async () => {
    const retry = vi.fn<RetryFunction>(() => 100)
    const { sse, clock } = bench({ retry }, { script: [refuse(403)] })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'http', status: 403 } })
    expect(retry).not.toHaveBeenCalled()
  })

  it('ends the client with what it throws', async () => {
    const oops = new Error('oops')
    const { sse, clock } = bench(
      {
        retry: () => {
          throw oops
        },
      },
      { script: [EOF_AT_ONCE] },
    )
    sse.connect()
    await clock.settle()
    const { error } = sse.state.get() as { error: SSEError }
    expect(sse.state.get().status).toBe('closed')
    expect(error).toMatchObject({ code: 'gave-up', cause: oops })
    expect(error.message).toBe(`${new URL('/events', document.baseURI)}: retry(): Error: oops`)
  })

  it.each([1000, null])('may close the client: its answer %j does not undo that', async (answer) => {
    const { sse, clock, log } = bench(
      {
        retry() {
          sse.close()
          return answer
        },
        onState: ({ status }) => log.push(status),
      },
      { script: [refuse(503)] },
    )
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(log).toEqual(['connecting', 'closed'])
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
  })

  it('may reconnect: its answer does not put that off', async () => {
    const { sse, stream, clock } = bench(
      {
        retry() {
          sse.reconnect()
          return 60_000
        },
      },
      { script: [refuse(503), []] },
    )
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get().status).toBe('open')
    expect(stream.requests).toHaveLength(2)
  })
})

describe('failures of long ago', () => {
  const FIVE = Array<Step[]>(5).fill(refuse(503))

  it('do not count after reconnect() from a connection that had proved itself', async () => {
    const { sse, clock, statuses, states } = bench({}, { script: [...FIVE, [], refuse(503)] })
    sse.connect()
    await clock.advance(3_600_000)
    expect(statuses().at(-1)).toBe('open')
    sse.reconnect()
    await clock.settle()
    expect(states.at(-2)).toEqual({ status: 'connecting', attempt: 0 })
    expect(states.at(-1)).toMatchObject({ status: 'waiting', attempt: 1, until: clock.now() + 600 })
  })

  it('do count after reconnect() from one that had not', async () => {
    const { sse, clock, states } = bench({}, { script: [refuse(503), [], refuse(503)] })
    sse.connect()
    await clock.advance(600 + 9999)
    sse.reconnect()
    await clock.settle()
    expect(states.at(-2)).toEqual({ status: 'connecting', attempt: 1 })
    expect(states.at(-1)).toMatchObject({ status: 'waiting', attempt: 2, until: clock.now() + 1100 })
  })

  it.each([
    [2, 'a wait'],
    [1, 'a connection of less than ten seconds'],
  ])('do count after a pause by the page: attempt %i after %s', async (attempt, kind) => {
    const page = stagePage()
    const { sse, clock } = bench({}, { script: kind === 'a wait' ? FIVE : [refuse(503), []] })
    sse.connect()
    await clock.advance(kind === 'a wait' ? 600 : 600 + 9999)
    page.freeze()
    expect(sse.state.get()).toEqual({ status: 'paused', reasons: ['frozen'] })
    page.thaw()
    expect(sse.state.get()).toEqual({ status: 'connecting', attempt })
  })

  it('do not count after a pause by the page that ends a connection of ten seconds', async () => {
    const page = stagePage()
    const { sse, clock } = bench({}, { script: [refuse(503), []] })
    sse.connect()
    await clock.advance(600 + 10_000)
    page.freeze()
    page.thaw()
    expect(sse.state.get()).toEqual({ status: 'connecting', attempt: 0 })
  })

  it('do not count after linger has closed the connection', async () => {
    const { sse, clock } = bench({ linger: 0 }, { script: [refuse(503), refuse(503), []] })
    const off = sse.subscribe('tick', () => {})
    await clock.advance(600)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 2 })
    off()
    await clock.advance(1)
    expect(sse.state.get()).toEqual({ status: 'idle' })
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get()).toEqual({ status: 'open', since: clock.now(), attempt: 0 })
  })

  it('put off nothing once a connection has opened, though one had a Retry-After', async () => {
    const page = stagePage()
    const { sse, clock } = bench({}, { script: [refuse(503), refuse(503, { 'retry-after': '60' }), []] })
    sse.connect()
    await clock.advance(600)
    sse.reconnect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 2 })
    page.freeze()
    page.thaw()
    expect(sse.state.get()).toEqual({ status: 'connecting', attempt: 2 })
  })

  it('do not count after disconnect() and connect()', async () => {
    const { sse, clock } = bench({ retry: { attempts: 2 } }, { script: FIVE })
    sse.connect()
    await clock.advance(1000)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 2 })
    sse.disconnect()
    sse.connect()
    expect(sse.state.get()).toEqual({ status: 'connecting', attempt: 0 })
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1 })
  })
})

describe('a wait', () => {
  /** A client whose wall clock can be set. */
  function settable(script: readonly (readonly Step[])[]) {
    const clock = createClock()
    const stream = createMockStream({ clock, script })
    let shift = 0
    const sse = createSSE('/events', { fetch: stream.fetch, clock: { ...clock, now: () => clock.now() + shift } })
    return { sse, stream, clock, set: (ms: number) => (shift = ms) }
  }

  it.each([-3_600_000, 3_600_000])('lasts as long when the wall clock is set by %i ms', async (shift) => {
    const { sse, stream, clock, set } = settable([refuse(503), refuse(503), []])
    sse.connect()
    await clock.advance(300)
    set(shift)
    await clock.advance(299)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(stream.requests).toHaveLength(2)
    await clock.advance(1099)
    expect(stream.requests).toHaveLength(2)
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 2 })
    sse.close()
  })

  it.each([-3_600_000, 3_600_000])(
    'for Retry-After lasts as long when the wall clock is set by %i ms',
    async (shift) => {
      const page = stagePage()
      const { sse, stream, clock, set } = settable([refuse(503, { 'retry-after': '20' }), []])
      sse.connect()
      await clock.advance(10_000)
      set(shift)
      page.goOnline()
      page.freeze()
      page.thaw()
      await clock.advance(11_999)
      expect(stream.requests).toHaveLength(1)
      await clock.advance(1)
      expect(sse.state.get().status).toBe('open')
      sse.close()
    },
  )

  it.each([-3_600_000, 3_600_000])(
    'starts over after a connection of 10 s, whether or not the wall clock is set by %i ms',
    async (shift) => {
      const { sse, stream, clock, set } = settable([refuse(503), []])
      sse.connect()
      await clock.advance(600)
      set(shift)
      await clock.advance(9999)
      stream.drop()
      await clock.settle()
      expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 2, until: clock.now() + shift + 1100 })
      await clock.advance(1100)
      set(0)
      await clock.advance(10_000)
      stream.drop()
      await clock.settle()
      expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, until: clock.now() + 600 })
      sse.close()
    },
  )

  it('is measured on now() by a clock that has no monotonic()', async () => {
    const { monotonic: _, ...clock } = createClock()
    const stream = createMockStream({ clock, script: [refuse(503)] })
    const sse = createSSE('/events', { fetch: stream.fetch, clock })
    sse.connect()
    await clock.advance(599)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(sse.state.get().status).toBe('open')
    sse.close()
  })
})
