import { describe, expect, it } from 'vitest'
import { type Course, courseOf, firstOf, type Standing } from '../../../server/redis/compare.ts'

const at = (epoch: string, seq: number, base: number, first: number): Standing => ({ epoch, term: 1, seq, base, first })
const same: Course = { kind: 'same' }
const restart = (head: number): Course => ({ kind: 'restart', head })
const jump = (head: number): Course => ({ kind: 'jump', head })

describe('a process that has read up to 5', () => {
  it.each<[what: string, there: Standing, course: Course]>([
    ['nothing is new', at('a', 5, 0, 1), same],
    ['there is more to read', at('a', 9, 0, 1), same],
    ['older entries are deleted', at('a', 9, 0, 6), same],
    ['the log is empty, and nothing is missing', at('a', 5, 0, 0), same],
    ['the next entry is deleted', at('a', 9, 0, 7), jump(6)],
    ['all entries that follow are deleted', at('a', 9, 0, 0), jump(9)],
    ['the log has begun again, and is empty', at('b', 0, 0, 0), restart(0)],
    ['the log has begun again, and has entries', at('b', 3, 0, 1), restart(0)],
    ['the log has begun again, and has deleted some', at('b', 30, 0, 11), restart(10)],
    ['entries were lost, and numbers go on', at('b', 3, 3, 1), restart(3)],
    ['entries were lost, and others are there', at('b', 8, 3, 1), restart(3)],
    ['entries were lost, and others are deleted', at('b', 80, 3, 71), restart(70)],
  ])('if %s', (_, there, course) => {
    expect(courseOf({ epoch: 'a', head: 5 }, there)).toEqual(course)
  })
})

it('reads from the first entry, or from the next to come', () => {
  expect([firstOf(at('a', 9, 0, 3)), firstOf(at('a', 9, 0, 0)), firstOf(at('a', 0, 0, 0))]).toEqual([3, 10, 1])
})
