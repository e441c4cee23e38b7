import { expect, it, onTestFinished, vi } from 'vitest'
import { type RedisLogOptions, resolveRedisLogOptions } from '../../../server/redis/options.ts'
import { FORGET } from '../../../server/redis/scripts.ts'
import { Store, type StoreLinks } from '../../../server/redis/store.ts'

/*
 * The parts of a store that do not need a Redis. The others are tested with one, in test/node/redis-log.test.ts.
 */

const KNOWN = { epoch: 'e', term: 1, head: 5, uid: 'u' }
const STANDING = ['e', 5, 0, '1-0', 1]

const reply = (message: string): Error => Object.assign(new Error(message), { name: 'ReplyError' })

/** A store whose connection answers what it is told to. The monotonic clock stands still until it is turned. */
function start(options: RedisLogOptions = {}) {
  vi.useFakeTimers({ toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  const calls: { readonly args: readonly unknown[]; resolve(answer: unknown): void; reject(error: Error): void }[] = []
  const call = (command: string, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => calls.push({ args: [command, ...args], resolve, reject }))
  const link = { call } as unknown as StoreLinks['commands']
  const store = new Store(resolveRedisLogOptions(options), 'node', { commands: link, reader: link, payloads: link })
  async function ask(answer: unknown): Promise<void> {
    const asked = store.verify(KNOWN).catch(() => {})
    const waiting = calls.pop()
    if (answer instanceof Error) waiting?.reject(answer)
    else waiting?.resolve(answer)
    await asked
  }
  return { store, calls, ask, now: () => performance.now() }
}

it('an outage begins with the first question that fails, has the last error, and ends with an answer', async () => {
  const { store, ask, now } = start()
  expect(store.outage).toBeUndefined()
  const since = now()
  const [first, second] = [reply('CLUSTERDOWN Hash slot not served'), reply('LOADING Redis is loading')]
  await ask(first)
  expect(store.outage).toEqual({ since, error: first })
  vi.advanceTimersByTime(100)
  await ask(second)
  expect(store.outage).toEqual({ since, error: second })
  await ask(STANDING)
  expect(store.outage).toBeUndefined()
})

it('an outage ends when Redis refuses, because then it can be reached', async () => {
  const { store, ask } = start()
  await ask(reply('LOADING Redis is loading'))
  await ask(reply('OOM command not allowed'))
  expect(store.outage).toBeUndefined()
})

it('an outage does not begin before the last answer', async () => {
  const { store, calls, ask, now } = start()
  const asked = store.verify(KNOWN).catch(() => {})
  const [early] = calls.splice(0)
  vi.advanceTimersByTime(100)
  await ask(STANDING)
  const since = now()
  vi.advanceTimersByTime(100)
  early?.reject(reply('CLUSTERDOWN'))
  await asked
  expect(store.outage?.since).toBe(since)
})

it('the stream that wakes is read from its beginning after another epoch began: its ids may have gone back', async () => {
  const { store, calls, ask } = start()
  const wakes: unknown[] = []
  async function read(wake?: string): Promise<void> {
    const reading = store.next(5)
    const asked = calls.pop()
    wakes.push(asked?.args.at(-1))
    asked?.resolve(wake ? [['{headwater}:wake', [[wake, ['e', 'x']]]]] : null)
    await reading
  }
  await read('900-0')
  await ask(STANDING)
  await read()
  await ask(['f', 5, 0, '1-0', 2])
  await read('100-0')
  await read()
  expect(wakes).toEqual(['0-0', '900-0', '0-0', '100-0'])
})

it('fewer entries are read after a failure, and more again after each success', async () => {
  const { store, calls } = start()
  const counts: unknown[] = []
  for (const answer of [null, 'fail', 'fail', null, [], 'fail', null, null, null, ...Array(9).fill('fail')]) {
    const reading = store.next(5).catch(() => {})
    const asked = calls.pop()
    counts.push(asked?.args[2])
    if (answer === 'fail') asked?.reject(reply('LOADING'))
    else asked?.resolve(answer)
    await reading
  }
  expect(counts).toEqual([100, 100, 50, 25, 50, 100, 50, 100, 100, 100, 50, 25, 12, 6, 3, 1, 1, 1])
})

it('a reset deletes the payloads of every shard that are too old to be of an event that is being written', async () => {
  const { store, calls } = start({ shards: 2, timeout: 700 })
  const resetting = store.reset(KNOWN)
  calls.pop()?.resolve(null)
  await resetting
  expect(calls.map(({ args }) => args)).toEqual([
    ['eval', FORGET, 1, '{headwater:0}:payloads', 1400],
    ['eval', FORGET, 1, '{headwater:1}:payloads', 1400],
  ])
})
