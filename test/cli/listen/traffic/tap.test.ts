import type { TransportLink, TransportRequest, TransportSink } from 'headwater'
import { createClock, createMockStream, type Step } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { type Report, tap } from '../../../../cli/listen/traffic/tap.ts'
import { createSSE, fetchTransport } from '../../../../src/index.ts'

const open = { pass: async () => {} }

const request: TransportRequest = {
  url: 'http://a/',
  method: 'GET',
  headers: new Headers(),
  body: undefined,
  credentials: 'same-origin',
  lastEventId: '6',
  lastEventIdIn: 'auto',
  lastEventIdParam: 'lastEventId',
  fetch,
  maxEventSize: 100,
  clock: createClock(),
}

/** What the handlers of an event still do. */
const WORK = [Promise.resolve()]

/** A tap over a transport that a test speaks for. */
function tapped() {
  const reports: Report[] = []
  const log: unknown[] = []
  const note =
    (name: string) =>
    (...args: unknown[]) => {
      log.push([name, ...args.filter((arg) => arg !== undefined)])
    }
  const sink: TransportSink = {
    open: note('open'),
    heard: note('heard'),
    comment: note('comment'),
    block(block) {
      log.push(['block', block])
      return WORK
    },
    retry: note('retry'),
    gap: note('gap'),
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

const EVENT = { type: 'a', data: 'b', id: '7', topic: 't' }
const ID = { type: 'message', data: undefined, id: '8' }

describe('what a transport reports', () => {
  it.each<[what: string, act: (inner: TransportSink) => void, log: unknown[]]>([
    ['an opening', (inner) => inner.open({ heartbeatMs: 5 }), ['report opening', ['open', { heartbeatMs: 5 }]]],
    ['bytes', (inner) => inner.heard(), [['heard']]],
    ['a comment', (inner) => inner.comment('x'), [['comment', 'x'], 'report comment']],
    ['a retry field', (inner) => inner.retry(5), [['retry', 5], 'report retry']],
    ['an event', (inner) => inner.block(EVENT), ['report event', ['block', EVENT], 'report handled']],
    ['an id without an event', (inner) => inner.block(ID), [['block', ID], 'report id']],
    [
      'an event that is too long',
      (inner) => inner.gap({ reason: 'too-large' }),
      ['report gap', ['gap', { reason: 'too-large' }]],
    ],
    ['the end', (inner) => inner.end('eof'), ['report end', ['end', 'eof']]],
  ])('reaches the core and is reported: %s', (_, act, expected) => {
    const { inner, log } = tapped()
    act(inner)
    expect(log).toEqual(expected)
  })

  it('is not reported where it is a comment that only names a topic', () => {
    const { inner, log } = tapped()
    inner.comment('topic orders')
    inner.comment('topic of the day')
    expect(log).toEqual([['comment', 'topic orders'], ['comment', 'topic of the day'], 'report comment'])
  })

  it('is reported with the event and the id of a block', () => {
    const { inner, reports } = tapped()
    inner.block(EVENT)
    inner.block({ ...EVENT, id: undefined })
    inner.block(ID)
    inner.block({ ...ID, id: '' })
    expect(reports).toEqual([
      { kind: 'event', type: 'a', data: 'b', id: '7' },
      { kind: 'handled' },
      { kind: 'event', type: 'a', data: 'b', id: undefined },
      { kind: 'handled' },
      { kind: 'id', id: '8' },
      { kind: 'id', id: '' },
    ])
  })

  it('is reported with the id that the connection was to resume from', () => {
    const { inner, reports } = tapped()
    inner.open()
    expect(reports).toEqual([{ kind: 'opening', requested: '6' }])
  })

  it('is answered with what the handlers still do', () => {
    const { inner } = tapped()
    expect(inner.block(EVENT)).toBe(WORK)
    expect(inner.block(ID)).toBe(WORK)
  })

  it('is not reported any more once its link is closed, and the transport is closed too', () => {
    const { inner, link, reports, close } = tapped()
    link.close()
    inner.block(EVENT)
    inner.comment('')
    inner.end('eof')
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
  const reported = reports.filter(({ kind }) => !/request|response|handled/.test(kind))
  expect(reported).toEqual([
    { kind: 'opening', requested: '' },
    { kind: 'comment', text: 'c' },
    { kind: 'event', type: 'tick', data: 'é', id: '7' },
    { kind: 'id', id: '8' },
    { kind: 'retry', ms: 50 },
    { kind: 'comment', text: 'd' },
    { kind: 'event', type: 'message', data: '1', id: undefined },
    { kind: 'event', type: 'message', data: '', id: '' },
  ])
  sse.close()
})
