import { createHub } from 'headwater/server'
import { describe, expect, it } from 'vitest'
import { resolveJobsOptions } from '../../../server/work/jobs-options.ts'

const needed = { hub: createHub(), run: () => {} }

describe('the options of jobs', () => {
  it('have defaults', () => {
    expect(resolveJobsOptions(needed)).toMatchObject({
      type: 'job',
      concurrency: 2,
      maxWaiting: 1000,
      remember: 1000,
      timeout: Infinity,
      progressInterval: 100,
    })
  })

  it('take a timeout of 0 as none', () => {
    expect(resolveJobsOptions({ ...needed, timeout: 0 }).timeout).toBe(Infinity)
  })

  it.each<[error: unknown, text: string]>([
    [new RangeError('too much'), 'too much'],
    ['too much', 'too much'],
    [undefined, 'undefined'],
  ])('describe %s as %s', (error, text) => {
    expect(resolveJobsOptions(needed).describe(error)).toBe(text)
  })

  it.each<[options: object, message: string]>([
    [{ hub: undefined }, 'hub expects a hub of createHub(), got undefined'],
    [{ hub: {} }, 'hub expects a hub of createHub(), got an object without fields'],
    [{ run: undefined }, 'run expects a function, got undefined'],
    [{ concurrency: 0 }, 'concurrency expects a number from 1, got number 0'],
    [{ progressInterval: Infinity }, 'progressInterval expects milliseconds, got number Infinity'],
    [{ remember: -1 }, 'remember expects number from 0'],
    [{ workers: 2 }, 'workers is no option; there are hub, '],
    [{ type: 'a\nb' }, 'event has a line end'],
  ])('refuse %j', (options, message) => {
    expect(() => resolveJobsOptions({ ...needed, ...options } as typeof needed)).toThrow(message)
  })
})
