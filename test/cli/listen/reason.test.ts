import { SSEError } from 'headwater'
import { describe, expect, it } from 'vitest'
import { reasonOf } from '../../../cli/listen/reason.ts'

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

  it('that several addresses had is told once', () => {
    const both = new AggregateError([coded('ECONNREFUSED'), coded('ETIMEDOUT')], '')
    expect(reason(network(both))).toBe('connection refused')
  })

  it('is told by its deepest known cause', () => {
    expect(reason(network(new Error('outer', { cause: coded('ECONNRESET') })))).toBe('connection reset')
  })

  it('that has no code says what the platform says', () => {
    expect(reason(network(new Error('odd\x1b')))).toBe('odd\\u001b')
    expect(reason(network(coded('UND_ERR_INVALID_ARG', 'invalid keep-alive header')))).toBe('invalid keep-alive header')
    expect(reason(network(coded('constructor', 'odd')))).toBe('odd')
  })

  it('without a cause says what the core says', () => {
    expect(reason(new SSEError('network', 'http://a/: the stream ended', { cause: 'eof' }))).toBe('the stream ended')
  })

  it('whose causes go round ends all the same', () => {
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
    new SSEError('unauthorized', 'http://a/: status 401; onUnauthorized may sign in again', { status: 401 }),
    "status 401 Unauthorized (-H 'authorization: Bearer …' signs in)",
  ],
  [
    new SSEError('http', 'http://a/: status 405', { status: 405 }),
    'status 405 Method Not Allowed (-X names another method)',
  ],
  [
    new SSEError('content-type', 'http://a/: content type text/html instead of text/event-stream'),
    'content type text/html instead of text/event-stream',
  ],
  [
    new SSEError('timeout', 'http://a/: no headers in 15000 ms (HTTP/1.1 allows six connections to an origin)'),
    'no response headers within 15 s (--connect-timeout); nobody answers, or the server or a proxy that collects holds them back',
  ],
  [new SSEError('stalled', 'http://a/: silent for 10000 ms'), 'silent for 10000 ms'],
])('%s is told as %s', (error, words) => {
  expect(reason(error)).toBe(words)
})

describe('a redirect that is not followed', () => {
  const error = new SSEError('http', 'http://a/: status 307', { status: 307 })

  it('is told with where it leads', () => {
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
