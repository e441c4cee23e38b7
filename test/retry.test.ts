import { describe, expect, it } from 'vitest'
import { SSEError } from '../src/errors.ts'
import { advised, FRESH, type History, judge, parseRetryAfter, RETRY_SPEC, type RetryPolicy } from '../src/retry.ts'

const POLICY: RetryPolicy = {
  initial: 1000,
  max: 30_000,
  factor: 2,
  jitter: 'full',
  attempts: Infinity,
  resetAfter: 10_000,
}
const NETWORK = new SSEError('network', 'gone')
const http = (status: number, retryAfter?: number): SSEError =>
  new SSEError('http', `status ${status}`, { status, retryAfter: retryAfter ?? 0 })

interface Circumstances {
  readonly error?: SSEError
  readonly openFor?: number
  readonly cursorSent?: boolean
  readonly now?: number
  readonly random?: number
}

function fail(
  history: History,
  policy: RetryPolicy,
  { error = NETWORK, openFor = -1, cursorSent = false, now = 0, random = 0 }: Circumstances = {},
): History {
  return judge(history, policy, error, openFor, cursorSent, now, random)
}

/** The history after `count` failures in a row. */
function afterFailures(count: number, policy: RetryPolicy = POLICY): History {
  let history = FRESH
  for (let i = 0; i < count; i++) history = fail(history, policy)
  return history
}

describe('the wait', () => {
  it.each([
    // retries so far, random -> milliseconds
    [0, 0, 100],
    [0, 0.5, 600],
    [0, 0.999, 1099],
    [1, 0.5, 1100],
    [2, 0.5, 2100],
    [5, 0.5, 15_100],
    [50, 0.999, 30_070],
    [2000, 0.999, 30_070],
  ])('after %i earlier failures, with %d drawn, is %i ms', (failures, random, expected) => {
    const history = { ...FRESH, failures, since: -1e9 }
    const next = fail(history, POLICY, { random })
    expect(next.action).toBe('retry')
    expect(next.until).toBe(expected)
    expect(next.failures).toBe(failures + 1)
  })

  it('is the whole spread without jitter', () => {
    expect(fail(FRESH, { ...POLICY, jitter: 'none' }).until).toBe(1100)
  })

  it('never goes under 100 ms, whatever the options', () => {
    expect(fail(FRESH, { ...POLICY, initial: 0, max: 0 }).until).toBe(100)
    expect(fail(FRESH, () => -5).until).toBe(100)
    expect(fail(FRESH, () => Number.NaN).until).toBe(100)
  })

  it('is a number after a thousand failures with initial 0', () => {
    expect(fail({ ...FRESH, failures: 5000 }, { ...POLICY, initial: 0 }).until).toBe(100)
  })

  it('does not let five tries through within the first five seconds, however short the draws', () => {
    let history = FRESH
    let now = 0
    const tries = [now]
    while (tries.length < 6) {
      history = fail(history, POLICY, { now, random: 0 })
      now = history.until
      tries.push(now)
    }
    expect(tries.filter((at) => at < 5000)).toHaveLength(4)
  })
})

describe('the count of failures', () => {
  it('starts over once a connection was open for resetAfter', () => {
    expect(fail(afterFailures(7), POLICY, { openFor: 9999 }).failures).toBe(8)
    expect(fail(afterFailures(7), POLICY, { openFor: 10_000 }).failures).toBe(1)
  })

  it('starts over with every open for resetAfter 0, and never for Infinity', () => {
    expect(fail(afterFailures(3), { ...POLICY, resetAfter: 0 }, { openFor: 0 }).failures).toBe(1)
    expect(fail(afterFailures(3), { ...POLICY, resetAfter: 0 }, { openFor: -1 }).failures).toBe(4)
    expect(fail(afterFailures(3), { ...POLICY, resetAfter: Infinity }, { openFor: 1e12 }).failures).toBe(4)
  })

  it('gives up when the attempts are used up', () => {
    const policy = { ...POLICY, attempts: 2 }
    expect(afterFailures(2, policy).action).toBe('retry')
    expect(afterFailures(3, policy).action).toBe('give-up')
    expect(afterFailures(1, { ...POLICY, attempts: 0 }).action).toBe('give-up')
  })
})

describe('a retry function', () => {
  it('gets attempt, error and open time, and decides', () => {
    const asked: unknown[] = []
    const policy = (...args: unknown[]): number => {
      asked.push(args)
      return 1234
    }
    expect(fail(FRESH, policy, { openFor: 77, now: 1000 }).until).toBe(2234)
    expect(fail(FRESH, policy).until).toBe(1234)
    expect(asked).toEqual([
      [1, NETWORK, 77],
      [1, NETWORK, 0],
    ])
  })

  it('gives up with null', () => {
    expect(fail(FRESH, () => null).action).toBe('give-up')
  })

  it('is not asked about what no retry can mend', () => {
    expect(
      fail(
        FRESH,
        () => {
          throw Error('asked')
        },
        { error: http(403) },
      ).action,
    ).toBe('end')
  })

  it('cannot undercut Retry-After', () => {
    expect(fail(FRESH, () => 5, { error: http(503, 60_000) }).until).toBe(60_000)
  })
})

describe('retry: false', () => {
  it('ends with the first failure', () => {
    expect(fail(FRESH, false).action).toBe('end')
  })

  it('still asks for credentials once, as a refused request has not run', () => {
    expect(fail(FRESH, false, { error: new SSEError('unauthorized', '') }).action).toBe('credentials')
  })
})

describe("the server's retry field", () => {
  it.each([
    [0, 100],
    [50, 100],
    [500, 500],
    [99_999_999_999, 600_000],
  ])('retry: %i is taken as %i ms', (sent, taken) => {
    const history = advised(FRESH, sent)
    expect(history.serverRetry).toBe(taken)
    expect(fail(history, POLICY, { random: 0 }).until).toBe(taken)
  })

  it('takes the place of initial and is doubled like it', () => {
    const history = { ...advised(FRESH, 500), failures: 1 }
    expect(fail(history, POLICY, { random: 1 }).until).toBe(500 + 1000)
  })
})

describe('Retry-After', () => {
  it('is a minimum, with up to a fifth on top', () => {
    expect(fail(FRESH, POLICY, { error: http(503, 10_000), random: 0 }).until).toBe(10_000)
    expect(fail(FRESH, POLICY, { error: http(503, 10_000), random: 0.5 }).until).toBe(11_000)
    expect(fail(FRESH, POLICY, { error: http(503, 10_000) }).earliest).toBe(10_000)
  })

  it.each([
    ['120', null, 120_000],
    ['0', null, 0],
    [null, null, 0],
    ['', null, 0],
    ['soon', null, 0],
    ['-1', null, 0],
    ['99999999999999999999', null, 3_600_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', null, 30_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 'Thu, 01 Jan 2026 00:00:20 GMT', 10_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', null, 0],
    ['Fri, 01 Jan 2027 00:00:00 GMT', null, 3_600_000],
  ])('%j with Date %j is %i ms', (value, date, expected) => {
    expect(parseRetryAfter(value, date, Date.UTC(2026, 0))).toBe(expected)
  })
})

describe('a status', () => {
  const RETRIED = [408, 421, 425, 429, 500, 502, 503, 504, 507, 511]
  const FATAL = [
    201, 202, 203, 205, 206, 304, 400, 402, 403, 405, 406, 407, 410, 411, 412, 413, 414, 415, 416, 417, 418, 422, 423,
    424, 426, 428, 431, 451, 501, 505,
  ]

  it.each(RETRIED)('%i is retried', (status) => {
    expect(fail(FRESH, POLICY, { error: http(status) }).action).toBe('retry')
    expect(fail(FRESH, POLICY, { error: http(status), cursorSent: true }).action).toBe('retry')
  })

  it.each(FATAL)('%i ends it', (status) => {
    expect(fail(FRESH, POLICY, { error: http(status) }).action).toBe('end')
  })

  it.each([410, 412, 414, 431])('%i after a cursor was sent is about the cursor, once', (status) => {
    const first = fail(FRESH, POLICY, { error: http(status), cursorSent: true })
    expect(first.action).toBe('cursor')
    expect(fail(first, POLICY, { error: http(status) }).action).toBe('end')
  })

  it('409 drops the cursor once, also where none was sent', () => {
    const first = fail(FRESH, POLICY, { error: http(409) })
    expect(first.action).toBe('cursor')
    expect(fail(first, POLICY, { error: http(409) }).action).toBe('end')
  })

  it.each([
    ['404', http(404)],
    ['a wrong content type', new SSEError('content-type', 'html')],
  ])('%s is tried three times', (_, error) => {
    const first = fail(FRESH, POLICY, { error })
    const second = fail(first, POLICY, { error })
    expect([first.action, second.action, fail(second, POLICY, { error }).action]).toEqual(['retry', 'retry', 'end'])
  })

  it('401 asks for credentials once, whatever comes in between', () => {
    const unauthorized = new SSEError('unauthorized', '', { status: 401 })
    const first = fail(FRESH, POLICY, { error: unauthorized })
    expect(first.action).toBe('credentials')
    expect(fail(fail(first, POLICY), POLICY, { error: unauthorized }).action).toBe('end')
    expect(fail({ ...first, seen: {} }, POLICY, { error: unauthorized }).action).toBe('credentials')
  })
})

it.each(['network', 'timeout', 'stalled', 'too-large'] as const)('a failure of kind %s is retried', (code) => {
  expect(fail(FRESH, POLICY, { error: new SSEError(code, '') }).action).toBe('retry')
})

it('a wrong option that only the try reveals ends it', () => {
  expect(fail(FRESH, POLICY, { error: new SSEError('options', '') }).action).toBe('end')
})

it('the documented defaults are those of the check', () => {
  expect(Object.fromEntries(Object.entries(RETRY_SPEC).map(([name, [, initial]]) => [name, initial]))).toEqual(POLICY)
})
