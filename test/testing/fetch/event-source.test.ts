// @vitest-environment page
import { createClock, createMockStream, type Step } from 'headwater/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createEventSource } from '../../../adapters/eventsource-class.ts'
import { ENVIRONMENTS, setup } from './sources.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe.each(ENVIRONMENTS)('with the events of %s', (_, classes) => {
  beforeEach(() => {
    for (const [name, value] of Object.entries(classes)) vi.stubGlobal(name, value)
  })

  describe('a source', () => {
    it('is CONNECTING, OPEN when its answer is there, and asks as the standard says', async () => {
      const { stream, log, open } = setup()
      const source = open()
      expect([source.readyState, source.withCredentials]).toEqual([0, false])
      await stream.connected()
      expect([source.readyState, log]).toEqual([1, ['open 1']])
      expect(stream.requests).toMatchObject([
        { method: 'GET', path: '/events', headers: { accept: 'text/event-stream' }, body: '' },
      ])
      expect(stream.requests[0]?.headers).not.toHaveProperty('last-event-id')
    })

    it.each<[what: string, end: Step]>([
      ['broke', { drop: true }],
      ['ended', { end: true }],
    ])('comes back three seconds after its stream %s, and is CONNECTING until then', async (_, end) => {
      const { clock, stream, log, open } = setup([[{ open: {} }, end]])
      const source = open()
      await clock.settle()
      expect(log).toEqual(['open 1', 'error 0'])
      await clock.advance(2999)
      expect([stream.requests.length, source.readyState]).toEqual([1, 0])
      await clock.advance(1)
      expect([stream.requests.length, source.readyState]).toEqual([2, 1])
      expect(log).toEqual(['open 1', 'error 0', 'open 1'])
    })

    it('comes back after a request that failed, as often as it fails', async () => {
      const { clock, stream, log, open } = setup([[{ drop: true }], [{ drop: true }]])
      open()
      await clock.advance(6000)
      expect(log).toEqual(['error 0', 'error 0', 'open 1'])
      expect(stream.requests).toHaveLength(3)
    })

    it.each<[what: string, answer: Step]>([
      ...[201, 204, 205, 301, 304, 307, 401, 404, 500, 503].map((status): [string, Step] => [
        `status ${status}`,
        { refuse: { status, headers: { 'content-type': 'text/event-stream', 'retry-after': '1' } } },
      ]),
      ['another content type', { refuse: { status: 200, headers: { 'content-type': 'text/html' } } }],
      ['a content type that begins alike', { open: { headers: { 'content-type': 'text/event-streams' } } }],
      ['an empty content type', { open: { headers: { 'content-type': '' } } }],
    ])('is CLOSED for ever by %s', async (_, answer) => {
      const { clock, stream, log, open } = setup([[answer]])
      const source = open()
      await clock.settle()
      expect([log, source.readyState]).toEqual([['error 2'], 2])
      await clock.advance(1e9)
      expect(stream.requests).toHaveLength(1)
      expect(clock.timers).toBe(0)
      // What it will not read it leaves.
      await stream.closed()
      source.close()
      expect(log).toEqual(['error 2'])
    })

    it('is CLOSED by another content type, though the answer breaks', async () => {
      const { clock, log, open } = setup([[{ open: { headers: { 'content-type': 'text/html' } } }, { drop: true }]])
      open()
      await clock.settle()
      expect(log).toEqual(['error 2'])
    })

    it.each(['text/event-stream;charset=utf-8', 'Text/Event-Stream', 'text/event-stream ; a=b'])(
      'takes %s for a stream',
      async (type) => {
        const { stream, log, open } = setup([[{ open: { headers: { 'content-type': type } } }]])
        open()
        await stream.connected()
        expect(log).toEqual(['open 1'])
      },
    )

    it('follows redirects', async () => {
      const { stream, log, open } = setup([[{ redirect: '/b', status: 302 }], [{ redirect: 'http://b.test/c' }]])
      open()
      await stream.connected()
      expect(log).toEqual(['open 1'])
      expect(stream.requests.map(({ path }) => path)).toEqual(['/events', '/b', '/c'])
    })
  })

  describe('close()', () => {
    it('leaves the stream, without an event', async () => {
      const { stream, log, open, clock } = setup()
      const source = open()
      const { closed } = await stream.connected()
      source.close()
      expect(source.readyState).toBe(2)
      await closed
      await clock.advance(1e6)
      expect(log).toEqual(['open 1'])
      expect(stream.requests).toHaveLength(1)
    })

    it('before the answer is there lets nothing come of it', async () => {
      const { stream, log, open, clock } = setup([[{ open: { delay: 100 } }, { send: { data: 1 } }]])
      const source = open()
      await clock.advance(50)
      source.close()
      await clock.advance(1e6)
      expect([log, stream.connections, clock.timers]).toEqual([[], [], 0])
    })

    it('at once asks nothing', async () => {
      const { stream, log, open, clock } = setup()
      open().close()
      await clock.settle()
      expect([log, stream.requests, stream.connections]).toEqual([[], [], []])
    })

    it('counts, though the answer comes of a fetch that knows no signals', async () => {
      let answer = (_: Response): void => {}
      const fetch = (): Promise<Response> => new Promise((resolve) => (answer = resolve))
      const { clock } = setup()
      const EventSource = createEventSource({ fetch, clock, getBase: () => 'http://a.test/' })
      const source = new EventSource('/')
      source.onopen = source.onmessage = source.onerror = ({ type }) => expect.fail(type)
      source.close()
      answer(new Response('data: 1\n\n', { headers: { 'content-type': 'text/event-stream' } }))
      await clock.settle()
      expect([source.readyState, clock.timers]).toEqual([2, 0])
    })

    it('while it waits to come back ends that', async () => {
      const { stream, open, clock } = setup()
      const source = open()
      await stream.connected()
      await stream.drop()
      expect(clock.timers).toBe(1)
      source.close()
      source.close()
      expect(clock.timers).toBe(0)
      await clock.advance(1e6)
      expect([stream.requests.length, source.readyState]).toEqual([1, 2])
    })

    it('close() in a handler stops the rest of what came with the event', async () => {
      const { stream, log, open } = setup()
      const source = open()
      source.addEventListener('message', ({ data }) => data === '2' && source.close())
      await stream.connected()
      await stream.raw('data: 1\n\ndata: 2\n\ndata: 3\n\n')
      expect(log).toEqual(['open 1', ['1', ''], ['2', '']])
      await stream.closed()
    })

    it('when it opens leaves the stream unread', async () => {
      const { stream, log, open, clock } = setup([[{ send: { data: 1 } }]])
      const source = open()
      source.onopen = () => source.close()
      await clock.settle()
      expect([log, source.readyState]).toEqual([[], 2])
      await stream.closed()
    })

    it('when it fails ends the coming back', async () => {
      const { stream, log, open, clock } = setup([[{ drop: true }]])
      const source = open()
      source.onerror = () => source.close()
      await clock.settle()
      expect(clock.timers).toBe(0)
      await clock.advance(1e6)
      expect([log, stream.requests.length, clock.timers, source.readyState]).toEqual([[], 1, 0, 2])
    })
  })

  describe('an event', () => {
    it('is heard once by the attribute and once by each listener, as the same object', async () => {
      const { stream } = setup()
      const source = new stream.EventSource('/events')
      const heard: Event[] = []
      const hear = (event: Event): void => void heard.push(event)
      source.onopen = hear
      source.addEventListener('open', hear)
      source.onmessage = hear
      source.addEventListener('message', hear)
      source.onerror = hear
      source.addEventListener('error', hear)
      await stream.connected()
      await stream.send('message', 1)
      await stream.drop()
      expect(heard.map(({ type }) => type)).toEqual(['open', 'open', 'message', 'message', 'error', 'error'])
      for (const n of [0, 2, 4]) expect(heard[n]).toBe(heard[n + 1])
      expect(heard[0]?.target).toBe(source)
    })

    it('is not heard by an attribute that is null again', async () => {
      const { stream } = setup()
      const source = new stream.EventSource('/events')
      source.onmessage = () => expect.fail('heard')
      source.onmessage = null
      expect(source.onmessage).toBeNull()
      await stream.connected()
      await stream.send('message', 1)
    })

    it('an event with a name reaches listeners of that name alone', async () => {
      const { stream, log, open } = setup()
      const source = open()
      const names: string[] = []
      for (const name of ['tick', 'Tick', 'toString'])
        source.addEventListener(name, ({ type, data }) => names.push(`${type} ${data}`))
      await stream.connected()
      await stream.sendText('tick', 'a')
      await stream.sendText('toString', 'b')
      await stream.sendText('tock', 'c')
      expect([names, log]).toEqual([['tick a', 'toString b'], ['open 1']])
    })

    it('has a type, the data as text, where it comes from and the last event id', async () => {
      const { stream } = setup([[{ redirect: 'http://other.test:81/b' }]])
      const source = new stream.EventSource('http://a.test/events')
      const heard: unknown[] = []
      for (const name of ['message', 'tick'])
        source.addEventListener(name, (event) => {
          const { type, data, origin, lastEventId } = event
          expect(event).toBeInstanceOf(MessageEvent)
          heard.push([type, data, origin, lastEventId])
        })
      await stream.connected()
      await stream.send('tick', { n: 1 }, { id: '注' })
      await stream.sendText('message', 'a\nb')
      await stream.sendText('message', 'c', { id: '' })
      const origin = 'http://other.test:81'
      expect(heard).toEqual([
        ['tick', '{"n":1}', origin, '注'],
        ['message', 'a\nb', origin, '注'],
        ['message', 'c', origin, ''],
      ])
    })

    it('whose handler throws is reported, and stops nothing', async () => {
      const reported: unknown[] = []
      const { stream, open } = setup()
      const source = open()
      // Some report it themselves, some let it through.
      vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
      const throwing = (event: Event): void => {
        throw `thrown at ${event.type}`
      }
      const others = process.rawListeners('uncaughtException') as NodeJS.UncaughtExceptionListener[]
      process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => reported.push(error))
      for (const type of ['open', 'message', 'error']) source.addEventListener(type, throwing)
      const heard: unknown[] = []
      source.addEventListener('tick', ({ data }) => heard.push(data))
      await stream.connected()
      await stream.raw('data: 1\n\nevent: tick\ndata: 2\n\n')
      await stream.drop()
      process.removeAllListeners('uncaughtException')
      for (const other of others) process.on('uncaughtException', other)
      expect(reported).toEqual(['thrown at open', 'thrown at message', 'thrown at error'])
      expect([heard, source.readyState]).toEqual([['2'], 0])
    })

    it("an event of the server may have the name of one of the source's own", async () => {
      const { stream, log, open } = setup()
      const source = open()
      await stream.connected()
      await stream.send('error', 1)
      expect([log, source.readyState]).toEqual([['open 1', 'error 1'], 1])
    })
  })
})

describe('the class', () => {
  it('has the constants of the standard, and so have its objects', () => {
    const { EventSource } = createMockStream()
    const source = new EventSource('/')
    for (const { CONNECTING, OPEN, CLOSED } of [EventSource, source])
      expect([CONNECTING, OPEN, CLOSED]).toEqual([0, 1, 2])
    expect(source).toBeInstanceOf(EventSource)
    expect(source).toBeInstanceOf(EventTarget)
    expect([source.onopen, source.onmessage, source.onerror]).toEqual([null, null, null])
    source.close()
  })

  it.each<[what: string, url: string | URL, base: string | undefined, href: string]>([
    ['a text', 'http://a.test/b?c', undefined, 'http://a.test/b?c'],
    ['a URL', new URL('http://a.test/b'), undefined, 'http://a.test/b'],
    ['relative to the page', 'events', 'http://a.test/app/', 'http://a.test/app/events'],
    ['relative to no page', '/events', 'about:blank', 'http://localhost/events'],
  ])('takes a URL that is %s', async (_, url, base, href) => {
    if (base) vi.stubGlobal('document', { baseURI: base })
    const { stream, open } = setup()
    const source = open(url)
    expect(source.url).toBe(href)
    await stream.connected()
    expect(stream.requests[0]?.url).toBe(new URL(href).pathname + new URL(href).search)
    source.close()
  })

  it('throws a SyntaxError for what is no URL, and asks nothing', async () => {
    const { stream, clock } = setup()
    expect(() => new stream.EventSource('http://')).toThrow(DOMException)
    expect(() => new stream.EventSource('http://')).toThrow(expect.objectContaining({ name: 'SyntaxError' }))
    expect(() => new stream.EventSource('http://')).toThrow('EventSource: http:// cannot be parsed as a URL')
    await clock.settle()
    expect(stream.requests).toEqual([])
  })

  it.each<[init: EventSourceInit | undefined, credentials: string, told: boolean]>([
    [undefined, 'same-origin', false],
    [{}, 'same-origin', false],
    [{ withCredentials: false }, 'same-origin', false],
    [{ withCredentials: true }, 'include', true],
    // As from JavaScript: a dictionary may be null.
    [null as unknown as undefined, 'same-origin', false],
  ])('new EventSource(url, %o) sends the credentials %s', async (init, credentials, told) => {
    const fetch = vi.fn<typeof globalThis.fetch>(() => new Promise(() => {}))
    const EventSource = createEventSource({ fetch, clock: createClock(), getBase: () => 'http://a.test/' })
    const source = new EventSource('http://a.test/', init)
    expect(source.withCredentials).toBe(told)
    expect(fetch).toHaveBeenCalledWith('http://a.test/', {
      method: 'GET',
      // A plain object, for functions that spread it.
      headers: { accept: 'text/event-stream' },
      body: undefined,
      credentials,
      redirect: 'follow',
      cache: 'no-store',
      duplex: 'half',
      signal: expect.any(AbortSignal),
    })
    source.close()
  })
})
