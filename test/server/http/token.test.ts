import { readToken } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { percentDecoded } from '../../../server/http/token.ts'

describe('percent-encoding', () => {
  it.each([
    ['', ''],
    ['abc', 'abc'],
    ['a%20b%2Fc', 'a b/c'],
    ['%C3%A4', 'ä'],
    ['a+b', 'a+b'],
    ['100%', '100%'],
    ['%E0%A4%A', '%E0%A4%A'],
    ['%2520', '%20'],
  ])('is taken off %j: %j', (text, decoded) => {
    expect(percentDecoded(text)).toBe(decoded)
  })
})

describe('a token', () => {
  const WHERE = { cookie: 'session', query: 'token' }

  it.each<[what: string, headers: Record<string, string>, query: string, token: string | undefined]>([
    ['none', {}, '', undefined],
    ['a header', { authorization: 'Bearer abc.def-_' }, '', 'abc.def-_'],
    ['a header in small letters', { authorization: 'bearer abc' }, '', 'abc'],
    ['a header with more space', { authorization: 'Bearer   abc' }, '', 'abc'],
    ['a header of another scheme', { authorization: 'Basic abc' }, '', undefined],
    ['a header with more than a token', { authorization: 'Bearer abc def' }, '', undefined],
    ['a header without a token', { authorization: 'Bearer ' }, '', undefined],
    ['a cookie', { cookie: 'session=abc' }, '', 'abc'],
    ['a cookie among others', { cookie: 'theme=dark; session=abc; x=1' }, '', 'abc'],
    ['a cookie without a space', { cookie: 'theme=dark;session=abc' }, '', 'abc'],
    ['a cookie with = in it', { cookie: 'session=abc==' }, '', 'abc=='],
    ['a cookie in quotes', { cookie: 'session="abc"' }, '', 'abc'],
    ['a cookie with half a quote', { cookie: 'session="abc' }, '', '"abc'],
    ['an encoded cookie', { cookie: 'session=s%3Aabc%2Fd' }, '', 's:abc/d'],
    ['a badly encoded cookie', { cookie: 'session=100%' }, '', '100%'],
    ['the first of two cookies', { cookie: 'session=abc; session=def' }, '', 'abc'],
    ['a cookie whose name ends like it', { cookie: 'my-session=abc; xsession=def' }, '', undefined],
    ['a cookie whose name begins like it', { cookie: 'session-id=abc' }, '', undefined],
    ['a cookie whose value looks like it', { cookie: 'x=session=abc' }, '', undefined],
    ['a cookie without a value', { cookie: 'session=; x=1' }, '', undefined],
    ['a cookie without a value, and another with one', { cookie: 'session=; session=abc' }, '', 'abc'],
    ['a cookie without a value, and a parameter', { cookie: 'session=' }, '?token=c', 'c'],
    ['a cookie without a name', { cookie: '=abc; sessions; session' }, '', undefined],
    ['a cookie of other letters', { cookie: 'Session=abc' }, '', undefined],
    ['a parameter', {}, '?token=abc%20d', 'abc d'],
    ['an empty parameter', {}, '?token=', undefined],
    ['another parameter', {}, '?tokens=abc', undefined],
    ['all: the header counts', { authorization: 'Bearer a', cookie: 'session=b' }, '?token=c', 'a'],
    ['two: the cookie counts', { cookie: 'session=b' }, '?token=c', 'b'],
    ['two, of which the header is another scheme', { authorization: 'Basic a', cookie: 'session=b' }, '?token=c', 'b'],
    ['two, of which the cookie is another', { cookie: 'theme=dark' }, '?token=c', 'c'],
  ])('is read, or not, where there is %s', (_, headers, query, token) => {
    expect(readToken(new Request(`http://hub.test/events${query}`, { headers }), WHERE)).toBe(token)
  })

  it('is looked for in cookies and parameters only if they are named', () => {
    const request = new Request('http://hub.test/?token=c&undefined=d', {
      headers: { cookie: 'session=b; undefined=e' },
    })
    expect(readToken(request)).toBeUndefined()
    expect(readToken(request, { cookie: '' })).toBeUndefined()
    expect(readToken(request, { cookie: 'session' })).toBe('b')
    expect(readToken(request, { query: 'token' })).toBe('c')
  })
})

describe('where a token is found', () => {
  const request = (headers: Record<string, string>, query = '') =>
    new Request(`http://hub.test/events${query}`, { headers })
  const from = { cookie: 'session', query: 'token' }

  it.each([
    ['the header', request({ authorization: 'Bearer abc' }), 'abc'],
    ['the header, first', request({ authorization: 'bearer abc', cookie: 'session=def' }, '?token=ghi'), 'abc'],
    ['no cookie that has no value', request({ cookie: 'sessionx; session=; session' }, '?token=ghi'), 'ghi'],
    ['the cookie', request({ cookie: 'a=b; session=d%20f; c' }, '?token=ghi'), 'd f'],
    ['a cookie in quotes, badly encoded', request({ cookie: 'session="%zz"' }), '%zz'],
    ['the query', request({ cookie: 'xsession=1' }, '?token=ghi'), 'ghi'],
    ['nowhere', request({ authorization: 'Basic abc', cookie: 'other=session=1' }, '?token='), undefined],
  ])('is %s', (_, asked, token) => {
    expect(readToken(asked, from)).toBe(token)
  })

  it('is nowhere but the header unless said', () => {
    expect(readToken(request({ cookie: 'session=1' }, '?token=2'))).toBeUndefined()
  })
})
