import { type LogEntry, memoryMailbox } from 'headwater/server'
import { expect, it } from 'vitest'
import { createKeep } from '../../../server/publish/keep.ts'
import { stage } from '../../support/hub.ts'

function setup({ perUser = 3, maxAge = 1000 } = {}) {
  const { registry, counters, join, clock } = stage()
  const store = memoryMailbox()
  const errors: string[] = []
  const full = ({ message }: Error): unknown => errors.push(message)
  const keep = createKeep({ store, perUser, maxAge }, { registry, counters, clock, full })
  const put = (n: number, userId = 'ada', isCurrent = true): Promise<void> => {
    const entry: LogEntry = { seq: n, type: 'n', json: `${n}`, to: { userId }, at: clock.now() }
    return keep(entry, 'e', isCurrent)
  }
  const numbers = async (userId = 'ada'): Promise<number[]> => (await store.list(userId)).map(({ entry }) => entry.seq)
  return { store, join, clock, counters, errors, put, numbers }
}

it('keeps an event with its epoch, and when it is over', async () => {
  const { store, clock, put } = setup()
  await put(7)
  expect(await store.list('ada')).toEqual([
    {
      seq: expect.any(Number),
      entry: { seq: 7, type: 'n', json: '7', to: { userId: 'ada' }, at: clock.now() },
      epoch: 'e',
      until: clock.now() + 1000,
      sent: false,
    },
  ])
})

it('knows whether a stream of the user was open', async () => {
  const { store, join, put } = setup()
  join({ principal: { userId: 'bob' } })
  await put(1)
  join({ principal: { userId: 'ada' } })
  await put(2)
  expect((await store.list('ada')).map(({ sent }) => sent)).toEqual([false, true])
})

it('does not take an event for sent that a log before this one has numbered', async () => {
  const { store, join, put } = setup()
  join({ principal: { userId: 'ada' } })
  await put(1, 'ada', false)
  expect((await store.list('ada')).map(({ sent }) => sent)).toEqual([false])
})

it('drops the oldest of a user who has too many, counts it and reports it once', async () => {
  const { errors, counters, put, numbers } = setup()
  for (const n of [1, 2, 3, 4, 5]) await put(n)
  for (const n of [1, 2, 3, 4]) await put(n, 'bob')
  expect(await numbers()).toEqual([3, 4, 5])
  expect(await numbers('bob')).toEqual([2, 3, 4])
  expect(counters.mailbox).toMatchObject({ kept: 9, dropped: 3 })
  expect(errors).toEqual(['mailbox.perUser is 3: the mailbox of a user was full, and its oldest event is lost'])
})

it('drops what is over first, and does not count that', async () => {
  const { clock, counters, put, numbers } = setup()
  for (const n of [1, 2, 3]) await put(n)
  await clock.advance(1000)
  await put(4)
  expect(await numbers()).toEqual([4])
  expect(counters.mailbox.dropped).toBe(0)
})

it('keeps an event for ever without a limit of age, and none with a limit of 0', async () => {
  const { store, put } = setup({ maxAge: Infinity })
  await put(1)
  expect((await store.list('ada'))[0]?.until).toBeNull()
  const full = setup({ perUser: 0 })
  await full.put(1)
  expect(await full.numbers()).toEqual([])
})
