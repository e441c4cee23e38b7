import type { MockRequest } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { isRedirect, redirected } from '../../../testing/request/redirect.ts'

it.each([
  [301, true],
  [302, true],
  [303, true],
  [307, true],
  [308, true],
  [200, false],
  [204, false],
  [300, false],
  [304, false],
  [404, false],
])('status %i redirects: %s', (status, redirects) => {
  expect(isRedirect(status)).toBe(redirects)
})

describe('a redirect', () => {
  const from = new URL('http://a.test/a')
  const headers = { 'content-type': 'text/plain', 'content-language': 'en', authorization: 'Bearer t', 'x-a': '1' }
  const request = (method: string): MockRequest => ({
    method,
    url: '/a',
    path: '/a',
    query: {},
    headers: { ...headers, 'last-event-id': '7' },
    lastEventId: '7',
    body: 'x',
    at: 1,
  })

  it.each<[status: number, method: string, then: string]>([
    [301, 'GET', 'GET'],
    [301, 'POST', 'GET'],
    [301, 'PUT', 'PUT'],
    [302, 'POST', 'GET'],
    [302, 'PUT', 'PUT'],
    [302, 'HEAD', 'HEAD'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [308, 'DELETE', 'DELETE'],
  ])(
    'a redirect with status %i makes a %s a %s, whose body goes along only if the method stays',
    (status, method, then) => {
      const next = redirected(request(method), { status, from, to: new URL('http://a.test/b'), at: 2 })
      expect([next.method, next.path, next.at, next.lastEventId]).toEqual([then, '/b', 2, '7'])
      if (method === then) expect([next.body, next.headers]).toEqual(['x', request(method).headers])
      else
        expect([next.body, next.headers]).toEqual(['', { authorization: 'Bearer t', 'x-a': '1', 'last-event-id': '7' }])
    },
  )

  it('to another origin leaves the credentials behind, and nothing else', () => {
    const { authorization: _, ...others } = request('GET').headers
    expect(redirected(request('GET'), { status: 307, from, to: new URL('http://b.test/'), at: 2 }).headers).toEqual(
      others,
    )
    expect(redirected(request('GET'), { status: 307, from, to: new URL('https://a.test/'), at: 2 }).headers).toEqual(
      others,
    )
  })

  it('has the query of where it leads', () => {
    const next = redirected(
      { ...request('GET'), headers: {} },
      { status: 307, from, to: new URL('http://a.test/?lastEventId=9&b=1'), at: 2 },
    )
    expect(next).toMatchObject({ url: '/?lastEventId=9&b=1', query: { lastEventId: '9', b: '1' }, lastEventId: '9' })
  })
})
