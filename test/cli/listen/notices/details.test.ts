import { describe, expect, it } from 'vitest'
import { consumedLine, detailLines } from '../../../../cli/listen/notices/details.ts'
import type { Report } from '../../../../cli/listen/traffic/tap.ts'

const request = (headers: Record<string, string>, url = 'http://a/'): Report => ({
  kind: 'request',
  method: 'GET',
  url,
  headers: new Headers(headers),
})

it.each<[report: Report, lines: string[]]>([
  [{ kind: 'comment', text: 'ping\x1b' }, ['< comment: ping\\u001b']],
  [{ kind: 'comment', text: '' }, ['< comment']],
  [{ kind: 'retry', ms: 1500 }, ['< retry: 1.5 s']],
  [{ kind: 'id', id: '7\x07' }, ['< id without an event: #7\\u0007']],
  [{ kind: 'id', id: '' }, ['< id without an event: none from here on']],
  [{ kind: 'gap', reason: 'too-large' }, ['< an event that is too long, dropped']],
  [{ kind: 'gap', reason: 'expired' }, []],
  [{ kind: 'end', reason: 'eof' }, ['< the end of the response']],
  [{ kind: 'end', reason: 'stop' }, []],
  [{ kind: 'opening', requested: '' }, []],
  [{ kind: 'event', type: 'a', data: 'b', id: undefined }, []],
  [{ kind: 'handled' }, []],
  [{ kind: 'unfinished', lines: ['data: 1'], isOver: true }, []],
])('%j is shown as %j', (report, lines) => {
  expect(detailLines(report)).toEqual(lines)
})

describe('a request', () => {
  it('is shown with its headers, but without their secrets', () => {
    const headers = {
      accept: 'x',
      authorization: 'Bearer abc',
      'x-api-key': 'abc',
      cookie: 'a=abc; b=abc',
      'x-access-token': 'abc',
    }
    const lines = detailLines(request(headers))
    expect(lines).toEqual([
      '> GET http://a/',
      '> accept: x',
      '> authorization: Bearer [not shown]',
      '> cookie: [not shown]',
      '> x-access-token: [not shown]',
      '> x-api-key: [not shown]',
    ])
  })

  it('does not show a secret that has no scheme', () => {
    expect(detailLines(request({ authorization: 'abc' }))).toContain('> authorization: [not shown]')
  })

  it('does not show secrets of URLs in its headers', () => {
    const lines = detailLines(request({ referer: 'http://ada:abc@b/?token=abc&c=d' }))
    expect(lines).toContain('> referer: http://b/?token=[not shown]&c=d')
  })

  it('does not show secrets of its query', () => {
    const [line] = detailLines(request({}, 'http://a/b?access_token=abc&topics=x&api-key=abc#f'))
    expect(line).toBe('> GET http://a/b?access_token=[not shown]&topics=x&api-key=[not shown]#f')
  })
})

describe('a response', () => {
  it('is shown with status and headers', () => {
    const headers = { 'content-type': 'text/event-stream', 'set-cookie': 'abc', 'x-note': 'caf\xe9\x9b' }
    const response = new Response('', { status: 200, statusText: 'OK', headers })
    expect(detailLines({ kind: 'response', response })).toEqual([
      '< 200 OK',
      '< content-type: text/event-stream',
      '< set-cookie: [not shown]',
      '< x-note: café\\u009b',
    ])
  })

  it('says where it came from after a redirect', () => {
    const response = Object.defineProperties(new Response(null, { status: 200 }), {
      redirected: { value: true },
      url: { value: 'http://b/?token=abc' },
    })
    expect(detailLines({ kind: 'response', response })).toEqual([
      '< after a redirect to http://b/?token=[not shown]',
      '< 200',
    ])
  })
})

it('an event that the core keeps to itself is shown with its data, cut where it is long', () => {
  const own = { type: 'live\x1b', data: '{"a":1}', id: undefined, isRepeat: false }
  expect(consumedLine(own)).toBe('< the server\'s own: live\\u001b {"a":1}')
  expect(consumedLine({ ...own, data: 'x'.repeat(600) })).toMatch(/x{500}… \(600 characters\)$/)
  expect(consumedLine({ type: 'a', data: 'b', id: '7\x07', isRepeat: true })).toBe(
    '< sent again, not shown: a #7\\u0007 b',
  )
})
