// @vitest-environment page
import {
  type ConnectionState,
  type Host,
  type Layer,
  type SSEClient,
  SSEError,
  type SSEOptions,
  type TransportRequest,
  type TransportSink,
} from 'headwater'
import type { Step } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { bench } from '../support/client.ts'
import { stagePage } from '../support/page.ts'

const refuse = (status: number): Step[] => [{ refuse: { status } }]
const EOF_AT_ONCE: Step[] = [{ end: true }]

describe('observers of the state', () => {
  it('are called with every change, in its order, though one of them changes it again', async () => {
    const { sse, clock, log } = bench()
    sse.observe({
      onState({ status }) {
        log.push(`1 ${status}`)
        if (status === 'connecting') sse.disconnect()
        if (status === 'paused') sse.close()
      },
    })
    sse.observe({ onState: ({ status }) => log.push(`2 ${status}`) })
    sse.state.subscribe(({ status }) => log.push(`3 ${status}`))
    log.length = 0
    sse.connect()
    await clock.settle()
    expect(log).toEqual([
      ...['1 connecting', '2 connecting', '3 connecting'],
      ...['1 paused', '2 paused', '3 paused'],
      ...['1 closed', '2 closed', '3 closed'],
    ])
  })

  it('are called by the time that connect(), disconnect() or close() returns', () => {
    const { sse, statuses } = bench()
    sse.connect()
    expect(statuses()).toEqual(['idle', 'connecting'])
    sse.disconnect()
    expect(statuses()).toEqual(['idle', 'connecting', 'paused'])
    sse.close()
    expect(statuses()).toEqual(['idle', 'connecting', 'paused', 'closed'])
  })

  it('get the value that is entered, while get() answers the newest', () => {
    const { sse, log } = bench()
    sse.observe({ onState: ({ status }) => status === 'connecting' && sse.disconnect() })
    sse.observe({ onState: ({ status }) => log.push([status, sse.state.get().status]) })
    sse.connect()
    expect(log).toEqual([
      ['connecting', 'paused'],
      ['paused', 'paused'],
    ])
  })

  it('are called before onOpen and onRetry, each with the change that belongs to it', async () => {
    const { sse, stream, clock, log } = bench({
      onState: ({ status }) => log.push(status),
      onOpen: () => log.push('onOpen'),
      onRetry: ({ attempt }) => log.push(`onRetry ${attempt}`),
      onGap: ({ reason }) => log.push(`onGap ${reason}`),
    })
    sse.connect()
    await clock.settle()
    stream.drop()
    await clock.advance(600)
    expect(log).toEqual([
      'connecting',
      'open',
      'onOpen',
      'waiting',
      'onRetry 1',
      'connecting',
      'open',
      'onOpen',
      'onGap no-id',
    ])
  })

  it('do not stop anything by what they throw, and the others are called', async () => {
    const report = vi.fn()
    vi.stubGlobal('reportError', report)
    const oops = new Error('oops')
    const { sse, clock, log } = bench({
      onState() {
        throw oops
      },
    })
    sse.observe({ onState: ({ status }) => log.push(status) })
    sse.connect()
    await clock.settle()
    sse.close()
    vi.unstubAllGlobals()
    expect(log).toEqual(['connecting', 'open', 'closed'])
    expect(report.mock.calls).toEqual([[oops], [oops], [oops]])
  })

  it('are not called where nothing changes: the state is the same reference', async () => {
    const { sse, clock, states } = bench({}, { script: [refuse(204)] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    const { length } = states
    const state = sse.state.get()
    sse.disconnect()
    sse.close()
    await clock.settle()
    expect(sse.state.get()).toBe(state)
    expect(states).toHaveLength(length)
  })
})

describe('an observer that acts', () => {
  it.each(['close', 'disconnect'] as const)('calls %s() during reconnect(), and that holds', async (act) => {
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    sse.state.subscribe(({ status }) => status === 'connecting' && sse[act]())
    sse.reconnect()
    await clock.advance(60_000)
    expect(sse.state.get().status).toBe(act === 'close' ? 'closed' : 'paused')
    expect(stream.connections).toEqual([])
    expect(clock.timers).toBe(0)
  })

  it.each(['close', 'disconnect'] as const)(
    'calls %s() while the client waits, and nothing comes of it',
    async (act) => {
      const { sse, stream, clock } = bench({}, { script: [refuse(503)] })
      sse.subscribe('tick', () => {})
      sse.observe({ onRetry: () => sse[act]() })
      await clock.advance(60_000)
      expect(sse.state.get().status).toBe(act === 'close' ? 'closed' : 'paused')
      expect(stream.requests).toHaveLength(1)
      expect(clock.timers).toBe(0)
    },
  )

  it('calls reconnect() when a connection is lost, and there is one attempt at once', async () => {
    const { sse, stream, clock, statuses } = bench({}, { script: [EOF_AT_ONCE, []] })
    sse.subscribe('tick', () => {})
    sse.observe({ onRetry: () => sse.reconnect() })
    await clock.settle()
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'waiting', 'connecting', 'open'])
    expect(stream.requests).toHaveLength(2)
    expect(stream.connections).toHaveLength(1)
  })

  it('calls reconnect() when a connection opens, once: the first is left, the second stays', async () => {
    const { sse, stream, clock, statuses } = bench()
    let calls = 0
    sse.subscribe('tick', () => {})
    sse.observe({ onOpen: () => calls++ === 0 && sse.reconnect() })
    await clock.settle()
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'connecting', 'open'])
    expect(stream.connections).toHaveLength(1)
  })

  it.each(['close', 'disconnect', 'reconnect'] as const)(
    'calls %s() when the state is open: onOpen is not called for a connection that was left',
    async (act) => {
      const { sse, clock, log } = bench()
      let calls = 0
      sse.observe({
        onState: ({ status }) => status === 'open' && calls++ === 0 && sse[act](),
        onOpen: () => log.push('onOpen'),
      })
      sse.subscribe('tick', () => {})
      await clock.settle()
      expect(log).toEqual(act === 'reconnect' ? ['onOpen'] : [])
    },
  )

  it.each(['close', 'disconnect'] as const)('calls %s() in onOpen, and no gap is reported after it', async (act) => {
    const { sse, clock, log } = bench({}, { script: [EOF_AT_ONCE, []] })
    sse.observe({
      onOpen({ attempt }) {
        log.push('open')
        if (attempt) sse[act]()
      },
      onGap: () => log.push('gap'),
    })
    sse.subscribe('tick', () => {})
    await clock.advance(5000)
    expect(log).toEqual(['open', 'open'])
  })

  it('calls close() when a gap is reported, and the stream is left', async () => {
    const { sse, stream, clock, log } = bench(
      { lastEventId: '41', onGap: () => sse.close() },
      { script: [refuse(409)] },
    )
    sse.subscribe('tick', (data) => log.push(data))
    await clock.advance(60_000)
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    expect(stream.requests).toHaveLength(1)
    expect(clock.timers).toBe(0)
  })

  it('calls disconnect() and connect(): failures are forgotten, and there is one connection', async () => {
    const { sse, stream, clock, states } = bench({}, { script: [refuse(503), refuse(503), []] })
    let calls = 0
    sse.subscribe('tick', () => {})
    sse.observe({
      onRetry() {
        if (calls++) return
        sse.disconnect()
        sse.connect()
      },
    })
    await clock.advance(600)
    expect(states.map(({ status }) => status)).toEqual([
      ...['idle', 'connecting', 'waiting', 'paused', 'connecting', 'waiting', 'connecting', 'open'],
    ])
    expect(states.at(-3)).toMatchObject({ status: 'waiting', attempt: 1 })
    expect(stream.requests).toHaveLength(3)
    expect(stream.connections).toHaveLength(1)
  })
})

describe('a layer that has a life beyond one attempt', () => {
  const LOST = new SSEError('http', 'status 503', { status: 503 })

  interface Attempted {
    readonly request: TransportRequest
    readonly sink: TransportSink
    closed: boolean
  }

  /** A client over a transport that opens nothing by itself, and is given what a test says. */
  function hosted(options: SSEOptions = {}) {
    const attempts: Attempted[] = []
    const hosts: Host[] = []
    const transport: Layer = (_, host) => {
      hosts.push(host)
      return {
        connect(request, sink) {
          const mine: Attempted = { request, sink, closed: false }
          attempts.push(mine)
          const close = (): void => {
            mine.closed = true
          }
          return { close }
        },
      }
    }
    const all = bench({ transport, ...options })
    const onRetry = vi.fn()
    all.sse.observe({ onRetry })
    const latest = (): Attempted => attempts.at(-1) as Attempted
    return { ...all, attempts, latest, onRetry, host: hosts[0] as Host }
  }

  it('sees the state of the client', async () => {
    const { sse, clock, host, latest } = hosted()
    const seen: string[] = []
    host.state.subscribe(({ status }) => seen.push(status))
    sse.connect()
    await clock.settle()
    latest().sink.open()
    sse.disconnect()
    sse.close()
    expect(seen).toEqual(['idle', 'connecting', 'open', 'paused', 'closed'])
    expect(host.state.get()).toBe(sse.state.get())
  })

  it('hears of each name and pattern that is subscribed to', async () => {
    const { sse, clock, host } = hosted()
    const listen = vi.fn()
    host.listen = listen
    sse.subscribe('tick', () => {})
    sse.subscribe('order.*', () => {})
    sse.keepOpen()
    await clock.settle()
    expect(listen.mock.calls).toEqual([['tick'], ['order.*'], ['']])
  })

  it('moves the last event id, and the next request resumes from it', async () => {
    const { sse, clock, host, attempts, latest } = hosted()
    host.resumeFrom('7')
    expect([host.lastEventId, sse.lastEventId]).toEqual(['7', '7'])
    sse.connect()
    await clock.settle()
    latest().sink.open()
    host.resumeFrom('9')
    sse.reconnect()
    await clock.settle()
    expect(attempts.map(({ request }) => request.lastEventId)).toEqual(['7', '9'])
  })

  it('has the client wait until a time that it names; onRetry is called once, and it counts on from there', async () => {
    const { sse, clock, attempts, host, latest, onRetry } = hosted()
    sse.subscribe('tick', () => {})
    await clock.settle()
    const until = clock.now() + 20_000
    host.wait({ attempt: 3, until, error: LOST })
    expect(sse.state.get()).toEqual({ status: 'waiting', attempt: 3, until, error: LOST })
    expect(attempts[0]?.closed).toBe(true)
    host.wait({ attempt: 4, until: until + 5000, error: LOST })
    expect(sse.state.get()).toMatchObject({ attempt: 4, until: until + 5000 })
    expect(onRetry.mock.calls).toEqual([[{ status: 'waiting', attempt: 3, until, delay: 20_000, error: LOST }]])
    await clock.advance(24_999)
    expect(attempts).toHaveLength(1)
    await clock.advance(1)
    expect(attempts).toHaveLength(2)
    expect(sse.state.get()).toEqual({ status: 'connecting', attempt: 4 })
    latest().sink.end('eof')
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 5 })
  })

  it.each([
    [undefined, 1000],
    [20_000, 20_000],
  ])(
    'has a wait that a network which comes back shortens, unless a server asked for it: Retry-After %s',
    async (retryAfter, ms) => {
      const { sse, clock, attempts, host } = hosted()
      sse.subscribe('tick', () => {})
      await clock.settle()
      const error = new SSEError('http', 'status 503', { status: 503, ...(retryAfter && { retryAfter }) })
      host.wait({ attempt: 1, until: clock.now() + 20_000, error })
      stagePage().goOnline()
      await clock.advance(ms - 1)
      expect(attempts).toHaveLength(1)
      await clock.advance(1)
      expect(attempts).toHaveLength(2)
    },
  )

  it('may lose a connection that is open; nothing of it is heard any more', async () => {
    const { sse, clock, log, host, latest } = hosted()
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    const { sink } = latest()
    sink.open()
    sink.block({ type: 'tick', data: '1', id: undefined })
    host.wait({ attempt: 1, until: clock.now() + 1000, error: LOST })
    sink.block({ type: 'tick', data: '2', id: undefined })
    sink.end('eof')
    expect(log).toEqual([1])
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, error: LOST })
  })

  it.each<[string, (sse: SSEClient) => void]>([
    ['paused', (sse) => sse.disconnect()],
    ['closed', (sse) => sse.close()],
  ])('has no client wait that is %s', async (status, act) => {
    const { sse, clock, host, onRetry } = hosted()
    sse.subscribe('tick', () => {})
    await clock.settle()
    act(sse)
    host.wait({ attempt: 1, until: clock.now() + 1000, error: LOST })
    expect(sse.state.get().status).toBe(status)
    expect(onRetry).not.toHaveBeenCalled()
    expect(clock.timers).toBe(0)
  })

  it.each(['disconnect', 'close', 'reconnect'] as const)(
    'leaves no connection behind if it calls reconnect() while %s() closes its link',
    async (act) => {
      const open = new Set<unknown>()
      let calls = 1
      const transport: Layer = (_, host) => ({
        connect() {
          const link = {
            close() {
              open.delete(link)
              if (calls-- > 0) host.reconnect()
            },
          }
          open.add(link)
          return link
        },
      })
      const { sse, clock } = bench({ transport })
      sse.subscribe('tick', () => {})
      await clock.settle()
      sse[act]()
      await clock.settle()
      expect(open.size).toBe(act === 'reconnect' ? 1 : 0)
      expect(calls).toBe(0)
      expect(sse.state.get().status).toBe({ disconnect: 'paused', close: 'closed', reconnect: 'connecting' }[act])
    },
  )

  it.each([LOST, null])('may end the client, until connect(): %s', async (error) => {
    const { sse, clock, host, states, attempts } = hosted()
    sse.subscribe('tick', () => {})
    await clock.settle()
    host.end(error)
    const { length } = states
    host.end(error)
    await clock.advance(60_000)
    expect(sse.state.get()).toEqual({ status: 'closed', error })
    expect(states).toHaveLength(length)
    expect(attempts).toHaveLength(1)
    sse.connect()
    await clock.settle()
    expect(attempts).toHaveLength(2)
  })

  it('has a new attempt made at once with reconnect(), whatever there is', async () => {
    const { sse, clock, attempts, host, latest } = hosted()
    const closed = (): boolean[] => attempts.map(({ closed }) => closed)
    sse.subscribe('tick', () => {})
    await clock.settle()
    host.reconnect()
    await clock.settle()
    expect(closed()).toEqual([true, false])
    latest().sink.open()
    host.reconnect()
    await clock.settle()
    expect(closed()).toEqual([true, true, false])
    host.wait({ attempt: 1, until: clock.now() + 60_000, error: LOST })
    host.reconnect()
    await clock.settle()
    expect(closed()).toEqual([true, true, true, false])
    expect(sse.state.get()).toEqual({ status: 'connecting', attempt: 1 })
  })

  it('ends the client with 204 as any transport does: with `stop`', async () => {
    const { sse, clock, latest } = hosted()
    sse.subscribe('tick', () => {})
    await clock.settle()
    latest().sink.open()
    latest().sink.end('stop')
    const closed: ConnectionState = { status: 'closed', error: null }
    expect(sse.state.get()).toEqual(closed)
  })
})
