import { describe, expect, it, vi } from 'vitest'
import { resolveRedisLogOptions } from '../../../server/redis/options.ts'

describe('the options of redisLog', () => {
  it('have defaults', () => {
    const { warn: _, ...rest } = resolveRedisLogOptions({})
    expect(rest).toEqual({
      prefix: 'headwater',
      size: 10_000,
      kept: 10_000,
      maxAge: Infinity,
      shards: 1,
      timeout: 5000,
      startTimeout: 10_000,
      localOnly: false,
    })
    expect(resolveRedisLogOptions({ maxAge: 0 }).maxAge).toBe(Infinity)
  })

  it('have Redis keep at least 1,000 events', () => {
    expect([0, 999, 1001, Infinity].map((size) => resolveRedisLogOptions({ size }).kept)).toEqual([
      1000,
      1000,
      1001,
      Infinity,
    ])
  })

  it.each<[options: object, message: string]>([
    [{ size: -1 }, 'size expects a number from 0, got -1'],
    [{ size: '9' }, 'size expects a number from 0, got "9"'],
    [{ maxAge: Number.NaN }, 'maxAge expects a number from 0, got NaN'],
    [{ timeout: 0 }, 'timeout expects milliseconds greater than 0, got 0'],
    [{ timeout: Infinity }, 'timeout expects milliseconds greater than 0, got Infinity'],
    [{ startTimeout: '9' }, 'startTimeout expects milliseconds greater than 0, got "9"'],
    [{ prefix: '' }, 'prefix expects 1 to 100 letters, digits and . _ : -, got ""'],
    [{ prefix: '{a}' }, 'prefix expects 1 to 100 letters, digits and . _ : -, got "{a}"'],
    [{ localOnly: 1 }, 'localOnly expects true or false, got 1'],
    [{ onWarning: 1 }, 'onWarning expects a function, got 1'],
    [{ shards: 0 }, 'shards expects a whole number from 1 to 1000, got 0'],
    [{ shards: 1.5 }, 'shards expects a whole number from 1 to 1000, got 1.5'],
    [{ shards: 1001 }, 'shards expects a whole number from 1 to 1000, got 1001'],
    [{ shards: '4' }, 'shards expects a whole number from 1 to 1000, got "4"'],
    [
      { nodes: 4 },
      'redisLog takes no nodes; it takes prefix, size, maxAge, shards, timeout, startTimeout, localOnly, onWarning',
    ],
  ])('are refused with %o', (options, message) => {
    expect(() => resolveRedisLogOptions(options)).toThrow(new TypeError(message))
  })

  it('call onWarning with the name of the package', () => {
    const onWarning = vi.fn()
    resolveRedisLogOptions({ onWarning }).warn('text')
    expect(onWarning).toHaveBeenCalledExactlyOnceWith('headwater: text')
  })
})
