import { describe, expect, it, vi } from 'vitest'
import { createCredentials } from '../src/credentials.ts'
import { SSEError } from '../src/errors.ts'
import { eventually } from './support/eventually.ts'

const REFUSED = new SSEError('unauthorized', 'status 401')
const URL = 'https://a.test/events?token=secret'

describe('credentials', () => {
  it('are asked for once, whoever asks meanwhile, and again afterwards', async () => {
    let answer = (): void => {}
    const onUnauthorized = vi.fn((_: SSEError) => new Promise<void>((resolve) => (answer = resolve)))
    const credentials = createCredentials(onUnauthorized)
    expect(credentials.refreshing).toBeUndefined()
    credentials.refresh(REFUSED, URL)
    credentials.refresh(REFUSED, URL)
    const { refreshing } = credentials
    await eventually(() => expect(onUnauthorized).toHaveBeenCalledWith(REFUSED))
    answer()
    await refreshing
    expect(credentials.refreshing).toBeUndefined()
    credentials.refresh(REFUSED, URL)
    await eventually(() => expect(onUnauthorized).toHaveBeenCalledTimes(2))
  })

  it.each([
    ['rejects', () => Promise.reject(new Error('no session'))],
    [
      'throws',
      () => {
        throw new Error('no session')
      },
    ],
  ])('that are not to be had are an error that says why, when it %s', async (_, onUnauthorized) => {
    const credentials = createCredentials(onUnauthorized)
    credentials.refresh(REFUSED, URL)
    await expect(credentials.refreshing).rejects.toMatchObject({
      code: 'unauthorized',
      status: 401,
      message: 'https://a.test/events: Error: no session',
      cause: new Error('no session'),
    })
  })
})
