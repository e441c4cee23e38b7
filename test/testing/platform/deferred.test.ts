import { expect, it } from 'vitest'
import { createDeferred } from '../../../testing/platform/deferred.ts'

it('resolves with a value, once', async () => {
  const { promise, resolve, reject } = createDeferred<number>()
  resolve(1)
  resolve(2)
  reject(new Error('late'))
  expect(await promise).toBe(1)
})

it('rejects with a reason', async () => {
  const { promise, reject } = createDeferred<void>()
  reject('why')
  await expect(promise).rejects.toBe('why')
})
