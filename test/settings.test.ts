import { createSSE, eventSourceTransport, fetchTransport, isSSEError, type SSEOptions } from 'headwater'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { resolveOptions } from '../src/settings.ts'

/** As JavaScript would, past the types. */
function make(url: unknown, options?: unknown): unknown {
  return createSSE(url as string, options as SSEOptions)
}

describe('a wrong option is refused at once, by name, with what it wants', () => {
  it.each<[name: string, options: unknown, message: RegExp]>([
    ['heartbeat', { heartbeat: '15s' }, /^heartbeat wants number from 0\|'auto'\|false, got string 15s$/],
    ['heartbeat', { heartbeat: -1 }, /^heartbeat wants .* got number -1$/],
    ['heartbeat', { heartbeat: Number.NaN }, /^heartbeat wants .* got number NaN$/],
    ['heartbeat', { heartbeat: true }, /^heartbeat wants/],
    ['connectTimeout', { connectTimeout: '5' }, /^connectTimeout wants number from 0, got string 5$/],
    ['linger', { linger: -5 }, /^linger wants number/],
    ['maxEventSize', { maxEventSize: '4MB' }, /^maxEventSize wants number/],
    ['parse', { parse: 'xml' }, /^parse wants 'json'\|'text'\|function, got string xml$/],
    ['mode', { mode: 'once' }, /^mode wants 'subscribe'\|'request'/],
    ['credentials', { credentials: true }, /^credentials wants 'same-origin'\|'include'\|'omit'/],
    ['headers', { headers: 'Bearer secret-token' }, /^headers wants object\|function/],
    ['method', { method: 5 }, /^method wants string/],
    ['fetch', { fetch: {} }, /^fetch wants function/],
    ['transport', { transport: 'fetch' }, /^transport wants object\|function/],
    ['retry', { retry: 'always' }, /^retry wants object\|function\|false/],
    ['retry', { retry: true }, /^retry wants/],
    ['retry', { retry: 'false' }, /^retry wants object\|function\|false, got string false/],
    ['retry.initial', { retry: { initial: '1s' } }, /^initial wants number/],
    ['retry.jitter', { retry: { jitter: 'some' } }, /^jitter wants 'full'\|'none'/],
    ['retry.tries', { retry: { tries: 3 } }, /^tries wants to be left out/],
    ['lastEventId', { lastEventId: 5 }, /^lastEventId wants string/],
    ['dedupe', { dedupe: 'yes' }, /^dedupe wants boolean/],
    ['commit', { commit: 'later' }, /^commit wants 'received'\|'handled', got string later$/],
    ['commit', { commit: true }, /^commit wants/],
    ['resume', { resume: 'cookie' }, /^resume wants object\|'memory'\|'session'\|'local', got string cookie$/],
    ['resume', { resume: true }, /^resume wants/],
    ['resume', { resume: {} }, /^resume wants \{ load, save \}, got object/],
    ['resume', { resume: { load() {} } }, /^resume wants \{ load, save \}/],
    ['resume', { resume: { save() {} } }, /^resume wants \{ load, save \}/],
    ['scope', { scope: 5 }, /^scope wants string, got number 5$/],
    ['pauseWhenHidden', { pauseWhenHidden: true }, /^pauseWhenHidden wants number from 0\|false, got boolean true$/],
    ['pauseWhenHidden', { pauseWhenHidden: -1 }, /^pauseWhenHidden wants/],
    ['pauseWhenHidden', { pauseWhenHidden: '5s' }, /^pauseWhenHidden wants/],
    ['signal', { signal: true }, /^signal wants object/],
    ['onGap', { onGap: 'log' }, /^onGap wants function/],
    ['type', { type: 'type' }, /^type wants function/],
    ['events', { events: { tick: { parse() {} } } }, /^tick wants a Standard Schema/],
    ['body', { body: { prompt: 'hi' }, method: 'POST' }, /^body wants .*JSON\.stringify/],
    ['body', { body: 'x' }, /^body wants method: 'POST'/],
    ['options', null, /^options wants an object, got object null/],
    ['options', 'GET', /^options wants an object/],
    ['an unknown name', { retries: 3 }, /^retries wants to be left out, as there is no such option/],
  ])('%s: %o', (_, options, message) => {
    expect(() => make('/events', options)).toThrow(
      expect.objectContaining({ code: 'options', message: expect.stringMatching(message) }),
    )
  })

  it.each<unknown>([undefined, null, '', 5, true, { url: '/x' }, 'http://[bad'])('the URL %j', (url) => {
    expect(() => make(url)).toThrow(
      expect.objectContaining({ code: 'options', message: expect.stringMatching(/^url wants/) }),
    )
  })

  it('a handler that is none', () => {
    const sse = createSSE('/events')
    // @ts-expect-error a subscription without a handler
    expect(() => sse.subscribe('tick')).toThrow(expect.objectContaining({ code: 'options' }))
  })

  it('and never more of it than a beginning, as it may be a token', () => {
    expect(() => make('/events', { headers: 'Bearer secret-token' })).toThrow(
      expect.not.stringContaining('secret-token'),
    )
  })
})

describe('the native EventSource', () => {
  it.each<SSEOptions>([
    { headers: { authorization: 'x' } },
    { method: 'POST' },
    { method: 'POST', body: 'x' },
    { mode: 'request' },
    { credentials: 'omit' },
  ])('is refused with %o, which it cannot do', (options) => {
    expect(() => createSSE('/events', { ...options, transport: eventSourceTransport })).toThrow(
      /^transport wants fetchTransport/,
    )
    expect(() => createSSE('/events', { ...options, transport: fetchTransport })).not.toThrow()
  })
})

it('undefined, and in JavaScript null, is the same as nothing', () => {
  const settings = resolveOptions('/events', {
    retry: undefined,
    heartbeat: undefined,
    headers: undefined,
    signal: undefined,
  })
  expect(settings).toMatchObject({ heartbeat: 'auto', headers: {}, retry: { initial: 1000 } })
})

it('the defaults are those of the documentation', () => {
  expect(resolveOptions('/events', {})).toMatchObject({
    method: 'GET',
    credentials: 'same-origin',
    parse: 'json',
    heartbeat: 'auto',
    connectTimeout: 15_000,
    mode: 'subscribe',
    lastEventId: '',
    lastEventIdParam: 'lastEventId',
    resume: 'memory',
    scope: '',
    dedupe: true,
    commit: 'received',
    linger: 1000,
    pauseWhenHidden: false,
    maxEventSize: 4_194_304,
    retry: { initial: 1000, max: 30_000, factor: 2, jitter: 'full', attempts: Infinity, resetAfter: 10_000 },
  })
})

it('0, Infinity and false are good where they mean something', () => {
  const options: SSEOptions = {
    heartbeat: false,
    retry: false,
    linger: Infinity,
    connectTimeout: 0,
    maxEventSize: Infinity,
    pauseWhenHidden: 0,
  }
  expect(resolveOptions('/events', options)).toMatchObject(options)
  expect(resolveOptions('/events', { pauseWhenHidden: Infinity })).toMatchObject({ pauseWhenHidden: Infinity })
})

it('a storage of one’s own is good, methods of a class as well', () => {
  class Storage {
    load(): string {
      return ''
    }
    save(): void {}
  }
  const resume = new Storage()
  expect(resolveOptions('/events', { resume }).resume).toBe(resume)
})

it('schemas and functions are good', () => {
  expect(() =>
    createSSE('/events', { events: { tick: z.object({ n: z.number() }) }, retry: () => 5, headers: () => ({}) }),
  ).not.toThrow()
})

it('isSSEError tells, also of an error from another realm', () => {
  const foreign = Object.assign(Object.create(null), { name: 'SSEError', code: 'network' })
  expect([foreign, new Error('x'), null, undefined, 'SSEError', { name: 'SSEError' }].map(isSSEError)).toEqual([
    true,
    false,
    false,
    false,
    false,
    false,
  ])
})
