// @vitest-environment page
import { isSSEError, type Observer, type SSEError, type SSEOptions } from 'headwater'
import type { Step } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bench } from '../support/client.ts'
import { stagePage } from '../support/page.ts'

/*
 * What follows when a server answers, but not with a stream.
 */

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

type Gap = Parameters<NonNullable<Observer['onGap']>>[0]

const refuse = (status: number, headers: Record<string, string> = {}): Step[] => [{ refuse: { status, headers } }]
const HTML: Step[] = [{ refuse: { status: 200, headers: { 'content-type': 'text/html' }, body: '<p>Sign in</p>' } }]
/** An event with an id, and a clean end. */
const event = (id: string): Step[] => [{ send: { event: 'tick', data: 1, id } }, { end: true }]

describe('a response that opens no stream', () => {
  it('ends the client well with 204', async () => {
    const { sse, stream, clock } = bench({}, { script: [refuse(204)] })
    sse.subscribe('tick', () => {})
    await clock.advance(60_000)
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    expect(stream.requests).toHaveLength(1)
  })

  it.each([400, 403, 405, 406, 410, 412, 413, 414, 415, 422, 431, 451, 501, 505, 201, 206])(
    'ends the client with its status: %i',
    async (status) => {
      const { sse, stream, clock } = bench({}, { script: [refuse(status)] }, 'https://a.test/events?token=secret')
      sse.subscribe('tick', () => {})
      await clock.advance(60_000)
      const { error } = sse.state.get() as { error: SSEError }
      const message = `https://a.test/events: status ${status}, type text/plain`
      expect(error).toMatchObject({ code: 'http', status, message })
      expect(isSSEError(error)).toBe(true)
      expect(stream.requests).toHaveLength(1)
    },
  )

  it.each([408, 421, 425, 429, 500, 502, 503, 504, 599])('is followed by a retry after %i', async (status) => {
    const { sse, stream, clock } = bench({}, { script: [refuse(status), refuse(status), refuse(status), []] })
    sse.subscribe('tick', () => {})
    await clock.advance(599)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'http', status } })
    await clock.advance(1 + 1100 + 2100)
    expect(sse.state.get().status).toBe('open')
    expect(stream.requests).toHaveLength(4)
  })

  it('ends the client if it is a redirect that was not followed', async () => {
    const { sse, stream, clock } = bench({ headers: { 'x-own': '1' } }, { script: [[{ redirect: '/elsewhere' }]] })
    sse.subscribe('tick', () => {})
    await clock.advance(60_000)
    const { error } = sse.state.get() as { error: SSEError }
    expect(error).toMatchObject({ code: 'http', status: 0 })
    expect(error.message).toBe(`${new URL('/events', document.baseURI)}: status redirect, type null`)
    expect(stream.requests).toHaveLength(1)
  })

  it('is not retried before the time of its Retry-After', async () => {
    const { sse, stream, clock } = bench({}, { script: [refuse(503, { 'retry-after': '20' })] })
    sse.subscribe('tick', () => {})
    await clock.advance(21_999)
    expect(stream.requests).toHaveLength(1)
    expect(sse.state.get()).toMatchObject({ error: { code: 'http', status: 503, retryAfter: 20_000 } })
    await clock.advance(1)
    expect(sse.state.get().status).toBe('open')
  })

  it('is retried after an hour, if it asks for more', async () => {
    const { sse, stream, clock } = bench({}, { script: [refuse(503, { 'retry-after': '99999999999999999999' })] })
    sse.subscribe('tick', () => {})
    await clock.advance(3_599_999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(sse.state.get().status).toBe('open')
  })

  it('is retried as usual if its Retry-After is shorter than that', async () => {
    const { sse, clock } = bench({ retry: { initial: 10_000 } }, { script: [refuse(503, { 'retry-after': '1' })] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', until: clock.now() + 5100 })
  })

  it.each([
    'text/event-stream',
    'Text/Event-Stream; charset=UTF-8',
    'text/event-stream;charset=utf-8, text/event-stream',
  ])('is none of content type %s', async (type) => {
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
  ])('is one of content type %s', async (type) => {
    const { sse, stream, clock } = bench({}, { script: [[{ open: { headers: { 'content-type': type } } }]] })
    sse.connect()
    await clock.settle()
    stream.comment('a body')
    await clock.settle()
    const { error } = sse.state.get() as { error: SSEError }
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'content-type', status: 200 } })
    expect(error.message).toBe(`${new URL('/events', document.baseURI)}: status 200, type ${type}`)
  })

  it('leaves the subscribers: connect() brings them events', async () => {
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

describe('404 and a wrong content type', () => {
  const CASES: [string, Step[], string][] = [
    ['404', refuse(404), 'http'],
    ['text/html', HTML, 'content-type'],
  ]
  const online = (): void => stagePage().goOnline()

  it.each(CASES)('are final with the third on a first connection: %s', async (_, refusal, code) => {
    const { sse, stream, clock } = bench({}, { script: Array(5).fill(refusal) })
    sse.subscribe('tick', () => {})
    await clock.advance(600_000)
    expect(stream.requests).toHaveLength(3)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code } })
    online()
    await clock.advance(600_000)
    expect(stream.requests).toHaveLength(3)
    expect(clock.timers).toBe(0)
  })

  it('are two tries away from that when they are mixed', async () => {
    const { sse, stream, clock } = bench({}, { script: [refuse(404), refuse(503), HTML, refuse(503), refuse(404)] })
    sse.subscribe('tick', () => {})
    await clock.advance(600_000)
    expect(stream.requests).toHaveLength(5)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'http', status: 404 } })
  })

  it.each(CASES)('may be a deployment: %s twice, and then a stream', async (_, refusal) => {
    const { sse, clock } = bench({}, { script: [refusal, refusal] })
    sse.subscribe('tick', () => {})
    await clock.advance(10_000)
    expect(sse.state.get().status).toBe('open')
  })

  /** A client whose stream was open for a minute, and is then refused so many times. */
  async function deploying(refusal: Step[], times: number, options: SSEOptions = {}) {
    const all = bench(options, { script: [[], ...Array<Step[]>(times).fill(refusal)] })
    const { sse, stream, clock, log } = all
    sse.subscribe('tick', (data) => log.push(data))
    await clock.advance(60_000)
    stream.drop()
    await clock.settle()
    return all
  }

  it.each(CASES)('are retried for ten minutes on a stream that was open before: %s', async (_, refusal, code) => {
    const { sse, stream, clock } = await deploying(refusal, 1000)
    await clock.advance(599_999)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code } })
    const { until } = sse.state.get() as { until: number }
    const { length } = stream.requests
    expect(length).toBeGreaterThan(40)
    await clock.advance(until - clock.now())
    expect(stream.requests).toHaveLength(length + 1)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code } })
    await clock.advance(3_600_000)
    expect(stream.requests).toHaveLength(length + 1)
    expect(clock.timers).toBe(0)
  })

  it('are survived by a stream that was open before, however often they come within ten minutes', async () => {
    const { sse, stream, clock, log } = await deploying(refuse(404), 20)
    await clock.advance(400_000)
    expect(sse.state.get().status).toBe('open')
    stream.send('tick', 1)
    await clock.settle()
    expect(log).toEqual([1])
  })

  it('have ten minutes again after the stream has been open', async () => {
    const { sse, stream, clock } = await deploying(refuse(404), 20)
    await clock.advance(400_000)
    for (let i = 0; i < 1000; i++) stream.script(...refuse(404))
    stream.drop()
    await clock.advance(599_999)
    expect(sse.state.get().status).toBe('waiting')
    await clock.advance(30_000)
    expect(sse.state.get().status).toBe('closed')
  })

  it('have ten minutes after connections that never stayed open long enough to count', async () => {
    const short: Step[] = [{ open: {} }, { wait: 2000 }, { drop: true }]
    const script = [...Array<Step[]>(60).fill(short), ...Array<Step[]>(1000).fill(refuse(404))]
    const { sse, stream, clock } = bench({}, { script })
    sse.subscribe('tick', () => {})
    await clock.advance(900_000)
    expect(stream.requests.length).toBeGreaterThan(45)
    expect(stream.requests.length).toBeLessThan(60)
    while (stream.requests.length < 60) await clock.advance(1000)
    await clock.advance(590_000)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { status: 404 } })
    await clock.advance(60_000)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { status: 404 } })
  })

  it.each<[string, () => void]>([
    ['online', online],
    [
      'visible',
      () => {
        const page = stagePage()
        page.hide()
        page.show()
      },
    ],
  ])('are looked at once more when the page is %s', async (_, signal) => {
    const { sse, stream, clock, log } = await deploying(refuse(404), 1000)
    await clock.advance(700_000)
    expect(sse.state.get().status).toBe('closed')
    const { length } = stream.requests
    stream.reset()
    signal()
    await clock.advance(999)
    expect(stream.requests).toHaveLength(0)
    await clock.advance(1)
    expect(length).toBeGreaterThan(40)
    expect(sse.state.get()).toEqual({ status: 'open', since: clock.now(), attempt: 44 })
    stream.send('tick', 1)
    await clock.settle()
    expect(log).toEqual([1])
  })

  it('end it again at once if the second look finds the same', async () => {
    const { sse, stream, clock } = await deploying(refuse(404), 1000)
    await clock.advance(700_000)
    const { length } = stream.requests
    online()
    await clock.advance(2000)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { status: 404 } })
    await clock.advance(700_000)
    expect(stream.requests).toHaveLength(length + 1)
  })

  it('are not looked at once more if nobody listens any more', async () => {
    const { sse, stream, clock } = bench({}, { script: [[], ...Array<Step[]>(1000).fill(refuse(404))] })
    const off = sse.subscribe('tick', () => {})
    await clock.advance(60_000)
    stream.drop()
    await clock.advance(700_000)
    expect(sse.state.get().status).toBe('closed')
    off()
    const { length } = stream.requests
    online()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(length)
  })

  it('are not looked at once more after close()', async () => {
    const { sse, stream, clock } = await deploying(refuse(404), 1000)
    await clock.advance(700_000)
    const { length } = stream.requests
    sse.close()
    online()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(length)
    expect(clock.timers).toBe(0)
  })

  it('are not looked at once more after disconnect()', async () => {
    const { sse, stream, clock } = await deploying(refuse(404), 1000)
    await clock.advance(700_000)
    const { length } = stream.requests
    sse.disconnect()
    online()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(length)
  })
})

describe('a refused last event id', () => {
  it.each([410, 412, 414, 431, 409])(
    'is dropped, reported as a gap, and the stream begins again at once: %i',
    async (status) => {
      const onGap = vi.fn()
      const { sse, stream, clock, statuses } = bench({ onGap, lastEventId: '41' }, { script: [refuse(status)] })
      sse.subscribe('tick', () => {})
      await clock.settle()
      expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['41', ''])
      expect(onGap.mock.calls).toEqual([
        [{ reason: 'refused', certain: true, requested: '41', resumedFrom: '', topics: ['*'] }],
      ])
      expect(sse.lastEventId).toBe('')
      expect(statuses()).toEqual(['idle', 'connecting', 'open'])
    },
  )

  it('is one gap after a connection, not two', async () => {
    const onGap = vi.fn()
    const { sse, stream, clock } = bench({ onGap }, { script: [event('5'), refuse(409), []] })
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(stream.requests).toHaveLength(3)
    expect(onGap.mock.calls).toMatchObject([[{ reason: 'refused', certain: true }]])
  })

  it.each([409, 410])('is the end if %i comes again', async (status) => {
    const { sse, stream, clock } = bench({ lastEventId: '41' }, { script: Array(5).fill(refuse(status)) })
    sse.subscribe('tick', () => {})
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(2)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { status } })
  })

  it('is no gap where there was none: 409 without an id is asked once more', async () => {
    const onGap = vi.fn()
    const { sse, stream, clock } = bench({ onGap }, { script: [refuse(409)] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(stream.requests).toHaveLength(2)
    expect(sse.state.get().status).toBe('open')
    expect(onGap).not.toHaveBeenCalled()
  })

  it('is dropped with `retry: false` too, as a refused request has done nothing', async () => {
    const { sse, stream, clock } = bench({ retry: false, lastEventId: '41' }, { script: [refuse(409)] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(stream.requests).toHaveLength(2)
    expect(sse.state.get().status).toBe('open')
  })

  it('may be dropped again after a connection has been open', async () => {
    const gaps: Gap[] = []
    const { sse, stream, clock } = bench(
      { onGap: (gap) => gaps.push(gap), lastEventId: '41' },
      { script: [refuse(409), event('1'), refuse(409), []] },
    )
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['41', '', '1', ''])
    expect(gaps.map(({ requested }) => requested)).toEqual(['41', '1'])
  })
})

describe('400 and 403', () => {
  const inUrl = { lastEventIdIn: 'query' } as const

  it.each([400, 403])('drop an id that is new in the URL, once: %i', async (status) => {
    const onGap = vi.fn()
    const { sse, stream, clock } = bench({ ...inUrl, onGap }, { script: [event('5'), refuse(status), []] })
    sse.subscribe('tick', () => {})
    await clock.advance(3300)
    expect(stream.requests.map(({ url }) => url)).toEqual(['/events', '/events?lastEventId=5', '/events'])
    expect(onGap.mock.calls).toEqual([
      [{ reason: 'refused', certain: true, requested: '5', resumedFrom: '', topics: ['*'] }],
    ])
    expect(sse.state.get().status).toBe('open')
  })

  it.each([400, 403])('drop an id that the page began with: %i', async (status) => {
    const { sse, stream, clock } = bench({ ...inUrl, lastEventId: '41' }, { script: [refuse(status), []] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(stream.requests.map(({ url }) => url)).toEqual(['/events?lastEventId=41', '/events'])
    expect(sse.state.get().status).toBe('open')
  })

  it('drop an id that travels to another origin in the URL by itself', async () => {
    const { sse, stream, clock } = bench(
      { lastEventId: '41' },
      { script: [refuse(403), []] },
      'https://elsewhere.test/events?sig=1',
    )
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(stream.requests.map(({ url }) => url)).toEqual(['/events?sig=1&lastEventId=41', '/events?sig=1'])
    expect(sse.state.get().status).toBe('open')
  })

  it.each([400, 403])('are final without an id as well: %i', async (status) => {
    const { sse, stream, clock } = bench(
      { ...inUrl, lastEventId: '41' },
      { script: [refuse(status), refuse(status), []] },
    )
    sse.subscribe('tick', () => {})
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(2)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'http', status } })
  })

  it.each([400, 403])('are final once a connection with an id in the URL has been open: %i', async (status) => {
    const { sse, stream, clock } = bench({ ...inUrl, lastEventId: '41' }, { script: [event('42'), refuse(status), []] })
    sse.subscribe('tick', () => {})
    await clock.advance(60_000)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['41', '42'])
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'http', status } })
  })

  it.each([400, 403])('are final for an id in the header: %i', async (status) => {
    const { sse, stream, clock } = bench({ lastEventId: '41' }, { script: [refuse(status), []] })
    sse.subscribe('tick', () => {})
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'http', status } })
  })
})

describe('a connection that resumes nowhere', () => {
  it('is a gap of which nothing is certain, for each but the first', async () => {
    const gaps: Gap[] = []
    const plain: Step[] = [{ send: { event: 'tick', data: 1 } }, { end: true }]
    const { sse, clock } = bench({ onGap: (gap) => gaps.push(gap) }, { script: [plain, plain, []] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(gaps).toEqual([])
    await clock.advance(3300)
    const gap = { reason: 'no-id', certain: false, requested: '', resumedFrom: '', topics: ['*'] }
    expect(gaps).toEqual([gap])
    await clock.advance(3300)
    expect(gaps).toEqual([gap, gap])
  })

  it('is no gap while an id is known, though events without one came after it', async () => {
    const onGap = vi.fn()
    const steps: Step[] = [
      { send: { event: 'tick', data: 1, id: '1' } },
      { send: { event: 'tick', data: 2 } },
      { end: true },
    ]
    const { sse, stream, clock } = bench({ onGap }, { script: [steps, []] })
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1'])
    expect(onGap).not.toHaveBeenCalled()
  })

  it('is no gap if no connection was open before', async () => {
    const onGap = vi.fn()
    const { sse, clock } = bench({ onGap }, { script: [refuse(503), refuse(503), []] })
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(sse.state.get().status).toBe('open')
    expect(onGap).not.toHaveBeenCalled()
  })
})

describe('the body of a refused response', () => {
  const url = 'https://a.test/events'

  /** A client that is refused with these chunks of a body, which does not end. */
  function refusedWith(chunks: readonly (string | Uint8Array)[], status = 403, options: SSEOptions = {}) {
    const cancel = vi.fn()
    const pulled: number[] = []
    const fetch = async (): Promise<Response> => {
      const rest = [...chunks]
      const body = new ReadableStream<Uint8Array>(
        {
          pull(controller) {
            const next = rest.shift()
            pulled.push(chunks.length - rest.length)
            if (next !== undefined) controller.enqueue(typeof next === 'string' ? new TextEncoder().encode(next) : next)
          },
          cancel,
        },
        { highWaterMark: 0 },
      )
      return new Response(body, { status, headers: { 'content-type': 'application/json' } })
    }
    return { ...bench({ fetch, ...options }, {}, url), cancel, pulled }
  }

  it.each([403, 503, 200])('is in `error.body`, as text: %i', async (status) => {
    const { sse, clock } = refusedWith(['{"error":"é"}'], status)
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ error: { status, body: '{"error":"é"}' } })
  })

  it('is in `error.body` no further than its first chunk, and is cancelled', async () => {
    const { sse, clock, cancel, pulled } = refusedWith(['first', 'second'])
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { body: 'first' } })
    expect(cancel).toHaveBeenCalledTimes(1)
    expect(pulled).toEqual([1])
  })

  it('is in `error.body` with at most 1024 characters', async () => {
    const { sse, clock } = refusedWith(['é'.repeat(5000)])
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ error: { body: 'é'.repeat(1024) } })
  })

  it('is empty text if there is none', async () => {
    const { sse, clock } = bench({ fetch: async () => new Response(null, { status: 403 }) })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { status: 403, body: '' } })
  })

  it('is undefined if no response was refused', async () => {
    const { sse, stream, clock } = bench()
    sse.connect()
    await clock.settle()
    stream.drop()
    await clock.settle()
    const { error } = sse.state.get() as { error: SSEError }
    expect(error.code).toBe('network')
    expect(error.body).toBeUndefined()
  })

  it.each([200, 401, 403, 404, 409, 500])('is cancelled, so that it keeps no connection: %i', async (status) => {
    const { sse, clock, cancel } = refusedWith(['x'], status, { retry: false })
    sse.connect()
    await clock.settle()
    expect(cancel).toHaveBeenCalled()
  })

  it('is cancelled if no byte of it comes within a second, and the client goes on', async () => {
    const timeout = vi.spyOn(globalThis, 'setTimeout')
    const { sse, clock, cancel } = refusedWith([], 500)
    sse.connect()
    await clock.settle()
    const [giveUp] = timeout.mock.calls.find(([, ms]) => ms === 1000) ?? []
    expect(cancel).not.toHaveBeenCalled()
    expect(sse.state.get().status).toBe('connecting')
    giveUp?.()
    await clock.settle()
    expect(cancel).toHaveBeenCalledTimes(1)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { status: 500, body: '' } })
  })

  it('does not hide the refusal if it breaks', async () => {
    const fetch = async (): Promise<Response> => {
      const body = new ReadableStream({ start: (controller) => controller.error(new Error('reset')) })
      return new Response(body, { status: 403 })
    }
    const { sse, clock } = bench({ fetch })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'http', status: 403, body: '' } })
  })
})
