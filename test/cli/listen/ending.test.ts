import { SSEError } from 'headwater'
import { expect, it } from 'vitest'
import {
  type Ending,
  endedByCount,
  endedByFailure,
  endedByOutput,
  endedBySignal,
  endedBySleep,
  endedByTime,
} from '../../../cli/listen/ending.ts'

const place = 'http://a/'
const reached = { place, isReached: true }
const never = { place, isReached: false }
const network = new SSEError('network', 'x')
const http = new SSEError('http', 'x', { status: 503 })
const failure = (code: string): NodeJS.ErrnoException => Object.assign(new Error('no space left'), { code })

it.each<[what: string, ending: Ending, expected: Ending]>([
  ['SIGHUP', endedBySignal('SIGHUP'), { code: 129, note: 'SIGHUP' }],
  ['SIGINT', endedBySignal('SIGINT'), { code: 130, note: 'SIGINT' }],
  ['SIGTERM', endedBySignal('SIGTERM'), { code: 143, note: 'SIGTERM' }],
  ['one event', endedByCount(1), { code: 0, note: '1 event shown' }],
  ['two events', endedByCount(2), { code: 0, note: '2 events shown' }],
  ['the time, after a connection', endedByTime(reached, 2000, 'x'), { code: 0, note: 'time is up (2 s)' }],
  [
    'the time, without a connection',
    endedByTime(never, 2000, 'connection refused'),
    { code: 1, error: 'http://a/: not open within 2 s: connection refused' },
  ],
  [
    'a network that was never there',
    endedByFailure(never, network, 'no host'),
    { code: 1, error: 'cannot reach http://a/: no host' },
  ],
  ['a network that is lost', endedByFailure(reached, network, 'reset'), { code: 1, error: 'http://a/: reset' }],
  ['a status', endedByFailure(never, http, 'status 503'), { code: 1, error: 'http://a/: status 503' }],
  [
    'a silence after a sleep',
    endedBySleep(place),
    { code: 1, error: 'http://a/: silent after a sleep, and --once sends the request only once' },
  ],
  ['a reader that has had enough', endedByOutput(failure('EPIPE')), { code: 0 }],
  [
    'output that is not taken',
    endedByOutput(failure('ENOSPC')),
    { code: 1, error: 'cannot write to stdout: no space left' },
  ],
])('ends by %s with an exit code and its words', (_, ending, expected) => {
  expect(ending).toEqual(expected)
})
