// @vitest-environment page
import { createSSE, eventSourceTransport, fetchTransport, type SSEOptions, schemas } from 'headwater'
import { handled, keepCursor } from 'headwater/resume'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { resolveOptions } from '../../src/connection/settings.ts'
import { eventually } from '../support/eventually.ts'

afterEach(() => vi.unstubAllGlobals())

/** As JavaScript would, past the types. */
function make(url: unknown, options?: unknown): unknown {
  return createSSE(url as string, options as SSEOptions)
}

/** As a page does that extends every object; until the test is over. */
function addToObjects(added: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(added)) {
    Object.defineProperty(Object.prototype, name, { configurable: true, enumerable: true, writable: true, value })
    onTestFinished(() => void Reflect.deleteProperty(Object.prototype, name))
  }
}

const optionError = (message: string) => expect.objectContaining({ name: 'SSEError', code: 'options', message })

const NAMES = [
  'method,headers,body,credentials,fetch,transport,server,onUnauthorized,parse,type,retry,heartbeat,connectTimeout',
  'lastEventId,lastEventIdIn,lastEventIdParam,resume,commit,dedupe,linger,pauseWhenHidden,maxEventSize,signal,clock',
  'onState,onOpen,onEvent,onGap,onRetry,onInvalid,onHandlerError',
].join()
const HERE = 'http://localhost:3000/events'

describe('a wrong option', () => {
  it.each<[options: unknown, message: string]>([
    [{ heartbeat: '15s' }, 'heartbeat: expected number, got 15s'],
    [{ heartbeat: -1 }, 'heartbeat: expected >= 0, got -1'],
    [{ heartbeat: Number.NaN }, 'heartbeat: expected >= 0, got NaN'],
    [{ heartbeat: true }, 'heartbeat: expected string, got true'],
    [{ heartbeat: {} }, 'heartbeat: expected string, got [object Object]'],
    [{ connectTimeout: '5' }, 'connectTimeout: expected number, got 5'],
    [{ connectTimeout: false }, 'connectTimeout: expected number, got false'],
    [{ linger: -5 }, 'linger: expected >= 0, got -5'],
    [{ linger: Number.NaN }, 'linger: expected >= 0, got NaN'],
    [{ maxEventSize: '4MB' }, 'maxEventSize: expected number, got 4MB'],
    [{ maxEventSize: -Infinity }, 'maxEventSize: expected >= 0, got -Infinity'],
    [{ parse: {} }, 'parse: expected string, got [object Object]'],
    [{ credentials: true }, 'credentials: expected string, got true'],
    [{ method: 5 }, 'method: expected string, got 5'],
    [{ fetch: {} }, 'fetch: expected function, got [object Object]'],
    [{ transport: 'fetch' }, 'transport: expected function, got fetch'],
    [{ server: {} }, 'server: expected function, got [object Object]'],
    [{ onUnauthorized: 'login' }, 'onUnauthorized: expected function, got login'],
    [{ type: 'type' }, 'type: expected function, got type'],
    [{ retry: 'always' }, 'retry: expected object, got always'],
    [{ retry: true }, 'retry: expected object, got true'],
    [{ retry: 3 }, 'retry: expected object, got 3'],
    [{ retry: 'false' }, 'retry: expected object, got false'],
    [{ retry: { initial: '1s' } }, 'initial: expected number, got 1s'],
    [{ retry: { max: -1 } }, 'max: expected >= 0, got -1'],
    [{ retry: { factor: Number.NaN } }, 'factor: expected >= 0, got NaN'],
    [{ retry: { jitter: false } }, 'jitter: expected string, got false'],
    [{ retry: { tries: 3 } }, 'option: expected one of initial,max,factor,jitter,attempts,resetAfter, got tries'],
    [{ lastEventId: 5 }, 'lastEventId: expected string, got 5'],
    [{ lastEventIdIn: true }, 'lastEventIdIn: expected string, got true'],
    [{ lastEventIdParam: 5 }, 'lastEventIdParam: expected string, got 5'],
    [{ dedupe: 'yes' }, 'dedupe: expected boolean, got yes'],
    [{ commit: 'handled' }, 'commit: expected function, got handled'],
    [{ commit: true }, 'commit: expected function, got true'],
    [{ signal: true }, 'signal: expected AbortSignal, got true'],
    [{ signal: {} }, 'signal: expected AbortSignal, got [object Object]'],
    [{ signal: new AbortController() }, 'signal: expected AbortSignal, got [object AbortControl'],
    [{ resume: 'session' }, 'resume: expected function, got session'],
    [{ resume: true }, 'resume: expected function, got true'],
    [{ resume: { load() {}, save() {} } }, 'resume: expected function, got [object Object]'],
    [{ pauseWhenHidden: true }, 'pauseWhenHidden: expected number, got true'],
    [{ pauseWhenHidden: -1 }, 'pauseWhenHidden: expected >= 0, got -1'],
    [{ pauseWhenHidden: '5s' }, 'pauseWhenHidden: expected number, got 5s'],
    [{ clock: () => 0 }, 'clock: expected object, got () => 0'],
    [{ onState: 5 }, 'onState: expected function, got 5'],
    [{ onOpen: {} }, 'onOpen: expected function, got [object Object]'],
    [{ onEvent: true }, 'onEvent: expected function, got true'],
    [{ onGap: 'log' }, 'onGap: expected function, got log'],
    [{ onRetry: [] }, 'onRetry: expected function, got '],
    [{ onInvalid: 'log' }, 'onInvalid: expected function, got log'],
    [{ onHandlerError: 'log' }, 'onHandlerError: expected function, got log'],
    [{ headers: 'Bearer secret-token' }, '/events: bad headers'],
    [{ headers: { authorization: 'Bearer secret\ntoken' } }, '/events: bad headers'],
    [{ headers: { 'x a': '1' } }, '/events: bad headers'],
    [{ body: 'x' }, `${HERE}: TypeError: Request with GET/HEAD method cannot have body.`],
    [{ body: () => 'x' }, `${HERE}: TypeError: Request with GET/HEAD method cannot have body.`],
    [{ body: 'x', method: 'HEAD' }, `${HERE}: TypeError: Request with GET/HEAD method cannot have body.`],
    [{ body: { prompt: 'hi' }, method: 'POST' }, `${HERE}: body: an object`],
    [
      { credentials: 'all' },
      `${HERE}: TypeError: undefined: all is not an accepted type. Expected one of omit, same-origin, include.`,
    ],
    [{ body: '' }, `${HERE}: TypeError: Request with GET/HEAD method cannot have body.`],
    [{ method: 'TRACE' }, `${HERE}: TypeError: 'TRACE' HTTP method is unsupported.`],
    [{ method: 'NOT A METHOD' }, `${HERE}: TypeError: 'NOT A METHOD' is not a valid HTTP method.`],
    [{ method: '' }, `${HERE}: TypeError: '' is not a valid HTTP method.`],
    ['GET', 'options: expected object, got GET'],
    [{ retries: 3 }, `option: expected one of ${NAMES}, got retries`],
    [{ retries: undefined }, `option: expected one of ${NAMES}, got retries`],
    [{ mode: 'request' }, `option: expected one of ${NAMES}, got mode`],
    [{ constructor: 1 }, `option: expected one of ${NAMES}, got constructor`],
    [JSON.parse('{"__proto__":1}'), `option: expected one of ${NAMES}, got __proto__`],
  ])('is refused at once, by name, with what it wants: %o: %s', (options, message) => {
    expect(() => make('/events', options)).toThrow(optionError(message))
  })

  it('is never shown as a whole, as it may be a token', () => {
    expect(() => make('/events', { transport: 'Bearer 0123456789-secret-token' })).toThrow(
      optionError('transport: expected function, got Bearer 0123456789-se'),
    )
  })

  it('is refused though the URL is a function', () => {
    expect(() => make(() => '/events', { linger: -1 })).toThrow(optionError('linger: expected >= 0, got -1'))
    expect(() => make(() => '/events', { signal: {} })).toThrow(
      optionError('signal: expected AbortSignal, got [object Object]'),
    )
  })
})

describe('a URL that can never be asked for', () => {
  it.each<[url: unknown, message: string]>([
    ['http://[bad', 'http://[bad: TypeError: Invalid URL'],
    ['https://', 'https://: TypeError: Invalid URL'],
    ['', ': TypeError: Invalid URL'],
    [undefined, 'undefined: TypeError: Invalid URL'],
    [null, 'null: TypeError: Invalid URL'],
    ['ws://a.test/events', 'ws://a.test/events: not http'],
    ['wss://a.test/events', 'wss://a.test/events: not http'],
    ['ftp://a.test/events', 'ftp://a.test/events: not http'],
    ['localhost:8080/events', 'localhost:8080/events: not http'],
    ['file:///events', 'file:///events: not http'],
    ['data:text/event-stream,data:1', 'data:text/event-stream,data:1: not http'],
    ['javascript:alert(1)', 'javascript:alert(1): not http'],
    [new URL('ws://a.test/events'), 'ws://a.test/events: not http'],
    [
      'https://ada@a.test/events',
      'https://a.test/events: TypeError: Request cannot be constructed from a URL that includes credentials: https://a.test/events',
    ],
  ])('is refused at once: %s', (url, message) => {
    expect(() => make(url)).toThrow(optionError(message))
  })

  it.each([
    'https://ada:secret@a.test/events',
    'https://:secret@a.test/events',
    'https://secret@a.test/events',
    `https://${'secret'.repeat(100)}@a.test/events`,
    `https://ada:${'secret'.repeat(100)}@a.test/events`,
    'https:\\\\ada:secret@a.test/events',
    'https:ada:secret@a.test/events',
    'https:///ada:secret@a.test/events',
    'https://ada:se\tcret-secret@a.test/events',
    'ws://a.test/events?token=secret',
    'ws://a.test/events?token=my secret',
    'ws://a.test/events#secret',
    `ws://a.test/${'e'.repeat(280)}?token=secret`,
    `ws://a.test/${'e'.repeat(400)}?token=secret`,
    'http://[bad?token=secret',
    'http://ada:secret@[bad',
  ])('is quoted without what may be a secret: %s', (url) => {
    expect(() => make(url)).toThrow(expect.objectContaining({ code: 'options' }))
    expect(() => make(url)).not.toThrow('secret')
  })

  it.each(['/events?token=secret', 'events#secret', '//a.test/events?token=secret'])(
    'is quoted so, too, where the method is what is wrong: %s',
    (url) => {
      expect(() => make(url, { method: 'TRACE' })).toThrow("events: TypeError: 'TRACE' HTTP method is unsupported.")
      expect(() => make(url, { method: 'TRACE' })).not.toThrow('secret')
    },
  )

  it.each(['/events', 'events', '?room=1', '//a.test/events', 'HTTPS://A.test', new URL('https://a.test/e?x#y')])(
    'is not %s',
    (url) => {
      expect(() => make(url)).not.toThrow()
    },
  )

  it('is found later by a client that asks a function for it', () => {
    expect(() => make(() => 'ws://a.test/events')).not.toThrow()
  })

  it('is found where there is no Request to ask, as far as that goes', () => {
    vi.stubGlobal('Request', undefined)
    expect(() => make('http://[bad')).toThrow(expect.objectContaining({ code: 'options' }))
    expect(() => make('ws://a.test/events')).toThrow(expect.objectContaining({ code: 'options' }))
    expect(() => make('/events')).not.toThrow()
  })
})

it('a subscription without a handler is refused', () => {
  const sse = createSSE('/events')
  // @ts-expect-error a subscription without a handler
  expect(() => sse.subscribe('tick')).toThrow(optionError('subscribe: expected function, got undefined'))
})

describe('the native EventSource', () => {
  it.each<SSEOptions>([
    { headers: { authorization: 'x' } },
    { headers: () => ({}) },
    { method: 'POST' },
    { method: 'POST', body: 'x' },
  ])('is refused with %o, which it cannot do', (options) => {
    expect(() => createSSE('/events', { ...options, transport: eventSourceTransport() })).toThrow(
      optionError('transport: expected fetchTransport() for a method, headers, a body or no cookies, got EventSource'),
    )
    expect(() => createSSE('/events', { ...options, transport: fetchTransport() })).not.toThrow()
  })
})

describe('resolveOptions()', () => {
  it.each([undefined, null])('counts %j as left out', (nothing) => {
    const options = { retry: nothing, heartbeat: nothing, headers: nothing, signal: nothing, onState: nothing }
    const settings = resolveOptions('/events', options as SSEOptions)
    expect(settings).toMatchObject({ heartbeat: 'auto', retry: { initial: 1000 } })
    expect([settings.headers, settings.signal]).toEqual([undefined, undefined])
    expect(() => make('/events', nothing)).not.toThrow()
  })

  it('fills in the defaults of the documentation', () => {
    const settings = resolveOptions('/events', {})
    expect(settings).toMatchObject({
      url: '/events',
      base: 'http://localhost:3000/',
      method: 'GET',
      headers: undefined,
      body: undefined,
      credentials: 'same-origin',
      parse: 'json',
      heartbeat: 'auto',
      connectTimeout: 15_000,
      lastEventId: '',
      lastEventIdIn: 'auto',
      lastEventIdParam: 'lastEventId',
      dedupe: true,
      linger: 1000,
      // The same as false.
      pauseWhenHidden: Infinity,
      maxEventSize: 67_108_864,
      signal: undefined,
      retry: { initial: 1000, max: 30_000, factor: 2, jitter: 'full', attempts: Infinity, resetAfter: 10_000 },
    })
    expect(() => settings.onUnauthorized(new Error('401') as never)).toThrow('401')
  })

  it('takes 0, Infinity and false where they mean something', () => {
    const options: SSEOptions = {
      heartbeat: false,
      retry: false,
      linger: Infinity,
      connectTimeout: 0,
      maxEventSize: Infinity,
      pauseWhenHidden: 0,
      dedupe: false,
    }
    expect(resolveOptions('/events', options)).toMatchObject(options)
    expect(resolveOptions('/events', { pauseWhenHidden: Infinity })).toMatchObject({ pauseWhenHidden: Infinity })
    expect(resolveOptions('/events', { pauseWhenHidden: false })).toMatchObject({ pauseWhenHidden: false })
    for (const heartbeat of [0, 5000, Infinity, 'auto'] as const)
      expect(resolveOptions('/events', { heartbeat })).toMatchObject({ heartbeat })
  })

  it('takes functions and layers', () => {
    const options = {
      parse: (raw: string) => raw,
      type: () => 'x',
      retry: () => 5,
      headers: () => ({}),
      body: () => 'x',
      method: 'POST',
      transport: fetchTransport(),
      resume: keepCursor('session'),
      commit: handled(),
      onUnauthorized: () => {},
      signal: new AbortController().signal,
    } satisfies SSEOptions
    expect(resolveOptions(() => '/events', options)).toMatchObject(options)
  })

  it('takes schemas for the payloads', () => {
    const parse = schemas({ tick: z.object({ n: z.number() }) })
    expect(resolveOptions('/events', { parse }).parse).toBe(parse)
  })

  it('fills in the retry options that are left out', () => {
    expect(resolveOptions('/events', { retry: { max: 5000 } }).retry).toMatchObject({ initial: 1000, max: 5000 })
  })

  it('changes nothing of what it was given', () => {
    const options = Object.freeze({ linger: 5, retry: Object.freeze({ max: 5000 }) })
    resolveOptions('/events', options)
    expect(options).toEqual({ linger: 5, retry: { max: 5000 } })
  })

  it('takes no default from what a page adds to Object.prototype', () => {
    addToObjects({ heartbeat: 5, linger: -1, retries: 3, transport: 'x', headers: 'x', signal: {}, initial: 5 })
    // The platform's own Request would look at `headers` and `signal`: a function is asked for the URL later.
    const settings = resolveOptions(() => '/events', { retry: {} })
    expect(settings).toMatchObject({ heartbeat: 'auto', linger: 1000, retry: { initial: 1000 } })
    expect([settings.headers, settings.signal]).toEqual([undefined, undefined])
  })
})

it('a client neither takes what a page adds to Object.prototype for an option, nor for an observer', async () => {
  const onState = vi.fn()
  addToObjects({ heartbeat: 5, linger: -1, retries: 3, transport: 'x', lastEventId: 'x', onState })
  const fetch = vi.fn(async () => new Response(null, { status: 204 }))
  const sse = createSSE('/events', { fetch })
  sse.connect()
  expect(sse.state.get().status).toBe('connecting')
  await eventually(() => expect(sse.state.get()).toEqual({ status: 'closed', error: null }))
  expect(fetch).toHaveBeenCalledTimes(1)
  expect(onState).not.toHaveBeenCalled()
})
