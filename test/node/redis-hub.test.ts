import { createHubClient } from 'headwater/hub'
import { createHub, type HubOptions } from 'headwater/server'
import { type RedisLogOptions, redisLog } from 'headwater/server/redis'
import { expect, it, onTestFinished } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { openGate } from '../support/gate.ts'
import { describeRedis, startRedis, type TestRedis } from '../support/redis.ts'
import { serveHub } from '../support/serving.ts'

/*
 * Hubs that share a log in Redis, over real HTTP to clients of ours.
 */

interface NodeOptions extends Omit<HubOptions, 'log'> {
  readonly log?: RedisLogOptions
  /** The port of a gate. */
  readonly through?: number
  readonly database?: number
}

/** One of several processes, as far as a hub can tell. */
async function startNode(redis: TestRedis, { log: options, through, database, ...hubOptions }: NodeOptions = {}) {
  const client = redis.client(through)
  const log = await redisLog(database === undefined ? client : client.duplicate({ db: database, lazyConnect: true }), {
    onWarning: () => {},
    ...options,
  })
  onTestFinished(() => log.close())
  const hub = createHub({ heartbeat: false, onError: () => {}, ...hubOptions, log })
  return { log, hub, ...(await serveHub(hub)) }
}

/** A client that connects to one node after the other, as a load balancer has it. */
function listen(urls: readonly string[], heard: unknown[] = []) {
  const recovered: unknown[] = []
  const client = createHubClient(() => urls[recovered.length % urls.length] ?? '', {
    retry: { initial: 100 },
    onGap: ({ reason }) => heard.push(`gap: ${reason}`),
    onOpen: (open) => recovered.push(open.recovered),
  })
  onTestFinished(() => client.close())
  client.subscribe('*', (data) => heard.push(data))
  return { client, heard, recovered, status: () => client.state.get().status }
}

describeRedis('two hubs with one log in Redis', () => {
  it('give every client every event once, whichever publishes it', async () => {
    const redis = await startRedis()
    const [a, b] = [await startNode(redis), await startNode(redis)]
    const clients = [listen([a.url]), listen([b.url])]
    await eventually(() => expect(clients.map(({ status }) => status())).toEqual(['open', 'open']))
    const sent = Array.from({ length: 50 }, (_, n) => n)
    const published = await Promise.all(sent.map((n) => (n % 2 ? a : b).hub.publish('n', n)))
    expect(new Set(published.map(({ id }) => id)).size).toBe(50)
    expect(published.every(({ delivered }) => delivered === 1)).toBe(true)
    await eventually(() => expect(clients.map(({ heard }) => heard.length)).toEqual([50, 50]))
    for (const { heard } of clients) expect([...heard].sort((x, y) => Number(x) - Number(y))).toEqual(sent)
    expect(clients[0]?.heard).toEqual(clients[1]?.heard)
  })

  it('resume each other’s clients without a gap', async () => {
    const redis = await startRedis()
    const [a, b] = [await startNode(redis), await startNode(redis)]
    const { heard, recovered, status } = listen([a.url, b.url])
    await eventually(() => expect(status()).toBe('open'))
    await a.hub.publish('n', 1)
    await eventually(() => expect(heard).toEqual([1]))
    await a.stop()
    for (let n = 2; n <= 150; n++) await b.hub.publish('n', n)
    await eventually(() => expect(heard.length).toBe(150))
    expect(heard).toEqual(Array.from({ length: 150 }, (_, n) => n + 1))
    expect(recovered).toEqual([false, true])
  })

  it('resume a client at a process that has just started', async () => {
    const redis = await startRedis()
    const a = await startNode(redis)
    const urls = [a.url]
    const { heard, status } = listen(urls)
    await eventually(() => expect(status()).toBe('open'))
    await a.hub.publish('n', 1)
    await eventually(() => expect(heard).toEqual([1]))
    await a.stop()
    await a.log.append({ type: 'n', json: '2', to: {}, at: Date.now() })
    const b = await startNode(redis)
    urls[0] = b.url
    await eventually(() => expect(heard).toEqual([1, 2]))
  })

  it('resume a client at a process that has not read the newest events yet', async () => {
    const redis = await startRedis()
    const gate = await openGate(redis.port)
    let requests = 0
    const authenticate = () => ({ userId: `${++requests}` })
    const [a, b] = [await startNode(redis), await startNode(redis, { through: gate.port, authenticate })]
    const urls = [a.url]
    const { heard, recovered, status } = listen(urls)
    await eventually(() => expect(status()).toBe('open'))
    await a.hub.publish('n', 1)
    await eventually(() => expect(b.log.head).toBe(1))
    gate.hold('xread')
    for (let n = 2; n <= 5; n++) await a.hub.publish('n', n)
    await eventually(() => expect(heard).toEqual([1, 2, 3, 4, 5]))
    urls[0] = b.url
    await a.stop()
    await eventually(() => expect(requests).toBeGreaterThan(0))
    expect(b.log.head).toBe(1)
    gate.release()
    await eventually(() => expect(status()).toBe('open'))
    await b.hub.publish('n', 6)
    await eventually(() => expect(heard.at(-1)).toBe(6))
    expect(heard).toEqual([1, 2, 3, 4, 5, 6])
    expect(recovered).toEqual([false, true])
  })

  it('report a gap to every client when Redis has lost its data', async () => {
    const redis = await startRedis()
    const [a, b] = [await startNode(redis), await startNode(redis)]
    const clients = [listen([a.url]), listen([b.url])]
    await eventually(() => expect(clients.map(({ status }) => status())).toEqual(['open', 'open']))
    await a.hub.publish('n', 1)
    await eventually(() => expect(clients.map(({ heard }) => heard)).toEqual([[1], [1]]))
    await redis.client().flushall()
    await b.hub.publish('n', 2)
    await eventually(() =>
      expect(clients.map(({ heard }) => heard)).toEqual([
        [1, 'gap: epoch', 2],
        [1, 'gap: epoch', 2],
      ]),
    )
    expect(clients.map(({ recovered }) => recovered.length)).toEqual([1, 1])
  })

  it('report a gap to a client that was away for longer than the log lasts', async () => {
    const redis = await startRedis()
    const [a, b] = [await startNode(redis, { log: { size: 10 } }), await startNode(redis, { log: { size: 10 } })]
    const { heard, status } = listen([a.url, b.url])
    await eventually(() => expect(status()).toBe('open'))
    await a.hub.publish('n', 1)
    await eventually(() => expect(heard).toEqual([1]))
    await a.stop()
    await Promise.all(Array.from({ length: 100 }, () => b.hub.publish('m', 0)))
    await eventually(() => expect(heard.at(-1)).toBe('gap: expired'))
    await b.hub.publish('n', 'after')
    await eventually(() => expect(heard.at(-1)).toBe('after'))
  })

  it('keep their streams open while Redis is away, refuse to publish, and say so', async () => {
    const redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
    const node = await startNode(redis, { log: { timeout: 500 }, canPublish: () => true })
    const { heard, recovered, status } = listen([node.url])
    const health = async (): Promise<unknown> => (await fetch(`${node.url}/health`)).json()
    const post = () =>
      fetch(node.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"event":"n","data":2}',
      })
    await eventually(() => expect(status()).toBe('open'))
    await node.hub.publish('n', 1)
    expect(await health()).toEqual({ status: 'ok' })
    await redis.kill()
    await eventually(async () =>
      expect(await health()).toEqual({ status: 'degraded', log: 'unavailable', relay: 'unavailable' }),
    )
    expect(node.hub.stats().log.available).toBe(false)
    await expect(node.hub.publish('n', 2)).rejects.toThrow(/^Redis cannot be reached, and the event was not written/)
    const refused = await post()
    expect([refused.status, await refused.json()]).toMatchObject([503, { error: { code: 'log' } }])
    // A volatile event needs no log.
    await node.hub.publish('v', 'volatile', { volatile: true })
    await redis.start()
    await eventually(async () => expect(await health()).toEqual({ status: 'ok' }))
    await eventually(async () => expect((await post()).status).toBe(200))
    await eventually(() => expect(heard).toEqual([1, 'volatile', 2]))
    expect(recovered).toEqual([false])
  })

  it('give events to their own clients while Redis is away, with localOnly', async () => {
    const redis = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
    const log = { timeout: 1000, localOnly: true }
    const [a, b] = [await startNode(redis, { log }), await startNode(redis, { log })]
    const clients = [listen([a.url]), listen([b.url])]
    await eventually(() => expect(clients.map(({ status }) => status())).toEqual(['open', 'open']))
    await a.hub.publish('n', 1)
    await eventually(() => expect(clients.map(({ heard }) => heard)).toEqual([[1], [1]]))
    await redis.kill()
    await eventually(() => expect(a.log.available).toBe(false))
    expect(await a.hub.publish('n', 2)).toEqual({ id: '', delivered: 1 })
    expect(a.hub.stats().unlogged).toBe(1)
    await redis.start()
    await eventually(() => expect([a.log.available, b.log.available]).toEqual([true, true]))
    await a.hub.publish('n', 3)
    await eventually(() =>
      expect(clients.map(({ heard }) => heard)).toEqual([
        [1, 2, 3],
        [1, 3],
      ]),
    )
  })

  it('change the topics of a stream by a POST that reaches the other process', async () => {
    const redis = await startRedis()
    const [a, b] = [await startNode(redis), await startNode(redis)]
    const heard: unknown[] = []
    const client = createHubClient(a.url, { topicsUrl: b.url, topics: ['first'] })
    onTestFinished(() => client.close())
    client.subscribe('*', () => {})
    await eventually(() => expect(client.state.get().status).toBe('open'))
    const orders = client.topic('orders')
    orders.subscribe((data) => heard.push(data))
    await orders.joined()
    await b.hub.toTopic('orders', 'n', 1)
    await eventually(() => expect(heard).toEqual([1]))
    expect(b.hub.stats().clients).toBe(0)
  })

  it('kick, join and leave the streams of both, and give volatile events to both', async () => {
    const redis = await startRedis()
    const authenticate = () => ({ userId: 'ada' })
    const [a, b] = [await startNode(redis, { authenticate }), await startNode(redis, { authenticate })]
    const clients = [listen([a.url]), listen([b.url])]
    await eventually(() => expect(clients.map(({ status }) => status())).toEqual(['open', 'open']))
    expect(a.hub.join({ userId: 'ada' }, 'room.7')).toBe(1)
    await eventually(() => expect(b.hub.clients()[0]?.topics).toEqual(['room.7']))
    await b.hub.toTopic('room.7', 'n', 1, { volatile: true })
    await eventually(() => expect(clients.map(({ heard }) => heard)).toEqual([[1], [1]]))
    b.hub.leave({ userId: 'ada' }, 'room.7')
    await eventually(() => expect(a.hub.clients()[0]?.topics).toEqual([]))
    expect(a.hub.kick({ userId: 'ada' })).toBe(1)
    await eventually(() =>
      expect(clients.map(({ recovered }) => recovered)).toEqual([
        [false, true],
        [false, true],
      ]),
    )
    expect(b.hub.stats().endings.kicked).toBe(1)
  })

  it('notice that nothing passes through an open connection any more, say so, and lose no event', async () => {
    const redis = await startRedis()
    const gate = await openGate(redis.port)
    const [a, b] = [await startNode(redis), await startNode(redis, { through: gate.port, log: { timeout: 400 } })]
    const { heard, recovered, status } = listen([b.url])
    const health = async (): Promise<unknown> => (await fetch(`${b.url}/health`)).json()
    const volatile: unknown[] = []
    b.hub.on('v', (data) => volatile.push(data))
    await eventually(() => expect(status()).toBe('open'))
    let published = 0
    for (const connection of ['subscribe', 'xread', 'eval']) {
      gate.swallow(connection)
      await eventually(async () => {
        await a.hub.publish('n', ++published)
        expect(await health()).toMatchObject({ status: 'degraded' })
      })
      await eventually(async () => expect(await health()).toEqual({ status: 'ok' }))
    }
    await a.hub.publish('v', 'volatile', { volatile: true })
    await eventually(() => expect(volatile).toEqual(['volatile']))
    await eventually(() => expect(heard.filter((data) => data !== 'volatile').length).toBe(published))
    expect(heard.filter((data) => data !== 'volatile')).toEqual(Array.from({ length: published }, (_, n) => n + 1))
    expect(recovered).toHaveLength(1)
  })

  it('hear nothing of hubs with another database of the same Redis', async () => {
    const redis = await startRedis()
    const [a, b, other] = [await startNode(redis), await startNode(redis), await startNode(redis, { database: 1 })]
    const heard: unknown[] = []
    b.hub.on('*', (data) => heard.push(data))
    other.hub.on('*', (data) => heard.push(`other: ${data}`))
    await a.hub.publish('n', 1, { volatile: true })
    await a.hub.publish('n', 2)
    await other.hub.publish('n', 3)
    await eventually(() => expect(heard).toEqual(expect.arrayContaining([1, 2, 'other: 3'])))
    expect(heard).toHaveLength(3)
    expect(other.hub.processes()).toHaveLength(1)
  })

  it('tell each other again after Redis was away', async () => {
    const redis = await startRedis()
    const [a, b] = [await startNode(redis), await startNode(redis)]
    const heard: unknown[] = []
    b.hub.on('*', (data) => heard.push(data))
    await redis.kill()
    await eventually(() => expect([a.log.available, b.log.available]).toEqual([false, false]))
    await a.hub.publish('n', 'lost', { volatile: true })
    await redis.start()
    await eventually(() => expect([a.log.available, b.log.available]).toEqual([true, true]))
    await eventually(async () => {
      await a.hub.publish('n', 'again', { volatile: true })
      expect(heard).toContain('again')
    })
    expect(heard).not.toContain('lost')
    expect(a.hub.stats().errors['relay']).toBeGreaterThan(0)
  })
})
