import { refuse } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../../../server/wire/refusal.ts'

const GOOD = { status: 401, code: 'token-expired', message: 'sign in again' }

describe('refuse', () => {
  it.each([400, 401, 404, 429, 500, 599])('makes a refusal with status %d', (status) => {
    const refusal = refuse({ ...GOOD, status })
    expect(refusal).toBeInstanceOf(Refusal)
    expect(refusal).toMatchObject({ ...GOOD, status, headers: {} })
  })

  it('keeps headers, with names in lower case', () => {
    expect(refuse({ ...GOOD, headers: { 'Retry-After': '5' } }).headers).toEqual({ 'retry-after': '5' })
  })

  it.each<[string, object, string]>([
    ['a status that lets somebody in', { status: 200 }, 'status expects a number from 400 to 599, got 200'],
    ['a redirect', { status: 302 }, 'status expects a number from 400 to 599, got 302'],
    ['a status that no Response can have', { status: 600 }, 'status expects a number from 400 to 599, got 600'],
    ['half a status', { status: 400.5 }, 'status expects a number from 400 to 599, got 400.5'],
    ['a status in quotes', { status: '401' }, 'status expects a number from 400 to 599, got "401"'],
    ['an empty code', { code: '' }, 'code expects a word of a-z, 0-9 and -, at most 64 characters, got ""'],
    ['a code with a space', { code: 'a b' }, 'code expects a word of a-z, 0-9 and -, at most 64 characters, got "a b"'],
    ['a code that is a number', { code: 7 }, 'code expects a word of a-z, 0-9 and -, at most 64 characters, got 7'],
    ['no message', { message: undefined }, 'message expects a string, got undefined'],
    [
      'a type of its own',
      { headers: { 'Content-Type': 'text/html' } },
      'headers may not have content-type: the hub sets it',
    ],
    [
      'a word on who may read it',
      { headers: { 'access-control-allow-origin': '*' } },
      'headers may not have access-control-allow-origin: the hub sets it',
    ],
  ])('throws for %s', (_, wrong, message) => {
    expect(() => refuse({ ...GOOD, ...wrong } as never)).toThrow(new TypeError(message))
  })

  it('throws for a header that cannot be sent', () => {
    expect(() => refuse({ ...GOOD, headers: { 'x-a': 'a\r\nx-b: c' } })).toThrow(TypeError)
  })
})
