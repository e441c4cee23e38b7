// @vitest-environment page
import type { Block, Opened, SSEOptions, TransportSink } from 'headwater'
import { hub } from 'headwater/hub'
import type { Step } from 'headwater/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { bench } from '../support/client.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const send = (event: string, data: unknown, id?: string): Step => ({ send: { event, data, id } })
const DROP: Step = { drop: true }
const END: Step = { end: true }

const NO_ID = { reason: 'no-id', certain: false, requested: '', resumedFrom: '', topics: ['*'] }

/** A client over a transport that reports what a test says. */
async function reporting(options: SSEOptions = {}) {
  const sinks: TransportSink[] = []
  const all = bench({
    transport: {
      connect(_, sink) {
        sinks.push(sink)
        return { close() {} }
      },
    },
    ...options,
  })
  all.sse.observe({
    onOpen: (opened) => all.log.push(['open', opened]),
    onGap: (gap) => all.log.push(['gap', gap]),
  })
  all.sse.subscribe('*', (data, { type, id }) => all.log.push([type, data, id]))
  await all.clock.settle()
  return { ...all, sink: () => sinks.at(-1) as TransportSink }
}

describe('opening', () => {
  it('calls onOpen at once for a quiet stream whose ids look like those of Redis', async () => {
    const onOpen = vi.fn()
    const { sse, clock } = bench({ onOpen, lastEventId: '1700000000000-0' }, { script: [[{ open: {} }]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(onOpen.mock.calls).toEqual([[{ recovered: 'unknown', attempt: 0 }]])
    expect(clock.timers).toBe(1)
  })

  it('reports the state before onOpen', async () => {
    const { sse, clock, log } = bench()
    sse.observe({ onState: ({ status }) => log.push(status), onOpen: () => log.push('onOpen') })
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(log).toEqual(['connecting', 'open', 'onOpen'])
  })

  it('does not call onOpen if an observer of the state has left the connection', async () => {
    const onOpen = vi.fn()
    const { sse, clock } = bench({ onOpen })
    sse.observe({ onState: ({ status }) => status === 'open' && sse.close() })
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(onOpen).not.toHaveBeenCalled()
  })

  it.each([true, false, 'unknown'] as const)('takes from the transport that recovered is %j', async (recovered) => {
    const { sink, log } = await reporting()
    sink().open({ recovered })
    expect(log).toEqual([['open', { recovered, attempt: 0 }]])
  })

  it('does not know after a reconnect with an id whether all events come', async () => {
    const [onGap, onOpen] = [vi.fn(), vi.fn()]
    const { sse, clock } = bench({ onGap, onOpen }, { script: [[send('tick', 1, '5'), DROP]] })
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(onOpen.mock.calls.map(([opened]) => (opened as Opened).recovered)).toEqual([false, 'unknown'])
    expect(onGap).not.toHaveBeenCalled()
  })

  it('watches the heartbeat that the transport announces', async () => {
    const { sse, sink, clock } = await reporting()
    sink().open({ heartbeatMs: 8000 })
    await clock.advance(19_999)
    expect(sse.state.get().status).toBe('open')
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'stalled' } })
  })
})

describe('a gap', () => {
  it('is reported as no-id after onOpen when a server that never sent an id is reconnected to', async () => {
    const [onGap, onOpen] = [vi.fn(), vi.fn()]
    const { sse, clock } = bench({ onGap, onOpen }, { script: [[send('tick', 1), DROP], [send('tick', 2)]] })
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(onOpen.mock.calls).toEqual([[{ recovered: false, attempt: 0 }], [{ recovered: false, attempt: 1 }]])
    expect(onGap.mock.calls).toEqual([[NO_ID]])
    expect(onGap.mock.invocationCallOrder[0]).toBeGreaterThan(onOpen.mock.invocationCallOrder[1] ?? Infinity)
  })

  it('is not reported if no connection was open before', async () => {
    const onGap = vi.fn()
    const { sse, clock } = bench({ onGap }, { script: [[DROP], [{ refuse: { status: 503 } }]] })
    sse.subscribe('tick', () => {})
    await clock.advance(10_000)
    expect(sse.state.get().status).toBe('open')
    expect(onGap).not.toHaveBeenCalled()
  })

  it.each([true, false])('is not reported as no-id if the server says that recovered is %j', async (recovered) => {
    const { sse, sink, clock, log } = await reporting()
    sink().open()
    sse.reconnect()
    await clock.settle()
    sink().open({ recovered })
    expect(log).toEqual([
      ['open', { recovered: false, attempt: 0 }],
      ['open', { recovered, attempt: 0 }],
    ])
  })

  it('is reported once if the last event id is refused: not as no-id, too', async () => {
    const onGap = vi.fn()
    const script: Step[][] = [[send('tick', 1, '5'), DROP], [{ refuse: { status: 409 } }], [{ open: {} }, DROP], []]
    const { sse, clock } = bench({ onGap }, { script })
    sse.subscribe('tick', () => {})
    await clock.advance(1000)
    expect(sse.state.get().status).toBe('waiting')
    const refused = { reason: 'refused', certain: true, requested: '5', resumedFrom: '', topics: ['*'] }
    expect(onGap.mock.calls).toEqual([[refused]])
    await clock.advance(10_000)
    // The connection after that lost events that nobody can name.
    expect(onGap.mock.calls.map(([{ reason }]) => reason)).toEqual(['refused', 'no-id'])
  })

  it('has the usual value in every field that the transport leaves out', async () => {
    const { sink, log } = await reporting()
    sink().open()
    sink().block({ type: 'tick', data: '1', id: '7' })
    sink().gap({ reason: 'expired' })
    sink().gap({ reason: 'epoch', certain: false, requested: 'a', resumedFrom: 'b', topics: ['orders'] })
    expect(log.slice(2)).toEqual([
      ['gap', { reason: 'expired', certain: true, requested: '', resumedFrom: '7', topics: ['*'] }],
      ['gap', { reason: 'epoch', certain: false, requested: 'a', resumedFrom: 'b', topics: ['orders'] }],
    ])
  })
})

describe('an event that is too large', () => {
  it('moves the cursor: it is not asked for again', async () => {
    const long = { raw: `id: 5\nevent: tick\ndata: "${'x'.repeat(100)}"\n\n` }
    const { sse, stream, clock } = bench(
      { maxEventSize: 50, onGap: () => {} },
      { script: [[send('tick', 1, '4'), long, END], []] },
    )
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '5'])
  })

  const LARGE = ['1', 'x'.repeat(2000), '3']

  it('is reported as a gap, and the other events come', async () => {
    const [onGap, reported] = [vi.fn(), vi.fn()]
    vi.stubGlobal('reportError', reported)
    const { sse, stream, clock, log } = bench({ onGap, maxEventSize: 1000 })
    sse.subscribe('tick', (data) => log.push(`${data}`))
    await clock.settle()
    for (const [n, data] of LARGE.entries()) stream.send('tick', data, { id: `${n + 1}` })
    await clock.settle()
    expect(log).toEqual(['1', '3'])
    expect(onGap.mock.calls).toEqual([
      [{ reason: 'too-large', certain: true, requested: '', resumedFrom: '1', topics: ['*'] }],
    ])
    expect(stream.requests).toHaveLength(1)
    // The observer has it: it is no error that nobody observes.
    expect(reported).not.toHaveBeenCalled()
  })

  it('is reported to the platform if there is no onGap', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const { sse, stream, clock } = bench({ maxEventSize: 1000, onOpen() {}, onEvent() {} })
    sse.subscribe('tick', () => {})
    await clock.settle()
    for (const data of LARGE) stream.send('tick', data)
    await clock.settle()
    expect(reported.mock.calls).toEqual([
      [expect.objectContaining({ name: 'SSEError', code: 'too-large', message: 'over maxEventSize' })],
    ])
  })

  it('is the only gap that is reported to the platform', async () => {
    const reported = vi.fn()
    vi.stubGlobal('reportError', reported)
    const { sse, clock } = bench({}, { script: [[send('tick', 1), DROP], []] })
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(sse.state.get().status).toBe('open')
    expect(reported).not.toHaveBeenCalled()
  })

  it('is one of more than 64 Mi characters by default', async () => {
    const connect = vi.fn(() => ({ close() {} }))
    const { sse, clock } = bench({ transport: { connect } })
    sse.connect()
    await clock.settle()
    expect(connect).toHaveBeenCalledWith(expect.objectContaining({ maxEventSize: 67_108_864 }), expect.anything())
  })
})

describe('last event ids', () => {
  it('gives an event without an id that of the last block that had one', async () => {
    const { sse, sink, log } = await reporting()
    sink().open()
    for (const [n, id] of [undefined, '7', undefined, '', undefined].entries())
      sink().block({ type: 'tick', data: `${n}`, id })
    expect(log.slice(1)).toEqual([
      ['tick', 0, ''],
      ['tick', 1, '7'],
      ['tick', 2, '7'],
      ['tick', 3, ''],
      ['tick', 4, ''],
    ])
    expect(sse.lastEventId).toBe('')
  })

  it('begins a connection with the id that it resumes from', async () => {
    const { sink, log } = await reporting({ lastEventId: '4' })
    sink().open()
    sink().block({ type: 'tick', data: '1', id: undefined })
    expect(log.slice(1)).toEqual([['tick', 1, '4']])
  })

  it('are texts in no order: a server may count back, or have leading zeros', async () => {
    const { sse, sink, clock, log } = await reporting({ lastEventId: '10' })
    sink().open()
    for (const id of ['9', '007']) {
      sink().block({ type: 'tick', data: '1', id })
      expect(sse.lastEventId).toBe(id)
    }
    sse.reconnect()
    await clock.settle()
    sink().open()
    sink().block({ type: 'tick', data: '1', id: undefined })
    const opened = ['open', { recovered: 'unknown', attempt: 0 }]
    expect(log).toEqual([opened, ['tick', 1, '9'], ['tick', 1, '007'], opened, ['tick', 1, '007']])
  })

  it('takes the id of a block without data, and not that of a block that did not end', async () => {
    const { sse, stream, clock } = bench({}, { script: [[{ raw: 'id: 7\n\n' }, { raw: 'id: 8\ndata: x\n' }, DROP]] })
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(stream.requests[1]?.lastEventId).toBe('7')
  })
})

describe('events that a server sends again after a reconnect', () => {
  async function received(script: Step[][], options: SSEOptions = {}): Promise<unknown[]> {
    const { sse, clock, log } = bench(options, { script })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.advance(5000)
    return log
  }

  it('reach handlers once', async () => {
    const script = [
      [send('tick', 1, '1'), send('tick', 2, '2'), DROP],
      [send('tick', 2, '2'), send('tick', 3, '3')],
    ]
    expect(await received(script)).toEqual([1, 2, 3])
  })

  it('are not mistaken for new ones of a server that counts from 1 again', async () => {
    const script = [
      [send('tick', 'a', '1'), send('tick', 'b', '2'), DROP],
      [send('tick', 'c', '1'), send('tick', 'd', '2')],
    ]
    expect(await received(script)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('all reach handlers if they have no id', async () => {
    expect(await received([[send('tick', 1), send('tick', 1), DROP], [send('tick', 1)]])).toEqual([1, 1, 1])
  })

  it.each<[what: string, between: Block, seen: unknown[]]>([
    ['an event without an id', { type: 'hello', data: '{}', id: undefined }, ['hello']],
    ['an id without an event', { type: 'message', data: undefined, id: '7' }, []],
  ])('are looked for behind %s, which counts', async (_, between, seen) => {
    const { sse, sink, log, clock } = await reporting()
    const a: Block = { type: 'a', data: '"x"', id: '1' }
    const b: Block = { type: 'b', data: '"y"', id: '2' }
    const [first, second] = [
      [between, a, between, b, between],
      [between, a, between, b, { ...a, id: undefined }, { ...b, data: '"new"' }, between],
    ]
    const types = (): unknown[] => log.map((entry) => (entry as unknown[])[0]).filter((type) => type !== 'open')
    sink().open()
    for (const block of first) sink().block(block)
    expect(types()).toEqual([...seen, 'a', ...seen, 'b', ...seen])
    const id = sse.lastEventId
    expect(id).toBe(between.id ?? '2')
    log.length = 0
    sse.reconnect()
    await clock.settle()
    sink().open()
    for (const block of second) sink().block(block)
    // With the data of A, but no id of its own, it is no repeat.
    expect(types()).toEqual([...seen, ...seen, 'a', 'b', ...seen])
    expect(sse.lastEventId).toBe(id)
  })

  it('all reach handlers with dedupe: false', async () => {
    expect(await received([[send('tick', 1, '1'), DROP], [send('tick', 1, '1')]], { dedupe: false })).toEqual([1, 1])
  })
})

describe('a server without hub()', () => {
  it('has the names that our server reserves as ordinary names', async () => {
    const steps = [
      send('connected', { id: 1 }),
      send('ping', 1),
      send('gap', {}),
      send('live', 1),
      send('goodbye', { reconnectInMs: 1 }),
    ]
    const { sse, clock, log } = bench({}, { script: [steps] })
    sse.subscribe('*', (_, { type }) => log.push(type))
    await clock.advance(60_000)
    expect(log).toEqual(['connected', 'ping', 'gap', 'live', 'goodbye'])
    expect(sse.state.get().status).toBe('open')
  })

  it('has all of them as ordinary names even if it is our own', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const onGap = vi.fn()
    const steps: Step[] = [{ introduce: { heartbeatMs: 4000 } }, { gap: { reason: 'expired' } }, { goodbye: 1000 }]
    const { sse, clock, log } = bench({ onGap }, { script: [steps] })
    sse.subscribe('*', (_, { type }) => log.push(type))
    await clock.advance(60_000)
    expect(log).toEqual(['connected', 'gap', 'goodbye'])
    expect(onGap).not.toHaveBeenCalled()
    expect(sse.state.get().status).toBe('open')
  })

  it('has comments about topics as comments', async () => {
    const { sse, clock, log } = bench({}, { script: [[{ raw: ': topic orders\nevent: tick\ndata: 1\n\n' }]] })
    sse.subscribe('tick', (_, event) => log.push('topic' in event))
    await clock.settle()
    expect(log).toEqual([false])
  })

  it.each<[what: string, beat: Step]>([
    ['pings', send('ping', {})],
    ['comments', { comment: 'still here' }],
  ])('has a rhythm after three heartbeats: %s', async (_, beat) => {
    const steps = Array.from({ length: 4 }, () => [beat, { wait: 15_000 }]).flat()
    const { sse, clock, statuses } = bench({}, { script: [steps] })
    sse.connect()
    await clock.advance(60_000)
    expect(statuses()).toEqual(['idle', 'connecting', 'open'])
    await clock.advance(60_000)
    expect(statuses().filter((status) => status === 'waiting')).toHaveLength(1)
  })

  it.each([
    ['a ping is no news: the next end counts as one more failure', 'ping', [1, 2]],
    ['an event is news: the next end counts as the first again', 'tick', [1, 1]],
  ])('ends in order, and %s', async (_, type, attempts) => {
    const onRetry = vi.fn()
    const { sse, clock } = bench(
      { onRetry },
      {
        script: [
          [send(type, 1), END],
          [send(type, 2), END],
        ],
      },
    )
    sse.connect()
    await clock.advance(5000)
    expect(onRetry.mock.calls.map(([{ attempt }]) => attempt)).toEqual(attempts)
  })

  it.each([
    [0, 150],
    [99, 150],
    [2500, 3750],
    [86_400_000, 615_000],
  ])('is asked again according to its own retry: %i leads to %i ms', async (retry, ms) => {
    const { sse, sink, clock } = await reporting()
    sink().retry(retry)
    sink().end('broken')
    expect(sse.state.get()).toMatchObject({ status: 'waiting', until: clock.now() + ms })
  })
})

describe('the warning about a server of our own without hub()', () => {
  const warned = (): unknown[] => vi.mocked(console.warn).mock.calls
  const introduced = send('connected', { v: 1, clientId: 'n1.x', recovered: false, topics: [] })

  it('is given once for each client, and names the import', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { sse, clock } = bench({}, { script: [[introduced, introduced, DROP], [introduced]] })
    sse.connect()
    await clock.advance(5000)
    expect(sse.state.get().status).toBe('open')
    expect(warned()).toEqual([[expect.stringContaining('headwater/hub')]])
    const other = bench({}, { script: [[introduced]] })
    other.sse.connect()
    await other.clock.settle()
    expect(warned()).toHaveLength(2)
  })

  it.each<[what: string, step: Step]>([
    ['version 2', send('connected', { v: 2 })],
    ['version "1"', send('connected', { v: '1' })],
    ['version 10', send('connected', { v: 10 })],
    ['no version', send('connected', { id: 1 })],
    ['another name', send('hello', { v: 1 })],
    ['a payload that is no JSON', { raw: 'event: connected\ndata: v1\n\n' }],
  ])('is not given for an event with %s', async (_, step) => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { sse, clock } = bench({}, { script: [[step]] })
    sse.connect()
    await clock.settle()
    expect(warned()).toEqual([])
  })

  it('is not given with hub()', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { sse, clock } = bench({ server: hub() }, { script: [[introduced]] })
    sse.subscribe('*', () => {})
    await clock.settle()
    expect(warned()).toEqual([])
  })
})

it('passes on nothing of an attempt that the client has left', async () => {
  const { sse, sink, clock, log, states } = await reporting()
  const left = sink()
  left.open()
  sse.reconnect()
  await clock.settle()
  const before = [...states]
  left.open()
  left.block({ type: 'tick', data: '1', id: '7' })
  left.gap({ reason: 'expired' })
  left.end('broken')
  expect(log).toEqual([['open', { recovered: false, attempt: 0 }]])
  expect(states).toEqual(before)
  expect(sse.lastEventId).toBe('')
})
