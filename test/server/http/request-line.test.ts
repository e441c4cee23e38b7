import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RequestLine, readRequestLine } from '../../../server/http/request-line.ts'
import { anyText } from '../../support/text.ts'

const read = (line: Partial<RequestLine>) =>
  readRequestLine({ method: 'GET', target: '/events?a=1', scheme: 'http', host: 'hub.test', ...line }).href

/** As fast-check's own `webUrl`, which sets up a Map of a million characters first. */
const url = fc
  .record({
    scheme: fc.constantFrom('http', 'https'),
    domain: fc.domain(),
    path: anyText(),
    query: fc.option(anyText()),
    fragment: fc.option(anyText()),
  })
  .map(({ scheme, domain, path, query, fragment }) => {
    const encode = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '?'))
    const end = (mark: string, text: string | null): string => (text === null ? '' : mark + encode(text))
    return `${scheme}://${domain}/${encode(path)}${end('?', query)}${end('#', fragment)}`
  })

describe('a request line of any letters', () => {
  const text = fc.oneof(
    fc.string(),
    anyText(),
    url,
    fc.constantFrom('//', '/\\', 'http://u:p@a/', '[::1]', 'a:b@c', '\0', 'blob:http://a/b', 'about:blank', '*'),
  )

  it('is refused with 400, or can be made a Request of', () => {
    fc.assert(
      fc.property(text, text, text, fc.constantFrom('http', 'https'), (method, target, host, scheme) => {
        for (const line of [
          { method, target: '/', host: 'a', scheme },
          { method: 'GET', target, host: 'a', scheme },
          { method: 'GET', target: `/${target}`, host, scheme },
          { method, target, host, scheme },
        ]) {
          let url: URL
          try {
            url = readRequestLine(line)
          } catch (error) {
            expect(error).toMatchObject({ name: 'Refusal', status: 400, code: 'request' })
            continue
          }
          const request = new Request(url, { method: line.method })
          expect(request.method).toBe(line.method)
          expect(new URL(request.url).origin).toMatch(/^https?:/)
        }
      }),
    )
  })
})

describe('a request line', () => {
  it.each<[Partial<RequestLine>, string]>([
    [{}, 'http://hub.test/events?a=1'],
    [{ scheme: 'https' }, 'https://hub.test/events?a=1'],
    [{ host: 'hub.test:8080' }, 'http://hub.test:8080/events?a=1'],
    [{ host: '[::1]:8080' }, 'http://[::1]:8080/events?a=1'],
    [{ host: '127.0.0.1' }, 'http://127.0.0.1/events?a=1'],
    [{ target: '//' }, 'http://hub.test//'],
    [{ target: '//evil.example/x' }, 'http://hub.test//evil.example/x'],
    [{ target: '/a b' }, 'http://hub.test/a%20b'],
    [{ target: '/@evil.example' }, 'http://hub.test/@evil.example'],
    [{ target: 'http://other.test/events' }, 'http://other.test/events'],
    [{ target: 'https://other.test/events' }, 'https://other.test/events'],
    [{ method: 'POST' }, 'http://hub.test/events?a=1'],
    [{ method: 'PATCH' }, 'http://hub.test/events?a=1'],
    [{ method: 'patch' }, 'http://hub.test/events?a=1'],
    [{ method: 'M-SEARCH' }, 'http://hub.test/events?a=1'],
  ])('a request line with %j asks for %s', (line, href) => {
    expect(read(line)).toBe(href)
  })

  it.each([
    ...['get', 'gET', 'Get', 'post', 'pOST', 'head', 'options', 'Delete', 'put'],
    ...['TRACE', 'trace', 'TRACK', 'CONNECT', 'connect'],
    ...['', 'G T', 'GET\r\nx: y', 'GÈT', '(GET)', 'GET,POST', 'G'.repeat(65)],
  ])('refuses a request line with the method %j', (method) => {
    expect(() => read({ method })).toThrow(
      expect.objectContaining({ status: 400, code: 'request', message: 'the method of the request is not valid' }),
    )
  })

  it.each([
    '',
    ' ',
    'a b',
    'a/b',
    'a/public?',
    'a?b',
    'a#b',
    'u@a',
    'u:p@a',
    'a:b',
    'a:99999',
    '[::1',
    'a\\b',
    '%00',
    'a,b c',
  ])('refuses a request line with the host %j', (host) => {
    expect(() => read({ host })).toThrow(
      expect.objectContaining({ status: 400, code: 'request', message: 'the host of the request is not valid' }),
    )
  })

  it.each([
    '',
    '*',
    'events',
    '?a',
    'http://',
    'http:// /',
    'javascript:alert(1)',
    'data:,x',
    'file:///etc/passwd',
    'ftp://a/',
    'hub.test:443',
  ])('refuses a request line with the target %j', (target) => {
    expect(() => read({ target })).toThrow(
      expect.objectContaining({ status: 400, code: 'request', message: 'the address of the request is not valid' }),
    )
  })

  it.each(['http://u:secret@hub.test/', 'http://u@hub.test/', 'http://:secret@hub.test/'])(
    'refuses credentials in the target, and does not repeat them: %s',
    (target) => {
      expect(() => read({ target })).toThrow(
        expect.objectContaining({
          status: 400,
          message: 'the address of the request has a name or a password in it',
        }),
      )
    },
  )
})
