import type { Layer, TransportSink } from 'headwater'
import { createClock } from 'headwater/testing'
import { expect, it, vi } from 'vitest'
import { hubOnce } from '../../../cli/listen/once.ts'
import { fakeHost } from '../../support/host.ts'
import { recordingSink } from '../../support/wire.ts'

/** The layer over a transport that a test speaks for. */
function once({ topics = [], isOver = () => false }: { topics?: string[]; isOver?: () => boolean } = {}) {
  const clock = createClock()
  const host = fakeHost(undefined, { clock })
  const { sink, reports } = recordingSink()
  const urls: string[] = []
  let inner: TransportSink | undefined
  const layer: Layer = hubOnce(topics, isOver)
  const transport = layer(
    {
      connect(request, given) {
        urls.push(request.url)
        inner = given
        return { close: vi.fn() }
      },
    },
    host,
  )
  transport.connect(
    { ...host.options, url: 'http://a/', headers: new Headers(), body: undefined, lastEventId: '' },
    sink,
  )
  if (!inner) throw new Error('the inner transport was not asked')
  inner.open()
  inner.block({ type: 'connected', data: '{"v":1,"recovered":true}', id: undefined })
  return {
    clock,
    host,
    inner,
    reports,
    urls,
    goodbye: { type: 'goodbye', data: '{"reconnectInMs":2000}', id: undefined },
  }
}

it('asks for topics, and understands the introduction of the server', () => {
  const { urls, reports } = once({ topics: ['a', 'b'] })
  expect(urls).toEqual(['http://a/?topics=a%2Cb'])
  expect(reports[0]).toEqual(['open', { heartbeatMs: undefined, recovered: true }])
})

it.each([
  ['brought an event', true],
  ['brought nothing', false],
])('stays when the server says goodbye on a connection that %s', async (_, hasNews) => {
  const { inner, clock, host, reports, goodbye } = once()
  if (hasNews) inner.block({ type: 'tick', data: '1', id: undefined })
  inner.block(goodbye)
  await clock.advance(60_000)
  expect(host.reconnect).not.toHaveBeenCalled()
  expect(reports.filter(([kind]) => kind === 'end')).toEqual([])
})

it('passes the end on once the response has ended', () => {
  const { inner, reports } = once({ isOver: () => true })
  inner.end('eof')
  expect(reports.at(-1)).toEqual(['end', 'eof'])
})
