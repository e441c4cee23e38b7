import type { SchemaIssue, StandardSchema } from 'headwater'
import { InvalidEventError } from 'headwater/server'
import { createClock } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { createFit, isSchema, SCHEMA_TIMEOUT, SchemaError } from '../../../server/publish/schemas.ts'
import { schema } from '../../support/schema.ts'

function setup(validate: (value: unknown) => unknown) {
  const clock = createClock()
  const apply = createFit({ n: schema(validate as StandardSchema['~standard']['validate']) }, clock)
  // Async: what it throws and what its promise rejects with are the same to a caller.
  return { clock, apply, ask: async (data: unknown) => apply('n', data) }
}

describe('data with a schema', () => {
  it('is the output of it', async () => {
    const { apply } = setup((value) => ({ value: [value] }))
    expect(apply('n', 7)).toEqual({ data: [7] })
  })

  it('may be nothing, or what looks like an answer', async () => {
    for (const value of [undefined, null, 0, { issues: [1] }, Promise.resolve(1)])
      expect(setup(() => ({ value })).apply('n', 7)).toEqual({ data: value })
  })

  it('is not changed if its event has none', () => {
    const { apply } = setup(() => ({ value: 1 }))
    for (const name of ['m', 'constructor', '__proto__', 'toString']) expect(apply(name, 7)).toEqual({ data: 7 })
  })

  it('is there later if the schema is asynchronous, and no timer is left', async () => {
    const { ask, clock } = setup(async (value) => ({ value: [value] }))
    expect(await ask(7)).toEqual({ data: [7] })
    expect(clock.timers).toBe(0)
  })

  it.each<[what: string, answer: (issues: readonly SchemaIssue[]) => unknown]>([
    ['a schema', (issues) => ({ issues })],
    ['an asynchronous schema', async (issues) => ({ issues })],
    ['a schema that has a value all the same', (issues) => ({ value: 7, issues })],
  ])('is refused by %s, and the error has its issues', async (_, answer) => {
    const issues = [{ message: 'too small', path: ['items', 0, { key: 'id' }] }, { message: 'no' }]
    const error = await setup(() => answer(issues))
      .ask(7)
      .catch((error) => error)
    expect(error).toBeInstanceOf(InvalidEventError)
    expect(error).toBeInstanceOf(TypeError)
    expect(error).toMatchObject({
      name: 'InvalidEventError',
      event: 'n',
      message: 'the data of n does not fit its schema: items.0.id: too small; no',
      issues,
    })
  })

  it.each<[issues: unknown, message: string]>([
    [[], 'it does not say why'],
    [true, 'it does not say why'],
    [[{ message: 'a' }, { message: 'b' }, { message: 'c' }, { message: 'd' }], 'a; b; c; and 1 more'],
    [Array.from({ length: 7 }, (_, n) => ({ message: `${n}` })), '0; 1; 2; and 4 more'],
    [[{ message: 'x'.repeat(1e6) }], 'x'.repeat(100)],
    [[{ message: 'no', path: ['x'.repeat(1e6)] }], `${'x'.repeat(100)}: no`],
    [[{ message: 'no', path: [Symbol('a')] }], 'Symbol(a): no'],
    [[{}], 'undefined'],
    [[undefined], 'undefined'],
  ])('is refused with a message that is not long', async (issues, message) => {
    await expect(setup(() => ({ issues })).ask(7)).rejects.toThrow(
      expect.objectContaining({ message: `the data of n does not fit its schema: ${message}` }),
    )
  })

  it('fits a message into what a client reads of a refusal', async () => {
    const issues = Array.from({ length: 9 }, () => ({ message: 'x'.repeat(500), path: ['y'.repeat(500)] }))
    const error = await setup(() => ({ issues }))
      .ask(7)
      .catch((error) => error)
    expect(error.message.length).toBeLessThan(700)
  })

  it.each<[what: string, validate: () => unknown, message: string]>([
    [
      'throws',
      () => {
        throw new RangeError('why')
      },
      'it threw: RangeError: why',
    ],
    ['rejects', () => Promise.reject(new RangeError('why')), 'it rejected: RangeError: why'],
    ['answers nothing', () => undefined, 'it answered with undefined'],
    ['answers true', () => true, 'it answered with true'],
    ['answers an empty object', () => ({}), 'it answered with an object without fields'],
    ['answers nothing later', async () => null, 'it answered with null'],
  ])('is kept back by a schema that %s, as an error of the schema', async (_, validate, message) => {
    const { ask, clock } = setup(validate)
    const error = await ask(7).catch((error) => error)
    expect(error).toBeInstanceOf(SchemaError)
    expect(error).toMatchObject({ message: `the schema of n has failed: ${message}` })
    expect(clock.timers).toBe(0)
  })

  it('is kept back by a schema that never answers, and what that says later counts no more', async () => {
    let answer = (_: unknown): void => {}
    const { ask, clock } = setup(() => new Promise((resolve) => (answer = resolve)))
    const outcome = ask(7).catch((error) => error)
    await clock.advance(SCHEMA_TIMEOUT)
    answer({ value: 1 })
    expect(await outcome).toMatchObject({ message: 'the schema of n has failed: it did not answer within 10 s' })
  })

  it('is kept back by a promise of another kind as by any other', async () => {
    const { ask } = setup(() => ({
      // biome-ignore lint/suspicious/noThenProperty: a promise of a library.
      then: (resolve: (answer: unknown) => void) => resolve({ value: 'late' }),
    }))
    expect(await ask(7)).toEqual({ data: 'late' })
  })
})

describe('a Standard Schema', () => {
  it.each<[value: unknown, is: boolean]>([
    [schema(() => ({ value: 1 })), true],
    [
      Object.assign(
        () => {},
        schema(() => ({ value: 1 })),
      ),
      true,
    ],
    [{}, false],
    [{ '~standard': {} }, false],
    [{ parse() {} }, false],
    [null, false],
    [undefined, false],
    ['string', false],
  ])('is %o: %s', (value, is) => {
    expect(isSchema(value)).toBe(is)
  })
})
