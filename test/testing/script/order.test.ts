import { createMockStream, type Step } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { checkOrder } from '../../../testing/script/order.ts'

describe('the order of a script', () => {
  it.each<[what: string, steps: readonly Step[]]>([
    ['a gap on a stream that begins with it', [{ gap: {} }, { send: {} }, { goodbye: 0 }]],
    ['a gap behind an introduction', [{ introduce: {} }, { send: {} }, { gap: {} }]],
    [
      'an introduction behind what is no event',
      [{ open: {} }, { comment: '' }, { retry: 5 }, { wait: 5 }, { introduce: {} }],
    ],
    ['events alone', [{ send: {} }, { raw: 'a' }, { drop: true }]],
  ])('may be %s', (_, steps) => {
    expect(checkOrder(steps)).toBe(steps)
  })

  it.each<[steps: readonly Step[], said: string]>([
    [
      [{ send: {} }, { gap: {} }],
      '{"gap":{}}: clients believe that only of a stream that begins with { introduce: {} }',
    ],
    [
      [{ raw: 'a' }, { goodbye: 5 }],
      '{"goodbye":5}: clients believe that only of a stream that begins with { introduce: {} }',
    ],
    [[{ send: {} }, { introduce: {} }], '{"introduce":{}}: introduce comes first, or not at all'],
    [[{ gap: {} }, { introduce: {} }], '{"introduce":{}}: introduce comes first, or not at all'],
  ])('is refused for %j, when the script is handed over', (steps, said) => {
    expect(() => createMockStream({ script: steps })).toThrow(new TypeError(said))
    expect(() => createMockStream({ script: [[], steps] })).toThrow(new TypeError(said))
    expect(() => createMockStream().script(...steps)).toThrow(new TypeError(said))
  })
})
