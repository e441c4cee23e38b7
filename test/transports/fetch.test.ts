import fc from 'fast-check'
import { createSSE, fetchTransport, type LastEventIdIn, type TransportRequest } from 'headwater'
import { createClock } from 'headwater/testing'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { byteString, hasIdInUrl, redirectMode } from '../../src/transports/fetch.ts'
import { handTime, turn } from '../support/turns.ts'
import { type Report, recordingSink } from '../support/wire.ts'

afterEach(() => vi.unstubAllGlobals())

const STREAM = { headers: { 'content-type': 'text/event-stream' } }

interface Sent {
  readonly url: string
  readonly init: RequestInit & { readonly headers: Headers }
}

const requestOf = (request: Partial<TransportRequest>): TransportRequest => ({
  url: 'https://a.test/events',
  method: 'GET',
  headers: new Headers(),
  body: undefined,
  credentials: 'same-origin',
  lastEventId: '',
  lastEventIdIn: 'auto',
  lastEventIdParam: 'lastEventId',
  maxEventSize: Infinity,
  clock: createClock(),
  fetch: vi.fn(),
  ...request,
})

/** One attempt with this request, and what was sent and reported. */
async function attempt(request: Partial<TransportRequest>, respond: () => Response | Promise<Response>) {
  const sent: Sent[] = []
  const { sink, reports } = recordingSink()
  const link = fetchTransport().connect(
    requestOf({
      fetch: async (url, init) => {
        sent.push({ url: `${url}`, init: init as Sent['init'] })
        return respond()
      },
      ...request,
    }),
    sink,
  )
  await createClock().settle()
  return { sent: sent[0] as Sent, reports, link }
}

const ended = (reports: Report[]): unknown => reports.find(([what]) => what === 'end')?.[1]

it('fields that are no part of an event are reported: comments, and a retry that is all digits', async () => {
  const wire = ': hi\n:\nretry: 500\nretry: 5x0\nretry: -1\nretry\nretry: 1e3\nRetry: 6\nfoo: 7\n'
  const { reports } = await attempt({}, () => new Response(wire, STREAM))
  expect(reports.filter(([what]) => !/open|end/.test(what))).toEqual([
    ['comment', 'hi'],
    ['comment', ''],
    ['retry', 500],
  ])
})

describe('a request', () => {
  it('is a plain one for an event stream', async () => {
    const { sent } = await attempt({}, () => new Response('', STREAM))
    expect(sent.url).toBe('https://a.test/events')
    expect(sent.init).toMatchObject({
      method: 'GET',
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'follow',
    })
    expect([...sent.init.headers]).toEqual([['accept', 'text/event-stream']])
    expect(sent.init.body).toBeUndefined()
  })

  it('is sent as it was asked for', async () => {
    const body = new ReadableStream()
    const headers = new Headers({ accept: 'text/event-stream, text/html', 'x-own': '1' })
    const { sent } = await attempt(
      { method: 'POST', body, headers, credentials: 'include' },
      () => new Response('', STREAM),
    )
    // A stream is refused without `duplex` (Fetch 5.4).
    expect(sent.init).toMatchObject({ method: 'POST', body, credentials: 'include', duplex: 'half' })
    expect([...sent.init.headers]).toEqual([...headers])
  })

  it('is taken by the platform with a stream for a body', async () => {
    const { sent } = await attempt({ method: 'POST', body: new ReadableStream() }, () => new Response('', STREAM))
    expect(new Request(sent.url, sent.init).method).toBe('POST')
  })

  it('is not sent by a method: the platform does not let its fetch be one', async () => {
    let receiver: unknown
    function fetch(this: unknown): Promise<Response> {
      receiver = this
      return Promise.resolve(new Response('', STREAM))
    }
    await attempt({ fetch }, () => new Response('', STREAM))
    expect(receiver).toBeUndefined()
  })

  it('stays as it was: a transport may send it twice', async () => {
    vi.stubGlobal('location', new URL('https://a.test/page'))
    const sent: Sent[] = []
    const request = requestOf({
      lastEventId: '5',
      fetch: async (url, init) => {
        sent.push({ url: `${url}`, init: init as Sent['init'] })
        return new Response('', STREAM)
      },
    })
    for (const more of [{}, { lastEventId: '6', lastEventIdIn: 'query' }, { lastEventId: '' }] as const)
      fetchTransport().connect({ ...request, ...more }, recordingSink().sink)
    expect([...request.headers]).toEqual([])
    expect(sent.map(({ url, init }) => [url, init.redirect, init.headers.get('last-event-id')])).toEqual([
      ['https://a.test/events', 'follow', '5'],
      ['https://a.test/events?lastEventId=6', 'follow', null],
      ['https://a.test/events', 'follow', null],
    ])
  })

  it('has the cursor in the header to its own origin, or where there is none', async () => {
    vi.stubGlobal('location', new URL('https://a.test/page'))
    for (const stub of [() => {}, () => vi.stubGlobal('location', undefined)]) {
      stub()
      const { sent } = await attempt({ lastEventId: '日本' }, () => new Response('', STREAM))
      expect(sent.url).toBe('https://a.test/events')
      expect(sent.init.headers.get('last-event-id')).toBe('\u00e6\u0097\u00a5\u00e6\u009c\u00ac')
    }
  })

  it('has the cursor in the query to another origin, as the header would cost a preflight', async () => {
    vi.stubGlobal('location', new URL('https://b.test/page'))
    const { sent } = await attempt(
      { lastEventId: '5', lastEventIdParam: 'last_event_id', url: 'https://a.test/e?x=1' },
      () => new Response('', STREAM),
    )
    expect(sent.url).toBe('https://a.test/e?x=1&last_event_id=5')
    expect(sent.init.headers.has('last-event-id')).toBe(false)
  })

  it('has an id in the query that no header can carry', async () => {
    vi.stubGlobal('location', new URL('https://a.test/page'))
    const { sent } = await attempt({ lastEventId: ' 5' }, () => new Response('', STREAM))
    expect(new URL(sent.url).searchParams.get('lastEventId')).toBe(' 5')
  })

  it.each([
    [{}, 'follow'],
    [{ authorization: 'Bearer x', 'content-type': 'application/json', accept: 'text/event-stream' }, 'follow'],
    [{ 'x-api-key': 'secret' }, 'manual'],
  ])('has redirects for the headers %j: %s', async (headers, redirect) => {
    const { sent } = await attempt({ headers: new Headers(headers as HeadersInit) }, () => new Response('', STREAM))
    expect(sent.init.redirect).toBe(redirect)
  })

  it('follows redirects though it resumes: the last event id is no secret', async () => {
    vi.stubGlobal('location', new URL('https://a.test/page'))
    const { sent } = await attempt({ lastEventId: '5' }, () => new Response('', STREAM))
    expect(sent.init.redirect).toBe('follow')
  })
})

describe('redirects', () => {
  it.each([
    ['follow', ['authorization']],
    ['follow', ['accept', 'accept-language', 'content-language', 'content-type']],
    ['manual', ['x-api-key']],
    ['manual', ['authorization', 'x-tenant']],
    ['manual', ['authorization-token']],
    ['manual', ['last-event-id']],
    ['manual', ['x-accept']],
  ])('%s with the headers %j', (mode, names) => {
    expect(redirectMode(new Headers(names.map((name): [string, string] => [name, 'x'])))).toBe(mode)
  })
})

describe('the last event id', () => {
  const inUrl = (lastEventId: string, lastEventIdIn: LastEventIdIn = 'auto', url?: string): boolean =>
    hasIdInUrl(requestOf({ lastEventId, lastEventIdIn, ...(url && { url }) }))

  it.each<[how: LastEventIdIn, page: string | undefined, inUrl: boolean]>([
    ['auto', 'https://a.test/page', false],
    ['auto', 'https://b.test/page', true],
    ['auto', 'http://a.test/page', true],
    ['auto', undefined, false],
    ['header', 'https://a.test/page', false],
    ['header', 'https://b.test/page', false],
    ['header', undefined, false],
    ['query', 'https://a.test/page', true],
    ['query', 'https://b.test/page', true],
    ['query', undefined, true],
  ])('%s, on a page at %s, travels in the URL: %j', (how, page, expected) => {
    vi.stubGlobal('location', page && new URL(page))
    expect(inUrl('5', how)).toBe(expected)
    expect(inUrl('', how)).toBe(false)
  })

  it.each([
    ['42', '42'],
    ['日本', '\u00e6\u0097\u00a5\u00e6\u009c\u00ac'],
    ['é', '\u00c3\u00a9'],
    ['a b', 'a b'],
    ['a  b', 'a  b'],
    ['!~', '!~'],
    ['x'.repeat(8192), 'x'.repeat(8192)],
  ])('%j travels in the header, as %j', async (id, expected) => {
    vi.stubGlobal('location', new URL('https://a.test/page'))
    expect(inUrl(id)).toBe(false)
    expect(byteString(id)).toBe(expected)
    const { sent } = await attempt({ lastEventId: id }, () => new Response('', STREAM))
    expect(sent.init.headers.get('last-event-id')).toBe(expected)
  })

  it.each([' ', ' 5', '5 ', '\t5', '5\t', 'a\tb', 'a\u0001', 'a\u007f', 'x'.repeat(8193)])(
    '%j travels in the URL, whatever was asked for',
    async (id) => {
      vi.stubGlobal('location', new URL('https://a.test/page'))
      for (const how of ['auto', 'header', 'query'] as const) {
        const { sent } = await attempt({ lastEventId: id, lastEventIdIn: how }, () => new Response('', STREAM))
        expect(sent.init.headers.has('last-event-id')).toBe(false)
        expect(new URL(sent.url).searchParams.get('lastEventId')).toBe(id)
      }
    },
  )

  it('never makes a header throw, and comes back as the same id from UTF-8', () => {
    // Any characters at all, halves of them included.
    const text = fc
      .array(fc.oneof(fc.nat({ max: 0xff }), fc.nat({ max: 0x10ffff })))
      .map((points) => String.fromCodePoint(...points))
    vi.stubGlobal('location', new URL('https://a.test/page'))
    fc.assert(
      fc.property(text, (id) => {
        if (inUrl(id)) return
        const headers = new Headers({ 'last-event-id': byteString(id) })
        const bytes = Uint8Array.from(headers.get('last-event-id') ?? '', (character) => character.charCodeAt(0))
        expect(new TextDecoder().decode(bytes)).toBe(new TextDecoder().decode(new TextEncoder().encode(id)))
      }),
    )
  })
})

describe('a response', () => {
  it('opens the stream, announces the heartbeat, and ends it', async () => {
    const response = new Response('data: 1\n\ndata: 2', { headers: { ...STREAM.headers, 'x-sse-heartbeat': '5000' } })
    const { reports } = await attempt({}, () => response)
    expect(reports).toEqual([
      ['open', { heartbeatMs: 5000 }],
      ['block', 'message', '1', undefined],
      ['end', 'eof'],
    ])
  })

  it.each([
    [undefined, 0],
    ['', 0],
    ['0', 0],
    ['soon', Number.NaN],
  ])('announces a heartbeat for the header X-SSE-Heartbeat %j: %d', async (value, heartbeatMs) => {
    const headers = { ...STREAM.headers, ...(value !== undefined && { 'x-sse-heartbeat': value }) }
    const { reports } = await attempt({}, () => new Response('', { headers }))
    expect(reports[0]).toEqual(['open', { heartbeatMs }])
  })

  it('reports bytes before what they contain', async () => {
    const log: string[] = []
    const { sink } = recordingSink()
    const body = new ReadableStream({
      start(controller) {
        for (const chunk of ['data: 1\n', '\n: hi\n', 'x']) controller.enqueue(new TextEncoder().encode(chunk))
        controller.close()
      },
    })
    fetchTransport().connect(requestOf({ fetch: async () => new Response(body, STREAM) }), {
      ...sink,
      open: () => log.push('open'),
      heard: () => log.push('heard'),
      block: () => void log.push('block'),
      comment: () => log.push('comment'),
      end: () => log.push('end'),
    })
    await createClock().settle()
    expect(log).toEqual(['open', 'heard', 'heard', 'block', 'comment', 'heard', 'end'])
  })

  it('is an empty stream without a body', async () => {
    const { reports } = await attempt({}, () => new Response(null, STREAM))
    expect(ended(reports)).toBe('eof')
    expect(reports.map(([what]) => what)).not.toContain('open')
  })

  it('is an error that no retry mends, not an end, where its body cannot be read', async () => {
    const answer = { status: 200, headers: new Headers(STREAM.headers) } as Response
    const { reports } = await attempt({ url: 'https://a.test/events?token=secret' }, () => answer)
    expect(ended(reports)).toMatchObject({
      code: 'options',
      message: 'https://a.test/events: use eventSourceTransport()',
    })
  })

  it('ends the attempt with why it was refused', async () => {
    const { reports } = await attempt({}, () => new Response('no seat', { status: 403 }))
    expect(reports).toMatchObject([['end', { code: 'http', status: 403, body: 'no seat' }]])
  })

  it('ends for good with status 204', async () => {
    const { reports } = await attempt({}, () => new Response(null, { status: 204 }))
    expect(reports).toEqual([['end', 'stop']])
  })

  it('has its body cancelled if it comes when it is not wanted any more', async () => {
    const cancel = vi.fn()
    let answer = (_: Response): void => {}
    const { reports, link } = await attempt({}, () => new Promise((resolve) => (answer = resolve)))
    link.close()
    answer(new Response(new ReadableStream({ cancel }), STREAM))
    await createClock().settle()
    expect(cancel).toHaveBeenCalled()
    expect(reports.map(([what]) => what)).not.toContain('open')
  })

  it('reports why it broke off', async () => {
    const cause = new TypeError('network error')
    const body = new ReadableStream({ start: (controller) => controller.error(cause) })
    const { reports } = await attempt({}, () => new Response(body, STREAM))
    expect(ended(reports)).toBe(cause)
  })

  it('reports why it never comes', async () => {
    const cause = new TypeError('Failed to fetch')
    const { reports } = await attempt({}, () => Promise.reject(cause))
    expect(ended(reports)).toBe(cause)
  })

  it('pauses a burst after 10 ms, reads no further meanwhile, and reports the rest as no silence', async () => {
    const pass = await handTime()
    const log: string[] = []
    const { sink } = recordingSink()
    const chunks = ['data: 1\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\n', 'data: 5\n\n']
    const body = new ReadableStream(
      {
        pull(controller) {
          const chunk = chunks.shift()
          if (!chunk) return controller.close()
          log.push('read')
          controller.enqueue(new TextEncoder().encode(chunk))
        },
      },
      { highWaterMark: 0 },
    )
    fetchTransport().connect(requestOf({ fetch: async () => new Response(body, STREAM) }), {
      ...sink,
      heard: () => log.push('heard'),
      block({ data }) {
        pass(6)
        log.push(`${data}`)
        if (data === '1') turn().then(() => log.push('page'))
        return undefined
      },
    })
    await createClock().settle()
    const burst = ['1', '2', 'page', 'heard', '3', '4', 'heard']
    expect(log).toEqual(['read', 'heard', ...burst, 'read', 'heard', '5'])
  })

  it('has an event dropped that is longer than the limit, and goes on', async () => {
    const body = `data: ${'x'.repeat(11)}\n\ndata: 1\n\n`
    const { reports } = await attempt({ maxEventSize: 10 }, () => new Response(body, STREAM))
    expect(reports.slice(1)).toEqual([
      ['gap', { reason: 'too-large' }],
      ['block', 'message', '1', undefined],
      ['end', 'eof'],
    ])
  })
})

describe('closing', () => {
  it('aborts the request before the headers', async () => {
    const { sent, link } = await attempt({}, () => new Promise(() => {}))
    expect(sent.init.signal?.aborted).toBe(false)
    link.close()
    link.close()
    expect(sent.init.signal?.aborted).toBe(true)
  })

  it('cancels the body, also of a fetch that ignores the signal', async () => {
    const cancel = vi.fn()
    const { link } = await attempt({}, () => new Response(new ReadableStream({ cancel }), STREAM))
    link.close()
    await createClock().settle()
    expect(cancel).toHaveBeenCalled()
  })

  it('reports nothing of a body that cannot be cancelled', async () => {
    const cancel = vi.fn(() => Promise.reject(new Error('no')))
    const { link } = await attempt({}, () => new Response(new ReadableStream({ cancel }), STREAM))
    link.close()
    await createClock().settle()
    expect(cancel).toHaveBeenCalled()
  })

  it('does no harm when all is over', async () => {
    const { link, reports } = await attempt({}, () => new Response('', STREAM))
    const before = reports.length
    link.close()
    await createClock().settle()
    expect(reports).toHaveLength(before)
  })
})

describe('a line that is no event', () => {
  /** A client whose stream is open, and every timer that it sets from then on. */
  async function opened() {
    const clock = createClock()
    const setTimeout = vi.spyOn(clock, 'setTimeout')
    let send = (_: string): void => {}
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        send = (text) => controller.enqueue(new TextEncoder().encode(text))
      },
    })
    const observed: unknown[] = []
    const sse = createSSE('https://a.test/events', {
      clock,
      fetch: async () => new Response(body, STREAM),
      onState: ({ status }) => observed.push(status),
      onEvent: (event) => observed.push(event),
      onGap: (gap) => observed.push(gap),
      onInvalid: (invalid) => observed.push(invalid),
    })
    onTestFinished(() => sse.close())
    sse.connect()
    await clock.settle()
    expect(observed).toEqual(['connecting', 'open'])
    observed.length = 0
    setTimeout.mockClear()
    return {
      clock,
      observed,
      timersSet: () => setTimeout.mock.calls.length,
      async send(text: string) {
        send(text)
        await clock.settle()
      },
    }
  }

  it.each([
    ['4 MB of lines that are no field', 'x\n'.repeat(2 * 1024 * 1024)],
    ['one such line of 4 MB', `${'x'.repeat(4 * 1024 * 1024)}\n`],
    ['a megabyte of comments', ':\n'.repeat(512 * 1024)],
  ])('is not reported, and sets no timer: %s', async (_, text) => {
    const { clock, observed, timersSet, send } = await opened()
    const { timers } = clock
    await send(text)
    expect([observed, timersSet(), clock.timers]).toEqual([[], 0, timers])
  })

  it('sets no timer of its own as a comment: a connection has one, however often it beats', async () => {
    const { clock, observed, send } = await opened()
    expect(clock.timers).toBe(1)
    for (let n = 0; n < 5; n++) {
      await clock.advance(2000)
      await send(': beat\n\n')
      expect(clock.timers).toBe(1)
    }
    expect(observed).toEqual([])
  })
})
