import type { ServerResponse } from 'node:http'
import { createHubClient, type HubClientOptions } from 'headwater/hub'
import { createHub, type HubOptions } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { describe, expect, it, onTestFinished } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { serveHub } from '../support/serving.ts'

/*
 * Topics over real HTTP, with the client of this package: what is not granted, names of all scripts, and topics that the server
 * joins a client to.
 */

async function serve(options: HubOptions = {}) {
  const hub = createHub({
    heartbeat: false,
    authenticate: ({ url }) => ({ userId: new URL(url).searchParams.get('user') ?? 'ada' }),
    ...options,
  })
  const handle = toNodeHandler(hub)
  const responses: ServerResponse[] = []
  const { url } = await serveHub(hub, (request, response) => {
    responses.push(response)
    void handle(request, response)
  })
  function client(given: HubClientOptions = {}) {
    const live = createHubClient(url, { retry: { initial: 1 }, ...given })
    onTestFinished(() => live.close())
    const heard: unknown[] = []
    live.subscribe('x', (data) => heard.push(data))
    return { live, heard }
  }
  /** Breaks all connections, so that clients reconnect with their cursor. */
  const cut = (): void => {
    for (const response of responses.splice(0)) response.destroy()
  }
  const topics = () => hub.clients()[0]?.topics
  return { hub, url, client, cut, topics }
}

const read = async (url: string): Promise<{ status: number; first: Record<string, unknown> }> => {
  const response = await fetch(url)
  const reader = response.body?.getReader()
  const { value } = (await reader?.read()) ?? {}
  await reader?.cancel()
  const [, json = '{}'] = /^data: (.*)$/m.exec(new TextDecoder().decode(value)) ?? []
  return { status: response.status, first: JSON.parse(json) }
}

describe('topics that cannot be granted', () => {
  it('leave the stream and the other topics alone', async () => {
    const { hub, client, topics } = await serve({ authorize: (_, topic) => topic !== 'secret', limits: { topics: 3 } })
    const { live, heard } = client({ topics: ['orders', 'secret', 'jobs', 'more'] })
    await eventually(() => expect(topics()).toEqual(['orders', 'jobs']))
    // The client knows that this is no name.
    expect(() => live.topic('a b')).toThrow(expect.objectContaining({ code: 'options' }))
    await expect(live.topic('secret').joined()).rejects.toMatchObject({ code: 'unauthorized' })
    for (const topic of ['secret', 'more', 'orders', 'jobs']) await hub.toTopic(topic, 'x', topic)
    await eventually(() => expect(heard).toEqual(['orders', 'jobs']))
    expect(hub.stats()).toMatchObject({ connections: 1, errors: {} })
    expect(hub.stats().topicsRefused).toMatchObject({ denied: 1, 'too-many': 1 })
  })

  it('leave a change of topics alone', async () => {
    const { hub, client, topics } = await serve({ authorize: (_, topic) => topic !== 'secret' })
    const { live } = client({ topics: ['orders'] })
    await eventually(() => expect(topics()).toEqual(['orders']))
    const [bad, good] = [live.topic('secret'), live.topic('jobs')]
    for (const topic of [bad, good]) onTestFinished(topic.subscribe(() => {}))
    await good.joined()
    await expect(bad.joined()).rejects.toMatchObject({ code: 'unauthorized' })
    expect(topics()).toEqual(['orders', 'jobs'])
    expect(hub.stats()).toMatchObject({ connections: 1, clients: 1 })
  })

  it('are named in connected, and cost little however many there are', async () => {
    const { hub, url } = await serve()
    const { status, first } = await read(`${url}?topics=orders,a%20b,${'b,'.repeat(5000)}${'c'.repeat(3000)}`)
    expect({ status, topics: first['topics'] }).toEqual({ status: 200, topics: ['orders', 'b'] })
    expect(first['denied']).toMatchObject([{ topic: 'a b', code: 'invalid' }])
    expect(hub.stats().topicsRefused.invalid).toBeGreaterThan(0)
    expect(Number(first['deniedMore'])).toBeGreaterThan(3000)
  })
})

describe('onTopicRefused', () => {
  it('gets the words of the server, for a request and for a change of topics', async () => {
    const { client, topics } = await serve({ authorize: (_, topic) => topic !== 'secret', limits: { topics: 3 } })
    const refused: unknown[] = []
    const { live } = client({
      topics: ['orders', 'secret'],
      onTopicRefused: ({ topic, reason, message }) => refused.push([topic, reason, message]),
    })
    const words = ['secret', 'denied', 'you may not join this topic']
    await eventually(() => expect(refused).toEqual([words]))
    await expect(live.topic('secret').joined()).rejects.toMatchObject({ code: 'unauthorized', message: words[2] })
    for (const name of ['jobs', 'more']) onTestFinished(live.topic(name).subscribe(() => {}))
    await live.topic('jobs').joined()
    await expect(live.topic('more').joined()).rejects.toMatchObject({ code: 'unauthorized', reason: 'too-many' })
    expect(refused).toContainEqual(['more', 'too-many', expect.any(String)])
    expect(topics()).toEqual(['orders', 'jobs'])
    expect(live.state.get().status).toBe('open')
  })
})

describe('a topic of another script', () => {
  it('is one topic in both of its spellings', async () => {
    const { hub, client, topics } = await serve()
    const { live, heard } = client({ topics: ['pru\u0308fung', '注文.*'] })
    await eventually(() => expect(topics()).toEqual(['prüfung', '注文.*']))
    await hub.toTopic('prüfung', 'x', 1)
    await hub.toTopic('pru\u0308fung', 'x', 2)
    await hub.toTopic('注文.東京', 'x', 3)
    await eventually(() => expect(heard).toEqual([1, 2, 3]))
    expect(live.state.get().status).toBe('open')
  })
})

describe('a topic that the server joins a user to', () => {
  it('brings events to streams that are open, and is kept over a reconnect', async () => {
    const { hub, client, cut, topics } = await serve()
    const { live, heard } = client({ topics: ['orders'] })
    await eventually(() => expect(topics()).toEqual(['orders']))
    await hub.toTopic('room.7', 'x', 'before')
    expect(hub.join({ userId: 'ada' }, 'room.7')).toBe(1)
    await hub.toTopic('room.7', 'x', 'joined')
    await eventually(() => expect(heard).toEqual(['joined']))
    cut()
    await eventually(() => expect(hub.stats().clients).toBe(0))
    await hub.toTopic('room.7', 'x', 'missed')
    await eventually(() => expect(heard).toEqual(['joined', 'missed']))
    // A change of the client's own, which says all its topics.
    onTestFinished(live.topic('news').subscribe(() => {}))
    await live.topic('news').joined()
    expect(topics()).toEqual(['orders', 'news', 'room.7'])
    expect(hub.leave({ userId: 'ada' }, 'room.7')).toBe(1)
    await hub.toTopic('room.7', 'x', 'left')
    await hub.toTopic('orders', 'x', 'last')
    await eventually(() => expect(heard).toEqual(['joined', 'missed', 'last']))
    expect(hub.stats()).toMatchObject({ connections: 2, gaps: 0 })
  })

  it('does not confuse a change that the client waits for', async () => {
    const asked: ((allowed: boolean) => void)[] = []
    const { hub, client, topics } = await serve({
      authorize: (_, topic) => topic !== 'slow' || new Promise((resolve) => asked.push(resolve)),
    })
    const { live } = client({ topics: ['orders'] })
    await eventually(() => expect(topics()).toEqual(['orders']))
    onTestFinished(live.topic('slow').subscribe(() => {}))
    const joined = live.topic('slow').joined()
    await eventually(() => expect(asked).toHaveLength(1))
    hub.join({ userId: 'ada' }, 'room.7')
    await eventually(() => expect(topics()).toEqual(['orders', 'room.7']))
    for (const allow of asked) allow(true)
    await joined
    expect(topics()).toEqual(['orders', 'slow', 'room.7'])
    expect(hub.stats().connections).toBe(1)
  })
})
