import { fetchTransport } from 'headwater'
import { createClock } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { canStream } from '../../src/transports/fetch.ts'
import { fakeHost } from '../support/host.ts'
import { type Report, recordingSink } from '../support/wire.ts'

afterEach(() => vi.unstubAllGlobals())

const STREAM = { headers: { 'content-type': 'text/event-stream' } }

interface Sent {
  readonly url: string
  readonly init: RequestInit & { readonly headers: Headers }
}

/** One try with this request, and what was sent and reported. */
async function tried(request: object, respond: () => Response | Promise<Response>) {
  const sent: Sent[] = []
  const { sink, reports } = recordingSink()
  const link = fetchTransport().connect(
    {
      url: 'https://a.test/events',
      method: 'GET',
      headers: new Headers(),
      body: undefined,
      credentials: 'same-origin',
      lastEventId: '',
      lastEventIdParam: 'lastEventId',
      maxEventSize: Infinity,
      clock: createClock(),
      names: [],
      scope: '',
      topics: [],
      host: fakeHost(),
      fetch: async (url, init) => {
        sent.push({ url: `${url}`, init: init as Sent['init'] })
        return respond()
      },
      ...request,
    },
    sink,
  )
  await createClock().settle()
  return { sent: sent[0] as Sent, reports, link }
}

const ended = (reports: Report[]): unknown => reports.find(([what]) => what === 'end')?.[1]

describe('a request', () => {
  it('is a plain one for an event stream', async () => {
    const { sent } = await tried({}, () => new Response('', STREAM))
    expect(sent.init).toMatchObject({
      method: 'GET',
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'follow',
    })
    expect([...sent.init.headers]).toEqual([['accept', 'text/event-stream']])
    expect('body' in sent.init).toBe(false)
  })

  it('is not sent by a method: the platform does not let its fetch be one', async () => {
    let receiver: unknown
    function fetch(this: unknown): Promise<Response> {
      receiver = this
      return Promise.resolve(new Response('', STREAM))
    }
    await tried({ fetch }, () => new Response('', STREAM))
    expect(receiver).toBeUndefined()
  })

  it('to the own origin, or where there is none, has the cursor in the header', async () => {
    vi.stubGlobal('location', new URL('https://a.test/page'))
    for (const stub of [() => {}, () => vi.stubGlobal('location', undefined)]) {
      stub()
      const { sent } = await tried({ lastEventId: '日本' }, () => new Response('', STREAM))
      expect(sent.url).toBe('https://a.test/events')
      expect(sent.init.headers.get('last-event-id')).toBe('\u00e6\u0097\u00a5\u00e6\u009c\u00ac')
    }
  })

  it('to another origin has it in the query, as the header would cost a preflight', async () => {
    vi.stubGlobal('location', new URL('https://b.test/page'))
    const { sent } = await tried(
      { lastEventId: '5', lastEventIdParam: 'last_event_id', url: 'https://a.test/e?x=1' },
      () => new Response('', STREAM),
    )
    expect(sent.url).toBe('https://a.test/e?x=1&last_event_id=5')
    expect(sent.init.headers.has('last-event-id')).toBe(false)
  })

  it('has an id in the query that no header can carry', async () => {
    vi.stubGlobal('location', new URL('https://a.test/page'))
    const { sent } = await tried({ lastEventId: ' 5' }, () => new Response('', STREAM))
    expect(new URL(sent.url).searchParams.get('lastEventId')).toBe(' 5')
  })

  it.each([
    [{}, 'follow'],
    [{ authorization: 'Bearer x', 'content-type': 'application/json', accept: 'text/event-stream' }, 'follow'],
    [{ 'x-api-key': 'secret' }, 'manual'],
  ])('with headers %j has redirects: %s', async (headers, redirect) => {
    const { sent } = await tried({ headers: new Headers(headers as HeadersInit) }, () => new Response('', STREAM))
    expect(sent.init.redirect).toBe(redirect)
  })
})

describe('a response', () => {
  it('that is good opens the stream, tells the heartbeat, and ends it', async () => {
    const response = new Response('data: 1\n\ndata: 2', { headers: { ...STREAM.headers, 'x-sse-heartbeat': '5000' } })
    const { reports } = await tried({}, () => response)
    expect(reports).toEqual([
      ['open', 5000],
      ['event', 'message', '1', undefined],
      ['end', 'eof'],
    ])
  })

  it('without a body is an empty stream', async () => {
    const { reports } = await tried({}, () => new Response(null, STREAM))
    expect(ended(reports)).toBe('eof')
  })

  it('whose body cannot be read here is an error, not an end', async () => {
    const answer = { status: 200, headers: new Headers(STREAM.headers) } as Response
    vi.stubGlobal('Response', class {})
    const { reports } = await tried({}, () => answer)
    expect(ended(reports)).toEqual(new TypeError('fetch cannot stream here'))
  })

  it('that comes when nobody wants it any more has its body cancelled', async () => {
    const cancel = vi.fn()
    let answer = (_: Response): void => {}
    const { reports, link } = await tried({}, () => new Promise((resolve) => (answer = resolve)))
    link.close()
    answer(new Response(new ReadableStream({ cancel }), STREAM))
    await createClock().settle()
    expect(cancel).toHaveBeenCalled()
    expect(reports.map(([what]) => what)).not.toContain('open')
  })

  it('that breaks off hands the reason up', async () => {
    const cause = new TypeError('network error')
    const body = new ReadableStream({ start: (controller) => controller.error(cause) })
    const { reports } = await tried({}, () => new Response(body, STREAM))
    expect(ended(reports)).toBe(cause)
  })

  it('that never comes hands the reason up', async () => {
    const cause = new TypeError('Failed to fetch')
    const { reports } = await tried({}, () => Promise.reject(cause))
    expect(ended(reports)).toBe(cause)
  })
})

describe('closing', () => {
  it('aborts the request before the headers', async () => {
    const { sent, link } = await tried({}, () => new Promise(() => {}))
    expect(sent.init.signal?.aborted).toBe(false)
    link.close()
    link.close()
    expect(sent.init.signal?.aborted).toBe(true)
  })

  it('cancels the body, also of a fetch that minds no signal', async () => {
    const cancel = vi.fn()
    const { link } = await tried({}, () => new Response(new ReadableStream({ cancel }), STREAM))
    link.close()
    await createClock().settle()
    expect(cancel).toHaveBeenCalled()
  })

  it('does no harm when all is over', async () => {
    const { link, reports } = await tried({}, () => new Response('', STREAM))
    const before = reports.length
    link.close()
    await createClock().settle()
    expect(reports).toHaveLength(before)
  })
})

it('knows whether this platform can stream', () => {
  expect(canStream()).toBe(true)
  vi.stubGlobal('Response', class {})
  expect(canStream()).toBe(false)
  vi.stubGlobal('Response', undefined)
  expect(canStream()).toBe(false)
})
