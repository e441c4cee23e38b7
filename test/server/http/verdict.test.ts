import { refuse } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { verdictOf } from '../../../server/http/verdict.ts'

const NOW = 1_790_000_000_000
const verdict = (answer: unknown) => verdictOf(answer, 'authenticate', NOW)

class Member {
  readonly userId = 'ada'
}

describe('an answer of authenticate', () => {
  it.each([
    ['an object', { userId: 'ada' }],
    ['an empty object', {}],
    ['an object of a class', new Member()],
    ['an object without a prototype', Object.assign(Object.create(null), { userId: 'ada' })],
    ['a principal that expires later', { expires: NOW + 1 }],
    ['a principal that expires at a Date', { expires: new Date(NOW + 1) }],
  ])('is a principal if it is %s', (_, principal) => {
    expect(verdict(principal)).toEqual({ kind: 'principal', principal })
  })

  it.each([null, undefined, false, '', 0, Number.NaN, { expires: NOW }, { expires: new Date(NOW - 1) }])(
    'is nobody if it is %j',
    (answer) => {
      expect(verdict(answer)).toEqual({ kind: 'nobody' })
    },
  )

  it('is a refusal if it was made by refuse', () => {
    const refusal = refuse({ status: 402, code: 'unpaid', message: 'pay first' })
    expect(verdict(refusal)).toEqual({ kind: 'refusal', refusal })
  })

  it.each([300, 302, 304, 401, 500, 599])('is a refusal if it is a Response with status %d', (status) => {
    const response = new Response(null, { status })
    expect(verdict(response)).toMatchObject({ kind: 'refusal', refusal: { status, response } })
  })

  it('is a refusal if it is a Response of another make', () => {
    const response = { [Symbol.toStringTag]: 'Response', status: 401, headers: new Headers(), body: null }
    expect(verdict(response).kind).toBe('refusal')
  })

  it.each<[answer: unknown, got: string]>([
    [true, 'boolean true'],
    ['ada', 'string "ada"'],
    [7, 'number 7'],
    [1n, 'bigint 1n'],
    [Symbol('ada'), 'symbol Symbol(ada)'],
    [[], 'an object of the type Array'],
    [[{ userId: 'ada' }], 'an object of the type Array'],
    [new Map([['userId', 'ada']]), 'an object of the type Map'],
    [new Error('no'), 'an object of the type Error'],
    [new Date(), 'an object of the type Date'],
    [new Headers(), 'an object of the type Headers'],
    [new Request('http://a'), 'an object of the type Request'],
    [Promise.resolve({}), 'an object of the type Promise'],
    [new String('ada'), 'an object of the type String'],
  ])('is an error if it is %o', (answer, got) => {
    expect(() => verdict(answer)).toThrow(
      new TypeError(`authenticate must answer with a principal, which is an object, or with null; got ${got}`),
    )
  })

  it('is an error if it is a function', () => {
    expect(() => verdict(() => ({ userId: 'ada' }))).toThrow(/got function/)
  })

  it.each([200, 201, 204, 299])('is an error if it is a Response with status %d', (status) => {
    expect(() => verdict(new Response(null, { status }))).toThrow(
      new TypeError(
        `authenticate answered with a Response, which must have a status from 300 to 599 and an unread body; got status ${status}`,
      ),
    )
  })

  it('is an error if it is the Response of a network error', () => {
    expect(() => verdict(Response.error())).toThrow(/got status 0/)
  })

  it('is an error if it is a Response that has been read', async () => {
    const response = new Response('no', { status: 401 })
    await response.text()
    expect(() => verdict(response)).toThrow(/got one that has been read/)
  })

  it.each([{ userId: 7 }, { sessionId: null }, { tenant: {} }, { expires: 'soon' }, { expires: 1_790_000_000 }])(
    'is an error if it is %j, whose fields have other types',
    (answer) => {
      expect(() => verdict(answer)).toThrow(TypeError)
    },
  )
})
