// @vitest-environment page
import {
  isSSEError,
  type Layer,
  type SSEError,
  type SSEOptions,
  type SSEUrl,
  type Transport,
  type TransportRequest,
  type TransportSink,
} from 'headwater'
import type { Step } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bench } from '../support/client.ts'

afterEach(() => vi.unstubAllGlobals())

const URL = 'https://a.test/events'
const refuse = (status: number): Step[] => [{ refuse: { status } }]

interface Attempted {
  readonly request: TransportRequest
  readonly sink: TransportSink
  readonly close: () => void
}

/** A client over a transport that opens nothing by itself, and reports what a test says. */
function carried(options: SSEOptions = {}, url: SSEUrl = URL) {
  const attempts: Attempted[] = []
  const transport: Transport = {
    connect(request, sink) {
      const close = vi.fn()
      attempts.push({ request, sink, close })
      return { close }
    },
  }
  const latest = (): Attempted => attempts.at(-1) as Attempted
  return { ...bench({ transport, ...options }, {}, url), attempts, latest }
}

const block = (data: string, id?: string) => ({ type: 'tick', data, id })
const errorOf = (state: object): SSEError => (state as { error: SSEError }).error

describe('an attempt', () => {
  it('asks for the request, and hands it to the transport', async () => {
    const url = vi.fn(async () => 'https://b.test/events?x=1')
    const headers = vi.fn(() => ({ 'x-own': '1' }))
    const body = vi.fn(() => 'body')
    const { sse, clock, attempts, latest } = carried({ method: 'POST', headers, body, lastEventId: '41' }, url)
    sse.connect()
    await clock.settle()
    latest().sink.end('eof')
    await clock.advance(600)
    const context = { attempt: 0, lastEventId: '41' }
    for (const ask of [url, headers, body]) expect(ask.mock.calls).toEqual([[context], [{ ...context, attempt: 1 }]])
    expect(attempts).toHaveLength(2)
    expect(latest().request).toMatchObject({
      url: 'https://b.test/events?x=1',
      method: 'POST',
      body: 'body',
      lastEventId: '41',
    })
    expect([...latest().request.headers]).toEqual([['x-own', '1']])
  })

  it('calls none of the functions that make its request if it is left at once', async () => {
    const url = vi.fn(() => URL)
    const { sse, clock, attempts } = carried({}, url)
    sse.connect()
    sse.close()
    await clock.settle()
    expect([url.mock.calls, attempts, clock.timers]).toEqual([[], [], 0])
  })

  it.each(['close', 'disconnect', 'reconnect'] as const)(
    'is not sent if one of them calls %s(), or something else does meanwhile',
    async (act) => {
      let answer = (_: string): void => {}
      const url = vi.fn(() => new Promise<string>((resolve) => (answer = resolve)))
      const { sse, clock, attempts } = carried({}, url)
      sse.subscribe('tick', () => {})
      await clock.settle()
      const late = answer
      sse[act]()
      late('https://late.test/')
      await clock.settle()
      expect(attempts).toEqual([])
      expect(url).toHaveBeenCalledTimes(act === 'reconnect' ? 2 : 1)
      answer(URL)
      await clock.settle()
      expect(attempts.map(({ request }) => request.url)).toEqual(act === 'reconnect' ? [URL] : [])
    },
  )

  it('has its functions called after the observers of `connecting`', async () => {
    const { sse, clock, log } = carried({ onState: ({ status }) => log.push(status) }, () => {
      log.push('url')
      return URL
    })
    sse.connect()
    log.push('connect() returned')
    await clock.settle()
    expect(log).toEqual(['connecting', 'connect() returned', 'url'])
  })

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('token endpoint')
      },
    ],
    ['rejects', () => Promise.reject(new Error('token endpoint'))],
  ])('has failed like any other if one of them %s', async (_, fail) => {
    const headers = fail as () => Record<string, string>
    const { sse, clock, attempts } = carried({ headers })
    sse.connect()
    await clock.settle()
    const error = errorOf(sse.state.get())
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, error: { code: 'network' } })
    expect(error.cause).toEqual(new Error('token endpoint'))
    expect(error.message).toBe('request: Error: token endpoint')
    expect(attempts).toEqual([])
  })

  it('ends the client if one of them makes a request that can never be sent', async () => {
    const { sse, clock, attempts } = carried({}, () => 'https://user:secret@a.test/')
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'options' } })
    expect(errorOf(sse.state.get()).message).not.toContain('secret')
    expect(attempts).toEqual([])
  })

  it('waits for what a layer has to do first, each time', async () => {
    let answer = (): void => {}
    const ready = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)))
    const resume: Layer = (inner, host) => {
      host.ready = ready
      return inner
    }
    const { sse, clock, attempts, latest } = carried({ resume })
    sse.connect()
    await clock.settle()
    expect(attempts).toHaveLength(0)
    answer()
    await clock.settle()
    expect(attempts).toHaveLength(1)
    latest().sink.end('eof')
    await clock.advance(600)
    expect(ready).toHaveBeenCalledTimes(2)
    expect(attempts).toHaveLength(1)
    answer()
    await clock.settle()
    expect(attempts).toHaveLength(2)
  })

  it('has failed if a layer is never ready because of an error', async () => {
    const cause = new Error('no storage')
    const resume: Layer = (inner, host) => {
      host.ready = () => Promise.reject(cause)
      return inner
    }
    const { sse, clock, attempts } = carried({ resume })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'network', cause } })
    expect(attempts).toEqual([])
  })

  it('has failed if the transport throws', async () => {
    const { sse, clock } = carried({
      transport: {
        connect: () => {
          throw new Error('broken transport')
        },
      },
    })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'network' } })
    expect(errorOf(sse.state.get()).message).toBe(`${URL}: Error: broken transport`)
  })
})

describe('an attempt that was left', () => {
  it('is not heard any more, whatever its transport reports', async () => {
    const onGap = vi.fn()
    const { sse, clock, latest, log } = carried({ onGap })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    const { sink, close } = latest()
    sink.open({ heartbeatMs: 5000 })
    sink.block(block('1', '1'))
    sse.disconnect()
    const state = sse.state.get()
    sink.heard()
    sink.comment('')
    expect(sink.block(block('2', '2'))).toBeUndefined()
    sink.retry(1)
    sink.gap({ reason: 'too-large' })
    sink.open()
    sink.end('eof')
    sink.end('stop')
    expect(log).toEqual([1])
    expect(sse.lastEventId).toBe('1')
    expect(onGap).not.toHaveBeenCalled()
    expect(sse.state.get()).toBe(state)
    expect(close).toHaveBeenCalledTimes(1)
    expect(clock.timers).toBe(0)
  })

  it.each(['before', 'after'] as const)('is not heard by the one %s it', async (which) => {
    const { sse, clock, attempts, log } = carried()
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    attempts[0]?.sink.open()
    sse.reconnect()
    await clock.settle()
    const at = which === 'before' ? 0 : 1
    attempts[1]?.sink.open()
    attempts[at]?.sink.block(block('1'))
    attempts[at]?.sink.end('eof')
    expect(log).toEqual(at ? [1] : [])
    expect(sse.state.get().status).toBe(at ? 'waiting' : 'open')
  })

  it('ends once: what is reported after its end counts for nothing', async () => {
    const onRetry = vi.fn()
    const { sse, clock, latest } = carried({ onRetry })
    sse.connect()
    await clock.settle()
    const { sink } = latest()
    sink.open()
    sink.end('eof')
    sink.end('eof')
    sink.end('stop')
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1 })
    expect(onRetry).toHaveBeenCalledTimes(1)
  })

  it('does not reach the layers either', async () => {
    const seen: unknown[] = []
    const commit: Layer = (inner) => ({
      connect: (request, sink) =>
        inner.connect(request, {
          ...sink,
          block(event) {
            seen.push(event.data)
            return sink.block(event)
          },
          end(reason) {
            seen.push(reason)
            sink.end(reason)
          },
        }),
    })
    const { sse, clock, latest } = carried({ commit })
    sse.subscribe('tick', () => {})
    await clock.settle()
    const { sink } = latest()
    sink.open()
    sink.block(block('1'))
    sse.reconnect()
    sink.block(block('2'))
    sink.end('eof')
    expect(seen).toEqual(['1'])
  })

  it('brings nothing of a real stream: neither what was on its way, nor its end', async () => {
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

  it('is closed if an observer left it before the transport returned', async () => {
    const close = vi.fn()
    const transport: Transport = {
      connect(_, sink) {
        sink.open()
        return { close }
      },
    }
    const { sse, clock, statuses } = carried({ transport, onOpen: () => sse.disconnect() })
    sse.connect()
    await clock.settle()
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'paused'])
    expect(close).toHaveBeenCalledTimes(1)
  })

  it('is closed once the next one is under way, so that a transport can hand over', async () => {
    const { sse, clock, attempts, latest } = carried()
    sse.connect()
    await clock.settle()
    latest().sink.open()
    sse.reconnect()
    expect(sse.state.get()).toEqual({ status: 'connecting', attempt: 0 })
    expect(attempts[0]?.close).toHaveBeenCalledTimes(1)
    await clock.settle()
    sse.reconnect()
    expect(attempts[1]?.close).toHaveBeenCalledTimes(1)
    await clock.settle()
    expect(attempts).toHaveLength(3)
    expect(attempts[2]?.close).not.toHaveBeenCalled()
  })

  it('is reported if it cannot be closed, and is left all the same', async () => {
    const report = vi.fn()
    vi.stubGlobal('reportError', report)
    const oops = new Error('oops')
    const transport: Transport = {
      connect: () => ({
        close() {
          throw oops
        },
      }),
    }
    const { sse, clock } = carried({ transport })
    sse.connect()
    await clock.settle()
    expect(() => sse.close()).not.toThrow()
    expect(report).toHaveBeenCalledWith(oops)
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
  })
})

describe('layers', () => {
  it('are made once for each client, and are given it', async () => {
    const hosts: object[] = []
    const server: Layer = (inner, host) => {
      hosts.push(host)
      return inner
    }
    const { sse, clock, latest } = carried({ server })
    sse.connect()
    await clock.settle()
    latest().sink.end('eof')
    await clock.advance(600)
    expect(hosts).toHaveLength(1)
    expect(hosts[0]).toMatchObject({ options: { url: URL, linger: 1000 } })
    carried({ server })
    expect(hosts[1]).not.toBe(hosts[0])
  })

  it('stand in a fixed order between the client and its transport', async () => {
    const order: string[] = []
    const named =
      (name: string): Layer =>
      (inner) => ({
        connect(request, sink) {
          order.push(name)
          return inner.connect(request, {
            ...sink,
            block(event) {
              order.push(`${name} hears`)
              return sink.block(event)
            },
          })
        },
      })
    const { sse, stream, clock } = bench({
      resume: named('resume'),
      commit: named('commit'),
      server: named('server'),
      transport: named('transport'),
    })
    sse.subscribe('tick', () => order.push('handler'))
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect(order).toEqual([
      'resume',
      'commit',
      'server',
      'transport',
      'transport hears',
      'server hears',
      'commit hears',
      'resume hears',
      'handler',
    ])
  })
})

describe('headers that do not come', () => {
  it('are waited for 15 s, then the attempt has failed', async () => {
    const { sse, stream, clock } = bench({}, { script: [[{ open: { delay: 100_000 } }]] }, `${URL}?token=secret`)
    sse.connect()
    await clock.advance(14_999)
    expect(sse.state.get().status).toBe('connecting')
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, error: { code: 'timeout' } })
    expect(errorOf(sse.state.get()).message).toBe(`${URL}: no answer in 15000 ms`)
    await clock.advance(600)
    expect(sse.state.get().status).toBe('open')
    await clock.advance(100_000)
    expect(stream.connections).toHaveLength(1)
  })

  it('are waited for as long as `connectTimeout` says', async () => {
    const { sse, clock, latest } = carried({ connectTimeout: 5000 })
    sse.connect()
    await clock.advance(4999)
    expect(sse.state.get().status).toBe('connecting')
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'timeout' } })
    expect(latest().close).toHaveBeenCalledTimes(1)
  })

  it.each([0, Infinity])('are waited for without end with connectTimeout %d', async (connectTimeout) => {
    const { sse, clock, latest } = carried({ connectTimeout })
    sse.connect()
    await clock.advance(86_400_000)
    expect(sse.state.get().status).toBe('connecting')
    expect(clock.timers).toBe(0)
    latest().sink.open()
    expect(sse.state.get().status).toBe('open')
  })

  it('have 15 s again after reconnect()', async () => {
    const { sse, clock } = carried()
    sse.connect()
    await clock.advance(14_999)
    sse.reconnect()
    await clock.advance(14_999)
    expect(sse.state.get().status).toBe('connecting')
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'timeout' } })
  })

  it('are no failure of a connection that has opened', async () => {
    const { sse, clock, latest } = carried()
    sse.connect()
    await clock.advance(14_999)
    latest().sink.open()
    await clock.advance(60_000)
    expect(sse.state.get().status).toBe('open')
  })
})

describe('a function for the request that does not answer', () => {
  it.each<[string, SSEOptions, SSEUrl]>([
    ['url', {}, () => new Promise<string>(() => {})],
    ['headers', { headers: () => new Promise(() => {}) }, URL],
    ['body', { method: 'POST', body: () => new Promise(() => {}) }, URL],
  ])('is a timeout that says so: %s', async (_, options, url) => {
    const { sse, clock, attempts } = carried(options, url)
    sse.connect()
    await clock.advance(14_999)
    expect(sse.state.get().status).toBe('connecting')
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'timeout' } })
    expect(errorOf(sse.state.get()).message).toBe('request: no answer in 15000 ms')
    expect(attempts).toEqual([])
  })

  it('is called again for the next attempt; its late answer is ignored', async () => {
    const answers: ((url: string) => void)[] = []
    const { sse, clock, attempts } = carried({}, () => new Promise<string>((resolve) => answers.push(resolve)))
    sse.connect()
    await clock.advance(15_600)
    expect(answers).toHaveLength(2)
    answers[0]?.('https://late.test/')
    await clock.settle()
    expect(attempts).toEqual([])
    answers[1]?.(URL)
    await clock.settle()
    expect(attempts.map(({ request }) => request.url)).toEqual([URL])
  })
})

describe('a body that is a stream', () => {
  const streamOf = (text: string): ReadableStream => new Response(text).body as ReadableStream
  function locked(): ReadableStream {
    const stream = streamOf('read')
    stream.getReader()
    return stream
  }

  it('is an `options` error at once if it is locked', () => {
    try {
      bench({ method: 'POST', body: locked() }, {}, `${URL}?token=secret`)
      expect.unreachable()
    } catch (error) {
      expect(isSSEError(error)).toBe(true)
      expect(error).toMatchObject({
        code: 'options',
        message: expect.stringMatching(/^https:\/\/a\.test\/events: TypeError: .*locked/),
      })
    }
  })

  it('ends the client with an `options` error if a function makes one that is locked', async () => {
    const { sse, stream, clock } = bench({ method: 'POST', body: () => locked() }, {}, URL)
    sse.connect()
    await clock.advance(60_000)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'options' } })
    expect(errorOf(sse.state.get()).message).toMatch(/^https:\/\/a\.test\/events: TypeError: .*locked/)
    expect(stream.requests).toHaveLength(0)
  })

  it('is sent once: the second attempt ends the client, instead of failing for ever', async () => {
    const { sse, stream, clock } = bench({ method: 'POST', body: streamOf('once') }, { script: [refuse(503), []] }, URL)
    sse.connect()
    await clock.advance(60_000)
    expect(stream.requests.map(({ body }) => body)).toEqual(['once'])
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'options' } })
  })

  it('is sent with each attempt if a function makes it', async () => {
    const { sse, stream, clock } = bench(
      { method: 'POST', body: () => streamOf('each') },
      { script: [refuse(503), []] },
      URL,
    )
    sse.connect()
    await clock.advance(60_000)
    expect(stream.requests.map(({ body }) => body)).toEqual(['each', 'each'])
    expect(sse.state.get().status).toBe('open')
  })
})
