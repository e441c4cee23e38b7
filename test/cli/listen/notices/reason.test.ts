import { SSEError } from 'headwater'
import { describe, expect, it } from 'vitest'
import { excerptOf, reasonOf } from '../../../../cli/listen/notices/reason.ts'

const reason = (error: SSEError, location?: string): string => reasonOf(error, '15 s', location)
/** As Node's fetch throws it, and the core wraps that. */
const network = (cause: unknown): SSEError =>
  new SSEError('network', 'http://a/: TypeError: fetch failed', { cause: new TypeError('fetch failed', { cause }) })
const coded = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code })

describe('a failure of the network', () => {
  it.each([
    ['ECONNREFUSED', 'connection refused'],
    ['ENOTFOUND', 'there is no such host'],
    ['UND_ERR_SOCKET', 'the connection broke'],
    ['CERT_HAS_EXPIRED', 'the certificate has expired'],
  ])('%s is %s', (code, words) => {
    expect(reason(network(coded(code)))).toBe(words)
  })

  it('has one reason where several addresses failed', () => {
    const both = new AggregateError([coded('ECONNREFUSED'), coded('ETIMEDOUT')], '')
    expect(reason(network(both))).toBe('connection refused')
  })

  it('has the reason of its deepest known cause', () => {
    expect(reason(network(new Error('outer', { cause: coded('ECONNRESET') })))).toBe('connection reset')
  })

  it('has the words of the platform where it has no code', () => {
    expect(reason(network(new Error('odd\x1b')))).toBe('odd\\u001b')
    expect(reason(network(coded('UND_ERR_INVALID_ARG', 'invalid keep-alive header')))).toBe('invalid keep-alive header')
    expect(reason(network(coded('constructor', 'odd')))).toBe('odd')
  })

  it('has the words of the core where it has no cause', () => {
    expect(reason(new SSEError('network', 'http://a/: stream ended', { cause: 'eof' }))).toBe('stream ended')
  })

  it('has a reason though its causes form a loop', () => {
    const error = new Error('round')
    error.cause = error
    expect(reason(network(error))).toBe('round')
  })

  it.each([
    [new Error('bad port'), /^fetch refuses this port/],
    [coded('HPE_INVALID_CONSTANT', 'Parse Error: Expected HTTP/'), /does not speak HTTP/],
    [coded('EPROTO'), /does not speak TLS/],
    [coded('Z_DATA_ERROR', 'incorrect header check'), /^the body is not encoded as its content-encoding says$/],
    [coded('ERR__ERROR_FORMAT_PADDING_1'), /^the body is not encoded as its content-encoding says$/],
    [coded('ZSTD_error_prefix_unknown'), /^the body is not encoded as its content-encoding says$/],
    [coded('HPE_INVALID_CHUNK_SIZE', 'Parse Error: bad chunk'), /^Parse Error: bad chunk$/],
    [new Error(''), /^fetch does not say why, as after status 407 /],
  ])('%s names the mistake', (cause, words) => {
    expect(reason(network(cause))).toMatch(words)
  })
})

it.each<[error: SSEError, words: string]>([
  [new SSEError('http', 'http://a/: status 503', { status: 503 }), 'status 503 Service Unavailable'],
  [new SSEError('http', 'http://a/: status 599', { status: 599 }), 'status 599'],
  [
    new SSEError('http', 'http://a/: status 429', { status: 429, retryAfter: 3000 }),
    'status 429 Too Many Requests (retry-after: 3 s)',
  ],
  [new SSEError('http', 'http://a/: status 429', { status: 429, retryAfter: 0 }), 'status 429 Too Many Requests'],
  [
    new SSEError('unauthorized', 'http://a/: status 401, type null', { status: 401 }),
    "status 401 Unauthorized (-H 'authorization: Bearer …' signs in)",
  ],
  [
    new SSEError('http', 'http://a/: status 405', { status: 405 }),
    'status 405 Method Not Allowed (-X names another method)',
  ],
  [
    new SSEError('content-type', 'http://a/: status 200, type text/html', { status: 200 }),
    'content type text/html instead of text/event-stream',
  ],
  [
    new SSEError('content-type', 'http://a/: status 200, type null', { status: 200 }),
    'content type missing instead of text/event-stream',
  ],
  [
    new SSEError('timeout', 'http://a/: no answer in 15000 ms'),
    'no response headers within 15 s (--connect-timeout); nobody answers, or the server or a proxy that collects holds them back',
  ],
  [new SSEError('stalled', 'http://a/: no heartbeat'), 'no heartbeat'],
])('%s reads %s', (error, words) => {
  expect(reason(error)).toBe(words)
})

it.each<[body: string | undefined, type: string | undefined, excerpt: string]>([
  ['{"error":\n  "no"}\n', 'application/problem+json', '{"error": "no"}'],
  ['busy', 'text/plain', 'busy'],
  ['busy', undefined, 'busy'],
  ['<error/>', 'application/xml', '<error/>'],
  ['<!doctype html>', 'text/html', ''],
  [undefined, 'text/plain', ''],
])('the body %j of type %s reads %j', (body, type, excerpt) => {
  const error = new SSEError('http', 'http://a/: status 503', { status: 503, ...(body && { body }) })
  // Without a body: text would bring a content type of its own.
  const response = new Response(null, { headers: type ? { 'content-type': type } : {} })
  expect(excerptOf(error, response)).toBe(excerpt)
})

it('the body of an unknown response reads as it is', () => {
  const error = new SSEError('http', 'http://a/: status 503', { status: 503, body: 'busy' })
  expect(excerptOf(error, undefined)).toBe('busy')
})

describe('a redirect that is not followed', () => {
  const error = new SSEError('http', 'http://a/: status 307', { status: 307 })

  it('is shown with the place that it leads to', () => {
    expect(reason(error, 'http://b/c\x1b?token=abc')).toBe(
      'status 307 leads to http://b/c\\u001b?token=[not shown]: not followed, as headers of yours would go along; listen there',
    )
  })

  it('is one only if it leads anywhere, and has such a status', () => {
    expect(reason(error)).toBe('status 307 Temporary Redirect')
    expect(reason(new SSEError('http', 'http://a/: status 201', { status: 201 }), 'http://a/b')).toBe(
      'status 201 Created',
    )
  })
})
