import { describe, expect, it } from 'vitest'
import { createDenials } from '../../../server/audience/denied.ts'
import { allowedOf, readTopics } from '../../../server/streams/request.ts'

const INVALID = 'no topic: letters, marks and numbers of any script and . _ : / -, at most 200 characters; or a.* or *'

function read(names: readonly unknown[], limit = 100) {
  const denials = createDenials()
  return { topics: readTopics(names, limit, denials), denials }
}

describe('a list of topics', () => {
  it('is given back, each name once', () => {
    expect(read(['a', '*', 'a.*', 'a', '*']).topics).toEqual(['a', '*', 'a.*'])
    expect(read([]).topics).toEqual([])
  })

  it('has its names composed, so that two spellings are one', () => {
    expect(read(['u\u0308', 'ü', 'u\u0308.*']).topics).toEqual(['ü', 'ü.*'])
  })

  it.each<[name: unknown, shown: string]>([
    ['', ''],
    ['b c', 'b c'],
    ['a\r\nb', 'a\r\nb'],
    ['a.*.b', 'a.*.b'],
    [7, '7'],
    [null, 'null'],
    [['a'], 'a list of 1 string'],
    [{ toString: 1 }, 'an object with toString'],
    ['x'.repeat(1_000_000), 'x'.repeat(200)],
  ])('loses %j, which is named, and keeps the others', (name, shown) => {
    const { topics, denials } = read(['a', name, 'b'])
    expect(topics).toEqual(['a', 'b'])
    expect(denials.named).toEqual([{ topic: shown, code: 'invalid', message: INVALID }])
  })

  it('keeps the first topics up to the limit, and names the rest', () => {
    const { topics, denials } = read(['a', 'b c', 'b', 'a', 'c', 'd'], 2)
    expect(topics).toEqual(['a', 'b'])
    expect(denials.named).toEqual([
      { topic: 'b c', code: 'invalid', message: INVALID },
      { topic: 'c', code: 'too-many', message: 'a client may join 2 topics' },
      { topic: 'd', code: 'too-many', message: 'a client may join 2 topics' },
    ])
  })

  it.each([0, -1])('keeps none with a limit of %s', (limit) => {
    expect(read(['a'], limit)).toMatchObject({ topics: [], denials: { counts: { 'too-many': 1 } } })
  })

  it('may be as long as the limit is, however high', () => {
    const names = Array.from({ length: 5000 }, (_, n) => `t${n}`)
    expect(read(names, Infinity).topics).toEqual(names)
  })

  it('is not read to its end where nothing more can be kept or named', () => {
    const looked: number[] = []
    const names = new Proxy(
      Array.from({ length: 100_000 }, (_, n) => `t${n}`),
      {
        get(list, key) {
          if (typeof key === 'string' && /^\d+$/.test(key)) looked.push(Number(key))
          return Reflect.get(list, key)
        },
      },
    )
    const { topics, denials } = read(names, 10)
    expect(topics).toHaveLength(10)
    expect(denials.named).toHaveLength(100)
    expect(denials).toMatchObject({ more: 100_000 - 110, counts: { 'too-many': 100_000 - 10 } })
    expect(Math.max(...looked)).toBeLessThan(112)
  })

  it('is not read to its end where it repeats itself or has no names', () => {
    for (const name of ['a', 'a b']) {
      const { topics, denials } = read([...Array.from({ length: 100_000 }, () => name), 'late'], 10)
      expect(topics).not.toContain('late')
      expect(denials.counts['too-many']).toBe(100_001 - 1010)
    }
  })
})

describe('the topics that are allowed', () => {
  it('are in order, and the others are named', async () => {
    const denials = createDenials()
    expect(await allowedOf(['a', 'b', 'c'], async (topics) => topics.map((topic) => topic !== 'b'), denials)).toEqual([
      'a',
      'c',
    ])
    expect(denials.named).toEqual([{ topic: 'b', code: 'denied', message: 'you may not join this topic' }])
  })

  it('are none where the answer is short: what was not answered is not allowed', async () => {
    expect(await allowedOf(['a'], async () => [], createDenials())).toEqual([])
  })
})
