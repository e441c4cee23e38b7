import { LogUnavailableError } from 'headwater/server'
import { expect, it } from 'vitest'

it('says whether the event may have been written, and keeps the cause', () => {
  const cause = new Error('ECONNREFUSED')
  const error = new LogUnavailableError('no Redis', 'unknown', { cause })
  expect([error.name, error.message, error.written, error.cause]).toEqual([
    'LogUnavailableError',
    'no Redis',
    'unknown',
    cause,
  ])
})
