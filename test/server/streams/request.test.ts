import { describe, expect, it } from 'vitest'
import { checkTopics } from '../../../server/streams/request.ts'

const NO_TOPIC = 'is no topic: letters, digits and . _ : / -, at most 200 of them; or a.* or *'
const refusal = (status: number, code: string, message: string): unknown =>
  expect.objectContaining({ name: 'Refusal', status, code, message })

describe('a list of topics', () => {
  it('is given back, each name once', () => {
    expect(checkTopics(['a', '*', 'a.*', 'a', '*'])).toEqual(['a', '*', 'a.*'])
    expect(checkTopics([])).toEqual([])
  })

  it.each([undefined, null, 'a', 7, { length: 1, 0: 'a' }, new Set(['a'])])('is none: %s', (names) => {
    expect(() => checkTopics(names)).toThrow(refusal(400, 'topics', 'topics want to be a list of names'))
  })

  it.each<[names: unknown[], shown: string]>([
    [['a', ''], '""'],
    [['a', 'b c'], '"b c"'],
    [['a\r\nb'], '"a\\r\\nb"'],
    [['a.*.b'], '"a.*.b"'],
    [[7], '7'],
    [[null], 'null'],
    [[['a']], 'a list of 1 string'],
    [[{ toString: 1 }], 'an object with toString'],
    [['x'.repeat(300)], JSON.stringify('x'.repeat(40))],
  ])('is refused with %j in it', (names, shown) => {
    expect(() => checkTopics(names)).toThrow(refusal(400, 'topics', `${shown} ${NO_TOPIC}`))
  })
})
