import { expect, it } from 'vitest'
import { emptySegment, extend, lastOf, nameOf, placeOf, spanOf } from '../../../server/disk/segment.ts'

it('has a name that sorts, and is read back', () => {
  expect([nameOf(9), nameOf(10)]).toEqual(['events-0000000009.jsonl', 'events-0000000010.jsonl'])
  expect(placeOf(nameOf(12))).toBe(12)
  for (const name of ['state.json', 'lock', 'events-1.jsonl', 'events-0000000001.jsonl.new', 'mail.jsonl'])
    expect(placeOf(name)).toBeUndefined()
})

it('finds its entries: from the mark before the first to the mark behind the last', () => {
  const segment = emptySegment('p', 1, 501, 50)
  for (let n = 0; n < 250; n++) extend(segment, 10, { at: 1000 - n })
  expect(segment).toMatchObject({ count: 250, end: 2550, oldest: 751, newest: 1000, marks: [50, 1050, 2050] })
  expect(lastOf(segment)).toBe(750)
  expect(spanOf(segment, 501, 501)).toEqual([50, 1050])
  expect(spanOf(segment, 501, 600)).toEqual([50, 1050])
  expect(spanOf(segment, 600, 601)).toEqual([50, 2050])
  expect(spanOf(segment, 601, 700)).toEqual([1050, 2050])
  expect(spanOf(segment, 701, 750)).toEqual([2050, 2550])
})
