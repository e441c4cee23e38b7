import { describe, expect, it } from 'vitest'
import { corsHeaders, preflight } from '../../../server/http/cors.ts'
import type { Refusal } from '../../../server/wire/refusal.ts'

const refusal = (status: number, code: string, message: string | RegExp): unknown =>
  expect.objectContaining({
    name: 'Refusal',
    status,
    code,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  })

describe('the origin of a request', () => {
  const ORIGINS = ['https://app.example', 'http://localhost:5173', 'null']
  const cors = (headers: Record<string, string>, method = 'GET') =>
    corsHeaders(new Request('https://hub.test/events', { method, headers }), { origins: ORIGINS })

  const allowed = (origin: string): object => ({
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'retry-after, date, x-sse-heartbeat',
    vary: 'origin',
  })

  it.each<[what: string, headers: Record<string, string>, answer: object]>([
    ['none, as of another server', {}, {}],
    ['none, as of an address that somebody has typed', { 'sec-fetch-site': 'none' }, {}],
    ['none, as of a page of its own', { 'sec-fetch-site': 'same-origin' }, {}],
    ['its own', { origin: 'https://hub.test' }, {}],
    ['its own over http, behind a proxy that ends TLS', { origin: 'http://hub.test' }, {}],
    ['that of the host that was asked for', { origin: 'https://public.test', host: 'public.test' }, {}],
    ['that of the host and the port', { origin: 'http://localhost:8080', host: 'localhost:8080' }, {}],
    ['one that is named', { origin: 'https://app.example' }, allowed('https://app.example')],
    ['one with a port', { origin: 'http://localhost:5173' }, allowed('http://localhost:5173')],
    ['null, if it is named', { origin: 'null' }, allowed('null')],
    [
      'one that is named, of a page',
      { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' },
      allowed('https://app.example'),
    ],
  ])('may be %s', (_, headers, answer) => {
    expect(cors(headers)).toEqual(answer)
  })

  it.each<[what: string, headers: Record<string, string>]>([
    ['another', { origin: 'https://evil.example' }],
    ['another port', { origin: 'https://hub.test:8443' }],
    ['another scheme of one that is named', { origin: 'http://app.example' }],
    ['one under it', { origin: 'https://x.app.example' }],
    ['one that begins like it', { origin: 'https://app.example.evil' }],
    ['one that ends like its own', { origin: 'https://evil-hub.test' }],
    ['no origin at all', { origin: 'x' }],
    ['empty', { origin: '' }],
    ['the host, where that is another', { origin: 'https://hub.test', host: 'public.test' }],
  ])('may not be %s', (_, headers) => {
    const { origin } = headers
    expect(() => cors(headers)).toThrow(
      refusal(403, 'origin', `pages of ${origin} may not GET here: name the origin in the option origins`),
    )
    expect(() => cors(headers, 'POST')).toThrow(refusal(403, 'origin', /may not POST here/))
  })

  it('may not be null unless it is named', () => {
    const request = new Request('https://hub.test/events', { headers: { origin: 'null' } })
    expect(() => corsHeaders(request, { origins: [] })).toThrow(refusal(403, 'origin', /^pages of null/))
  })

  it.each(['cross-site', 'same-site'])('may not be kept back by a page elsewhere: %s', (site) => {
    expect(() => cors({ 'sec-fetch-site': site })).toThrow(
      refusal(403, 'origin', 'a page of another site must use CORS'),
    )
  })
})

describe('a refusal of an origin', () => {
  const refusedTo = (origin: string): Record<string, string> => {
    try {
      corsHeaders(new Request('https://hub.test/events', { headers: { origin } }), { origins: [] })
    } catch (error) {
      return (error as Refusal).headers
    }
    throw new Error('it was let in')
  }

  it.each(['https://evil.example', 'http://localhost:5173', 'null', 'chrome-extension://abc'])(
    'may be read by the page that is refused, without credentials: %s',
    (origin) => {
      expect(refusedTo(origin)).toEqual({ 'access-control-allow-origin': origin, vary: 'origin' })
    },
  )

  it.each(['x', '', 'https://evil.example/path', 'https://u:p@evil.example', 'https://a, https://b', '*'])(
    'repeats nothing that no browser sends: %j',
    (origin) => {
      expect(refusedTo(origin)).toEqual({})
    },
  )
})

describe('an origin where all are allowed', () => {
  const cors = (headers: Record<string, string>) =>
    corsHeaders(new Request('https://hub.test/events', { headers }), { origins: [], cors: '*' })

  it.each(['https://app.example', 'http://localhost:5173', 'null', 'x'])(
    'may read without credentials: %s',
    (origin) => {
      expect(cors({ origin })).toEqual({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': 'retry-after, date, x-sse-heartbeat',
      })
    },
  )

  it.each([{ cookie: 'session=1' }, { authorization: 'Bearer x' }])('is refused with %j', (credentials) => {
    const headers = { origin: 'https://app.example', ...credentials } as Record<string, string>
    expect(() => cors(headers)).toThrow(refusal(403, 'credentials', /may not send cookies or Authorization/))
  })

  it('may be its own, with cookies', () => {
    expect(cors({ origin: 'https://hub.test', cookie: 'session=1' })).toEqual({})
    expect(cors({ cookie: 'session=1' })).toEqual({})
  })
})

describe('a preflight', () => {
  it.each([
    [{}, 'content-type'],
    [{ 'access-control-request-headers': 'authorization, last-event-id' }, 'authorization, last-event-id'],
  ])('allows the method and headers that %j asks for', async (headers: Record<string, string>, allowed) => {
    const answer = preflight(new Request('https://hub.test', { method: 'OPTIONS', headers }))
    expect(answer.status).toBe(204)
    expect(Object.fromEntries(answer.headers)).toEqual({
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': allowed,
      'access-control-max-age': '600',
    })
    expect(await answer.text()).toBe('')
  })
})
