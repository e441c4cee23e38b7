import { type Mailbox, memoryMailbox } from 'headwater/server'
import { expect, it } from 'vitest'
import { mailFor, mayHaveMail } from '../../../server/streams/mail-list.ts'

const entry = { seq: 1, type: 'n', json: '1', to: { userId: 'ada' }, at: 0 }
const failed = new Error('mine')

async function box(list?: Mailbox['list']): Promise<Mailbox> {
  const store = memoryMailbox()
  await store.add('ada', { entry, epoch: 'e', until: null, sent: false })
  return { ...store, ...(list && { list }) }
}

it.each<[what: string, userId: string | undefined, list: Mailbox['list'] | undefined, may: boolean]>([
  ['nobody', undefined, undefined, false],
  ['a user without any', 'bob', undefined, false],
  ['a user with some', 'ada', undefined, true],
  ['a user of a mailbox that answers later', 'bob', async () => [], true],
  ['a user of a mailbox that rejects', 'bob', () => Promise.reject(failed), true],
  [
    'a user of a mailbox that throws',
    'bob',
    () => {
      throw failed
    },
    true,
  ],
])('%s may have mail, or not: %o, %o, %o', async (_, userId, list, may) => {
  const store = await box(list)
  expect(mayHaveMail(store, userId)).toBe(may)
  expect(mailFor(store, userId) !== undefined).toBe(may)
})

it('a list is given as the mailbox gives it', async () => {
  expect(await mailFor(await box(), 'ada')).toMatchObject([{ entry }])
  expect(await mailFor(await box(async () => []), 'ada')).toEqual([])
})

it.each([
  ['rejects', () => Promise.reject(failed)],
  [
    'throws',
    () => {
      throw failed
    },
  ],
])('a mailbox that %s rejects when it is waited for, and ends no process when it is not', async (_, list) => {
  const listed = mailFor(await box(list), 'ada')
  await new Promise((resolve) => setTimeout(resolve))
  await expect(listed).rejects.toBe(failed)
})
