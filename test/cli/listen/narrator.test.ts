import { SSEError } from 'headwater'
import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { createNarrator } from '../../../cli/listen/narrator.ts'
import { createLog } from '../../../cli/log.ts'
import { plain } from '../../../cli/palette.ts'
import { Screen } from '../terminal.ts'

function narrate(verbosity: 'normal' | 'verbose' = 'normal') {
  const screen = new Screen()
  const narrator = createNarrator(createLog(screen, verbosity, createClock(), plain), 'http://a/', 15_000)
  return { ...narrator, narrator, screen }
}

const status = (status: number) => new SSEError(status === 401 ? 'unauthorized' : 'http', 'http://a/: x', { status })
const response = (headers: Record<string, string> = {}) => new Response(null, { headers })
const request = { kind: 'request', method: 'GET', url: 'http://a/', headers: new Headers() } as const

describe('an opening is told', () => {
  it('in one line where the core knows at once whether it recovers', () => {
    const { hear, observer, screen } = narrate()
    hear({ kind: 'opening', requested: '7' })
    observer.onOpen?.({ recovered: 'unknown', attempt: 0 })
    hear({ kind: 'opened' })
    expect(screen.lines).toEqual(['-- open, recovered: unknown (asked for #7, the server does not say)'])
  })

  it('in two where the server is yet to say', () => {
    const { hear, observer, screen } = narrate()
    hear({ kind: 'opening', requested: '7' })
    hear({ kind: 'opened' })
    observer.onOpen?.({ recovered: true, attempt: 0 })
    expect(screen.lines).toEqual(['-- open, asked for #7', '-- recovered: yes (asked for #7)'])
  })
})

describe('a failure is explained', () => {
  it('with what the server says', () => {
    const { hear, why } = narrate()
    hear(request)
    hear({ kind: 'response', response: response() })
    hear({ kind: 'excerpt', text: 'busy\x1b' })
    expect(why(status(503))).toBe('status 503 Service Unavailable; the server says: busy\\u001b')
  })

  it('with where a redirect leads', () => {
    const { hear, why } = narrate()
    hear({ ...request, url: 'http://a/x/y?z' })
    hear({ kind: 'response', response: response({ location: '../b' }) })
    expect(why(status(307))).toMatch(/leads to http:\/\/a\/b:/)
  })

  it('with what the server says instead of streaming', () => {
    const { hear, why } = narrate()
    hear({ kind: 'response', response: response() })
    hear({ kind: 'excerpt', text: '{"error":"no"}' })
    expect(why(new SSEError('content-type', 'http://a/: content type a/b instead of c/d'))).toBe(
      'content type a/b instead of c/d; the server says: {"error":"no"}',
    )
  })

  it('without what the server said earlier, or of another failure', () => {
    const { hear, why } = narrate()
    hear({ kind: 'response', response: response({ location: '/b' }) })
    hear({ kind: 'excerpt', text: 'busy' })
    expect(why(new SSEError('network', 'http://a/: the stream ended'))).toBe('the stream ended')
    hear(request)
    expect(why(status(503))).toBe('status 503 Service Unavailable')
  })
})

describe('of what the core keeps to itself', () => {
  const repeat = { type: 'a', data: 'd', id: '7', isRepeat: true }
  const own = { type: 'live', data: 'd', id: undefined, isRepeat: false }

  it('the first repeat on a connection is told', () => {
    const { hear, kept, screen } = narrate()
    const told = '-- sent again: #7, which came before; repeats are shown only with -v'
    kept(own)
    kept(repeat)
    kept({ ...repeat, id: '8' })
    expect(screen.lines).toEqual([told])
    hear({ kind: 'opening', requested: '8' })
    kept(repeat)
    expect(screen.lines).toEqual([told, told])
  })

  it('a goodbye is told, which explains the next connection', () => {
    const { kept, screen } = narrate()
    kept({ ...own, type: 'goodbye' })
    kept({ ...repeat, type: 'goodbye' })
    expect(screen.lines[0]).toBe('-- the server says goodbye: on to another connection')
    expect(screen.lines[1]).toMatch(/^-- sent again/)
  })

  it('all is in detail', () => {
    const { kept, screen } = narrate('verbose')
    kept(own)
    kept(repeat)
    expect(screen.lines.filter((line) => line.startsWith('<'))).toEqual([
      "< the server's own: live d",
      '< sent again, not shown: a #7 d',
    ])
  })
})

it('what cannot be read, and what is no event, is told', () => {
  const { hear, observer, screen } = narrate()
  observer.onInvalid?.({ type: 'c', id: '', raw: 'd', receivedAt: 0, error: new Error('bad') })
  hear({ kind: 'unfinished', lines: ['data: 1'], isOver: true })
  expect(screen.lines).toEqual([
    '-- invalid: c cannot be read: bad: d',
    '-- unfinished: the stream ended in the middle of an event, which does not count: data: 1; a blank line ends an event',
  ])
})

it('states, waits and gaps are told', () => {
  const { observer, screen } = narrate()
  const error = new SSEError('network', 'http://a/: the stream ended')
  observer.onState?.({ status: 'connecting', attempt: 0 })
  observer.onState?.({ status: 'waiting', attempt: 1, until: 0, error })
  observer.onRetry?.({ attempt: 1, until: 0, delay: 600, error })
  observer.onGap?.({ reason: 'no-id', certain: false, requested: '', resumedFrom: '', topics: ['*'] })
  expect(screen.lines).toEqual([
    '-- connecting to http://a/',
    '-- waiting 600 ms for attempt 1: the stream ended',
    '-- gap: no-id: events may have been lost',
  ])
})

it.each([
  ['stop', 'status 204: there is nothing more'],
  ['eof', 'the response is complete'],
])('the end %s is %s', (reason, completion) => {
  const { narrator } = narrate()
  narrator.hear({ kind: 'end', reason })
  expect(narrator.completion).toBe(completion)
})
