import type { ServerResponse } from 'node:http'
import { createHubClient } from 'headwater/hub'
import { createHub, type HubOptions, memoryLog } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { OWN, read } from '../support/reader.ts'
import { serveHub } from '../support/serving.ts'

/*
 * A filter that takes its time, behind real HTTP: it looks up rights when an event happens.
 */

const UNHANDLED = vi.fn()

async function serve(options: HubOptions = {}) {
  const errors: string[] = []
  const hub = createHub({
    heartbeat: false,
    authenticate: ({ url }) => ({ userId: new URL(url).searchParams.get('user') ?? 'nobody' }),
    onError: (error, where) => errors.push(`${where}: ${error}`),
    ...options,
  })
  const responses: ServerResponse[] = []
  const handle = toNodeHandler(hub)
  process.on('unhandledRejection', UNHANDLED)
  // The hub is closed before this: what is registered last runs first.
  onTestFinished(() => {
    process.off('unhandledRejection', UNHANDLED)
    expect(UNHANDLED).not.toHaveBeenCalled()
  })
  const { url } = await serveHub(hub, (request, response) => {
    responses.push(response)
    void handle(request, response)
  })
  return {
    hub,
    url,
    errors,
    responses,
    async stream(user: string, lastEventId = '') {
      const before = hub.stats().connections
      const reader = read(await fetch(`${url}?user=${user}`, { headers: { 'last-event-id': lastEventId } }))
      await eventually(() => expect(hub.stats().connections).toBe(before + 1))
      await eventually(() => expect(reader.find('connected')).toBeDefined())
      return reader
    },
  }
}

/** A filter that answers by hand: by user and payload. */
function byHand() {
  const open = new Map<string, (allowed: boolean) => void>()
  return {
    open,
    filter: ({ userId }: { readonly userId?: string | undefined }, { data }: { readonly data: unknown }) =>
      new Promise<boolean>((resolve) => open.set(`${userId} ${data}`, resolve)),
    answer: (what: string, allowed = true) => open.get(what)?.(allowed),
  }
}

describe('a filter that answers with a promise', () => {
  it('holds back one client alone, whose events keep their order', async () => {
    const asked: unknown[] = []
    let release = (_: boolean): void => {}
    const { hub, stream } = await serve({
      filter({ userId }, { data }) {
        if (userId !== 'slow') return true
        asked.push(data)
        return data === 1
          ? new Promise((resolve) => {
              release = resolve
            })
          : Promise.resolve(data !== 3)
      },
    })
    const [slow, fast] = [await stream('slow'), await stream('fast')]
    await eventually(() => expect(hub.clients().every(({ live }) => live)).toBe(true))
    expect(await hub.publish('n', 1)).toMatchObject({ delivered: 1 })
    expect(await hub.publish('n', 2, { volatile: true })).toMatchObject({ delivered: 1 })
    for (const n of [3, 4]) await hub.publish('n', n)
    await eventually(() => expect(fast.payloads()).toEqual([1, 2, 3, 4]))
    // All are asked about at once.
    expect([asked, slow.payloads(), hub.stats().filtering]).toEqual([[1, 2, 3, 4], [], 4])
    release(true)
    await eventually(() => expect(slow.payloads()).toEqual([1, 2, 4]))
    expect(hub.stats()).toMatchObject({ filtering: 0, delivered: 7, filterTimeouts: 0, errors: {} })
    expect(await hub.publish('n', 5)).toMatchObject({ delivered: 1 })
    await eventually(() => expect(slow.payloads()).toEqual([1, 2, 4, 5]))
  })

  it('decides in a replay too, in order', async () => {
    const { open, filter, answer } = byHand()
    const { hub, stream } = await serve({ filter, limits: { filterTimeout: 0 } })
    const { id } = await hub.publish('n', 0)
    for (const n of [1, 2, 3]) await hub.publish('n', n)
    const reader = await stream('ada', id)
    await eventually(() => expect([...open.keys()]).toEqual(['ada 1', 'ada 2', 'ada 3']))
    answer('ada 3')
    answer('ada 2', false)
    await hub.publish('n', 4)
    answer('ada 1')
    await eventually(() => expect(open.has('ada 4')).toBe(true))
    answer('ada 4')
    await eventually(() => expect(reader.find('live')).toBeDefined())
    expect(reader.payloads()).toEqual([1, 3, 4])
  })

  it('counts as no when it rejects: other clients have the event', async () => {
    const { hub, stream, errors } = await serve({
      filter: async ({ userId }) => {
        if (userId === 'ada') throw new Error('no database')
        return true
      },
    })
    const [ada, bob] = [await stream('ada'), await stream('bob')]
    for (const n of [1, 2]) await hub.publish('n', n)
    await eventually(() => expect(bob.payloads()).toEqual([1, 2]))
    expect(ada.payloads()).toEqual([])
    expect(errors).toEqual(Array(2).fill('filter: Error: no database'))
  })

  it('counts as no when it answers with an object', async () => {
    const { hub, stream, errors } = await serve({ filter: async () => ({ allowed: false }) as unknown as boolean })
    const reader = await stream('ada')
    await hub.publish('n', 1)
    await eventually(() => expect(errors).toEqual([expect.stringContaining('filter must answer true or false')]))
    expect(reader.payloads()).toEqual([])
  })

  it('counts as no when it hangs, after a while: the events behind it arrive', async () => {
    const { hub, stream, errors } = await serve({
      filter: (_, { data }) => (data === 1 ? new Promise(() => {}) : true),
      limits: { filterTimeout: 50 },
    })
    const reader = await stream('ada')
    await eventually(() => expect(hub.clients()[0]?.live).toBe(true))
    for (const n of [1, 2]) await hub.publish('n', n)
    await hub.publish('n', 3, { volatile: true })
    await eventually(() => expect(reader.payloads()).toEqual([2, 3]))
    expect(errors).toEqual(['filter: TimeoutError: filter has not answered within 50 ms'])
    expect(hub.stats()).toMatchObject({ filtering: 0, filterTimeouts: 1, errors: { filter: 1 } })
  })

  it('ends the stream when too much waits for it; the client comes back and loses nothing', async () => {
    let hang = true
    const waiting: ((allowed: boolean) => void)[] = []
    const { hub, url } = await serve({
      filter: () => (hang ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(true)),
      limits: { filterQueue: 3, filterTimeout: Infinity },
      log: memoryLog(),
    })
    const live = createHubClient(url, { retry: { initial: 1 } })
    onTestFinished(() => live.close())
    const heard: unknown[] = []
    live.subscribe('n', (data) => heard.push(data))
    await eventually(() => expect(hub.clients()[0]?.live).toBe(true))
    for (const n of [1, 2, 3]) await hub.publish('n', n)
    await hub.publish('n', 'volatile', { volatile: true })
    expect(hub.stats()).toMatchObject({ filtering: 3, endings: { overflow: 0 }, dropped: { volatile: 1 } })
    hang = false
    await hub.publish('n', 4)
    expect(hub.stats().endings.overflow).toBe(1)
    for (const resolve of waiting) resolve(true)
    await eventually(() => expect(heard).toEqual([1, 2, 3, 4]))
    await hub.publish('n', 5)
    await eventually(() => expect(heard).toEqual([1, 2, 3, 4, 5]))
    expect(hub.stats()).toMatchObject({ gaps: 0, filtering: 0 })
  })

  it('loses nothing when the connection breaks while events wait for it, though heartbeats went on', async () => {
    const { open, filter, answer } = byHand()
    const { hub, url, responses } = await serve({ filter, heartbeat: 20, limits: { filterTimeout: 0 } })
    const live = createHubClient(`${url}?user=ada`, { retry: { initial: 1 } })
    onTestFinished(() => live.close())
    const heard: unknown[] = []
    live.subscribe('n', (data) => heard.push(data))
    await eventually(() => expect(hub.clients()[0]?.live).toBe(true))
    for (const n of [1, 2]) await hub.publish('n', n)
    const pings = vi.spyOn(responses[0] as ServerResponse, 'write')
    await eventually(() => expect(pings.mock.calls.length).toBeGreaterThan(2))
    open.clear()
    responses[0]?.destroy()
    await eventually(() => expect([...open.keys()]).toEqual(['ada 1', 'ada 2']))
    for (const n of [1, 2]) answer(`ada ${n}`)
    await eventually(() => expect(heard).toEqual([1, 2]))
  })

  it('may kick the client, reset the log or publish before it answers', async () => {
    const { hub, stream, errors } = await serve({
      filter: async ({ userId }, { type, data }) => {
        await undefined
        if (type === 'kick' && userId === 'bob') hub.kick({ userId: 'bob' })
        if (type === 'reset' && userId === 'ada') await hub.reset()
        if (type === 'echo' && userId === 'ada') await hub.publish('echoed', data)
        return true
      },
    })
    const [ada, bob] = [await stream('ada'), await stream('bob')]
    await eventually(() => expect(hub.clients().every(({ live }) => live)).toBe(true))
    await hub.publish('echo', 'hi')
    const own = (reader: typeof ada) => reader.events().filter(({ type }) => !OWN.includes(type))
    await eventually(() => expect(own(bob).map(({ type }) => type)).toEqual(['echo', 'echoed']))
    await hub.publish('kick', 1)
    await eventually(() => expect(bob.ended()).toBe('end'))
    await eventually(() => expect(own(ada).map(({ type }) => type)).toEqual(['echo', 'echoed', 'kick']))
    await hub.publish('reset', 1)
    await eventually(() => expect(ada.find('gap')).toBeDefined())
    await hub.publish('after', 2)
    await eventually(() => expect(own(ada).at(-1)).toMatchObject({ type: 'after' }))
    expect(own(ada).map(({ type }) => type)).not.toContain('reset')
    expect(errors).toEqual([])
  })

  it('may close the hub, and waits for nothing then', async () => {
    const { hub, stream } = await serve({
      filter: (_, { type }) => {
        if (type === 'close') void hub.close()
        return new Promise(() => {})
      },
      limits: { filterTimeout: Infinity },
    })
    const readers = [await stream('ada'), await stream('bob')]
    await hub.publish('n', 1)
    await hub.publish('close', 1)
    await eventually(() => expect(readers.map((reader) => reader.ended())).toEqual(['end', 'end']))
    expect(hub.stats()).toMatchObject({ clients: 0, filtering: 0 })
  })
})
