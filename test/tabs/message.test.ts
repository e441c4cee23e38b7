import { describe, expect, it } from 'vitest'
import { SSEError } from '../../src/errors.ts'
import type { ConnectionState } from '../../src/machine.ts'
import { plain, revive } from '../../src/tabs/message.ts'

const refused = new SSEError('http', 'busy', { status: 503, retryAfter: 2000, cause: () => {} })

describe('a state', () => {
  it.each([
    ['idle', { status: 'idle' }],
    ['connecting', { status: 'connecting', attempt: 2 }],
    ['open', { status: 'open', since: 5, attempt: 0 }],
    ['paused', { status: 'paused', reasons: ['manual'] }],
    ['closed without an error', { status: 'closed', error: null }],
  ] as const)('that is %s is passed on as it is', (_, state) => {
    expect(plain(state)).toBe(state)
  })

  it.each<[string, ConnectionState]>([
    ['waiting', { status: 'waiting', attempt: 3, until: 9, error: refused }],
    ['closed', { status: 'closed', error: refused }],
  ])('that is %s keeps what its error says through a structured clone', (_, state) => {
    const copy = structuredClone(plain(state))
    expect(copy).toEqual({ ...state, error: { code: 'http', message: 'busy', status: 503, retryAfter: 2000 } })
  })
})

it('an error is one again on the other side', () => {
  const state = plain({ status: 'closed', error: refused }) as { readonly error: Parameters<typeof revive>[0] }
  const error = revive(structuredClone(state.error))
  expect(error).toBeInstanceOf(SSEError)
  expect(error).toMatchObject({ name: 'SSEError', code: 'http', message: 'busy', status: 503, retryAfter: 2000 })
})

it('an error without a status has none on the other side', () => {
  const error = revive({ code: 'network', message: 'gone' })
  expect(error.status).toBeUndefined()
  expect(error.retryAfter).toBeUndefined()
})
