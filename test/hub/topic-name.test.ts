import { describe, expect, it } from 'vitest'
import { checkTopic } from '../../src/hub/topic-name.ts'

describe('a name of a topic', () => {
  it.each([
    ['orders', 'orders'],
    ['*', '*'],
    ['orders.*', 'orders.*'],
    ['orders.eu/today:1_2-3', 'orders.eu/today:1_2-3'],
    ['Größe', 'Größe'],
    ['pru\u0308fung', 'prüfung'],
    ['注文', '注文'],
    ['a'.repeat(200), 'a'.repeat(200)],
  ])('is taken in normal form C: %j', (name, normal) => {
    expect(checkTopic(name)).toBe(normal)
  })

  it.each([
    '',
    ' ',
    'a b',
    'a,b',
    'a\nb',
    'a\0',
    '**',
    'a*',
    '*.a',
    'a.*.b',
    '😀',
    'a'.repeat(201),
    undefined,
    null,
    5,
    {},
    ['a'],
  ])('is an options error: %j', (name) => {
    expect(() => checkTopic(name)).toThrow(
      expect.objectContaining({
        code: 'options',
        message: `topic: expected name, prefix.* or *, got ${String(name).slice(0, 20)}`,
      }),
    )
  })
})
