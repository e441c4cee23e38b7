// @vitest-environment page
import type { Host, Transport, TransportLink, TransportSink } from 'headwater'
import { hub } from 'headwater/hub'
import { describe, expect, it, vi } from 'vitest'
import { bench, hubBench } from '../support/client.ts'
import { DROP, hello, send, speaking } from './layer-stage.ts'

describe('announced topics', () => {
  it('become the topic of the event that they announce, and of no other', async () => {
    const script = [
      hello(false),
      { raw: ': topic orders\nevent: tick\ndata: 1\n\n' },
      send('tick', 2),
      // For transports that hear no comments.
      send('ping', { topic: 'jobs', event: 'tick' }),
      send('tick', 3),
      // The event that was announced is one that such a transport did not hear.
      send('ping', { topic: 'jobs', event: 'unheard' }),
      send('tick', 4),
      send('ping', { topic: 'jobs', event: 'tick' }),
      send('ping', { t: 1 }),
      send('tick', 5),
      // Or it was too long.
      send('ping', { topic: 'jobs', event: 'tick' }),
      { raw: `event: tick\ndata: "${'x'.repeat(200)}"\n\n` },
      send('tick', 6),
    ]
    const { sse, clock, log } = speaking([script], { maxEventSize: 150, onGap() {} })
    sse.subscribe('tick', (data, event) => log.push([data, event.topic, 'topic' in event]))
    await clock.settle()
    expect(log).toEqual([
      [1, 'orders', true],
      [2, undefined, false],
      [3, 'jobs', true],
      [4, undefined, false],
      [5, undefined, false],
      [6, undefined, false],
    ])
  })

  it('are no heartbeat', async () => {
    const { sse, stream, clock, states } = speaking([[{ open: {} }]])
    sse.subscribe('tick', () => {})
    await clock.settle()
    stream.send('connected', { v: 1, recovered: false })
    for (let n = 0; n < 4; n++) {
      stream.send('ping', { topic: 'jobs', event: 'tick' })
      stream.send('tick', n)
      await clock.advance(2000)
    }
    await clock.advance(600_000)
    expect(states.at(-1)?.status).toBe('open')
  })
})

describe('changes of the topics', () => {
  /** A transport that opens nothing by itself, and has `join()` if that is given. */
  function silent(join?: TransportLink['join']) {
    const sinks: TransportSink[] = []
    const transport: Transport = {
      connect(_, sink) {
        sinks.push(sink)
        return { close() {}, ...(join && { join }) }
      },
    }
    const introduce = (): void => {
      sinks.at(-1)?.open()
      sinks.at(-1)?.block({ type: 'connected', data: '{"v":1,"clientId":"n1.x","topics":["a"]}', id: undefined })
    }
    return { transport, introduce }
  }

  it.each<[what: string, join: TransportLink['join'], all: string[][], posts: number]>([
    ['by a transport that says that it does', vi.fn(() => true), [['a', 'b']], 0],
    ['by the client if the transport says that it does not', vi.fn(() => false), [['a', 'b']], 1],
    ['by the client if the transport has no join()', undefined, [], 1],
  ])('are sent %s', async (_, join, all, posts) => {
    const fetch = vi.fn(async () => new Response(null, { status: 204 }))
    const { transport, introduce } = silent(join)
    const { sse, clock } = hubBench({ transport, fetch, topics: ['a'] })
    sse.connect()
    await clock.settle()
    introduce()
    sse.topic('b').subscribe(() => {})
    await clock.advance(20)
    expect(join ? vi.mocked(join).mock.calls.flat() : []).toEqual(all)
    expect(fetch).toHaveBeenCalledTimes(posts)
  })

  it('are sent for layers too, to where topics are sent, and the answer is theirs', async () => {
    const fetch = vi.fn(async (_: RequestInfo | URL, _init?: RequestInit) => Response.json({ fine: true }))
    let host: Host | undefined
    const { sse } = hubBench({
      fetch,
      topics: ['a'],
      topicsUrl: '/topics',
      headers: () => ({ authorization: 'Bearer 1' }),
      transport(inner, given) {
        host = given
        return inner
      },
    })
    sse.topic('b').subscribe(() => {})
    expect(host?.topics?.wanted()).toEqual(['a', 'b'])
    const change = { clientId: 'n1.x', rev: 1, add: ['c'], remove: [], all: ['a', 'b', 'c'] }
    await expect(host?.topics?.change(change)).resolves.toEqual({ fine: true })
    const [url, init] = fetch.mock.calls[0] ?? []
    expect(url).toBe(new URL('/topics', document.baseURI).href)
    expect(init).toMatchObject({ method: 'POST', body: JSON.stringify(change) })
    expect(new Headers(init?.headers).get('authorization')).toBe('Bearer 1')
  })
})

describe('the topics of hub()', () => {
  it('stand in the URL of every request, after the other parameters', async () => {
    const { sse, stream, clock } = bench(
      { server: hub({ topics: ['news', 'prüfung'] }) },
      { script: [[DROP]] },
      '/e?x=1',
    )
    sse.connect()
    await clock.advance(5000)
    expect(stream.requests.map(({ url }) => url)).toEqual(Array(2).fill('/e?x=1&topics=news%2Cpr%C3%BCfung'))
  })

  it('leave the URL alone if there are none', async () => {
    const { sse, stream, clock } = bench({ server: hub() }, {}, '/e?x=1')
    sse.connect()
    await clock.settle()
    expect(stream.requests.map(({ url }) => url)).toEqual(['/e?x=1'])
  })
})
