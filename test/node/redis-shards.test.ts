import { type EventLog, LogUnavailableError } from 'headwater/server'
import { type RedisLog, type RedisLogOptions, redisLog } from 'headwater/server/redis'
import { Cluster } from 'ioredis'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { formCluster } from '../../scripts/redis-cluster.ts'
import { describeEventLog, fill, hear, numbers, record } from '../support/event-log.ts'
import { eventually } from '../support/eventually.ts'
import { openGate } from '../support/gate.ts'
import { describeRedis, startRedis, type TestRedis } from '../support/redis.ts'

/*
 * A log in Redis whose payloads are in shards, with a redis-server that the test starts.
 */

const SHARDS = 3

let shared: TestRedis
let names = 0
const ends: (() => Promise<void>)[] = []

async function open({ through, ...options }: RedisLogOptions & { readonly through?: number } = {}): Promise<RedisLog> {
  const prefix = `shards-${++names}`
  const log = await redisLog(shared.client(through), { prefix, shards: SHARDS, onWarning: () => {}, ...options })
  onTestFinished(() => log.close())
  return log
}

const shardsOf = (prefix: string): string[] => Array.from({ length: SHARDS }, (_, n) => `{${prefix}:${n}}:payloads`)

/** How many payloads each shard has. */
const countPayloads = (prefix: string): Promise<number[]> => {
  const client = shared.client()
  return Promise.all(shardsOf(prefix).map((key) => client.xlen(key)))
}

const append = (log: EventLog, count: number): Promise<unknown> =>
  Promise.all(Array.from({ length: count }, (_, n) => log.append(record(`${n}`))))

describeRedis('a log in Redis with shards', () => {
  beforeAll(async () => {
    shared = await startRedis([], (end) => ends.push(end))
  })
  afterAll(async () => {
    for (const end of ends.splice(0)) await end()
  })

  describeEventLog('redisLog with shards', (size) => open({ size }))

  it('gives all processes the same entries in the same order, with payloads from every shard', async () => {
    const [a, b] = [await open({ prefix: 'two' }), await open({ prefix: 'two' })]
    const heard = [hear(a), hear(b)]
    for (let n = 0; n < 60; n++) await (n % 2 ? a : b).append(record(`"payload ${n}"`))
    await eventually(() => expect(heard.map((each) => each.length)).toEqual([60, 60]))
    expect(heard[0]).toEqual(Array.from({ length: 60 }, (_, n) => `"payload ${n}"`))
    expect(heard[1]).toEqual(heard[0])
    expect(Math.min(...(await countPayloads('two')))).toBeGreaterThan(0)
    expect(JSON.stringify(await shared.client().xrange('{two}:log', '-', '+'))).not.toContain('payload 1')
    const late = await open({ prefix: 'two' })
    expect(await late.read(0, Infinity)).toEqual(await a.read(0, Infinity))
  })

  it('reads what its process has never had in memory', async () => {
    await append(await open({ prefix: 'long' }), 2500)
    const late = await open({ prefix: 'long' })
    const entries = await late.read(0, Infinity)
    expect(entries.map(({ json }) => json)).toEqual(Array.from({ length: 2500 }, (_, n) => `${n}`))
    expect(numbers(await late.read(1200, 2))).toEqual([1201, 1202])
  })

  it('reads what processes with other numbers of shards have written', async () => {
    const logs = [await open({ prefix: 'mixed', shards: 1 }), await open({ prefix: 'mixed', shards: 9 })]
    const log = await open({ prefix: 'mixed' })
    const heard = hear(log)
    for (const other of [...logs, log]) await fill(other, 2)
    await eventually(() => expect(heard).toEqual(['1', '2', '1', '2', '1', '2']))
  })

  it('goes on behind payloads that are lost before its process has read them, with one reset for each page', async () => {
    const gate = await openGate(shared.port)
    const [a, b] = [await open({ prefix: 'lost' }), await open({ prefix: 'lost', through: gate.port })]
    await fill(a, 1)
    await eventually(() => expect(b.head).toBe(1))
    const heard = hear(b)
    gate.hold('xread')
    await fill(a, 5)
    await shared.client().del(...shardsOf('lost'))
    await a.append(record('"kept"'))
    gate.release()
    // The request that waits is answered with the first event, the next one with all others.
    await eventually(() => expect(heard).toEqual(['reset at 2', 'reset at 6', '"kept"']))
    expect([b.epoch, b.head, b.first]).toEqual([a.epoch, 7, 7])
  })

  it('reads on behind an event whose payload is lost', async () => {
    await append(await open({ prefix: 'hole' }), 2500)
    const late = await open({ prefix: 'hole' })
    const client = shared.client()
    const [[, fields] = []] = await client.xrange('{hole}:log', '1200-0', '1200-0')
    const [shard, id = ''] = JSON.parse(fields?.[5] ?? '').payload.split('/')
    expect(await client.xdel(`{hole:${shard}}:payloads`, id)).toBe(1)
    const read = numbers(await late.read(0, Infinity))
    expect([read[0], read.at(-1), read.length]).toEqual([1201, 2500, 1300])
    expect(numbers(await late.read(1199, 2))).toEqual([1201, 1202])
  })

  it('starts behind events whose payloads are lost', async () => {
    const log = await fill(await open({ prefix: 'gone' }), 5)
    await shared.client().del(...shardsOf('gone'))
    expect(numbers(await (await open({ prefix: 'gone' })).read(0, 10))).toEqual([])
    await log.append(record('"new"'))
    expect(numbers(await (await open({ prefix: 'gone' })).read(0, 10))).toEqual([6])
  })

  it('rejects an append whose payload gets no answer, and says that the event was not written', async () => {
    const gate = await openGate(shared.port)
    const log = await open({ prefix: 'mute', through: gate.port, timeout: 300 })
    gate.hold(':payloads')
    const error = await log.append(record('1')).catch((reason) => reason)
    expect(error).toBeInstanceOf(LogUnavailableError)
    expect(error.written).toBe(false)
    expect(await shared.client().xlen('{mute}:log')).toBe(0)
  })

  it('deletes payloads that are too old', async () => {
    const log = await fill(await open({ prefix: 'old', maxAge: 200 }), 3)
    await eventually(() => expect(log.first).toBe(4))
    await eventually(async () => expect(await countPayloads('old')).toEqual([0, 0, 0]))
  })

  it('deletes the payloads of a log that is reset', async () => {
    await fill(await open({ prefix: 'reset' }), 3)
    // Only payloads that are older than its time are deleted. A reset that takes longer is tried again.
    const log = await open({ prefix: 'reset', timeout: 100 })
    await eventually(async () => {
      await log.reset()
      expect(await countPayloads('reset')).toEqual([0, 0, 0])
    })
  })

  it('keeps about as many payloads as events', async () => {
    const log = await open({ prefix: 'short', size: 10 })
    for (let round = 0; round < 30; round++) await append(log, 400)
    for (const count of await countPayloads('short')) expect(count).toBeLessThan(2500)
    expect(numbers(await log.read(0, Infinity))).toHaveLength(10)
  })
})

/** A cluster of three nodes, each with a third of the slots. It goes on without one of them. */
async function startCluster(): Promise<{ readonly nodes: TestRedis[]; readonly cluster: Cluster }> {
  const args = [
    '--cluster-enabled',
    'yes',
    '--cluster-announce-ip',
    '127.0.0.1',
    '--cluster-require-full-coverage',
    'no',
  ]
  const start = (): Promise<TestRedis> => startRedis(args, (end) => ends.push(end))
  const nodes = [await start(), await start(), await start()]
  await formCluster(nodes.map((node) => node.client()))
  const cluster = new Cluster(
    nodes.map(({ port }) => ({ host: '127.0.0.1', port })),
    { clusterRetryStrategy: () => 50 },
  )
  cluster.on('error', () => {})
  ends.push(async () => cluster.disconnect())
  return { nodes, cluster }
}

/** Moves the slot of a key from one node to another, in steps, and does something in between. */
async function moveSlot(nodes: readonly TestRedis[], key: string, meanwhile: () => Promise<void>): Promise<void> {
  const keys = await Promise.all(nodes.map((node) => node.client().keys(key)))
  const [from, to] = [nodes.find((_, n) => keys[n]?.length), nodes.find((_, n) => !keys[n]?.length)]
  if (!from || !to) throw new Error(`no node has ${key}`)
  const slot = await from.client().cluster('KEYSLOT', key)
  const [old, next] = [`${await from.client().cluster('MYID')}`, `${await to.client().cluster('MYID')}`]
  await to.client().cluster('SETSLOT', slot, 'IMPORTING', old)
  await from.client().cluster('SETSLOT', slot, 'MIGRATING', next)
  await meanwhile()
  const all = await from.client().cluster('GETKEYSINSLOT', slot, 100)
  await from.client().call('MIGRATE', '127.0.0.1', to.port, '', 0, 5000, 'KEYS', ...all)
  await meanwhile()
  for (const node of [to, ...nodes]) await node.client().cluster('SETSLOT', slot, 'NODE', next)
  await meanwhile()
}

describeRedis('a log in a cluster', () => {
  let nodes: TestRedis[]
  let cluster: Cluster
  beforeAll(async () => {
    ;({ nodes, cluster } = await startCluster())
  })
  afterAll(async () => {
    for (const end of ends.splice(0)) await end()
  })

  async function open(prefix: string, shards = 6): Promise<RedisLog> {
    const log = await redisLog(cluster, { prefix, shards, onWarning: () => {} })
    onTestFinished(() => log.close())
    return log
  }

  it('keeps all of its keys in one slot without shards', async () => {
    const [a, b] = [await open('whole', 1), await open('whole', 1)]
    await fill(a, 3)
    await eventually(() => expect(b.head).toBe(3))
    await b.reset()
    expect((await b.append(record('1'))).seq).toBe(1)
    await eventually(() => expect([a.epoch, a.head]).toEqual([b.epoch, 1]))
    const keys = await Promise.all(nodes.map((node) => node.client().keys('{whole*')))
    expect(keys.map((list) => list.length).sort()).toEqual([0, 0, 3])
  })

  it('goes on while the slots of its keys move to other nodes, also for processes that have just started', async () => {
    const log = await fill(await open('moved'), 3)
    const heard = hear(log)
    const { epoch } = log
    let count = 0
    const publish = async (): Promise<void> => {
      // Nothing in Redis belongs to a process that has published nothing yet.
      const young = await open('moved')
      for (const each of [log, young]) await each.append(record(`"${++count}"`))
      await eventually(() => expect([log.head, young.head]).toEqual([3 + count, 3 + count]))
    }
    await moveSlot(nodes, '{moved}:log', publish)
    await moveSlot(nodes, '{moved:0}:payloads', publish)
    expect(heard).toEqual(Array.from({ length: 12 }, (_, n) => `"${n + 1}"`))
    expect(log.epoch).toBe(epoch)
  })

  it('is emptied, and goes on, while its slot moves to another node', async () => {
    const log = await fill(await open('emptied'), 3)
    let resets = 0
    await moveSlot(nodes, '{emptied}:log', async () => {
      await log.reset()
      const young = await open('emptied')
      expect((await young.append(record('1'))).seq).toBe(1)
      await log.reset()
      resets++
    })
    expect([resets, log.head, log.first]).toEqual([3, 0, 1])
  })

  it('has its payloads on several nodes, and goes on publishing when a node that has some is away', async () => {
    const [a, b] = [await open('c'), await open('c')]
    const heard = hear(b)
    await fill(a, 18)
    await eventually(() => expect(heard).toHaveLength(18))

    const keys = await Promise.all(nodes.map((node) => node.client().keys('{c*')))
    const shards = keys.map((list) => list.filter((key) => key.endsWith(':payloads')).length)
    expect(shards.reduce((sum, count) => sum + count)).toBe(6)
    expect(Math.min(...shards)).toBeGreaterThan(0)

    const other = nodes[keys.findIndex((list) => !list.includes('{c}:log'))]
    await other?.kill()
    const before = heard.length
    await fill(a, 12)
    await eventually(() => expect(heard).toHaveLength(before + 12))
    expect(heard.some((each) => each.startsWith('reset'))).toBe(false)
  })
})
