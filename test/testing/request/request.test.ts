import type { MockRequest } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { baseAddress, readRequest } from '../../../testing/request/request.ts'

afterEach(() => vi.unstubAllGlobals())

const read = async (input: RequestInfo | URL, init?: RequestInit): Promise<MockRequest> =>
  (await readRequest(input, init, 5)).request

describe('a request', () => {
  it('is read as a server sees it', async () => {
    const init = {
      method: 'post',
      headers: { Authorization: 'Bearer t', 'Content-Type': 'application/json' },
      body: '{"q":"注文"}',
    }
    expect(await readRequest('http://a.test/events?a=1&b=%20x#there', init, 1500)).toEqual({
      request: {
        method: 'POST',
        url: '/events?a=1&b=%20x',
        path: '/events',
        query: { a: '1', b: ' x' },
        headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
        lastEventId: '',
        body: '{"q":"注文"}',
        at: 1500,
      },
      url: new URL('http://a.test/events?a=1&b=%20x#there'),
      redirect: 'follow',
      signal: undefined,
    })
  })

  it.each<[what: string, input: RequestInfo | URL]>([
    ['a text', 'http://a.test/x?y'],
    ['a URL', new URL('http://a.test/x?y')],
    ['a Request', new Request('http://a.test/x?y')],
  ])('may be %s', async (_, input) => {
    const { request, url } = await readRequest(input, undefined, 0)
    expect([request.method, request.url, url.href, request.body]).toEqual(['GET', '/x?y', 'http://a.test/x?y', ''])
  })

  it('may be a Request with all that it has, which stays as it was', async () => {
    const { signal } = new AbortController()
    const given = new Request('http://a.test/', {
      method: 'PUT',
      headers: { 'x-a': '1' },
      body: 'x',
      redirect: 'manual',
      signal,
    })
    const asked = await readRequest(given, undefined, 0)
    expect(asked.request).toMatchObject({
      method: 'PUT',
      headers: { 'x-a': '1', 'content-type': 'text/plain;charset=UTF-8' },
      body: 'x',
    })
    expect([asked.redirect, asked.signal]).toEqual(['manual', given.signal])
    expect(await given.text()).toBe('x')
  })

  it('has what is said beside a Request in its place', async () => {
    const given = new Request('http://a.test/', {
      method: 'PUT',
      headers: { 'x-a': '1' },
      body: 'x',
      redirect: 'manual',
    })
    const { signal } = new AbortController()
    const init: RequestInit = { method: 'PATCH', headers: { 'x-b': '2' }, body: 'y', redirect: 'error', signal }
    const asked = await readRequest(given, init, 0)
    expect(asked.request).toMatchObject({ method: 'PATCH', body: 'y' })
    expect(asked.request.headers).toEqual({ 'x-b': '2', 'content-type': 'text/plain;charset=UTF-8' })
    expect([asked.redirect, asked.signal]).toEqual(['error', signal])
    expect((await readRequest(given, { signal: null }, 0)).signal).toBeUndefined()
  })

  it.each([
    ['GET', { body: 'x' }],
    ['HEAD', { method: 'head', body: '' }],
  ])('cannot be a %s with a body, as in any fetch', async (method, init) => {
    await expect(read('http://a.test/', init)).rejects.toThrow(
      new TypeError(`a request with method ${method} cannot have a body`),
    )
  })

  it('cannot go where no URL leads', async () => {
    await expect(read('http://')).rejects.toThrow(TypeError)
  })

  it('needs no class Request', async () => {
    vi.stubGlobal('Request', undefined)
    expect(await read('http://a.test/', { method: 'POST', body: 'x' })).toMatchObject({ method: 'POST', body: 'x' })
  })
})

describe('the last event id', () => {
  it.each<[what: string, url: string, headers: Record<string, string>, id: string]>([
    ['the header', '/', { 'last-event-id': '41' }, '41'],
    ['the header, whose bytes are UTF-8', '/', { 'Last-Event-ID': 'æ³¨' }, '注'],
    ['the query', '/?lastEventId=%E6%B3%A8', {}, '注'],
    ['the header before the query', '/?lastEventId=1', { 'last-event-id': '2' }, '2'],
    ['the query where the header is empty', '/?lastEventId=1', { 'last-event-id': '' }, '1'],
    ['neither', '/?lasteventid=1', {}, ''],
  ])('is that of %s', async (_, url, headers, id) => {
    expect((await read(`http://a.test${url}`, { headers })).lastEventId).toBe(id)
  })
})

describe('a body', () => {
  const form = new FormData()
  form.set('a', '1')
  const bytes = new TextEncoder().encode('ж')

  it.each<[what: string, body: () => BodyInit, type: string | RegExp, text: string | RegExp]>([
    ['text', () => 'ж', 'text/plain;charset=UTF-8', 'ж'],
    [
      'URLSearchParams',
      () => new URLSearchParams({ a: '1 2' }),
      'application/x-www-form-urlencoded;charset=UTF-8',
      'a=1+2',
    ],
    ['FormData', () => form, /^multipart\/form-data; ?boundary=./, /name="a"\r\n\r\n1\r\n/],
    ['a Blob', () => new Blob(['x'], { type: 'image/png' }), 'image/png', 'x'],
    ['a Blob without a type', () => new Blob(['x']), '', 'x'],
    ['an ArrayBuffer', () => bytes.buffer, '', 'ж'],
    ['bytes', () => bytes, '', 'ж'],
    ['a stream', () => new Blob([bytes]).stream(), '', 'ж'],
  ])('may be %s, whose type is told', async (_, body, type, text) => {
    const { headers, body: read_ } = await read('http://a.test/', { method: 'POST', body: body() })
    expect(headers['content-type'] ?? '').toEqual(typeof type === 'string' ? type : expect.stringMatching(type))
    expect(read_).toEqual(typeof text === 'string' ? text : expect.stringMatching(text))
  })

  it.each<[what: string, body: BodyInit]>([
    ['text', '{}'],
    ['URLSearchParams', new URLSearchParams('a')],
    ['a Blob', new Blob(['{}'], { type: 'image/png' })],
  ])('has the type that the headers say, if it is %s', async (_, body) => {
    const headers = { 'Content-Type': 'application/json' }
    expect((await read('http://a.test/', { method: 'POST', headers, body })).headers).toEqual({
      'content-type': 'application/json',
    })
  })

  describe('where there is no class Response', () => {
    it.each<[body: BodyInit, text: string]>([
      ['x', 'x'],
      [new URLSearchParams({ a: '1' }), 'a=1'],
    ])('may be text: %s', async (body, text) => {
      vi.stubGlobal('Response', undefined)
      expect((await read('http://a.test/', { method: 'POST', body })).body).toBe(text)
    })

    it('is refused if it is anything else, with what is missing', async () => {
      vi.stubGlobal('Response', undefined)
      await expect(read('http://a.test/', { method: 'POST', body: new Blob(['x']) })).rejects.toThrow(
        'a body that is no text needs an environment that has Response',
      )
    })
  })
})

describe('a relative URL', () => {
  it.each<[what: string, globals: Record<string, unknown>, href: string]>([
    ['the page', { document: { baseURI: 'https://a.test/app/page?x' } }, 'https://a.test/app/events'],
    ['the base of the page', { document: { baseURI: 'https://cdn.test/base/' } }, 'https://cdn.test/base/events'],
    [
      'the worker, which has no document',
      { document: undefined, location: { href: 'https://a.test/w.js' } },
      'https://a.test/events',
    ],
    ['this machine, where there is no page', { document: undefined, location: undefined }, 'http://localhost/events'],
    [
      'this machine, where the page has no address',
      { document: { baseURI: 'about:blank' } },
      'http://localhost/events',
    ],
    ['this machine, where URL lacks canParse()', { document: { baseURI: 'about:blank' } }, 'http://localhost/events'],
  ])('is relative to %s', async (what, globals, href) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
    if (what.includes('canParse')) vi.spyOn(URL, 'canParse').mockImplementation(() => expect.fail('not everywhere'))
    expect((await readRequest('events', undefined, 0)).url.href).toBe(href)
    expect(new URL('events', baseAddress()).href).toBe(href)
  })
})
