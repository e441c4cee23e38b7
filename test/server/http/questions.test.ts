import type { HubOptions } from 'headwater/server'
import { refuse } from 'headwater/server'
import { describe, expect, it, vi } from 'vitest'
import { createQuestions } from '../../../server/http/questions.ts'
import { createHubObservers } from '../../../server/observe/observers.ts'
import { resolveHubOptions } from '../../../server/options/settings.ts'

const REQUEST = new Request('http://hub.test/events')
const REFUSED = { name: 'Refusal', status: 401, code: 'unauthorized', headers: { 'www-authenticate': 'Bearer' } }
const FAILED = { name: 'Refusal', status: 500, code: 'internal' }

function setup(options: HubOptions = {}) {
  const observers = createHubObservers()
  const errors: unknown[] = []
  observers.add({ onError: (error, where) => errors.push([where, `${error}`]) })
  return { errors, ...createQuestions(resolveHubOptions(options), observers) }
}

describe('a question', () => {
  it('is answered by what the function returns, or resolves with', async () => {
    const { ask } = setup()
    expect(await ask('x', () => 1)).toBe(1)
    expect(await ask('x', async () => 2)).toBe(2)
  })

  it.each([
    ['throws', () => Promise.reject(new Error('secret'))],
    [
      'rejects',
      () => {
        throw new Error('secret')
      },
    ],
  ])('is refused with 500 and reported if the function %s', async (_, question) => {
    const { ask, errors } = setup()
    await expect(ask('x', question)).rejects.toMatchObject(FAILED)
    await expect(ask('x', question)).rejects.not.toThrow(/secret/)
    expect(errors[0]).toEqual(['x', 'Error: secret'])
  })

  it('is refused as the function says, and that is no error', async () => {
    const { ask, errors } = setup()
    const refusal = refuse({ status: 402, code: 'unpaid', message: 'pay first' })
    await expect(ask('x', () => Promise.reject(refusal))).rejects.toBe(refusal)
    expect(errors).toEqual([])
  })
})

describe('the principal of a request', () => {
  const ADA = { userId: 'ada' }
  const BOB = { userId: 'bob' }

  it('is what authenticate answers', async () => {
    const authenticate = vi.fn(() => ADA)
    expect(await setup({ authenticate }).authenticate(REQUEST, {})).toBe(ADA)
    expect(authenticate.mock.calls).toEqual([[REQUEST]])
  })

  it('is nobody in particular where there is no authenticate', async () => {
    expect(await setup().authenticate(REQUEST, {})).toEqual({})
  })

  it.each([null, undefined, false as const])('is refused with 401 if authenticate answers %j', async (nobody) => {
    await expect(setup({ authenticate: () => nobody }).authenticate(REQUEST, {})).rejects.toMatchObject(REFUSED)
  })

  it.each([
    ['a value', BOB],
    ['a function', () => BOB],
    ['an async function', async () => BOB],
  ])('is the one that the host knows, as %s, and authenticate is not asked', async (_, principal) => {
    const authenticate = vi.fn(() => ADA)
    expect(await setup({ authenticate }).authenticate(REQUEST, { principal })).toBe(BOB)
    expect(authenticate).not.toHaveBeenCalled()
  })

  it.each([
    ['undefined', undefined],
    ['a function that returns undefined', () => undefined],
  ])('is left to authenticate if the host says %s', async (_, principal) => {
    expect(await setup({ authenticate: () => ADA }).authenticate(REQUEST, { principal })).toBe(ADA)
  })

  it.each([undefined, null, false as const, () => undefined])(
    'is refused with 401 if the host says %s and there is no authenticate',
    async (principal) => {
      await expect(setup().authenticate(REQUEST, { principal })).rejects.toMatchObject(REFUSED)
    },
  )

  it.each([null, false as const])(
    'is refused with 401 if the host says %s, whatever authenticate says',
    async (principal) => {
      const { authenticate } = setup({ authenticate: () => ADA })
      await expect(authenticate(REQUEST, { principal })).rejects.toMatchObject(REFUSED)
    },
  )

  it.each([true, 'ada', 7, [BOB], new Map()])('is refused with 500 if the host says %j', async (principal) => {
    const { authenticate, errors } = setup()
    await expect(authenticate(REQUEST, { principal: principal as never })).rejects.toMatchObject(FAILED)
    expect(errors).toEqual([['principal', expect.stringMatching(/^TypeError: principal must answer with a principal/)]])
  })

  it('is refused with 500 if the function of the host throws', async () => {
    const { authenticate, errors } = setup()
    const principal = () => Promise.reject(new Error('no sessions'))
    await expect(authenticate(REQUEST, { principal })).rejects.toMatchObject(FAILED)
    expect(errors).toEqual([['principal', 'Error: no sessions']])
  })

  it('is not taken from what was added to all objects', async () => {
    const known = Object.create({ principal: BOB }) as object
    expect(await setup({ authenticate: () => ADA }).authenticate(REQUEST, known)).toBe(ADA)
  })
})
