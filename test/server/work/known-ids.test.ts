import { expect, it } from 'vitest'
import { createKnownIds, type Pushed } from '../../../server/work/known-ids.ts'

const done = (failed: number): Promise<Pushed> => Promise.resolve({ status: 'done', failed })

it('an id that has not come before is not known', () => {
  const ids = createKnownIds(10)
  expect(ids.earlier('a')).toBeUndefined()
  ids.add('a', done(0))
  expect(ids.earlier('b')).toBeUndefined()
  // The number and the text are two ids.
  ids.add(1, done(0))
  expect(ids.earlier('1')).toBeUndefined()
})

it('an id that is pending is repeated once its event is done', async () => {
  const ids = createKnownIds(10)
  let resolve = (_: Pushed): void => {}
  ids.add(
    'a',
    new Promise((settle) => {
      resolve = settle
    }),
  )
  const earlier = ids.earlier('a')
  resolve({ status: 'done', failed: 2 })
  expect(await earlier).toEqual({ status: 'repeated', failed: 2 })
})

it('an id that is done is repeated with the number of effects that were given up', async () => {
  const ids = createKnownIds(10)
  ids.add('a', done(3))
  ids.end('a', 3)
  expect(await ids.earlier('a')).toEqual({ status: 'repeated', failed: 3 })
})

it('an id whose event was rejected counts as never seen', () => {
  const ids = createKnownIds(10)
  ids.add('a', done(0))
  ids.end('a', undefined)
  expect(ids.earlier('a')).toBeUndefined()
})

it.each([
  [0, []],
  [1, ['c']],
  [2, ['b', 'c']],
  [Infinity, ['a', 'b', 'c']],
])('a list with room for %d forgets the oldest ids that are done', (remember, known) => {
  const ids = createKnownIds(remember)
  for (const id of ['a', 'b', 'c']) {
    ids.add(id, done(0))
    ids.end(id, 0)
  }
  expect(['a', 'b', 'c'].filter((id) => ids.earlier(id))).toEqual(known)
})
