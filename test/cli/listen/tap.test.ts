import type { TransportLink, TransportRequest, TransportSink } from 'headwater'
import { createClock, createMockStream, type Step } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { type Report, tap } from '../../../cli/listen/tap.ts'
import { createSSE, fetchTransport } from '../../../src/index.ts'
import { fakeHost } from '../../support/host.ts'

const open = { pass: async () => {} }

const request: TransportRequest = {
  url: 'http://a/',
  topics: [],
  method: 'GET',
  headers: new Headers(),
  body: undefined,
  credentials: 'same-origin',
  lastEventId: '6',
  lastEventIdParam: 'lastEventId',
  fetch,
  maxEventSize: 100,
  clock: createClock(),
  names: [],
  scope: '',
  host: fakeHost(),
}

/** A tap over a transport that a test speaks for. */
function tapped() {
  const reports: Report[] = []
  const log: unknown[] = []
  const note =
    (name: string) =>
    (...args: unknown[]) =>
      log.push([name, ...args.filter((arg) => arg !== undefined)])
  const sink: TransportSink = {
    open: note('open'),
    heard: note('heard'),
    beat: note('beat'),
    id: note('id'),
    event: note('event'),
    retry: note('retry'),
    oversized: note('oversized'),
    end: note('end'),
  }
  let inner: TransportSink | undefined
  const close = vi.fn()
  const transport = tap(
    {
      connect(_, given): TransportLink {
        inner = given
        return { close }
      },
    },
    open,
    createClock(),
    (report) => {
      reports.push(report)
      log.push(`report ${report.kind}`)
    },
  )
  const link = transport.connect(request, sink)
  if (!inner) throw new Error('the inner transport was not asked')
  return { reports, log, link, inner, close, sink }
}

describe('what a transport says', () => {
  it.each<[what: string, act: (inner: TransportSink) => void, log: unknown[]]>([
    ['an opening', (inner) => inner.open(5), ['report opening', ['open', 5], 'report opened']],
    ['bytes', (inner) => inner.heard(), [['heard']]],
    ['a comment', (inner) => inner.beat('x'), [['beat', 'x'], 'report beat']],
    ['a retry field', (inner) => inner.retry(5), [['retry', 5], 'report retry']],
    [
      'an event',
      (inner) => inner.event('a', 'b', undefined, 't'),
      ['report event', ['event', 'a', 'b', 't'], 'report handled'],
    ],
    ['an oversized event', (inner) => inner.oversized(), ['report oversized', ['oversized']]],
    ['the end', (inner) => inner.end('eof'), ['report end', ['end', 'eof']]],
    [
      'an event with an id',
      (inner) => {
        inner.id('7')
        inner.event('a', 'b', '7')
      },
      [['id', '7'], 'report event', ['event', 'a', 'b', '7'], 'report handled'],
    ],
    [
      'ids without events, in order',
      (inner) => {
        inner.id('7')
        inner.id('8')
        inner.event('a', 'b', undefined)
        inner.id('9')
        inner.beat('c')
        inner.id('10')
        inner.retry(5)
        inner.id('11')
        inner.oversized()
        inner.id('12')
        inner.end('eof')
      },
      [
        ['id', '7'],
        'report id',
        ['id', '8'],
        'report id',
        'report event',
        ['event', 'a', 'b'],
        'report handled',
        ['id', '9'],
        'report id',
        ['beat', 'c'],
        'report beat',
        ['id', '10'],
        'report id',
        ['retry', 5],
        'report retry',
        ['id', '11'],
        'report id',
        'report oversized',
        ['oversized'],
        ['id', '12'],
        'report id',
        'report end',
        ['end', 'eof'],
      ],
    ],
  ])('%s reaches the core and is reported', (_, act, expected) => {
    const { inner, log } = tapped()
    act(inner)
    expect(log).toEqual(expected)
  })

  it('is an id without an event though nothing follows', async () => {
    const { inner, reports } = tapped()
    inner.id('7')
    expect(reports).toEqual([])
    await Promise.resolve()
    expect(reports).toEqual([{ kind: 'id', id: '7' }])
  })

  it('says what the connection was to resume from', () => {
    const { inner, reports } = tapped()
    inner.open()
    expect(reports[0]).toEqual({ kind: 'opening', requested: '6' })
  })

  it('is not reported any more once its link is closed, and the transport is closed too', async () => {
    const { inner, link, reports, close } = tapped()
    inner.id('7')
    link.close()
    inner.event('a', 'b', '7')
    inner.beat()
    inner.end('eof')
    await Promise.resolve()
    expect(reports).toEqual([])
    expect(close).toHaveBeenCalledOnce()
  })
})

it('a body that is read leaves no timer behind when its link is closed', async () => {
  const clock = createClock()
  let fetch: typeof globalThis.fetch | undefined
  const inner = {
    connect(given: TransportRequest): TransportLink {
      fetch = given.fetch
      return { close() {} }
    },
  }
  const response = new Response('data: 1\n', { headers: { 'content-type': 'text/event-stream' } })
  const { sink } = tapped()
  const link = tap(inner, open, clock, () => {}).connect({ ...request, fetch: async () => response }, sink)
  await (await fetch?.('http://a/'))?.text()
  expect(clock.timers).toBe(1)
  link.close()
  expect(clock.timers).toBe(0)
})

/** The same bytes whole, byte by byte, and cut in two at each place. */
const WIRE = ': c\r\nid: 7\nevent: tick\ndata: é\n\nid: 8\n\nretry: 50\n\n: d\n\ndata: 1\r\rid\ndata\n\n'
const BYTES = new TextEncoder().encode(WIRE)
const CUTS: [what: string, chunks: Uint8Array[]][] = [
  ['whole', [BYTES]],
  ['byte by byte', [...BYTES].map((byte) => Uint8Array.of(byte))],
  ...[...BYTES.keys()]
    .slice(1)
    .map((at): [string, Uint8Array[]] => [`cut at ${at}`, [BYTES.slice(0, at), BYTES.slice(at)]]),
]

it.each(CUTS)('reports the same of the same bytes, %s', async (_, chunks) => {
  const clock = createClock()
  const script: Step[] = [{ raw: chunks }, { stall: true }]
  const stream = createMockStream({ clock, script: [script] })
  const reports: Report[] = []
  const transport = tap(fetchTransport(), open, clock, (report) => reports.push(report))
  const sse = createSSE('/', { fetch: stream.fetch, clock, transport, parse: 'text' })
  sse.connect()
  await clock.settle()
  await clock.settle()
  const told = reports.filter(({ kind }) => !/request|response|handled/.test(kind))
  expect(told).toEqual([
    { kind: 'opening', requested: '' },
    { kind: 'opened' },
    { kind: 'beat', text: 'c' },
    { kind: 'event', type: 'tick', data: 'é', id: '7' },
    { kind: 'id', id: '8' },
    { kind: 'retry', ms: 50 },
    { kind: 'beat', text: 'd' },
    { kind: 'event', type: 'message', data: '1', id: undefined },
    { kind: 'event', type: 'message', data: '', id: '' },
  ])
  sse.close()
})
