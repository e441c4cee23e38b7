import {
  createSSE,
  isSSEError,
  type SSEClient,
  SSEError,
  type SSEOptions,
  type Transport,
  type TransportLink,
  type TransportRequest,
  type TransportSink,
} from 'headwater'
import { createClock, createMockStream, type Step } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bench } from './support/client.ts'
import { stagePage } from './support/page.ts'

afterEach(() => vi.unstubAllGlobals())

const refuse = (status: number, headers: Record<string, string> = {}): Step[] => [{ refuse: { status, headers } }]
const EOF_AT_ONCE: Step[] = [{ end: true }]

describe('a lost connection', () => {
  it('is tried again after a moment, from where it stopped', async () => {
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
    expect(onRetry).toHaveBeenCalledWith({ attempt: 1, until, delay: 600, error })
    await clock.advance(599)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(stream.requests[1]?.lastEventId).toBe('5')
    expect(sse.state.get()).toEqual({ status: 'open', since: clock.now(), attempt: 1 })
  })

  it('that a server accepts and closes at once is backed off from: four tries in the first five seconds at most', async () => {
    for (const random of [0, 0.1, 0.5, 0.999]) {
      const clock = createClock({ random })
      const stream = createMockStream({ clock, script: Array.from({ length: 100 }, () => EOF_AT_ONCE) })
      const sse = createSSE('/events', { fetch: stream.fetch, clock })
      sse.connect()
      await clock.advance(5000)
      expect(stream.requests.length).toBeLessThanOrEqual(4)
      sse.close()
    }
  })

  it('counts failures until a connection has been open for ten seconds', async () => {
    const { sse, stream, clock } = bench()
    sse.connect()
    await clock.settle()
    stream.end()
    await clock.advance(600)
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 1 })
    await clock.advance(9999)
    stream.end()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 2 })
    await clock.advance(1100)
    await clock.advance(10_000)
    stream.end()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1 })
  })

  it.each([
    ['retry: 0', 0, 150],
    ['retry: 99999999999', 99_999_999_999, 615_000],
    ['retry: 2000', 2000, 3000],
  ])('after %s is tried again within bounds', async (_, retry, delay) => {
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

  it('is not tried again with retry: false; the error is the failure', async () => {
    const { sse, clock } = bench({ retry: false }, { script: [refuse(503)] })
    sse.connect()
    await clock.advance(60_000)
    expect(sse.state.get()).toEqual({ status: 'closed', error: expect.objectContaining({ code: 'http', status: 503 }) })
  })

  it('gives up after so many attempts, and tells the last failure', async () => {
    const { sse, stream, clock } = bench(
      { retry: { attempts: 2, jitter: 'none' } },
      { script: Array(5).fill(refuse(503)) },
    )
    sse.connect()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(3)
    const cause = expect.objectContaining({ code: 'http', status: 503 })
    expect(sse.state.get()).toEqual({ status: 'closed', error: expect.objectContaining({ code: 'gave-up', cause }) })
  })

  it('is tried again as a function says', async () => {
    const { sse, stream, clock } = bench(
      { retry: (attempt) => (attempt > 2 ? null : attempt * 1000) },
      { script: Array(5).fill(EOF_AT_ONCE) },
    )
    sse.connect()
    await clock.advance(1000)
    expect(stream.requests).toHaveLength(2)
    await clock.advance(2000)
    expect(stream.requests).toHaveLength(3)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'gave-up' } })
  })

  it('ends with what a retry function throws', async () => {
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
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'gave-up', cause: oops } })
  })

  it('is tried afresh by connect() after it was given up', async () => {
    const { sse, stream, clock } = bench({ retry: false }, { script: [refuse(503)] })
    sse.connect()
    await clock.settle()
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toEqual({ status: 'open', since: clock.now(), attempt: 0 })
    expect(stream.requests).toHaveLength(2)
  })
})

describe('an answer that opens no stream', () => {
  it('204 ends it well', async () => {
    const { sse, stream, clock } = bench({}, { script: [refuse(204)] })
    sse.subscribe('tick', () => {})
    await clock.advance(60_000)
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    expect(stream.requests).toHaveLength(1)
  })

  it.each([400, 403, 405, 406, 410, 413, 415, 422, 451, 501, 505, 201, 206])(
    '%i ends it with its status',
    async (status) => {
      const { sse, stream, clock } = bench({}, { script: [refuse(status)] }, 'https://a.test/events?token=secret')
      sse.subscribe('tick', () => {})
      await clock.advance(60_000)
      const { error } = sse.state.get() as { error: SSEError }
      expect(error).toMatchObject({ code: 'http', status, message: `https://a.test/events: status ${status}` })
      expect(isSSEError(error)).toBe(true)
      expect(stream.requests).toHaveLength(1)
    },
  )

  it('503 with Retry-After is not tried again before that', async () => {
    const { sse, stream, clock } = bench({}, { script: [refuse(503, { 'retry-after': '20' })] })
    sse.subscribe('tick', () => {})
    await clock.advance(21_999)
    expect(stream.requests).toHaveLength(1)
    expect(sse.state.get()).toMatchObject({ error: { code: 'http', status: 503, retryAfter: 20_000 } })
    await clock.advance(1)
    expect(sse.state.get().status).toBe('open')
  })

  it.each([
    ['404', refuse(404), 'http'],
    [
      'text/html',
      [{ refuse: { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>Sign in</p>' } }] as Step[],
      'content-type',
    ],
  ])('%s is tried three times', async (_, script, code) => {
    const { sse, stream, clock } = bench({}, { script: Array(5).fill(script) })
    sse.subscribe('tick', () => {})
    await clock.advance(600_000)
    expect(stream.requests).toHaveLength(3)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code } })
  })

  it('404 during a deployment is survived', async () => {
    const { sse, clock } = bench({}, { script: [refuse(404), refuse(404)] })
    sse.subscribe('tick', () => {})
    await clock.advance(10_000)
    expect(sse.state.get().status).toBe('open')
  })

  it.each([
    'text/event-stream',
    'Text/Event-Stream; charset=UTF-8',
    'text/event-stream;charset=utf-8, text/event-stream',
  ])('%s is a stream', async (type) => {
    const { sse, clock } = bench({}, { script: [[{ open: { headers: { 'content-type': type } } }]] })
    sse.connect()
    await clock.settle()
    expect(sse.state.get().status).toBe('open')
  })

  it.each([
    'text/event-streamx',
    'text/plain',
    'application/json',
    'text/event-stream, text/html',
    'x-text/event-stream',
  ])('%s is none', async (type) => {
    const { sse, clock } = bench({}, { script: [[{ open: { headers: { 'content-type': type } } }]] })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'content-type' } })
  })

  it('has its body cancelled, so that it keeps no connection', async () => {
    const cancel = vi.fn()
    const fetch = async () => new Response(new ReadableStream({ cancel }), { status: 500 })
    const { sse, clock } = bench({ fetch })
    sse.connect()
    await clock.settle()
    expect(cancel).toHaveBeenCalled()
  })

  it('is survived by subscribers: connect() brings them events', async () => {
    const { sse, stream, clock, log } = bench({}, { script: [refuse(403)] })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(stream.requests).toHaveLength(1)
    sse.connect()
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect(log).toEqual([1])
  })
})

describe('status 401', () => {
  it('ends it where nobody can be asked for credentials', async () => {
    const { sse, stream, clock } = bench({}, { script: [refuse(401)] })
    sse.connect()
    await clock.advance(60_000)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'unauthorized', status: 401 } })
    expect(stream.requests).toHaveLength(1)
  })

  it('asks once and tries again at once, with fresh headers', async () => {
    let token = 'old'
    const onUnauthorized = vi.fn(async () => {
      token = 'new'
    })
    const { sse, stream, clock, statuses } = bench(
      { onUnauthorized, headers: () => ({ authorization: token }) },
      { script: [refuse(401)] },
    )
    sse.connect()
    await clock.settle()
    expect(stream.requests.map(({ headers }) => headers.authorization)).toEqual(['old', 'new'])
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
    expect(onUnauthorized.mock.calls).toEqual([[expect.objectContaining({ code: 'unauthorized', status: 401 })]])
  })

  it('for ever ends it with the second, until connect()', async () => {
    const onUnauthorized = vi.fn()
    const { sse, stream, clock } = bench({ onUnauthorized }, { script: Array(4).fill(refuse(401)) })
    sse.connect()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(2)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'unauthorized' } })
    sse.connect()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(4)
    expect(onUnauthorized).toHaveBeenCalledTimes(2)
  })

  it('ends it when the credentials are not to be had', async () => {
    const cause = new Error('signed out')
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

  it('asks one at a time, however often the connection is asked for meanwhile', async () => {
    let answer = (): void => {}
    const onUnauthorized = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)))
    const { sse, stream, clock } = bench({ onUnauthorized }, { script: [refuse(401)] })
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

  it('is asked about again after a connection has been open', async () => {
    const onUnauthorized = vi.fn()
    const { sse, clock } = bench({ onUnauthorized }, { script: [refuse(401), EOF_AT_ONCE, refuse(401), []] })
    sse.connect()
    await clock.advance(10_000)
    expect(onUnauthorized).toHaveBeenCalledTimes(2)
    expect(sse.state.get().status).toBe('open')
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

it('a failure after a good connection and the next are counted one, two', async () => {
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

describe('what listeners do meanwhile', () => {
  it.each(['close', 'disconnect'] as const)('%s() during reconnect() holds', async (act) => {
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    sse.state.subscribe(({ status }) => status === 'connecting' && sse[act]())
    sse.reconnect()
    await clock.advance(60_000)
    expect(sse.state.get().status).toBe(act === 'close' ? 'closed' : 'paused')
    expect(stream.connections).toEqual([])
    expect(clock.timers).toBe(0)
  })

  it('close() in a retry function is not undone by its answer', async () => {
    const { sse, clock, log } = bench(
      {
        retry() {
          sse.close()
          return null
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

  it('close() when the connection opens: nobody hears of a gap after it', async () => {
    const { sse, clock, log } = bench({}, { script: [EOF_AT_ONCE, []] })
    sse.observe({
      onOpen({ attempt }) {
        log.push('open')
        if (attempt) sse.close()
      },
      onGap: () => log.push('gap'),
    })
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(log).toEqual(['open', 'open'])
  })
})

describe('headers that do not come', () => {
  it('are waited for 15 s, then the try has failed', async () => {
    const { sse, stream, clock } = bench({}, { script: [[{ open: { delay: 100_000 } }]] })
    sse.connect()
    await clock.advance(14_999)
    expect(sse.state.get().status).toBe('connecting')
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'timeout' } })
    await clock.advance(600)
    expect(sse.state.get().status).toBe('open')
    await clock.advance(100_000)
    expect(stream.connections).toHaveLength(1)
  })

  it.each([0, Infinity])('are waited for without end with connectTimeout %d', async (connectTimeout) => {
    const { sse, clock } = bench({ connectTimeout }, { script: [[{ open: { delay: 3_600_000 } }]] })
    sse.connect()
    await clock.advance(3_599_999)
    expect(sse.state.get().status).toBe('connecting')
    await clock.advance(1)
    expect(sse.state.get().status).toBe('open')
  })

  it('are not confused with a function for the headers that does not answer', async () => {
    const { sse, stream, clock } = bench({ headers: () => new Promise(() => {}) })
    sse.connect()
    await clock.advance(15_000)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'timeout' } })
    expect(stream.requests).toHaveLength(0)
  })
})

describe('a dead line', () => {
  it('is left when the announced heartbeat stops', async () => {
    const { sse, stream, clock } = bench(
      {},
      { script: [[{ open: { headers: { 'x-sse-heartbeat': '15000' } } }, { stall: true }]] },
    )
    sse.connect()
    await clock.advance(37_499)
    expect(sse.state.get().status).toBe('open')
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, error: { code: 'stalled' } })
    expect(stream.connections).toHaveLength(0)
  })

  it('is left when a rhythm that three comments showed stops', async () => {
    const { sse, stream, clock } = bench()
    sse.connect()
    await clock.settle()
    for (let i = 0; i < 4; i++) {
      stream.comment()
      await clock.advance(15_000)
    }
    await clock.advance(22_499)
    expect(sse.state.get().status).toBe('open')
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'stalled' } })
  })

  it('is not what a quiet stream is', async () => {
    const { sse, stream, clock } = bench()
    sse.connect()
    await clock.advance(86_400_000)
    expect(sse.state.get().status).toBe('open')
    expect(stream.requests).toHaveLength(1)
  })

  it.each([100, 500, 999])('is not what a greeting of comments %i ms apart and a quiet stream are', async (apart) => {
    const { sse, stream, clock } = bench()
    sse.connect()
    await clock.settle()
    for (let i = 0; i < 5; i++) {
      stream.comment('ok')
      await clock.advance(apart)
    }
    await clock.advance(3_600_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('that a rhythm was wrongly read from is left ever more seldom', async () => {
    const greeting: Step[] = [0, 1, 2].flatMap(() => [{ comment: 'ok' }, { wait: 2000 }])
    const { sse, stream, clock } = bench({}, { script: Array(50).fill(greeting) })
    sse.connect()
    await clock.advance(3_600_000)
    expect(stream.requests.length).toBeLessThan(9)
  })

  it('is not left while comments keep it alive', async () => {
    const { sse, stream, clock } = bench({ heartbeat: 5000 })
    sse.connect()
    await clock.settle()
    for (let i = 0; i < 10; i++) {
      await clock.advance(4000)
      stream.comment()
      await clock.settle()
    }
    expect(sse.state.get().status).toBe('open')
    expect(stream.requests).toHaveLength(1)
  })

  it('is not left by a late timer when bytes were only waiting', async () => {
    const { sse, stream, clock, log } = bench({ heartbeat: 5000 })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    await clock.sleep(3_600_000)
    stream.send('tick', 1)
    await clock.advance(2000)
    expect(log).toEqual([1])
    expect(stream.requests).toHaveLength(1)
  })

  it('after sleep is replaced without counting a failure', async () => {
    const { sse, stream, clock, statuses } = bench({ heartbeat: 5000 })
    sse.connect()
    await clock.settle()
    await clock.sleep(3_600_000)
    await clock.advance(1000)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'connecting', 'open'])
    expect(sse.state.get()).toMatchObject({ attempt: 0 })
    expect(stream.connections).toHaveLength(1)
  })
})

describe('a machine that slept', () => {
  it('has a stream of unknown rhythm replaced if it stays silent for a second, without counting a failure', async () => {
    const { sse, stream, clock, statuses } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    stream.send('tick', 1, { id: '7' })
    await clock.settle()
    await clock.sleep(3_600_000)
    await clock.advance(999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '7'])
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'connecting', 'open'])
    expect(sse.state.get()).toMatchObject({ attempt: 0 })
  })

  it('leaves a stream whose bytes were only waiting', async () => {
    const { sse, stream, clock, log } = bench()
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    await clock.sleep(3_600_000)
    stream.send('tick', 1)
    await clock.advance(60_000)
    expect(log).toEqual([1])
    expect(stream.requests).toHaveLength(1)
  })

  it('behind a page that nobody sees is not told from a throttled timer', async () => {
    stagePage(false)
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    await clock.sleep(3_600_000)
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('leaves an answer to a request', async () => {
    const { sse, stream, clock } = bench({ mode: 'request' })
    sse.subscribe('tick', () => {})
    await clock.settle()
    await clock.sleep(3_600_000)
    await clock.advance(60_000)
    expect(sse.state.get().status).toBe('open')
    expect(stream.requests).toHaveLength(1)
  })
})

describe("mode: 'request'", () => {
  const REQUEST = { mode: 'request', method: 'POST', body: '{"prompt":"hi"}' } as const

  it('takes the end of the response for the end', async () => {
    const { sse, stream, clock, log } = bench(REQUEST, {
      script: [[{ send: { event: 'token', data: 'a' } }, { end: true }]],
    })
    sse.subscribe('token', (data) => log.push(data))
    await clock.advance(60_000)
    expect(log).toEqual(['a'])
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    expect(stream.requests.map(({ method, body }) => [method, body])).toEqual([['POST', '{"prompt":"hi"}']])
  })

  it.each<[string, Step[]]>([
    ['a broken stream', [{ send: { event: 'token', data: 'a' } }, { drop: true }]],
    ['no answer', [{ drop: true }]],
    ['503', refuse(503, { 'retry-after': '1' })],
    ['404', refuse(404)],
    ['409', refuse(409)],
  ])('is not sent again after %s', async (_, script) => {
    const { sse, stream, clock } = bench(REQUEST, { script: [script] })
    sse.subscribe('token', () => {})
    await clock.advance(600_000)
    expect(stream.requests).toHaveLength(1)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { name: 'SSEError' } })
  })

  it('resumes from an id, as that does not run it twice', async () => {
    const { sse, stream, clock, log } = bench(REQUEST, {
      script: [
        [{ send: { event: 'token', data: 'a', id: '1' } }, { drop: true }],
        [{ send: { event: 'token', data: 'b', id: '2' } }, { end: true }],
      ],
    })
    sse.subscribe('token', (data) => log.push(data))
    await clock.advance(60_000)
    expect(log).toEqual(['a', 'b'])
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1'])
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
  })

  it('is not sent again because nobody listened for a while', async () => {
    const { sse, stream, clock } = bench(REQUEST)
    sse.subscribe('token', () => {})()
    await clock.advance(2000)
    expect(sse.state.get()).toEqual({ status: 'idle' })
    const off = sse.subscribe('token', () => {})
    await clock.settle()
    off()
    await clock.advance(1000)
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    sse.subscribe('token', () => {})
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('is not ended by a silence that no rhythm promised against', async () => {
    const { sse, stream, clock } = bench(REQUEST)
    sse.connect()
    await clock.settle()
    for (let i = 0; i < 5; i++) {
      stream.comment('processing')
      await clock.advance(2000)
    }
    await clock.advance(120_000)
    expect(sse.state.get().status).toBe('open')
  })

  it('goes on from its id with connect() after an error', async () => {
    const { sse, stream, clock } = bench(
      { ...REQUEST, retry: { attempts: 0 } },
      { script: [[{ send: { data: 1, id: '1' } }, { drop: true }], []] },
    )
    sse.subscribe('message', () => {})
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'gave-up' } })
    sse.connect()
    await clock.settle()
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1'])
  })

  it('starts from the beginning with connect()', async () => {
    const { sse, stream, clock } = bench(REQUEST, {
      script: [[{ send: { event: 'token', data: 'a', id: '1' } }, { end: true }]],
    })
    sse.connect()
    await clock.settle()
    sse.connect()
    await clock.settle()
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', ''])
  })

  it('gets fresh credentials, as a refused request has not run', async () => {
    const { sse, clock } = bench({ ...REQUEST, onUnauthorized() {} }, { script: [refuse(401), [{ end: true }]] })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
  })

  it('ends when the line is dead and there is no id', async () => {
    const { sse, stream, clock } = bench({ ...REQUEST, heartbeat: 5000 })
    sse.connect()
    await clock.advance(5000)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'stalled' } })
    expect(stream.requests).toHaveLength(1)
  })
})

describe('the network', () => {
  const offline = (): void => void vi.stubGlobal('navigator', { onLine: false })
  const online = (): void => {
    vi.stubGlobal('navigator', { onLine: true })
    dispatchEvent(new Event('online'))
  }

  it('gone, pauses after a failure; back, connects within two seconds', async () => {
    const { sse, stream, clock } = bench({}, { script: [[{ drop: true }]] })
    offline()
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get()).toEqual({ status: 'paused', reasons: ['offline'] })
    await clock.advance(30_000)
    expect(stream.requests).toHaveLength(1)
    online()
    await clock.advance(1000)
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 1 })
  })

  it('gone, is not believed for more than a minute', async () => {
    const { sse, stream, clock } = bench({}, { script: [[{ drop: true }]] })
    offline()
    sse.subscribe('tick', () => {})
    await clock.advance(59_999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(sse.state.get().status).toBe('open')
  })

  it('gone, does not keep localhost from being tried', async () => {
    offline()
    const { sse, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get().status).toBe('open')
  })

  it('gone, does not close what is open', async () => {
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    offline()
    dispatchEvent(new Event('offline'))
    await clock.advance(60_000)
    expect(sse.state.get().status).toBe('open')
    expect(stream.requests).toHaveLength(1)
  })

  it('back, shortens the wait for the next try', async () => {
    const { sse, clock } = bench({ retry: { initial: 30_000 } }, { script: [[{ drop: true }]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    online()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', until: clock.now() + 1000 })
    await clock.advance(1000)
    expect(sse.state.get().status).toBe('open')
  })

  it('back, does not go before Retry-After', async () => {
    const { sse, stream, clock } = bench({}, { script: [refuse(503, { 'retry-after': '60' })] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    online()
    await clock.advance(59_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('back, replaces a stream that was silent, and leaves one that is alive', async () => {
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    await clock.advance(4000)
    online()
    await clock.advance(10_000)
    expect(stream.requests).toHaveLength(1)
    online()
    await clock.advance(2000)
    expect(stream.requests).toHaveLength(2)
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 0 })
  })

  it('back, leaves a stream that turns out to be alive', async () => {
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    await clock.advance(6000)
    online()
    stream.comment()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('back, leaves an answer that cannot be asked for again', async () => {
    const { sse, stream, clock } = bench({ mode: 'request' })
    sse.subscribe('message', () => {})
    await clock.settle()
    await clock.advance(6000)
    online()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
    expect(sse.state.get().status).toBe('open')
  })

  it('is not listened to after close()', async () => {
    const { sse, stream, clock } = bench({}, { script: [[{ drop: true }]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    sse.close()
    online()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })
})

describe('the cursor', () => {
  it.each([410, 412, 414, 431, 409])(
    'refused with %i is dropped, told as a gap, and the stream begins afresh at once',
    async (status) => {
      const onGap = vi.fn()
      const { sse, stream, clock } = bench({ onGap, lastEventId: '41' }, { script: [refuse(status)] })
      sse.subscribe('tick', () => {})
      await clock.settle()
      expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['41', ''])
      expect(onGap.mock.calls).toEqual([
        [{ reason: 'refused', certain: true, requested: '41', resumedFrom: '', topics: ['*'] }],
      ])
      expect(sse.state.get().status).toBe('open')
    },
  )

  it('refused after a connection is one gap, not two', async () => {
    const onGap = vi.fn()
    const { sse, stream, clock } = bench(
      { onGap },
      { script: [[{ send: { data: 1, id: '5' } }, { end: true }], refuse(409), []] },
    )
    sse.subscribe('message', () => {})
    await clock.advance(5000)
    expect(stream.requests).toHaveLength(3)
    expect(onGap.mock.calls).toMatchObject([[{ reason: 'refused', certain: true }]])
  })

  it('refused for ever ends it', async () => {
    const { sse, stream, clock } = bench({ lastEventId: '41' }, { script: Array(5).fill(refuse(409)) })
    sse.subscribe('tick', () => {})
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(2)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { status: 409 } })
  })
})

describe('what never comes through', () => {
  it('anything of a connection that was left', async () => {
    const { sse, stream, clock, log } = bench()
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    const old = await stream.connected()
    old.send('tick', 'sent before')
    sse.reconnect()
    old.send('tick', 'sent after')
    old.drop()
    await clock.advance(5000)
    expect(log).toEqual([])
    expect(stream.requests).toHaveLength(2)
  })

  it('an error of a transport: it is a failed try', async () => {
    const { sse, clock } = bench({
      transport: {
        connect: () => {
          throw new Error('broken transport')
        },
      },
    })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({
      status: 'waiting',
      error: { code: 'network', message: expect.stringContaining('broken transport') },
    })
  })
})

describe('a transport that has a life beyond one try', () => {
  const lost = new SSEError('http', 'status 503', { status: 503 })

  /** A client over a transport that opens nothing by itself, and is given what a test says. */
  function hosted(options: SSEOptions = {}, join?: TransportLink['join']) {
    const tries: { request: TransportRequest; sink: TransportSink; closed: boolean }[] = []
    const transport: Transport = {
      connect(request, sink) {
        const mine = { request, sink, closed: false }
        tries.push(mine)
        const close = (): void => {
          mine.closed = true
        }
        return { close, ...(join && { join }) }
      },
    }
    const all = bench({ transport, ...options })
    const onRetry = vi.fn()
    all.sse.observe({ onRetry })
    const latest = (): (typeof tries)[0] => tries.at(-1) as (typeof tries)[0]
    const hello = (clientId = 'n1.x'): void =>
      latest().sink.event('connected', JSON.stringify({ v: 1, clientId, recovered: false, topics: [] }), undefined)
    return { ...all, tries, latest, onRetry, hello, host: () => latest().request.host }
  }

  it('is told whose tries it makes: the same subscription and scope at each', async () => {
    const { sse, clock, tries, latest } = hosted({ scope: 'ada' })
    sse.connect()
    await clock.settle()
    latest().sink.end('eof')
    await clock.advance(600)
    expect(tries.map(({ request }) => request.scope)).toEqual(['ada', 'ada'])
    expect(tries[0]?.request.host).toBe(tries[1]?.request.host)
    const other = hosted()
    other.sse.connect()
    await other.clock.settle()
    expect(other.latest().request.host).not.toBe(latest().request.host)
    expect(other.latest().request.scope).toBe('')
  })

  it('sees where the subscription stands', async () => {
    const { sse, clock, host, latest } = hosted()
    sse.connect()
    await clock.settle()
    const seen: string[] = []
    host().state.subscribe(({ status }) => seen.push(status))
    latest().sink.open()
    sse.disconnect()
    sse.close()
    expect(seen).toEqual(['connecting', 'open', 'paused', 'closed'])
    expect(host().state.get()).toBe(sse.state.get())
  })

  it('has the client wait as somebody else does: until then, told once, and counted on from there', async () => {
    const { sse, clock, tries, host, latest, onRetry } = hosted()
    sse.subscribe('tick', () => {})
    await clock.settle()
    const until = clock.now() + 20_000
    host().send('lost', { attempt: 3, until, error: lost })
    expect(sse.state.get()).toEqual({ status: 'waiting', attempt: 3, until, error: lost })
    expect(tries[0]?.closed).toBe(true)
    host().send('lost', { attempt: 4, until: until + 5000, error: lost })
    expect(sse.state.get()).toMatchObject({ attempt: 4, until: until + 5000 })
    expect(onRetry.mock.calls).toEqual([[{ attempt: 3, until, delay: 20_000, error: lost }]])
    await clock.advance(24_999)
    expect(tries).toHaveLength(1)
    await clock.advance(1)
    expect(tries).toHaveLength(2)
    expect(sse.state.get()).toEqual({ status: 'connecting', attempt: 4 })
    expect(latest().request).toMatchObject({ attempt: 4 })
    latest().sink.end('eof')
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 5 })
  })

  it('may lose a line that is open; nothing of it is heard any more', async () => {
    const { sse, clock, log, host, latest } = hosted()
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    const { sink } = latest()
    sink.open()
    sink.event('tick', '1', undefined)
    host().send('lost', { attempt: 1, until: clock.now() + 1000, error: lost })
    sink.event('tick', '2', undefined)
    sink.end('eof')
    expect(log).toEqual([1])
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, error: lost })
  })

  it.each<[string, (sse: SSEClient) => void]>([
    ['paused', (sse) => sse.disconnect()],
    ['closed', (sse) => sse.close()],
  ])('loses nothing for a client that is %s', async (status, act) => {
    const { sse, clock, host, onRetry } = hosted()
    sse.subscribe('tick', () => {})
    await clock.settle()
    const kept = host()
    act(sse)
    kept.send('lost', { attempt: 1, until: clock.now() + 1000, error: lost })
    expect(sse.state.get().status).toBe(status)
    expect(onRetry).not.toHaveBeenCalled()
    expect(clock.timers).toBe(0)
  })

  it.each(['disconnect', 'close', 'reconnect'] as const)(
    'leaves no line behind if it calls back while %s() closes it',
    async (act) => {
      const open = new Set<unknown>()
      let calls = 1
      const transport: Transport = {
        connect({ host }) {
          const link = {
            close() {
              open.delete(link)
              if (calls-- > 0) host.reconnect()
            },
          }
          open.add(link)
          return link
        },
      }
      const { sse, clock } = bench({ transport })
      sse.subscribe('tick', () => {})
      await clock.settle()
      sse[act]()
      await clock.settle()
      expect(open.size).toBe(act === 'reconnect' ? 1 : 0)
      expect(calls).toBe(0)
    },
  )

  it('may end the subscription', async () => {
    const { sse, clock, host } = hosted()
    sse.subscribe('tick', () => {})
    await clock.settle()
    host().send('end', lost)
    await clock.advance(60_000)
    expect(sse.state.get()).toEqual({ status: 'closed', error: lost })
  })

  it('has a new try made at once with reconnect(), whatever there is', async () => {
    const { sse, clock, tries, host, latest } = hosted()
    sse.subscribe('tick', () => {})
    await clock.settle()
    host().reconnect()
    await clock.settle()
    expect(tries.map(({ closed }) => closed)).toEqual([true, false])
    latest().sink.open()
    host().reconnect()
    await clock.settle()
    expect(tries.map(({ closed }) => closed)).toEqual([true, true, false])
    host().send('lost', { attempt: 1, until: clock.now() + 60_000, error: lost })
    host().reconnect()
    await clock.settle()
    expect(tries.map(({ closed }) => closed)).toEqual([true, true, true, false])
    expect(sse.state.get()).toEqual({ status: 'connecting', attempt: 1 })
  })

  it('tells the server what it likes, to where topics are told, and hears the answer', async () => {
    const fetch = vi.fn(async (_: RequestInfo | URL, _init?: RequestInit) => Response.json({ fine: true }))
    const { sse, clock, host } = hosted({ fetch, topicsUrl: '/topics', headers: () => ({ authorization: 'Bearer 1' }) })
    sse.connect()
    await clock.settle()
    await expect(host().tell({ rev: 1 })).resolves.toEqual({ fine: true })
    const [url, init] = fetch.mock.calls[0] ?? []
    expect(url).toBe(new URL('/topics', document.baseURI).href)
    expect(init).toMatchObject({ method: 'POST', body: '{"rev":1}' })
    expect(new Headers(init?.headers).get('authorization')).toBe('Bearer 1')
  })

  it.each([true, false])('may tell the server itself which topics are wanted, if it says so: %j', async (answer) => {
    const fetch = vi.fn(async () => new Response(null, { status: 204 }))
    const join = vi.fn((_: readonly string[]) => answer)
    const { sse, clock, latest, hello } = hosted({ fetch, topics: ['a'] }, join)
    sse.connect()
    await clock.settle()
    latest().sink.open()
    hello()
    sse.topic('b').subscribe(() => {})
    await clock.advance(20)
    expect(join.mock.calls).toEqual([[['a', 'b']]])
    expect(fetch).toHaveBeenCalledTimes(answer ? 0 : 1)
  })

  it('and link without join() has the client do so', async () => {
    const fetch = vi.fn(async () => new Response(null, { status: 204 }))
    const { sse, clock, latest, hello } = hosted({ fetch })
    sse.connect()
    await clock.settle()
    latest().sink.open()
    hello()
    sse.topic('b').subscribe(() => {})
    await clock.advance(20)
    expect(fetch).toHaveBeenCalledTimes(1)
  })
})
