import { createSSE, fetchTransport, type SSEOptions } from 'headwater'
import { type RequestEventsOptions, requestEvents } from 'headwater/request'
import { describe, expect, it, onTestFinished } from 'vitest'
import { commands } from 'vitest/browser'
import { eventually } from '../support/eventually.ts'
import { startServer } from './server.ts'

/*
 * What only the fetch transport can do, in real browsers. The page's origin is another than the server's, so that
 * everything here goes through CORS.
 */

/** Short waits: 120 ms, 140 ms, 180 ms … */
const QUICK = { initial: 20, jitter: 'none' } as const

/** A client of a new server; both are closed with the test. */
async function setup(options: SSEOptions = {}, path = '/events') {
  const server = await startServer()
  const log: unknown[] = []
  const sse = createSSE(server.url + path, { transport: fetchTransport(), retry: QUICK, ...options })
  onTestFinished(async () => {
    sse.close()
    await server.close()
  })
  const status = (expected: string) => eventually(() => expect(sse.state.get().status).toBe(expected))
  const logged = (expected: unknown[]) => eventually(() => expect(log).toEqual(expected))
  return { server, sse, log, status, logged, opened: () => status('open') }
}

describe('the heartbeat', () => {
  it('is any comment: a connection that beats stays open, and is left when it falls silent', async () => {
    const { server, sse, status, opened } = await setup({ heartbeat: 1000, retry: { initial: 60_000 } })
    // It beats for longer than it may be silent.
    await server.script(...Array.from({ length: 6 }, () => [{ comment: '' }, { wait: 250 }]).flat(), { stall: true })
    sse.connect()
    await opened()
    await status('waiting')
    const [{ at } = { at: 0 }] = await server.requests()
    expect(Date.now() - at).toBeGreaterThanOrEqual(2000)
    expect(sse.state.get()).toMatchObject({ error: { code: 'stalled' } })
    expect(await server.requests()).toHaveLength(1)
  })
})

describe("the server's retry field", () => {
  it('is the shortest wait from then on', async () => {
    const delays: number[] = []
    const { server, sse, opened, log, logged } = await setup({ onRetry: ({ delay }) => delays.push(delay) })
    sse.subscribe('message', (data) => log.push(data))
    await opened()
    await server.raw('retry: 400\ndata: 1\n\n')
    await logged([1])
    await server.drop()
    await eventually(async () => expect(await server.requests()).toHaveLength(2))
    const [first, second] = await server.requests()
    expect(delays).toHaveLength(1)
    expect(delays[0]).toBeGreaterThanOrEqual(400)
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(400)
  })
})

describe('requestEvents() with a body', () => {
  const POST = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: '{"q":"注文"}' } as const

  /** A server, and a request to it. */
  async function request(options: RequestEventsOptions = {}) {
    const server = await startServer()
    onTestFinished(() => server.close())
    const log: unknown[] = []
    return {
      server,
      log,
      /** Reads to the end. */
      async run() {
        for await (const { data } of requestEvents(`${server.url}/events`, { ...POST, ...options })) log.push(data)
      },
    }
  }

  it('sends it whole, and is over with the response', async () => {
    const { server, log, run } = await request()
    await server.script({ send: { data: 1 } }, { send: { data: 2 } }, { end: true })
    await run()
    expect(log).toEqual([1, 2])
    expect(await server.requests()).toMatchObject([{ method: 'POST', body: '{"q":"注文"}' }])
  })

  it.each<[what: string, retry: RequestEventsOptions['retry']]>([
    ['with `retry`', QUICK],
    ['without `retry`', false],
  ])('never sends it a second time without an id, %s', async (_, retry) => {
    const { server, log, run } = await request({ retry })
    await server.script({ send: { data: 1 } })
    const failed = expect(run()).rejects.toMatchObject({ name: 'SSEError', code: 'network' })
    // Not before it has been read: a browser drops what waits in a body that breaks.
    await eventually(() => expect(log).toEqual([1]))
    await server.drop()
    await failed
    expect(log).toEqual([1])
    expect(await server.requests()).toHaveLength(1)
  })

  it('sends it again to resume from an id, with `retry`', async () => {
    const { server, log, run } = await request({ retry: QUICK })
    await server.script({ send: { data: 1, id: 'a-1' } })
    await server.script({ send: { data: 2, id: 'a-2' } }, { end: true })
    const done = run()
    await eventually(() => expect(log).toEqual([1]))
    await server.drop()
    await done
    expect(log).toEqual([1, 2])
    expect(await server.requests()).toMatchObject([{ lastEventId: '' }, { lastEventId: 'a-1', body: POST.body }])
  })
})

describe('to another origin', () => {
  it('a request with headers of its own costs one preflight', async () => {
    const { server, sse, opened } = await setup({ headers: { 'x-own': 'yes' } })
    sse.connect()
    await opened()
    expect(await server.preflights()).toBe(1)
    expect(await server.requests()).toMatchObject([{ headers: { 'x-own': 'yes' } }])
  })

  it('a request without any costs none, not even to resume: the cursor is in the query', async () => {
    const { server, sse, log, logged, opened } = await setup({}, '/events?a=1')
    sse.subscribe('message', (data) => log.push(data))
    await opened()
    await server.send('message', 1, { id: '注 1' })
    await logged([1])
    await server.drop()
    await eventually(async () => expect(await server.requests()).toHaveLength(2))
    const [first, second] = await server.requests()
    expect(first?.query).toEqual({ a: '1' })
    expect(second?.query).toEqual({ a: '1', lastEventId: '注 1' })
    expect(second?.headers).not.toHaveProperty('last-event-id')
    expect(await server.preflights()).toBe(0)
  })

  it('a request that is not let in is a network error', async () => {
    const server = await startServer({ cors: false })
    onTestFinished(() => server.close())
    using sse = createSSE(`${server.url}/events`, { transport: fetchTransport(), retry: false })
    sse.connect()
    await eventually(() => expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'network' } }))
  })
})

describe('the body', () => {
  const tokens = Array.from({ length: 2000 }, (_, n) => n)

  it('arrives whole and in order in 2000 tiny chunks', async () => {
    using sse = createSSE(await commands.serveTokens(2000), { transport: fetchTransport(), retry: false })
    const log: unknown[] = []
    sse.subscribe('token', (data) => log.push(data))
    await eventually(() => expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'network' } }))
    expect(log).toEqual(tokens)
  })

  it('arrives whole and in order in 2000 tiny chunks of a response that ends', async () => {
    const log: unknown[] = []
    for await (const { type, data } of requestEvents(await commands.serveTokens(2000))) log.push([type, data])
    expect(log).toEqual(tokens.map((n) => ['token', n]))
  })

  it('is decoded right when it is cut at each byte of its characters', async () => {
    const text = 'aé注🌊z'
    const bytes = new TextEncoder().encode(`data: ${text}\n\n`)
    const { server, sse, log, opened, logged } = await setup({ parse: 'text' })
    sse.subscribe('message', (data) => log.push(data))
    await opened()
    for (let cut = 1; cut < bytes.length; cut++) await server.bytes([...bytes.slice(0, cut)], [...bytes.slice(cut)])
    await server.bytes(...Array.from(bytes, (byte) => [byte]))
    await logged(Array.from({ length: bytes.length }, () => text))
  })
})
