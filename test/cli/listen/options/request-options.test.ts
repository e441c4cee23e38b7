import { describe, expect, it } from 'vitest'
import { readAddress, readHeaders, readMethod } from '../../../../cli/listen/options/request-options.ts'

const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`

describe('an address', () => {
  it.each([
    ['http://a/b?c=d', 'http://a/b?c=d'],
    ['HTTPS://a', 'https://a/'],
    ['localhost:8080/x', 'http://localhost:8080/x'],
    ['127.0.0.1', 'http://127.0.0.1/'],
    ['[::1]:80/x', 'http://[::1]/x'],
    [' http://a/b\n', 'http://a/b'],
    ['127.1', 'http://127.0.0.1/'],
    ['http://80/x', 'http://0.0.0.80/x'],
  ])('%s is %s', (text, url) => {
    expect(readAddress(text)).toEqual({ url, authorization: undefined })
  })

  it.each([
    ['http://ada:secret@a/', 'ada:secret'],
    ['http://ada@a/', 'ada:'],
    ['http://:secret@a/', ':secret'],
    ['http://a%40b:%C3%A9%zz@a/', 'a@b:%C3%A9%zz'],
    ['http://a%40b:p%3Aq@a/', 'a@b:p:q'],
    ['ada:secret@a', 'ada:secret'],
  ])('%s signs in as %s, and loses both', (text, pair) => {
    expect(readAddress(text)).toEqual({ url: 'http://a/', authorization: basic(pair) })
  })

  it.each([
    ['http://[', '"http://[" is no URL'],
    ['http://a:99999/', '"http://a:99999/" is no URL'],
    ['', '"" has no host, as localhost:8080/events has'],
    ['/events', '"/events" has no host'],
    ['8080', '"8080" has no host'],
    ['8080/x', '"8080/x" has no host'],
    [':8080/x', '":8080/x" has no host'],
    ['http:/a', '"http:/a" has no host'],
    ['http:///a', '"http:///a" has no host'],
    ['https:a/b', '"https:a/b" has no host'],
    ['http://ada:se/cret@a/?token=secret', '"http://[not shown]@a/" is no URL; in user and password / ? # : @ are'],
    ['ada:se#cret@a', '"[not shown]@a" is no URL; in user and password'],
    ['ftp://a', 'listen expects an http or https URL, not ftp://'],
    ['file:///etc', 'listen expects an http or https URL, not file://'],
  ])('%j is refused', (text, message) => {
    expect(() => readAddress(text)).toThrow(message)
  })
})

describe('headers', () => {
  it('are read as HTTP has them', () => {
    expect([...readHeaders(['X-A: 1', 'x-b:2', 'x-c: a: b ', 'x-d:', 'x-a: 3'])]).toEqual([
      ['x-a', '1, 3'],
      ['x-b', '2'],
      ['x-c', 'a: b'],
      ['x-d', ''],
    ])
  })

  it.each([
    ['Bearer secret', /^--header expects 'name: value', and one has no name or no colon$/],
    [': x', "--header expects 'name: value', and one has no name or no colon"],
    ['', "--header expects 'name: value', and one has no name or no colon"],
    ['Host: a', '--header "Host" cannot be sent: fetch has its own'],
    ['content-length: 5', '--header "content-length" cannot be sent: fetch has its own'],
    ['Expect: 100-continue', '--header "Expect" cannot be sent: fetch has its own'],
    ['a b: c', '--header "a b" cannot be sent'],
    ['a: 注', '--header "a" cannot be sent'],
    ['a: b\nc: d', '--header "a" cannot be sent'],
  ])('%j is refused', (line, message) => {
    expect(() => readHeaders([line])).toThrow(message)
  })

  it('does not repeat the value of one that cannot be sent', () => {
    expect(() => readHeaders(['authorization: Bearer sécret注'])).toThrow(/^(?!.*cret).*$/)
  })
})

describe('a method', () => {
  it('is read in any case, or left out', () => {
    expect([readMethod('post'), readMethod('PATCH'), readMethod(undefined)]).toEqual(['POST', 'PATCH', undefined])
  })

  it.each([
    ['posst', '--method "posst" is no method of HTTP, did you mean POST?'],
    ['', '--method "" is no method of HTTP'],
    ['connect', '--method CONNECT cannot be sent by fetch'],
    ['TRACE', '--method TRACE cannot be sent by fetch'],
  ])('%j is refused', (text, message) => {
    expect(() => readMethod(text)).toThrow(message)
  })
})
