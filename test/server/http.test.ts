import { describe, expect, it } from 'vitest'
import { corsHeaders, json, percentDecoded, preflight, Refusal, readBody, refused } from '../../server/http.ts'

const refusal = (status: number, code: string, message: string | RegExp): unknown =>
  expect.objectContaining({
    name: 'Refusal',
    status,
    code,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  })

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

describe('an answer', () => {
  it('is JSON that nobody keeps', async () => {
    const answer = json(201, { a: ['ü\n'] }, { 'x-more': '1' })
    expect(answer.status).toBe(201)
    expect(Object.fromEntries(answer.headers)).toEqual({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-more': '1',
    })
    expect(await answer.json()).toEqual({ a: ['ü\n'] })
  })

  it('is a refusal, with its reason', async () => {
    const answer = refused(new Refusal(429, 'full', 'no "room"', { 'retry-after': '30' }))
    expect(answer.status).toBe(429)
    expect(Object.fromEntries(answer.headers)).toEqual({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'retry-after': '30',
    })
    expect(await answer.json()).toEqual({ error: { code: 'full', message: 'no "room"' } })
  })

  it('is a refusal without headers of its own', () => {
    const one = new Refusal(400, 'json', 'no')
    expect(one).toBeInstanceOf(Error)
    expect(one.headers).toEqual({})
    expect([...refused(one).headers]).toHaveLength(2)
  })
})

describe('the origin of a request', () => {
  const ORIGINS = ['https://app.example', 'http://localhost:5173', 'null']
  const cors = (headers: Record<string, string>, method = 'GET') =>
    corsHeaders(new Request('https://hub.test/events', { method, headers }), ORIGINS)

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
      refusal(403, 'origin', `pages of ${origin} may not GET here; the option origins lets them`),
    )
    expect(() => cors(headers, 'POST')).toThrow(refusal(403, 'origin', /may not POST here/))
  })

  it('may not be null unless it is named', () => {
    const request = new Request('https://hub.test/events', { headers: { origin: 'null' } })
    expect(() => corsHeaders(request, [])).toThrow(refusal(403, 'origin', /^pages of null/))
  })

  it.each(['cross-site', 'same-site'])('may not be kept back by a page elsewhere: %s', (site) => {
    expect(() => cors({ 'sec-fetch-site': site })).toThrow(
      refusal(403, 'origin', 'pages of another origin may use this with CORS alone'),
    )
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

describe('a body', () => {
  const JSON_TYPE = 'application/json'
  const post = (body: BodyInit | null, type: string | undefined = JSON_TYPE): Request =>
    new Request('http://hub.test', {
      method: 'POST',
      headers: type === '' ? {} : { 'content-type': type },
      body,
      ...(body instanceof ReadableStream && { duplex: 'half' }),
    })
  const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
  const chunked = (...chunks: Uint8Array[]): ReadableStream =>
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk)
        controller.close()
      },
    })

  it.each([['application/json'], ['application/json; charset=utf-8'], ['Application/JSON ;charset=utf-8']])(
    'is read if its type is %s',
    async (type) => {
      expect(await readBody(post('{"a":[1,"ü"]}', type), 100)).toEqual({ a: [1, 'ü'] })
    },
  )

  it.each([
    ['text/plain;charset=UTF-8', 'send application/json, not text/plain'],
    ['application/x-www-form-urlencoded', 'send application/json, not application/x-www-form-urlencoded'],
    ['application/json-seq', 'send application/json, not application/json-seq'],
    ['text/plain; x=application/json', 'send application/json, not text/plain'],
    ['application/x; application/json', 'send application/json, not application/x'],
  ])('is refused unread if its type is %s', async (type, message) => {
    const request = post('{}', type)
    await expect(readBody(request, 100)).rejects.toEqual(refusal(415, 'content-type', message))
    expect(request.bodyUsed).toBe(false)
  })

  it('is refused without a type', async () => {
    await expect(readBody(post(bytes('{}'), ''), 100)).rejects.toEqual(
      refusal(415, 'content-type', 'send application/json, not a body without a type'),
    )
  })

  it.each(['', ' ', '{', '{"a":1}x', "{'a':1}", '\ufffd', 'undefined'])(
    'is refused if it is no JSON: %j',
    async (text) => {
      await expect(readBody(post(text), 100)).rejects.toEqual(refusal(400, 'json', /^the body is not JSON: /))
    },
  )

  it('is refused if there is none', async () => {
    await expect(readBody(post(null), 100)).rejects.toEqual(refusal(400, 'json', /^the body is not JSON: /))
  })

  it.each(['null', '[]', '[{}]', '"a"', '7', 'true'])('is refused if it is no object: %s', async (text) => {
    await expect(readBody(post(text), 100)).rejects.toEqual(refusal(400, 'json', 'the body wants to be a JSON object'))
  })

  it('may have as many bytes as the limit says, and not one more', async () => {
    const text = '{"a":"ü"}'
    const size = bytes(text).length
    expect(size).toBe(text.length + 1)
    expect(await readBody(post(text), size)).toEqual({ a: 'ü' })
    await expect(readBody(post(text), size - 1)).rejects.toEqual(
      refusal(413, 'too-large', `a body may have ${size - 1} bytes; the option limits.body says so`),
    )
  })

  it('may come in pieces, cut anywhere', async () => {
    const whole = bytes('{"a":"ü€"}')
    for (let at = 0; at <= whole.length; at++)
      expect(await readBody(post(chunked(whole.slice(0, at), whole.slice(at))), 100)).toEqual({ a: 'ü€' })
  })

  it('is not read further than the limit, and let go of', async () => {
    let pulled = 0
    let cancelled = false
    const endless = new ReadableStream(
      {
        pull(controller) {
          pulled++
          controller.enqueue(new Uint8Array(10))
        },
        cancel() {
          cancelled = true
          throw new Error('nobody is to hear of this')
        },
      },
      { highWaterMark: 0 },
    )
    await expect(readBody(post(endless), 35)).rejects.toEqual(refusal(413, 'too-large', /^a body may have 35 bytes/))
    expect([pulled, cancelled]).toEqual([4, true])
  })

  it('is refused if it breaks off', async () => {
    const broken = new ReadableStream({
      pull: (controller) => controller.error(new Error('ECONNRESET')),
    })
    await expect(readBody(post(broken), 100)).rejects.toEqual(
      refusal(400, 'body', 'the body broke off: Error: ECONNRESET'),
    )
  })
})
