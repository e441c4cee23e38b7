import { expect, it, vi } from 'vitest'
import type { Link } from '../../../server/redis/link.ts'
import { Reader } from '../../../server/redis/reader.ts'
import type { News, Outage } from '../../../server/redis/store.ts'

/*
 * When a reader compares. What it reads is tested with a Redis, in test/node/redis-log.test.ts.
 */

const NEWS: News = { entries: [], woken: false }

/** Reads so often. The lists say after which reads there is an outage, and which reads bring nothing. */
async function read(
  count: number,
  { outages = [], quiet = [] }: { readonly outages?: readonly number[]; readonly quiet?: readonly number[] },
): Promise<string[]> {
  const steps: string[] = []
  let reads = 0
  const store = {
    get outage(): Outage | undefined {
      return outages.includes(reads) ? { since: 0, error: new Error('no answer') } : undefined
    },
    verify: async () => {
      steps.push('compare')
      return { epoch: 'e', term: 1, seq: 5, base: 0, first: 1 }
    },
    next: async () => {
      steps.push('read')
      if (++reads === count) reader.close()
      return quiet.includes(reads) ? undefined : NEWS
    },
  }
  const reader = new Reader({
    // Only the parts that a reader uses.
    link: {} as Link,
    store,
    known: () => ({ epoch: 'e', term: 1, head: 5, uid: '' }),
    entry: vi.fn(),
    moved: vi.fn(),
    oldest: vi.fn(),
    up: vi.fn(),
  })
  await reader.run()
  return steps
}

it('a log is compared after a second without news, and not while there are some', async () => {
  expect(await read(4, {})).toEqual(['read', 'read', 'read', 'read'])
  expect(await read(4, { quiet: [2] })).toEqual(['read', 'read', 'compare', 'read', 'read'])
})

it('a log with news is compared too if Redis has failed to answer: nobody else asks whether it does again', async () => {
  expect(await read(4, { outages: [2] })).toEqual(['read', 'read', 'compare', 'read', 'read'])
})
