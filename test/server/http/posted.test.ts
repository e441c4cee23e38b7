import { describe, expect, it } from 'vitest'
import { blameOf, checkPosted, grantOf } from '../../../server/http/posted.ts'
import { InvalidEventError, SchemaError } from '../../../server/publish/schemas.ts'
import { Refusal } from '../../../server/wire/refusal.ts'

describe('an event that is posted', () => {
  it('may have every field that its sender may choose', () => {
    expect(() => checkPosted({ event: 'x', data: { tenant: 'acme' }, userId: 'ada', key: 'k' })).not.toThrow()
  })

  it('is refused with persistent, which is for code on the server', () => {
    expect(() => checkPosted({ event: 'x', userId: 'ada', persistent: true })).toThrow(
      expect.objectContaining({
        status: 400,
        message: 'only code on the server may keep an event for a user: leave persistent out',
      }),
    )
  })

  it('is refused with a window, which is for code on the server', () => {
    expect(() => checkPosted({ event: 'x', key: 'k', window: 5 })).toThrow(
      expect.objectContaining({ status: 400, message: 'only code on the server may set a window: leave it out' }),
    )
  })

  it('is refused with a field that does not exist, and the message lists what a body may have', () => {
    expect(() => checkPosted({ event: 'x', user: 'ada' })).toThrow(
      expect.objectContaining({
        status: 400,
        code: 'event',
        message:
          'the body takes no user; it takes event, data, topic, resource, userId, sessionId, sessionIds, clientIds, except, key, volatile',
      }),
    )
  })

  it.each([['acme'], [undefined], [null]])(
    'is refused with the tenant %j, and the message says who chooses it',
    (tenant) => {
      expect(() => checkPosted({ event: 'x', tenant })).toThrow(
        expect.objectContaining({
          status: 400,
          code: 'target',
          message: 'the tenant is that of the caller, or the one that canPublish answers with: leave tenant out',
        }),
      )
    },
  )
})

describe('an event that cannot be made ready', () => {
  const refusal = new Refusal(503, 'closing', 'this server is stopping')

  it.each<[error: unknown, blame: unknown]>([
    [refusal, refusal],
    [
      new InvalidEventError('n', [{ message: 'no' }]),
      { status: 400, code: 'event', message: 'the data of n does not fit its schema: no' },
    ],
    [new SchemaError('why'), 'schemas'],
    [new TypeError('why'), 'replacer'],
    ['why', 'replacer'],
  ])('is refused, or an error of the application: %s', (error, blame) => {
    const found = blameOf(error)
    if (typeof blame === 'string') expect(found).toBe(blame)
    else expect(found).toMatchObject(blame as object)
  })
})

describe('an answer of canPublish', () => {
  it.each<[answer: unknown, tenant: string | undefined, grant: object | undefined]>([
    [true, undefined, {}],
    [true, 'acme', { tenant: 'acme' }],
    [{ tenant: 'umbrella' }, 'acme', { tenant: 'umbrella' }],
    [{ tenant: 'umbrella' }, undefined, { tenant: 'umbrella' }],
    [false, 'acme', undefined],
    [undefined, 'acme', undefined],
    [null, 'acme', undefined],
    [0, 'acme', undefined],
    ['', 'acme', undefined],
  ])('%j of a client of the tenant %j publishes to %j', (answer, tenant, grant) => {
    expect(grantOf(answer, { tenant })).toStrictEqual(grant)
  })

  it.each<[answer: unknown, shown: string]>([
    ['yes', '"yes"'],
    [1, '1'],
    [{}, 'an object without fields'],
    [[], 'an empty list'],
    [['tenant'], 'a list of 1 string'],
    [{ tenant: '' }, 'an object with tenant'],
    [{ tenant: undefined }, 'an object with tenant'],
    [{ tenant: 7 }, 'an object with tenant'],
    [{ tenant: ['acme'] }, 'an object with tenant'],
    [{ tenant: 'acme', userId: 'ada' }, 'an object with tenant, userId'],
    [{ allowed: false }, 'an object with allowed'],
    [Object.create({ tenant: 'acme' }), 'an object without fields'],
    [() => true, 'a function'],
  ])('%o is an error and no permission', (answer, shown) => {
    expect(() => grantOf(answer, { tenant: 'acme' })).toThrow(
      new TypeError(`canPublish must answer true, false or { tenant: 'acme' }; it answered with ${shown}`),
    )
  })
})
