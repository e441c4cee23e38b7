import { type Opened, SSEError } from 'headwater'
import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { Narrator } from '../../../../cli/listen/notices/narrator.ts'
import type { Consumed } from '../../../../cli/listen/traffic/consumed.ts'
import type { Report } from '../../../../cli/listen/traffic/tap.ts'
import { createLog } from '../../../../cli/terminal/log.ts'
import { plain } from '../../../../cli/terminal/palette.ts'
import { Screen } from '../../terminal.ts'

function narrate(verbosity: 'normal' | 'verbose' = 'normal') {
  const screen = new Screen()
  const narrator = new Narrator(createLog(screen, verbosity, createClock(), plain), 'http://a/', 15_000)
  const onReport = (report: Report): void => narrator.onReport(report)
  const onConsumed = (event: Consumed): void => narrator.onConsumed(event)
  const why = (error: SSEError): string => narrator.why(error)
  return { narrator, observer: narrator.observer, onReport, onConsumed, why, screen }
}

const status = (status: number) => new SSEError(status === 401 ? 'unauthorized' : 'http', 'http://a/: x', { status })
const response = (headers: Record<string, string> = {}) => new Response(null, { headers })
/** As the core makes it of a refused response. */
const refusal = (status: number, body: string) => new SSEError('http', 'http://a/: x', { status, body })
const request = { kind: 'request', method: 'GET', url: 'http://a/', headers: new Headers() } as const

describe('an opening', () => {
  it('is shown at once, in one line where there was nothing to resume', () => {
    const { onReport, observer, screen } = narrate()
    const line = '-- open, recovered: no (there was no id to resume from)'
    onReport({ kind: 'opening', requested: '' })
    expect(screen.lines).toEqual([line])
    observer.onOpen?.({ recovered: false, attempt: 0 })
    expect(screen.lines).toEqual([line])
  })

  it.each<[recovered: Opened['recovered'], requested: string, lines: string[]]>([
    [true, '7', ['-- open, asked for #7', '-- recovered: yes (asked for #7)']],
    [false, '7', ['-- open, asked for #7', '-- recovered: no (asked for #7)']],
    ['unknown', '7', ['-- open, asked for #7', '-- recovered: unknown (asked for #7, the server does not say)']],
    [true, '', ['-- open, recovered: no (there was no id to resume from)', '-- recovered: yes']],
  ])('is shown in two lines where the server says more: %s after %j', (recovered, requested, lines) => {
    const { onReport, observer, screen } = narrate()
    onReport({ kind: 'opening', requested })
    observer.onOpen?.({ recovered, attempt: 0 })
    expect(screen.lines).toEqual(lines)
  })
})

describe('a failure is explained', () => {
  it('by the words of the server', () => {
    const { onReport, why, screen } = narrate('verbose')
    const error = refusal(503, 'busy\x1b')
    onReport(request)
    onReport({ kind: 'response', response: response() })
    onReport({ kind: 'end', reason: error })
    expect(why(error)).toBe('status 503 Service Unavailable; the server says: busy\\u001b')
    expect(screen.lines.at(-1)).toBe('< busy\\u001b')
  })

  it('by a proxy, where the stream opens and nothing ever comes', () => {
    const { onReport, why } = narrate()
    const stalled = new SSEError('stalled', 'http://a/: no heartbeat')
    const open = (): void => {
      onReport(request)
      onReport({ kind: 'response', response: response() })
      onReport({ kind: 'opening', requested: '' })
    }
    const hint = 'no heartbeat; nothing has come since the response headers: a proxy may hold the events back'
    open()
    expect(why(stalled)).toBe(hint)
    onReport({ kind: 'comment', text: '' })
    onReport({ kind: 'end', reason: stalled })
    expect(why(stalled)).toBe('no heartbeat')
    open()
    onReport({ kind: 'end', reason: stalled })
    expect(why(stalled)).toBe(hint)
    expect(why(status(503))).toBe('status 503 Service Unavailable')
  })

  it('by its status alone where the server answers with a page', () => {
    const { onReport, why, screen } = narrate('verbose')
    const error = refusal(503, '<!doctype html>')
    onReport(request)
    onReport({ kind: 'response', response: response({ 'content-type': 'text/html' }) })
    const before = screen.text
    onReport({ kind: 'end', reason: error })
    expect(why(error)).toBe('status 503 Service Unavailable')
    expect(screen.text).toBe(before)
  })

  it('by the place that a redirect leads to', () => {
    const { onReport, why } = narrate()
    onReport({ ...request, url: 'http://a/x/y?z' })
    onReport({ kind: 'response', response: response({ location: '../b' }) })
    expect(why(status(307))).toMatch(/leads to http:\/\/a\/b:/)
  })

  it('by what the server sends instead of a stream', () => {
    const { onReport, why } = narrate()
    const message = 'http://a/: status 200, type application/json'
    const error = new SSEError('content-type', message, { status: 200, body: '{"error":"no"}' })
    onReport({ kind: 'response', response: response({ 'content-type': 'application/json' }) })
    expect(why(error)).toBe(
      'content type application/json instead of text/event-stream; the server says: {"error":"no"}',
    )
  })

  it('by nothing of an earlier response, or of another failure', () => {
    const { onReport, why } = narrate()
    onReport({ kind: 'response', response: response({ location: '/b' }) })
    onReport({ kind: 'end', reason: refusal(503, 'busy') })
    expect(why(new SSEError('network', 'http://a/: stream ended'))).toBe('stream ended')
    onReport(request)
    expect(why(status(503))).toBe('status 503 Service Unavailable')
  })
})

describe('an event that the core keeps to itself', () => {
  const repeat = { type: 'a', data: 'd', id: '7', isRepeat: true }
  const own = { type: 'live', data: 'd', id: undefined, isRepeat: false }

  it('is shown if it is the first repeat on a connection', () => {
    const { onReport, onConsumed, screen } = narrate()
    const notice = '-- sent again: #7, which came before; repeats are shown only with -v'
    onConsumed(own)
    onConsumed(repeat)
    onConsumed({ ...repeat, id: '8' })
    expect(screen.lines).toEqual([notice])
    onReport({ kind: 'opening', requested: '8' })
    onConsumed(repeat)
    expect(screen.lines).toEqual([notice, '-- open, asked for #8', notice])
  })

  it('is shown if it is a goodbye, which explains the next connection', () => {
    const { onConsumed, screen } = narrate()
    onConsumed({ ...own, type: 'goodbye' })
    onConsumed({ ...repeat, type: 'goodbye' })
    expect(screen.lines[0]).toBe('-- the server says goodbye: on to another connection')
    expect(screen.lines[1]).toMatch(/^-- sent again/)
  })

  it('is shown with --verbose in any case', () => {
    const { onConsumed, screen } = narrate('verbose')
    onConsumed(own)
    onConsumed(repeat)
    expect(screen.lines.filter((line) => line.startsWith('<'))).toEqual([
      "< the server's own: live d",
      '< sent again, not shown: a #7 d',
    ])
  })
})

it('shows data that cannot be read, and lines that are no event', () => {
  const { onReport, observer, screen } = narrate()
  observer.onInvalid?.({ type: 'c', id: '', raw: 'd', receivedAt: 0, error: new Error('bad') })
  onReport({ kind: 'unfinished', lines: ['data: 1'], isOver: true })
  expect(screen.lines).toEqual([
    '-- invalid: c cannot be read: bad: d',
    '-- unfinished: the stream ended in the middle of an event, which does not count: data: 1; a blank line ends an event',
  ])
})

it('shows states, waits and gaps', () => {
  const { observer, screen } = narrate()
  const error = new SSEError('network', 'http://a/: stream ended')
  observer.onState?.({ status: 'connecting', attempt: 0 })
  observer.onState?.({ status: 'waiting', attempt: 1, until: 0, error })
  observer.onRetry?.({ attempt: 1, until: 0, delay: 600, error })
  observer.onGap?.({ reason: 'no-id', certain: false, requested: '', resumedFrom: '', topics: ['*'] })
  expect(screen.lines).toEqual([
    '-- connecting to http://a/',
    '-- waiting 600 ms for attempt 1: stream ended',
    '-- gap: no-id: events may have been lost',
  ])
})

it.each([
  ['stop', 'status 204: there is nothing more'],
  ['eof', 'the response is complete'],
])('the end %s is %s', (reason, completion) => {
  const { narrator } = narrate()
  narrator.onReport({ kind: 'end', reason })
  expect(narrator.completion).toBe(completion)
})
