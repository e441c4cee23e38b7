import type { MockActivity, MockRequest } from 'headwater/testing/node'
import { expect, it } from 'vitest'
import { createMockLog } from '../../../cli/mock/activity.ts'

const request = (path: string, lastEventId = ''): MockRequest => ({
  method: 'GET',
  url: `${path}?token=secret`,
  path,
  query: { token: 'secret' },
  headers: {},
  lastEventId,
  body: '',
  at: 0,
})

/** What is noted of activities, each at its time. */
function noted(...activities: (MockActivity & { at?: number })[]): string[] {
  const lines: string[] = []
  let now = 0
  const log = createMockLog({ now: () => now }, (line) => lines.push(line))
  for (const { at = now, ...activity } of activities) {
    now = at
    log(activity as MockActivity)
  }
  return lines
}

it('notes a stream and its end', () => {
  const events = request('/events', '12')
  expect(
    noted(
      { type: 'request', request: events },
      { type: 'response', request: events, status: 200, isStream: true, at: 500 },
      { type: 'end', request: events, by: 'client', at: 2500 },
    ),
  ).toEqual(['#1 GET /events after 12: stream', '#1 ended by the client after 2 s'])
})

it('notes another answer once', () => {
  const refused = request('/')
  expect(
    noted(
      { type: 'request', request: refused },
      { type: 'response', request: refused, status: 503, isStream: false },
      { type: 'end', request: refused, by: 'server' },
    ),
  ).toEqual(['#1 GET /: 503'])
})

it('notes the status of a stream that is none to a client', () => {
  const odd = request('/')
  expect(
    noted({ type: 'request', request: odd }, { type: 'response', request: odd, status: 201, isStream: true }),
  ).toEqual(['#1 GET /: 201'])
})

it.each<['client' | 'server', string]>([
  ['client', '#1 GET /: broken off by the client after 850 ms, without an answer'],
  ['server', '#1 GET /: broken off by the mock after 850 ms, without an answer'],
])('notes a request that got no answer: %s', (by, line) => {
  const dropped = request('/')
  expect(noted({ type: 'request', request: dropped }, { type: 'end', request: dropped, by, at: 850 })).toEqual([line])
})

it('numbers requests, as those of one path are otherwise alike', () => {
  const [a, b] = [request('/'), request('/')]
  const open = (request: MockRequest): MockActivity => ({ type: 'response', request, status: 200, isStream: true })
  expect(
    noted({ type: 'request', request: a }, { type: 'request', request: b }, open(b), open(a), {
      type: 'end',
      request: b,
      by: 'server',
    }),
  ).toEqual(['#2 GET /: stream', '#1 GET /: stream', '#2 ended by the mock after 0 ms'])
})

it('does not let an id play with the terminal', () => {
  const evil = request('/', '\x1b[2J')
  expect(
    noted({ type: 'request', request: evil }, { type: 'response', request: evil, status: 200, isStream: true }),
  ).toEqual(['#1 GET / after \\u001b[2J: stream'])
})
