import { SSEError } from 'headwater'
import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { createLog } from '../../cli/log.ts'
import { createNarrator } from '../../cli/narrator.ts'
import { plain } from '../../cli/palette.ts'
import { Screen } from './terminal.ts'

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
    hear({ kind: 'response', response: response({ location: '/b' }) })
    expect(why(status(307))).toMatch(/it leads to \/b$/)
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

it('what the core hands on is not told, and what it keeps to itself is in detail', () => {
  const { hear, observer, screen } = narrate('verbose')
  const event = (type: string) => hear({ kind: 'event', type, data: 'd', id: undefined })
  const shown = { type: 'a', data: { kind: 'text', text: 'd' }, id: '', raw: 'd', receivedAt: 0 } as const
  event('a')
  observer.onEvent?.(shown)
  hear({ kind: 'handled' })
  event('b')
  hear({ kind: 'handled' })
  event('c')
  observer.onInvalid?.({ ...shown, type: 'c', error: new Error('bad') })
  hear({ kind: 'handled' })
  expect(screen.lines).toEqual([
    "< not shown, being the server's own or a repeat: b d",
    '-- invalid: c cannot be read: bad: d',
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
