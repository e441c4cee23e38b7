import { WorkError } from 'headwater/server'
import { expect, it } from 'vitest'

it('is an error with a name, a code and a message', () => {
  const error = new WorkError('full', 'come back later')
  expect(error).toBeInstanceOf(Error)
  expect(error).toMatchObject({ name: 'WorkError', code: 'full', message: 'come back later' })
})
