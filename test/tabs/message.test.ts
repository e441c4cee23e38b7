import { type ConnectionState, SSEError } from 'headwater'
import { describe, expect, it } from 'vitest'
import { plain, plainError, revive } from '../../src/tabs/message.ts'

const refused = new SSEError('http', 'busy', { status: 503, retryAfter: 2000, body: 'later', cause: () => {} })

describe('plain()', () => {
  it.each([
    ['idle', { status: 'idle' }],
    ['connecting', { status: 'connecting', attempt: 2 }],
    ['open', { status: 'open', since: 5, attempt: 0 }],
    ['paused', { status: 'paused', reasons: ['manual'] }],
    ['closed without an error', { status: 'closed', error: null }],
  ] as const)('leaves the state %s as it is', (_, state) => {
    expect(plain(state)).toBe(state)
  })

  it.each<[string, ConnectionState]>([
    ['waiting', { status: 'waiting', attempt: 3, until: 9, error: refused }],
    ['closed', { status: 'closed', error: refused }],
  ])('keeps what the error of the state %s says through a structured clone', (_, state) => {
    const copy = structuredClone(plain(state))
    expect(copy).toEqual({
      ...state,
      error: { code: 'http', message: 'busy', status: 503, retryAfter: 2000, body: 'later' },
    })
  })
})

describe('plainError()', () => {
  it('keeps a cause that is a word', () => {
    expect(plainError(new SSEError('network', 'over', { cause: 'eof' }))).toEqual({
      code: 'network',
      message: 'over',
      cause: 'eof',
    })
  })

  it('leaves out what is no part of an SSEError, as it may not be cloned', () => {
    const error = Object.assign(new SSEError('network', 'over'), { response: () => {} })
    expect(structuredClone(plainError(error))).toEqual({ code: 'network', message: 'over' })
  })
})

describe('revive()', () => {
  it('makes an SSEError of what was cloned', () => {
    const error = revive(structuredClone(plainError(refused)))
    expect(error).toBeInstanceOf(SSEError)
    const details = { code: 'http', message: 'busy', status: 503, retryAfter: 2000, body: 'later' }
    expect(error).toMatchObject({ name: 'SSEError', ...details })
  })

  it('adds no status where there was none', () => {
    const error = revive({ code: 'network', message: 'gone' })
    expect(error.status).toBeUndefined()
    expect(error.retryAfter).toBeUndefined()
  })
})
