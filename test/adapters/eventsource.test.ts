import { EventSource, type EventSourceErrorEvent, type EventSourceInit } from 'headwater/eventsource'
import { createMockStream, type Script, type Step } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bundlePage } from '../support/bundle.ts'
import { eventually } from '../support/eventually.ts'
import { WITHOUT_TEXT, watchRejections } from '../support/thrown.ts'

const sources: EventSource[] = []

afterEach(() => {
  for (const source of sources.splice(0)) source.close()
  vi.unstubAllGlobals()
})

/** A mock, and a source that talks to it. `retry: 0` makes it come back at once. */
function setup(script: Script = [], init: EventSourceInit = {}, url = 'http://a.test/events') {
  const stream = createMockStream({ script })
  const open = (): EventSource => {
    const source = new EventSource(url, { fetch: stream.fetch, ...init })
    sources.push(source)
    return source
  }
  return { stream, open }
}

/** The next event of a type. */
const next = (source: EventSource, type: string): Promise<MessageEvent & EventSourceErrorEvent> =>
  new Promise((resolve) => {
    source.addEventListener(type, (event) => resolve(event as MessageEvent), { once: true })
  })

const AGAIN = [{ raw: 'retry: 0\n\n' }, { end: true }] as const

describe('EventSource', () => {
  it('is an interface as browsers have it', () => {
    const { open } = setup()
    const source = open()
    expect([EventSource.name, EventSource.length, `${source}`]).toEqual(['EventSource', 1, '[object EventSource]'])
    expect([Object.keys(EventSource), Object.keys(source)]).toEqual([['CONNECTING', 'OPEN', 'CLOSED'], []])
    expect(Object.keys(EventSource.prototype).sort()).toEqual(
      [
        ...['url', 'withCredentials', 'readyState', 'close', 'onopen', 'onmessage', 'onerror'],
        ...['CONNECTING', 'OPEN', 'CLOSED'],
      ].sort(),
    )
    expect(() => Object.assign(EventSource, { OPEN: 5 })).toThrow(TypeError)
    expect(() => Object.assign(source, { url: 'b' })).toThrow(TypeError)
    expect(() => (EventSource as unknown as () => void)()).toThrow(TypeError)
  })

  it('is an EventTarget: once, signal and capture work', async () => {
    const { stream, open } = setup()
    const source = open()
    const heard: string[] = []
    const hear = (name: string) => () => void heard.push(name)
    const controller = new AbortController()
    source.addEventListener('message', hear('plain'))
    source.addEventListener('message', hear('once'), { once: true })
    source.addEventListener('message', hear('signal'), { signal: controller.signal })
    source.addEventListener('message', hear('capture'), { capture: true })
    source.addEventListener('message', { handleEvent: hear('object') })
    await stream.connected()
    await stream.send('message', 1)
    expect(heard.splice(0).sort()).toEqual(['capture', 'object', 'once', 'plain', 'signal'])
    controller.abort()
    await stream.send('message', 2)
    expect(heard.sort()).toEqual(['capture', 'object', 'plain'])
  })

  it('delivers each event in a task of its own: what a promise sets up hears the next', async () => {
    const { stream, open } = setup()
    const source = open()
    await stream.connected()
    const texts = (async () => {
      const first = await next(source, 'message')
      // As many steps as a library may take.
      for (let n = 0; n < 20; n++) await null
      return [first.data, (await next(source, 'message')).data]
    })()
    await stream.raw('data: 1\n\ndata: 2\n\n')
    expect(await texts).toEqual(['1', '2'])
  })

  it('uses the global fetch of the moment, for each attempt', async () => {
    const { stream, open } = setup([AGAIN], { fetch: undefined })
    vi.stubGlobal('fetch', stream.fetch)
    const source = open()
    await next(source, 'error')
    const later = createMockStream()
    vi.stubGlobal('fetch', later.fetch)
    await later.connected()
    expect([stream.requests.length, later.requests.length]).toEqual([1, 1])
  })

  it('keeps its name when a bundler shortens all names', async () => {
    const script = await bundlePage(new URL('../../adapters/eventsource.ts', import.meta.url), {
      globalName: 'bundled',
      minify: true,
    })
    const { EventSource } = new Function(`${script}; return bundled`)() as { EventSource: { readonly name: string } }
    expect(EventSource.name).toBe('EventSource')
  })

  it.each<[what: string, given: readonly unknown[], message: string]>([
    ['no URL', [], 'url: expected string'],
    ['a boolean as its init', ['/', true], 'init: expected object'],
    ['a number as its init', ['/', 5], 'init: expected object'],
    ['a text as its init', ['/', 'GET'], 'init: expected object'],
  ])('refuses %s', (_, given, message) => {
    const create = (): unknown => Reflect.construct(EventSource, given)
    expect(create).toThrow(new TypeError(message))
  })

  it.each([undefined, null, {}, () => {}])('takes %s as its init', (init) => {
    const { stream } = setup()
    vi.stubGlobal('fetch', stream.fetch)
    const source = Reflect.construct(EventSource, ['http://a.test/', init]) as EventSource
    sources.push(source)
    expect(source.withCredentials).toBe(false)
  })

  it('refuses a fetch that is no function', () => {
    expect(() => new EventSource('/', { fetch: 'GET' as never })).toThrow('fetch: expected function, got GET')
  })
})

describe('the headers of an EventSource', () => {
  it.each<[what: string, headers: EventSourceInit['headers']]>([
    ['an object', { authorization: 'Bearer 1', 'x-left-out': undefined }],
    ['Headers', new Headers({ authorization: 'Bearer 1' })],
    ['a function', () => ({ authorization: 'Bearer 1' })],
    ['an async function', async () => ({ authorization: 'Bearer 1' })],
  ])('are sent with each request, from %s', async (_, headers) => {
    const { stream, open } = setup([AGAIN], { headers })
    open()
    await eventually(() => expect(stream.requests).toHaveLength(2))
    const sent = { accept: 'text/event-stream', authorization: 'Bearer 1' }
    expect(stream.requests.map(({ headers }) => headers)).toEqual([sent, sent])
  })

  it('are made for each attempt, by a function that knows its number and the last event id', async () => {
    const headers = vi.fn(() => ({}))
    const script: Script = [
      [{ raw: 'retry: 0\nid: 7\n\n' }, { end: true }],
      [{ drop: true }],
      [{ open: {} }, { end: true }],
    ]
    const { stream, open } = setup(script, { headers })
    open()
    await eventually(() => expect(stream.requests).toHaveLength(4))
    expect(headers.mock.calls).toEqual([
      [{ attempt: 0, lastEventId: '' }],
      [{ attempt: 1, lastEventId: '7' }],
      [{ attempt: 2, lastEventId: '7' }],
      // The third attempt opened, so the count began again.
      [{ attempt: 1, lastEventId: '7' }],
    ])
  })

  it('count as a network error if their function fails: the source tries again', async () => {
    const cause = new Error('no token')
    const headers = vi.fn(() => Promise.reject(cause))
    const { stream, open } = setup([], { headers })
    const source = open()
    const { error } = await next(source, 'error')
    expect([error?.code, error?.cause, source.readyState]).toEqual(['network', cause, 0])
    expect(stream.requests).toEqual([])
  })

  it('may begin where the application stopped', async () => {
    const { stream, open } = setup([], { headers: { 'last-event-id': '41' } })
    open()
    await stream.connected()
    expect(stream.requests[0]?.lastEventId).toBe('41')
  })

  it('stay where they are if they may be a secret: no redirect takes them along', async () => {
    const { stream, open } = setup([[{ redirect: 'http://b.test/events' }]], { headers: { 'x-key': 'secret' } })
    const source = open()
    const { error } = await next(source, 'error')
    expect([error?.message, source.readyState]).toEqual(['http://a.test/events: status redirect, type null', 2])
    expect(stream.requests).toHaveLength(1)
  })

  it.each([{ authorization: 'Bearer 1' }, { accept: 'text/event-stream, */*' }])(
    'go along with a redirect if they are safe: %o',
    async (headers) => {
      const { stream, open } = setup([[{ redirect: '/b' }]], { headers })
      open()
      await stream.connected()
      expect(stream.requests.map(({ path, headers }) => [path, headers])).toEqual(
        ['/events', '/b'].map((path) => [path, { accept: 'text/event-stream', ...headers }]),
      )
    },
  )

  it('reach a fetch of the application as a plain object, which can be spread', async () => {
    const stream = createMockStream()
    const { open } = setup([], {
      fetch: (url, init) =>
        stream.fetch(url, { ...init, headers: { ...(init?.headers as Record<string, string>), 'x-key': '1' } }),
    })
    open()
    await stream.connected()
    expect(stream.requests[0]?.headers).toEqual({ accept: 'text/event-stream', 'x-key': '1' })
  })
})

describe('the error event of an EventSource', () => {
  it.each<[what: string, script: readonly Step[], code: string | undefined, status: number | undefined, state: number]>(
    [
      ['a status', [{ refuse: { status: 503 } }], 'http', 503, 2],
      ['status 401', [{ refuse: { status: 401 } }], 'unauthorized', 401, 2],
      [
        'another content type',
        [{ refuse: { status: 200, headers: { 'content-type': 'text/html' } } }],
        'content-type',
        200,
        2,
      ],
      ['status 204', [{ refuse: { status: 204 } }], undefined, undefined, 2],
      ['a stream that ends in order', [{ end: true }], undefined, undefined, 0],
      ['a stream that breaks', [{ open: {} }, { drop: true }], 'network', undefined, 0],
      ['a request that fails', [{ drop: true }], 'network', undefined, 0],
    ],
  )('says what happened: %s', async (_, script, code, status, state) => {
    const { open } = setup([script])
    const source = open()
    const event = await next(source, 'error')
    expect([event.error?.code, event.error?.status, source.readyState]).toEqual([code, status, state])
    expect([event instanceof MessageEvent, event.bubbles, event.cancelable]).toEqual([false, false, false])
  })

  it.each(['ftp://a.test/', 'about:blank', 'mailto:a@b.test', "javascript:alert('a')", 'http://user:word@a.test/'])(
    'ends a source that can never be asked: %s',
    async (url) => {
      const { stream, open } = setup([], {}, url)
      const source = open()
      const { error } = await next(source, 'error')
      expect([error?.code, source.readyState, stream.requests]).toEqual(['options', 2, []])
    },
  )

  it('ends a source whose headers can never be sent, and does not quote them', async () => {
    const { open } = setup([], { headers: { 'x-key': 'se\ncret' } })
    const source = open()
    const { error } = await next(source, 'error')
    expect([error?.code, source.readyState]).toEqual(['options', 2])
    expect(error?.message).not.toContain('cret')
  })

  describe.each(WITHOUT_TEXT)('says it of a callback that fails with %s', (_, cause) => {
    const fail = (): never => {
      throw cause
    }
    const REJECT = () => Promise.reject(cause)

    it.each<[what: string, init: EventSourceInit]>([
      ['headers that throw', { headers: fail }],
      ['headers that reject', { headers: REJECT }],
      ['a fetch that throws', { fetch: fail }],
      ['a fetch that rejects', { fetch: REJECT }],
    ])('%s are a network error, and the source tries again', async (_what, init) => {
      const settled = watchRejections()
      const { open } = setup([], init)
      const source = open()
      const { error } = await next(source, 'error')
      expect([error?.code, error?.cause === cause, source.readyState]).toEqual(['network', true, 0])
      await settled()
    })
  })

  it('ends a source whose request was aborted by somebody else', async () => {
    const { open } = setup([], { fetch: () => Promise.reject(new DOMException('stopped', 'AbortError')) })
    const source = open()
    await next(source, 'error')
    expect(source.readyState).toBe(2)
  })

  it('is one of the source, though the server may name an event so', async () => {
    const { stream, open } = setup()
    const source = open()
    await stream.connected()
    const named = next(source, 'error')
    await stream.sendText('error', 'not a failure')
    const { data, error } = await named
    expect([data, error, source.readyState]).toEqual(['not a failure', undefined, 1])
  })
})

it('an EventSource of a response without a body opens and comes back', async () => {
  const response = (): Response => new Response(null, { headers: { 'content-type': 'text/event-stream' } })
  const { open } = setup([], { fetch: async () => response() })
  const source = open()
  const events = [next(source, 'open'), next(source, 'error')] as const
  expect((await events[0]).type).toBe('open')
  await events[1]
  expect(source.readyState).toBe(0)
})
