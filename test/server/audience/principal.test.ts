import type { Principal } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { expiryOf, isSame, sinceOf } from '../../../server/audience/principal.ts'

describe('a principal', () => {
  it.each<[expires: Principal['expires'], at: number]>([
    [undefined, Infinity],
    [Infinity, Infinity],
    [1_795_224_502_000, 1_795_224_502_000],
    [new Date('2026-01-01T00:00:00Z'), Date.UTC(2026, 0)],
    [1e11 + 1, 1e11 + 1],
  ])('expires, if it says %s, at %d', (expires, at) => {
    expect(expiryOf({ expires })).toBe(at)
    expect(expiryOf({ expires, userId: 'ada' })).toBe(at)
  })

  it('never expires without an expiry', () => {
    expect(expiryOf({})).toBe(Infinity)
  })

  it.each<[since: Principal['since'], at: number]>([
    [undefined, 0],
    [Infinity, Infinity],
    [1_795_224_502_000, 1_795_224_502_000],
    [new Date('2026-01-01T00:00:00Z'), Date.UTC(2026, 0)],
  ])('has events, if its since is %s, that were published at %d or later', (since, at) => {
    expect(sinceOf({ since })).toBe(at)
    expect(expiryOf({ since })).toBe(Infinity)
  })

  it.each<[since: unknown, hint: RegExp]>([
    [1_795_224_502, /^since expects epoch milliseconds, .*seconds: multiply it by 1000; got 1795224502$/],
    [0, /^since expects a Date or epoch ms; got 0$/],
    [-Infinity, /a Date or epoch ms/],
    [Number.NaN, /a Date or epoch ms; got NaN$/],
    [new Date('tomorrow'), /a Date or epoch ms; got Invalid Date$/],
    ['2026-01-01', /a Date or epoch ms; got "2026-01-01"$/],
    [null, /a Date or epoch ms; got null$/],
  ])('may not begin at %s, which is an error', (since, message) => {
    const error = expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(message) })
    expect(() => sinceOf({ since } as Principal)).toThrow(error)
    expect(() => expiryOf({ since } as Principal)).toThrow(error)
  })

  it.each<[expires: unknown, hint: RegExp]>([
    [1_795_224_502, /^expires expects epoch milliseconds, .*seconds: multiply it by 1000; got 1795224502$/],
    [new Date(1_795_224_502), /seconds: multiply it by 1000/],
    [99_999_999_999, /seconds/],
    [3600, /^expires expects a Date or epoch ms; got 3600$/],
    [0, /a Date or epoch ms; got 0$/],
    [-1, /a Date or epoch ms/],
    [-Infinity, /a Date or epoch ms/],
    [Number.NaN, /a Date or epoch ms; got NaN$/],
    [new Date('tomorrow'), /a Date or epoch ms; got Invalid Date$/],
    ['2026-01-01', /a Date or epoch ms; got "2026-01-01"$/],
    [null, /a Date or epoch ms; got null$/],
    [false, /a Date or epoch ms; got false$/],
  ])('may not expire at %s, which is an error', (expires, message) => {
    expect(() => expiryOf({ expires } as Principal)).toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(message) }),
    )
  })
})

describe('a name of a principal', () => {
  const names = ['userId', 'sessionId', 'tenant']

  it.each(names)('may be missing, or any text: %s', (name) => {
    for (const value of [undefined, '', 'ada']) expect(expiryOf({ [name]: value })).toBe(Infinity)
  })

  it.each(names)('is no number, and nothing else that no target would ever find: %s', (name) => {
    expect(() => expiryOf({ [name]: 7 })).toThrow(new TypeError(`${name} expects a string, got number 7`))
    expect(() => expiryOf({ [name]: null })).toThrow(new TypeError(`${name} expects a string, got object null`))
    expect(() => expiryOf({ [name]: 7, expires: Infinity })).toThrow(TypeError)
  })

  it('may be anything if the hub does not know it', () => {
    const principal: Principal = { seat: 7, roles: ['admin'] }
    expect(expiryOf(principal)).toBe(Infinity)
  })
})

describe('two requests of one principal', () => {
  const ada: Principal = { userId: 'ada', sessionId: 's1', tenant: 'acme' }

  it.each<[what: string, other: Principal, same: boolean]>([
    ['all is equal', { ...ada }, true],
    ['only the rest differs', { ...ada, role: 'admin', expires: 1e12 }, true],
    ['the user is another', { ...ada, userId: 'bob' }, false],
    ['the session is another', { ...ada, sessionId: 's2' }, false],
    ['the tenant is another', { ...ada, tenant: 'umbrella' }, false],
    ['the session is not known', { ...ada, sessionId: undefined }, false],
    ['nothing is known', {}, false],
  ])('are told apart, or not, where %s: %j, %j', (_, other, same) => {
    expect(isSame(ada, other)).toBe(same)
    expect(isSame(other, ada)).toBe(same)
  })

  it('are those of which nothing is known', () => {
    expect(isSame({}, { userId: undefined })).toBe(true)
  })
})
