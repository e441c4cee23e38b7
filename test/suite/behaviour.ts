import { createSSE, type Layer, type SSEClient, type SSEOptions, type Transport } from 'headwater'
import { hub } from 'headwater/hub'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'
import type { StartServer } from './server.ts'

/*
 * What an application sees of a client, over a real network. One suite for both transports, in Node and in every browser.
 */

/** Short waits: 120 ms, 140 ms, 180 ms … */
const QUICK = { initial: 20, jitter: 'none' } as const

export interface Carrier {
  readonly name: string
  readonly transport: () => Transport | Layer
  /** How often a server sees an attempt that it refuses: the native EventSource does not say why, so a second request asks. */
  readonly requestsPerRefusal: number
}

export function behaviour({ name, transport, requestsPerRefusal }: Carrier, start: StartServer): void {
  /** A client of a new server; both are closed with the test. */
  async function setup(options: SSEOptions = {}, path = '/events') {
    const server = await start()
    const log: unknown[] = []
    const sse = createSSE(server.url + path, { transport: transport(), retry: QUICK, ...options })
    onTestFinished(async () => {
      sse.close()
      await server.close()
    })
    const opened = (sse: SSEClient) => eventually(() => expect(sse.state.get().status).toBe('open'))
    const logged = (expected: unknown[]) => eventually(() => expect(log).toEqual(expected))
    const resumes = async () => (await server.requests()).map(({ lastEventId }) => lastEventId)
    return { server, sse, log, opened: () => opened(sse), logged, resumes }
  }
  const closedWith = (sse: SSEClient, error: unknown) =>
    eventually(() => expect(sse.state.get()).toEqual({ status: 'closed', error }))

  describe(`over ${name}`, () => {
    it('hands events to those who subscribe to them, in order', async () => {
      const { server, sse, log, opened, logged } = await setup()
      sse.subscribe('order.created', (data) => log.push(['created', data]))
      sse.subscribe('order.*', (data, { type }) => log.push([type, data]))
      sse.subscribe('order.updated', () => {})
      sse.subscribe('message', (data) => log.push(data))
      await opened()
      await server.send('order.created', { id: 1 })
      await server.send('order.updated', { id: 1 })
      await server.send('message', 'plain')
      await logged([['created', { id: 1 }], ['order.created', { id: 1 }], ['order.updated', { id: 1 }], 'plain'])
    })

    it('uses one connection, and closes it behind the last subscriber', async () => {
      const { server, sse, opened } = await setup({ linger: 50 })
      const offs = ['a', 'b', 'c'].map((type) => sse.subscribe(type, () => {}))
      await opened()
      expect(await server.open()).toBe(1)
      for (const off of offs) off()
      await eventually(async () => expect(await server.open()).toBe(0))
      expect(sse.state.get()).toEqual({ status: 'idle' })
      expect(await server.requests()).toHaveLength(1)
    })

    it('closes its connection with close()', async () => {
      const { server, sse, opened } = await setup()
      sse.connect()
      await opened()
      sse.close()
      await eventually(async () => expect(await server.open()).toBe(0))
    })

    it.each(['41', '日本', 'a b&c=d?e#f', 'k3f9x2ab-7'])(
      'resumes from the id %s after a broken connection',
      async (id) => {
        const { server, sse, log, opened, logged, resumes } = await setup()
        sse.subscribe('tick', (data, { id }) => log.push([data, id]))
        await opened()
        await server.send('tick', 1, { id })
        await logged([[1, id]])
        await server.drop()
        await eventually(async () => expect(await resumes()).toEqual(['', id]))
        await opened()
        await server.send('tick', 2)
        await logged([
          [1, id],
          [2, id],
        ])
      },
    )

    it('reconnects after the end of the stream, and reports what may be missing', async () => {
      const { server, sse, log, opened, logged } = await setup()
      sse.observe({
        onOpen: ({ recovered }) => log.push(recovered),
        onGap: ({ reason, certain }) => log.push([reason, certain]),
      })
      sse.connect()
      await opened()
      await server.end()
      await logged([false, false, ['no-id', false]])
    })

    it('does not know after a reconnect with an id whether every event comes', async () => {
      const { server, sse, log, opened, logged } = await setup()
      sse.observe({ onOpen: ({ recovered }) => log.push(recovered), onGap: (gap) => log.push(gap) })
      sse.subscribe('tick', () => {})
      await opened()
      await server.send('tick', 1, { id: '1' })
      await eventually(() => expect(sse.lastEventId).toBe('1'))
      await server.end()
      await logged([false, 'unknown'])
    })

    it('hands out once what the server sends again', async () => {
      const { server, sse, log, opened, logged } = await setup()
      sse.subscribe('tick', (data) => log.push(data))
      await opened()
      await server.send('tick', 1, { id: '1' })
      await server.send('tick', 2, { id: '2' })
      await logged([1, 2])
      await server.script({ send: { event: 'tick', data: 2, id: '2' } }, { send: { event: 'tick', data: 3, id: '3' } })
      await server.drop()
      await logged([1, 2, 3])
    })

    it('believes a server that introduces itself, with hub()', async () => {
      const { server, sse, log, opened, logged, resumes } = await setup({ server: hub() })
      const hello = (recovered: boolean, seq: number) => ({
        send: { event: 'connected', id: `k3f9x2ab-${seq}`, data: { v: 1, recovered, heartbeatMs: 15_000 } },
      })
      sse.observe({ onOpen: ({ recovered }) => log.push(recovered), onGap: ({ reason }) => log.push(reason) })
      sse.subscribe('tick', (data) => log.push(data))
      sse.subscribe('ping', () => log.push('ping'))
      await server.script(hello(false, 10), { send: { event: 'ping', data: {} } })
      await opened()
      await server.send('tick', 1, { id: 'k3f9x2ab-11' })
      await logged([false, 1])
      await server.script(
        hello(true, 11),
        { send: { event: 'tick', data: 'again', id: 'k3f9x2ab-9' } },
        { send: { event: 'tick', data: 2, id: 'k3f9x2ab-12' } },
      )
      await server.drop()
      await logged([false, 1, true, 2])
      await server.script(hello(false, 50), { send: { event: 'gap', data: { reason: 'expired' } } })
      await server.drop()
      await logged([false, 1, true, 2, false, 'expired'])
      expect(await resumes()).toEqual(['', 'k3f9x2ab-11', 'k3f9x2ab-12'])
    })

    it('opens with a server that does not introduce itself, with hub()', async () => {
      const { server, sse, log, opened, logged } = await setup({ server: hub() })
      sse.observe({ onOpen: ({ recovered }) => log.push(recovered) })
      for (const type of ['ping', 'gap', 'tick']) sse.subscribe(type, (data) => log.push([type, data]))
      await server.connected()
      await server.send('tick', 1)
      await opened()
      await server.send('ping', 2)
      await server.send('gap', 3)
      await logged([false, ['tick', 1], ['ping', 2], ['gap', 3]])
    })

    it('takes the events of our own server for ordinary ones without hub(), and warns once', async () => {
      const warn = vi.spyOn(console, 'warn').mockReturnValue()
      onTestFinished(() => warn.mockRestore())
      const { server, sse, log, opened, logged } = await setup()
      sse.observe({ onOpen: ({ recovered }) => log.push(recovered), onGap: ({ reason }) => log.push(reason) })
      const names = ['connected', 'gap', 'live', 'ping', 'subscribed', 'goodbye']
      for (const type of names) sse.subscribe(type, () => log.push(type))
      await opened()
      await server.send('connected', { v: 1, recovered: true })
      for (const type of [...names, 'tick']) await server.send(type, { v: 1 })
      await logged([false, 'connected', ...names])
      expect(warn.mock.calls).toEqual([[expect.stringContaining('headwater/hub')]])
      expect(await server.requests()).toHaveLength(1)
    })

    it('ends without an error at status 204', async () => {
      const { server, sse } = await setup()
      await server.refuse(204, { times: 2 })
      sse.connect()
      await closedWith(sse, null)
    })

    it('ends at status 403, and has the body of the answer', async () => {
      const { server, sse } = await setup()
      await server.refuse(403, { body: 'no seat is left', times: 2 })
      sse.connect()
      await closedWith(sse, expect.objectContaining({ code: 'http', status: 403, body: 'no seat is left' }))
    })

    it('does not reconnect before Retry-After', async () => {
      const { server, sse, opened } = await setup()
      await server.refuse(503, { headers: { 'retry-after': '1' }, times: requestsPerRefusal })
      sse.connect()
      await eventually(() =>
        expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { status: 503, retryAfter: 1000 } }),
      )
      await opened()
      const requests = await server.requests()
      const [before, after] = [requests.at(-2)?.at ?? 0, requests.at(-1)?.at ?? 0]
      expect(after - before).toBeGreaterThanOrEqual(1000)
    })

    it('asks for credentials once, and ends with the second 401', async () => {
      const onUnauthorized = vi.fn()
      const { server, sse } = await setup({ onUnauthorized })
      await server.refuse(401, { times: 9 })
      sse.connect()
      await closedWith(sse, expect.objectContaining({ code: 'unauthorized', status: 401 }))
      expect(onUnauthorized).toHaveBeenCalledTimes(1)
    })

    it('tries a wrong content type three times', async () => {
      const { server, sse } = await setup()
      await server.refuse(200, { headers: { 'content-type': 'text/html' }, body: '<p>Sign in</p>', times: 9 })
      sse.connect()
      await closedWith(sse, expect.objectContaining({ code: 'content-type', body: '<p>Sign in</p>' }))
      expect(await server.requests()).toHaveLength(3 * requestsPerRefusal)
    })

    it('waits for a server that is not there yet, and survives one that is killed', async () => {
      const gone = await start()
      await gone.close()
      const sse = createSSE(`${gone.url}/events`, { transport: transport(), retry: QUICK })
      onTestFinished(() => sse.close())
      const log: unknown[] = []
      sse.subscribe('tick', (data) => log.push(data))
      await eventually(() => expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'network' } }))

      for (const life of [1, 2]) {
        const server = await start({ port: gone.port })
        onTestFinished(() => server.close())
        await server.connected()
        await eventually(() => expect(sse.state.get().status).toBe('open'))
        await server.send('tick', life, { id: `${life}` })
        await eventually(() => expect(log).toHaveLength(life))
        expect((await server.requests()).at(-1)?.lastEventId).toBe(life === 1 ? '' : '1')
        await server.close()
      }
      expect(log).toEqual([1, 2])
    })

    it('backs off from a redirect that leads back to itself', async () => {
      const { server, sse } = await setup({ retry: { initial: 60_000 } })
      // A browser follows twenty; the native EventSource and its probe follow as many each.
      for (let i = 0; i < 60; i++) await server.script({ redirect: '/events' })
      sse.connect()
      await eventually(() => expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'network' } }))
    })

    it('follows a redirect', async () => {
      const { server, sse, opened } = await setup()
      await server.script({ redirect: '/elsewhere', status: 307 })
      sse.connect()
      await opened()
      expect((await server.requests()).map(({ path }) => path)).toEqual(['/events', '/elsewhere'])
    })

    it('gives up an attempt whose headers do not come', async () => {
      const { server, sse, opened } = await setup({ connectTimeout: 200 })
      await server.script({ open: { delay: 60_000 } })
      sse.connect()
      await eventually(() => expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'timeout' } }))
      await opened()
    })

    it('leaves a connection that is silent for too long', async () => {
      const states: string[] = []
      const { server, sse } = await setup({
        heartbeat: 300,
        onState(state) {
          states.push('error' in state && state.error ? state.error.code : state.status)
          // The second one is silent too, and would be left as well on a machine that is slow to look.
          if (states.filter((status) => status === 'open').length === 2) sse.close()
        },
      })
      await server.script({ stall: true })
      sse.connect()
      await eventually(() => expect(states).toEqual(['connecting', 'open', 'stalled', 'connecting', 'open', 'closed']))
      expect(await server.requests()).toHaveLength(2)
    })

    it('drops an event that is too long, reports it, and goes on', async () => {
      const { server, sse, log, opened, logged } = await setup({ maxEventSize: 100_000 })
      sse.observe({ onGap: ({ reason, certain }) => log.push([reason, certain]) })
      sse.subscribe('message', (data) => log.push(data))
      await opened()
      await server.raw('data: 1\n\n', `data: "${'x'.repeat(1_000_000)}"\n\n`, 'data: 2\n\n')
      await logged([1, ['too-large', true], 2])
      expect(await server.requests()).toHaveLength(1)
    })

    it('reads several lines of data, and all line ends', async () => {
      const { server, sse, log, opened, logged } = await setup({ parse: 'text' })
      sse.subscribe('message', (data) => log.push(data))
      await opened()
      await server.raw('data: a\ndata: b\r\ndata: c\r\n\r\n', 'data: d\r\r', 'data: 注', '文\n\n')
      await logged(['a\nb\nc', 'd', '注文'])
    })

    it.each(['error', 'open', '__proto__', 'close', 'constructor'])(
      'hands on an event named %s like any other',
      async (type) => {
        const { server, sse, log, opened, logged } = await setup()
        sse.subscribe(type, (data) => log.push(data))
        await opened()
        await server.send(type, 1)
        await logged([1])
        expect(sse.state.get().status).toBe('open')
      },
    )

    it('goes on after a handler that throws', async () => {
      const onHandlerError = vi.fn()
      const { server, sse, log, opened, logged } = await setup({ onHandlerError })
      sse.subscribe('tick', () => {
        throw 'oops'
      })
      sse.subscribe('tick', (data) => log.push(data))
      await opened()
      await server.send('tick', 1)
      await server.send('tick', 2)
      await logged([1, 2])
      expect(onHandlerError).toHaveBeenCalledTimes(2)
    })

    it('calls no handler any more after close() in a handler', async () => {
      const { server, sse, log, opened } = await setup()
      sse.subscribe('tick', (data) => {
        log.push(data)
        sse.close()
      })
      await opened()
      await server.raw('event: tick\ndata: 1\n\nevent: tick\ndata: 2\n\n')
      await eventually(async () => expect(await server.open()).toBe(0))
      expect(log).toEqual([1])
    })

    it('hands out events whose name is subscribed to later', async () => {
      const { server, sse, log, opened, logged } = await setup()
      sse.connect()
      await opened()
      sse.subscribe('late', (data) => log.push(data))
      await server.send('late', 1)
      await logged([1])
    })
  })
}
