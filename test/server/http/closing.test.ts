import { expect, it } from 'vitest'
import { refuseIfClosing } from '../../../server/http/closing.ts'

it('a hub that is not closing refuses nothing', () => {
  expect(() => refuseIfClosing({ closing: () => undefined })).not.toThrow()
})

it('a hub that is closing says when to come back', () => {
  expect(() => refuseIfClosing({ closing: () => 7 })).toThrow(
    expect.objectContaining({ name: 'Refusal', status: 503, code: 'closing', headers: { 'retry-after': '7' } }),
  )
})
