import { memoryMailbox } from 'headwater/server'
import { expect, it } from 'vitest'
import { createMailIndex } from '../../../server/log/mailbox.ts'
import { describeMailbox, mail } from '../../support/mailbox.ts'

describeMailbox('memoryMailbox', memoryMailbox)

it('mail in memory has greater numbers in a later process: a cursor of an earlier one acknowledges nothing', () => {
  expect(memoryMailbox().add('ada', mail(1))).toBeGreaterThan(Date.UTC(2025, 0) * 1000)
})

it('mail of users who never come back is forgotten when it is over', () => {
  const index = createMailIndex()
  for (let n = 0; n < 100; n++) index.apply({ kind: 'add', userId: `u${n}`, mail: { ...mail(n, 1000 + n), seq: n } })
  expect(index.size).toBe(100)
  for (let n = 0; n < 60; n++) {
    const later = mail(n)
    index.apply({ kind: 'add', userId: 'ada', mail: { ...later, entry: { ...later.entry, at: 5000 }, seq: 200 + n } })
  }
  expect(index.size).toBe(60)
})
