import { createHub } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { resolveEffectsOptions } from '../../../server/work/effects-options.ts'

const needed = { hub: createHub(), reduce: (state: unknown) => ({ state }) }

describe('the options of a queue of effects', () => {
  it('have defaults', () => {
    expect(resolveEffectsOptions(needed)).toMatchObject({
      handlers: {},
      remember: 10_000,
      maxWaiting: 10_000,
      timeout: 30_000,
      retry: { initial: 100, max: 10_000, factor: 2, attempts: 5 },
    })
  })

  it.each([
    [0, Infinity],
    [Infinity, Infinity],
    [5, 5],
  ])('take a timeout of %s as %s', (timeout, result) => {
    expect(resolveEffectsOptions({ ...needed, timeout }).timeout).toBe(result)
  })

  it.each<[event: unknown, id: unknown]>([
    [{ id: 'a' }, 'a'],
    [{ id: 7 }, 7],
    [{ id: {} }, undefined],
    [{}, undefined],
    [null, undefined],
    ['text', undefined],
  ])('find in %j the id %j', (event, id) => {
    expect(resolveEffectsOptions(needed).id(event)).toBe(id)
  })

  it.each<[options: object, message: string]>([
    [{ hub: undefined }, 'hub expects a hub of createHub(), got undefined'],
    [{ hub: {} }, 'hub expects a hub of createHub(), got an object without fields'],
    [{ reduce: undefined }, 'reduce expects a function, got undefined'],
    [{ handlers: { mail: 7 } }, 'handlers.mail expects a function, got number 7'],
    [{ handlers: { toUser() {} } }, 'handlers.toUser expects another name: the hub has effects of this kind'],
    [{ maxWaiting: -1 }, 'maxWaiting expects number from 0'],
    [{ retry: { attempts: '5' } }, 'attempts expects number from 0'],
    [{ onDead() {} }, 'onDead is no option; there are '],
  ])('refuse %j', (options, message) => {
    expect(() => resolveEffectsOptions({ ...needed, ...options } as typeof needed)).toThrow(
      expect.objectContaining({ code: 'options', message: expect.stringContaining(message) }),
    )
  })
})
