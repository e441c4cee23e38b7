import { expect, it } from 'vitest'
import { Refusal } from '../../../server/wire/refusal.ts'

it('a refusal is an error with a status, a code and the headers of its answer', () => {
  const refusal = new Refusal(429, 'full', 'no room', { 'retry-after': '30' })
  expect(refusal).toBeInstanceOf(Error)
  expect(refusal).toMatchObject({ name: 'Refusal', status: 429, code: 'full', message: 'no room' })
  expect(refusal.headers).toEqual({ 'retry-after': '30' })
  expect(new Refusal(400, 'json', 'no').headers).toEqual({})
})
