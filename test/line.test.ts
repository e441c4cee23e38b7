import type { SSEOptions, Transport, TransportLink, TransportRequest, TransportSink } from 'headwater'
import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { openLine } from '../src/line.ts'
import type { SSEUrl } from '../src/options.ts'
import { resolveOptions } from '../src/settings.ts'
import { fakeHost } from './support/host.ts'
import { recordingSink } from './support/wire.ts'

const { settle } = createClock()

/** A line over a transport that does what a test says. */
function lined(
  options: SSEOptions = {},
  url: SSEUrl = 'https://a.test/events',
  ready?: Promise<unknown>,
  more: Partial<TransportLink> = {},
) {
  const clock = createClock()
  const close = vi.fn()
  const connected: { request: TransportRequest; sink: TransportSink }[] = []
  const transport: Transport = {
    connect(request, sink) {
      connected.push({ request, sink })
      return { close, ...more }
    },
  }
  const host = fakeHost()
  const settings = resolveOptions(url, { transport, clock, ...options })
  const { sink, reports } = recordingSink()
  const line = openLine(
    settings,
    {
      context: () => ({ attempt: 2, lastEventId: '41' }),
      topics: () => 'a,b',
      names: () => ['tick'],
      host,
    },
    ready,
    sink,
  )
  return { line, clock, close, connected, reports, transport, host }
}

describe('a line', () => {
  it('asks for the request, and hands it to the transport with the names as of then', async () => {
    const url = vi.fn(async () => 'https://b.test/events?x=1')
    const { connected, line } = lined({ headers: () => ({ 'x-own': '1' }) }, url)
    expect(line.url).toBe('')
    await settle()
    expect(url).toHaveBeenCalledWith({ attempt: 2, lastEventId: '41' })
    expect(connected).toMatchObject([
      { request: { url: 'https://b.test/events?x=1&topics=a%2Cb', attempt: 2, lastEventId: '41', names: ['tick'] } },
    ])
    expect(line.url).toBe('https://b.test/events?x=1&topics=a%2Cb')
  })

  it('asks for nothing if it is closed at once', async () => {
    const url = vi.fn(() => 'https://a.test/')
    const { line, connected, clock } = lined({}, url)
    line.close()
    await settle()
    expect([url.mock.calls, connected, clock.timers]).toEqual([[], [], 0])
  })

  it('waits for credentials, and ends with why there are none', async () => {
    const cause = new Error('no session')
    const { reports, connected } = lined({}, undefined, Promise.reject(cause))
    await settle()
    expect(reports).toEqual([['end', cause]])
    expect(connected).toEqual([])
  })

  it('ends with what the caller’s function throws', async () => {
    const cause = new Error('token endpoint')
    const { reports } = lined({ headers: () => Promise.reject(cause) })
    await settle()
    expect(reports).toEqual([['end', cause]])
  })

  it('hears its transport until it is closed, and never after', async () => {
    const { line, connected, close, reports } = lined()
    await settle()
    const { sink } = connected[0] as (typeof connected)[0]
    sink.open(5000)
    sink.event('tick', '1', undefined)
    line.close()
    sink.heard()
    sink.beat()
    sink.id('1')
    sink.event('tick', '2', '1')
    sink.retry(1)
    sink.oversized()
    sink.open()
    sink.end('eof')
    expect(reports).toEqual([
      ['open', 5000],
      ['event', 'tick', '1', undefined],
    ])
    expect(close).toHaveBeenCalledTimes(1)
  })

  it('tells the transport whose try it is', async () => {
    const { connected, host } = lined({ scope: 'ada' })
    await settle()
    expect(connected[0]?.request.host).toBe(host)
    expect(connected[0]?.request.scope).toBe('ada')
  })

  it.each([
    [true, true],
    [false, false],
    [undefined, false],
  ])('has its transport tell of topics: where that answers %j, it has: %j', async (answer, expected) => {
    const join = vi.fn((_: readonly string[]) => answer as boolean)
    const { line } = lined({}, undefined, undefined, { join })
    expect(line.join(['a'])).toBe(false)
    await settle()
    expect(line.join(['a', 'b'])).toBe(expected)
    expect(join.mock.calls).toEqual([[['a', 'b']]])
  })

  it('has nobody tell of topics where the transport cannot', async () => {
    const { line } = lined()
    await settle()
    expect(line.join(['a'])).toBe(false)
  })

  it('ends if no headers come in time', async () => {
    const { clock, reports } = lined({ connectTimeout: 5000 })
    await clock.advance(4999)
    expect(reports).toEqual([])
    await clock.advance(1)
    expect(reports).toMatchObject([['end', { code: 'timeout' }]])
  })

  it.each([0, Infinity])('waits for headers for ever with %s', async (connectTimeout) => {
    const { clock, reports } = lined({ connectTimeout })
    await clock.advance(86_400_000)
    expect(reports).toEqual([])
    expect(clock.timers).toBe(0)
  })

  it('closes what was opened and given up before the transport returned', async () => {
    const close = vi.fn()
    const { line, reports } = lined({
      transport: {
        connect(_, sink) {
          sink.open()
          line.close()
          return { close }
        },
      },
    })
    await settle()
    expect(reports).toEqual([['open', undefined]])
    expect(close).toHaveBeenCalledTimes(1)
  })

  it('reports a transport that cannot be closed, and is closed all the same', async () => {
    const report = vi.fn()
    vi.stubGlobal('reportError', report)
    const oops = new Error('oops')
    const { line } = lined({
      transport: {
        connect: () => ({
          close() {
            throw oops
          },
        }),
      },
    })
    await settle()
    expect(() => line.close()).not.toThrow()
    expect(report).toHaveBeenCalledWith(oops)
    vi.unstubAllGlobals()
  })
})
