import { expect, it } from 'vitest'
import { Position } from '../../../server/redis/position.ts'
import { record } from '../../support/event-log.ts'

const known = { epoch: 'a', term: 1, head: 5, uid: 'x' }
const read = (position: Position, seq: number, epoch = 'a'): void =>
  position.read({ entry: { ...record('1'), seq }, epoch, uid: `u${seq}` })

it('moves with each entry, and elsewhere', () => {
  const position = new Position(known)
  expect(position.known).toEqual(known)
  read(position, 6)
  expect(position.known).toEqual({ epoch: 'a', term: 1, head: 6, uid: 'u6' })
  position.move({ epoch: 'b', term: 2 }, 3)
  expect(position.known).toEqual({ epoch: 'b', term: 2, head: 3, uid: '' })
})

it('does not wait for a number that has been read', async () => {
  expect(await new Position(known).until(5, 60_000)).toBe(true)
})

it('waits for the number, and not for the ones before it', async () => {
  const position = new Position(known)
  let isThere: boolean | undefined
  const waiting = position.until(7, 60_000).then((found) => {
    isThere = found
  })
  read(position, 6)
  await Promise.resolve()
  expect(isThere).toBeUndefined()
  read(position, 7)
  await waiting
  expect(isThere).toBe(true)
})

it('waits no longer when the process goes on elsewhere', async () => {
  const position = new Position(known)
  const waiting = position.until(7, 60_000)
  position.move({ epoch: 'b', term: 2 }, 0)
  expect(await waiting).toBe(true)
})

it('waits for so long at most', async () => {
  expect(await new Position(known).until(6, 1)).toBe(false)
})
