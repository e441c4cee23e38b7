import { createHubClient } from 'headwater/hub'
import { redisLog } from 'headwater/server/redis'
import { expect, it, onTestFinished, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { describeRedis, startRedis, type TestRedis } from '../support/redis.ts'
import { type Nodes, startNodes } from './redis-scale/nodes.ts'

/*
 * Several processes that share a log, with clients that reconnect to any of them, while processes and Redis are killed. `SCALE=4x250`
 * is four processes with 250 clients each; by default it is a small number of both.
 */

const [processes = 3, clientsEach = 20] = (process.env['SCALE'] ?? '').split('x').filter(Boolean).map(Number)

/** Between two events of one process, in milliseconds: all clients are in this process, and get all events. */
const PAUSE = Math.max(20, clientsEach) * processes

/** A client that connects to another process each time, and keeps what it hears. */
function listen(urls: readonly string[], seed: number) {
  const heard: string[] = []
  const gaps: string[] = []
  /** What was heard from one gap to the next. */
  const parts: string[][] = [[]]
  let attempts = seed
  const client = createHubClient<{ n: string }>(() => urls[attempts++ % urls.length] ?? '', {
    retry: { initial: 100, max: 1000 },
    onGap({ reason }) {
      gaps.push(reason)
      parts.push([])
    },
  })
  onTestFinished(() => client.close())
  client.subscribe('n', (data) => {
    heard.push(data)
    parts.at(-1)?.push(data)
  })
  return { heard, gaps, parts, isOpen: () => client.state.get().status === 'open' }
}

/** The whole log, in order. */
async function readLog(redis: TestRedis): Promise<string[]> {
  const entries = await redis.client().xrange('{headwater}:log', '-', '+')
  return entries.map(([, fields]) => JSON.parse(fields[fields.indexOf('d') + 1] ?? 'null'))
}

/** Goes on until some more events were published. */
function more({ published }: Nodes): Promise<void> {
  const goal = published.length + 10
  return eventually(() => expect(published.length).toBeGreaterThan(goal))
}

/** From `p3-17`: which process has published it, and its number there. */
function readText(text: string): [from: string, n: number] {
  const [from = '', n] = text.split('-')
  return [from, Number(n)]
}

/** What was published between the first and the last event that a client heard of each process, and the client did not hear. */
function missedIn(heard: readonly string[], published: readonly string[]): string[] {
  const seen = new Map<string, number[]>()
  for (const [from, n] of heard.map(readText)) seen.set(from, [...(seen.get(from) ?? []), n])
  return published.filter((text) => {
    const [from, n] = readText(text)
    const numbers = seen.get(from) ?? []
    return !numbers.includes(n) && n > (numbers[0] ?? Infinity) && n < (numbers.at(-1) ?? 0)
  })
}

describeRedis('several processes under load', () => {
  it('give every client every event once and in order, while processes and Redis are killed', async () => {
    const redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
    const nodes = await startNodes(redis.port, processes, PAUSE)
    const clients = Array.from({ length: processes * clientsEach }, (_, n) => listen(nodes.urls, n))
    await eventually(() => expect(clients.every(({ isOpen }) => isOpen())).toBe(true))
    for (const place of nodes.urls.keys()) {
      await more(nodes)
      await nodes.replace(place)
    }
    await more(nodes)
    await redis.kill()
    await redis.start()
    await more(nodes)
    await nodes.stop()

    const log = await readLog(redis)
    await eventually(() => expect(clients.filter(({ heard }) => heard.at(-1) !== log.at(-1))).toHaveLength(0))
    expect(new Set(log).size, 'nothing is in the log twice').toBe(log.length)
    expect(nodes.published.filter((text) => !log.includes(text))).toEqual([])
    for (const { heard, gaps } of clients) {
      expect(gaps).toEqual([])
      expect(heard).toEqual(log.slice(log.indexOf(heard[0] ?? '')))
    }
  })

  it('give every client every event once, or a gap, while Redis loses its data', async () => {
    const redis = await startRedis()
    const nodes = await startNodes(redis.port, processes, PAUSE)
    const clients = Array.from({ length: processes * clientsEach }, (_, n) => listen(nodes.urls, n))
    await eventually(() => expect(clients.every(({ isOpen }) => isOpen())).toBe(true))

    await more(nodes)
    await redis.client().flushall()
    await more(nodes)
    await nodes.replace(0)
    await more(nodes)
    await redis.kill()
    await redis.start()
    await more(nodes)
    await nodes.stop()

    // A client that reconnects after the last event may begin behind it: there is one more until all have heard one.
    const log = await redisLog(redis.client(), { size: 100_000 })
    onTestFinished(() => log.close())
    let n = 0
    const hears = ({ heard }: (typeof clients)[number]): boolean => heard.at(-1)?.startsWith('end-') === true
    await vi.waitFor(
      async () => {
        await log.append({ type: 'n', json: `"end-${++n}"`, to: {}, at: Date.now() })
        expect(clients.every(hears)).toBe(true)
      },
      { interval: 200, timeout: 120_000 },
    )
    const written = await readLog(redis)
    for (const { heard, gaps, parts } of clients) {
      expect(gaps.length).toBeGreaterThan(1)
      expect(new Set(heard).size, 'nothing is heard twice').toBe(heard.length)
      expect(parts.flatMap((part) => missedIn(part, nodes.published))).toEqual([])
      // From the last gap on it is the log as it is now.
      const end = parts.at(-1) ?? []
      const begin = written.indexOf(end[0] ?? '')
      expect(end).toEqual(written.slice(begin, begin + end.length))
    }
  })
})
