import fc from 'fast-check'
import {
  createSSE,
  type SSEOptions,
  type Transport,
  type TransportRequest,
  type TransportSink,
  type Work,
} from 'headwater'
import { createHubClient, hub } from 'headwater/hub'
import { handled } from 'headwater/resume'
import type { Step } from 'headwater/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { bench } from '../support/client.ts'
import { fakeHost } from '../support/host.ts'
import { hubBench, ORIGIN } from '../support/reader.ts'
import { recordingSink } from '../support/wire.ts'

/** All that is ready is done. */
const settled = async (): Promise<void> => {
  for (let n = 0; n < 5; n++) await undefined
}

/** The layer over a transport that reports what a test says, and events whose handlers end when a test says. */
function layered() {
  const sinks: TransportSink[] = []
  const inner: Transport = {
    connect(_, sink) {
      sinks.push(sink)
      return { close() {} }
    },
  }
  /** Where the cursor has been moved to, in order. */
  const moves: string[] = []
  const host = Object.assign(fakeHost(), {
    resumeFrom(id: string) {
      moves.push(id)
      Object.assign(host, { lastEventId: id })
    },
  })
  const transport = handled()(inner, host)
  let work: Work
  const out = { ...recordingSink().sink, block: () => work }
  function connect({ lastEventId }: { readonly lastEventId: string } = host): TransportSink {
    transport.connect({ lastEventId } as TransportRequest, out)
    const sink = sinks.at(-1) as TransportSink
    sink.open()
    return sink
  }
  connect()
  /** @returns How the handlers of that event end: all of them, or one. */
  function enter(id: string | undefined, handlers = 1) {
    const ends: { resolve(): void; reject(): void }[] = []
    work = Array.from(
      { length: handlers },
      () =>
        new Promise<void>((resolve, reject) => {
          ends.push({ resolve, reject: () => reject(new Error(id)) })
        }),
    )
    // The dispatch reports every failure.
    for (const each of work) each.then(undefined, () => {})
    expect(sinks.at(-1)?.block({ type: 'tick', data: '1', id })).toBe(work)
    return {
      async done(which = ends) {
        for (const end of which) end.resolve()
        await settled()
      },
      async failed(which = ends) {
        for (const end of which) end.reject()
        await settled()
      },
      ends,
    }
  }
  return {
    moves,
    host,
    enter,
    connect,
    sink: () => sinks.at(-1) as TransportSink,
    setWork: (next: Work) => (work = next),
  }
}

describe('handled()', () => {
  it('moves the cursor at once past an event that no handler works on', () => {
    const { moves, enter } = layered()
    enter('1', 0)
    enter('2', 0)
    expect(moves).toEqual(['1', '2'])
  })

  it('moves the cursor past an event that nobody subscribes to, and past an id without an event', () => {
    const { moves, sink, setWork } = layered()
    setWork(undefined)
    sink().block({ type: 'tick', data: '1', id: '1' })
    sink().block({ type: 'message', data: undefined, id: '2' })
    expect(moves).toEqual(['1', '2'])
  })

  it('waits for each handler of an event', async () => {
    const { moves, enter } = layered()
    const { ends, done } = enter('1', 2)
    await done(ends.slice(0, 1))
    expect(moves).toEqual([])
    await done(ends.slice(1))
    expect(moves).toEqual(['1'])
  })

  it('moves the cursor past later events together with the one that they waited for', async () => {
    const { moves, enter } = layered()
    const first = enter('1')
    const second = enter('2')
    enter('3', 0)
    await second.done()
    expect(moves).toEqual([])
    await first.done()
    expect(moves).toEqual(['3'])
  })

  it('counts an event without an id as one at the id before it', async () => {
    const { moves, enter } = layered()
    enter('1', 0)
    const silent = enter(undefined)
    enter('2', 0)
    expect(moves).toEqual(['1'])
    await silent.done()
    expect(moves).toEqual(['1', '2'])
  })

  it('stops before a failure, whatever happens behind it', async () => {
    const { moves, enter } = layered()
    const first = enter('1')
    const failing = enter('2')
    const third = enter('3')
    await failing.failed()
    await third.done()
    enter('4', 0)
    expect(moves).toEqual([])
    await first.done()
    expect(moves).toEqual(['1'])
    await enter('5').done()
    expect(moves).toEqual(['1'])
  })

  it('stops before an event of which one handler succeeds and one fails, in either order', async () => {
    for (const [good, bad] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const { moves, enter } = layered()
      const { ends, done, failed } = enter('1', 2)
      await done(ends.slice(good, good + 1))
      await failed(ends.slice(bad, bad + 1))
      await enter('2').done()
      expect(moves).toEqual([])
    }
  })

  it('stops before the first of several failures, in whatever order they come', async () => {
    for (const order of [
      [0, 1],
      [1, 0],
    ] as const) {
      const { moves, enter } = layered()
      const failing = [enter('1'), enter('2')]
      for (const n of order) await failing[n]?.failed()
      enter('3', 0)
      await enter('4').done()
      expect(moves).toEqual([])
    }
  })

  it('begins again with a connection: nothing of the last one counts any more', async () => {
    const { moves, enter, connect } = layered()
    const old = enter('1')
    const failing = enter('2')
    connect()
    const fresh = enter('1')
    enter('2', 0)
    await old.done()
    await failing.failed()
    expect(moves).toEqual([])
    await fresh.done()
    expect(moves).toEqual(['2'])
  })

  it('lets no handler of before move a cursor that was dropped, while the next request is made and after', async () => {
    const { moves, host, enter, connect } = layered()
    enter('1', 0)
    const [second, third] = [enter('2'), enter('3')]
    host.resumeFrom('')
    await second.done()
    expect(moves).toEqual(['1', ''])
    connect()
    await third.done()
    enter('4', 0)
    expect(moves).toEqual(['1', '', '4'])
  })

  it('goes on with a connection that resumes from an earlier id than handlers have finished meanwhile', async () => {
    const { moves, host, enter, connect } = layered()
    enter('1', 0)
    const second = enter('2')
    const request = { lastEventId: host.lastEventId }
    await second.done()
    expect(moves).toEqual(['1', '2'])
    connect(request)
    for (const id of ['2', '3']) enter(id, 0)
    expect(moves).toEqual(['1', '2', '2', '3'])
  })

  it('counts anything with a then as work', async () => {
    const { moves, sink, setWork } = layered()
    const calls: [yes: () => void, no: (error: unknown) => void][] = []
    const then = (yes: () => void, no: (error: unknown) => void): unknown => calls.push([yes, no])
    // As zone.js has them, or another realm.
    const foreign = { then } as unknown as PromiseLike<unknown>
    setWork([foreign, foreign])
    sink().block({ type: 'tick', data: '1', id: '1' })
    calls[0]?.[0]()
    expect(moves).toEqual([])
    calls[1]?.[0]()
    expect(moves).toEqual(['1'])
    setWork([foreign])
    sink().block({ type: 'tick', data: '1', id: '2' })
    calls[2]?.[1]('oops')
    setWork(undefined)
    sink().block({ type: 'tick', data: '1', id: '3' })
    expect(moves).toEqual(['1'])
  })
})

describe('a hundred thousand events that wait', () => {
  const COUNT = 100_000
  type End = readonly [succeed: () => void, fail: (error: unknown) => void]

  /** Events that wait. Each has one handler; `ends` are what it is called back by, in the order of the events. */
  function waiting() {
    const { moves, sink, setWork } = layered()
    const ends: End[] = []
    // biome-ignore lint/suspicious/noThenProperty: it stands for a promise, and is settled without a microtask.
    const promise = { then: (...end: End) => ends.push(end) } as unknown as PromiseLike<unknown>
    setWork([promise])
    for (let n = 1; n <= COUNT; n++) sink().block({ type: 'tick', data: '1', id: `${n}` })
    expect(ends).toHaveLength(COUNT)
    return { moves, ends }
  }

  it('are all passed when their handlers end in order', () => {
    const { moves, ends } = waiting()
    for (const [succeed] of ends) succeed()
    expect(moves).toHaveLength(COUNT)
    expect(moves.at(-1)).toBe(`${COUNT}`)
  })

  it('are passed in one step when the first ends last', () => {
    const { moves, ends } = waiting()
    for (const [succeed] of [...ends].reverse()) succeed()
    expect(moves).toEqual([`${COUNT}`])
  })

  it.each<[order: string, sort: (ends: readonly End[]) => readonly End[]]>([
    ['the first first', (ends) => ends],
    ['the last first', (ends) => [...ends].reverse()],
    ['the middle first', (ends) => [...ends.slice(COUNT / 2), ...ends.slice(0, COUNT / 2)]],
  ])('are not passed when all of them fail, %s', (_, sort) => {
    const { moves, ends } = waiting()
    for (const [, fail] of sort(ends)) fail('oops')
    expect(moves).toEqual([])
  })
})

describe('handlers that end in any order', () => {
  /** An event comes with so many handlers; a handler at work ends; or another connection begins. */
  type Action = { readonly handlers: number } | { readonly ends: number; readonly well: boolean } | 'restart'
  const actions = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ handlers: fc.nat({ max: 3 }) }) },
      { weight: 8, arbitrary: fc.record({ ends: fc.nat(), well: fc.boolean() }) },
      { weight: 8, arbitrary: fc.record({ ends: fc.nat(), well: fc.constant(true) }) },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
    ),
    { maxLength: 60 },
  )

  /** The events of this connection up to the first of which a handler has not succeeded. */
  const prefix = (events: readonly { readonly id: string; readonly waits: number }[]): string[] => {
    const stop = events.findIndex(({ waits }) => waits > 0)
    return events.slice(0, stop < 0 ? events.length : stop).map(({ id }) => id)
  }

  it('leave the cursor behind the longest run of events that all have been handled', async () => {
    await fc.assert(
      fc.asyncProperty(actions, async (all: Action[]) => {
        const { moves, enter, connect } = layered()
        const working: { end(well: boolean): Promise<void>; event: { waits: number } }[] = []
        let events: { id: string; waits: number }[] = []
        let before = ''
        let count = 0
        for (const action of all) {
          if (action === 'restart') {
            before = prefix(events).at(-1) ?? before
            events = []
            connect()
          } else if ('handlers' in action) {
            const event = { id: `${++count}`, waits: action.handlers }
            events.push(event)
            const { ends, done, failed } = enter(event.id, action.handlers)
            for (const one of ends) working.push({ event, end: (well) => (well ? done([one]) : failed([one])) })
          } else if (working.length) {
            const [{ event, end }] = working.splice(action.ends % working.length, 1) as [(typeof working)[0]]
            if (action.well) event.waits--
            await end(action.well)
          }
          expect(moves.at(-1) ?? '').toBe(prefix(events).at(-1) ?? before)
          // It never goes back, and never names an event twice.
          expect(moves.map(Number)).toEqual([...new Set(moves.map(Number))].sort((a, b) => a - b))
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('a client with commit: handled()', () => {
  const send = (event: string, data: unknown, id?: string): Step => ({ send: { event, data, id } })
  const DROP: Step = { drop: true }
  const hello = (recovered: boolean, id = 'k3f9x2ab-10'): Step =>
    send('connected', { v: 1, clientId: 'n1.x', cursor: id, recovered, heartbeatMs: 15_000, topics: [] }, id)

  const benchHandled = (options: SSEOptions = {}, script: Step[][] = []) =>
    bench({ commit: handled(), ...options }, { script })

  /** A handler whose work on an event, known by its data, ends when a test says. */
  function working() {
    const ends = new Map<unknown, { resolve(): void; reject(error: unknown): void }>()
    const handler = (data: unknown): Promise<void> =>
      new Promise((resolve, reject) => void ends.set(data, { resolve, reject }))
    return {
      handler,
      done: (data: unknown) => ends.get(data)?.resolve(),
      failed: (data: unknown) => ends.get(data)?.reject(`failed ${data}`),
    }
  }

  it('moves lastEventId past an event once its handlers have succeeded; the event has its own id', async () => {
    const { sse, stream, clock, log } = benchHandled()
    const { handler, done } = working()
    sse.subscribe('tick', (data, { id }) => {
      log.push([id, sse.lastEventId])
      return handler(data)
    })
    sse.subscribe('tock', (_, { id }) => void log.push([id, sse.lastEventId]))
    await clock.settle()
    stream.send('tock', 1, { id: '1' })
    stream.send('tick', 2, { id: '2' })
    stream.send('tick', 3, { id: '3' })
    stream.send('tock', 4, { id: '4' })
    await clock.settle()
    expect(log).toEqual([
      ['1', ''],
      ['2', '1'],
      ['3', '1'],
      ['4', '1'],
    ])
    done(3)
    await clock.settle()
    expect(sse.lastEventId).toBe('1')
    done(2)
    await clock.settle()
    expect(sse.lastEventId).toBe('4')
  })

  it('waits for all handlers of an event', async () => {
    const { sse, stream, clock } = benchHandled()
    const [first, second] = [working(), working()]
    sse.subscribe('tick', first.handler)
    sse.subscribe('*', second.handler)
    await clock.settle()
    stream.send('tick', 1, { id: '1' })
    await clock.settle()
    first.done(1)
    await clock.settle()
    expect(sse.lastEventId).toBe('')
    second.done(1)
    await clock.settle()
    expect(sse.lastEventId).toBe('1')
  })

  it('does not wait for handlers without the option', async () => {
    const { sse, stream, clock } = bench({ onHandlerError() {} })
    sse.subscribe('tick', () => Promise.reject('oops'))
    sse.subscribe('tick', () => new Promise(() => {}))
    await clock.settle()
    stream.send('tick', 1, { id: '1' })
    await clock.settle()
    expect(sse.lastEventId).toBe('1')
  })

  it.each([
    ['throws', true],
    ['rejects', false],
  ])(
    'keeps lastEventId before an event whose handler %s, reports it once, and hands out later events',
    async (_, sync) => {
      const onHandlerError = vi.fn()
      const { sse, stream, clock, log } = benchHandled({ onHandlerError })
      sse.subscribe('tick', (data) => {
        log.push(data)
        if (data !== 2) return undefined
        if (sync) throw 'oops'
        return Promise.reject('oops')
      })
      await clock.settle()
      stream.send('tick', 1, { id: '1' })
      stream.raw('event: tick\nid: 2\ndata: 2\n\nevent: tick\nid: 3\ndata: 3\n\n')
      await clock.settle()
      stream.send('tick', 4, { id: '4' })
      await clock.settle()
      expect(log).toEqual([1, 2, 3, 4])
      expect(sse.lastEventId).toBe('1')
      expect(onHandlerError.mock.calls).toEqual([['oops', expect.objectContaining({ type: 'tick', data: 2, id: '2' })]])
    },
  )

  it.each([
    ['nobody subscribes to', 'unheard', '1'],
    ['cannot be decoded', 'tick', '{oops'],
  ])('moves lastEventId past an event that %s', async (_, type, text) => {
    const { sse, stream, clock } = benchHandled({ onInvalid() {} })
    sse.subscribe('tick', () => {})
    await clock.settle()
    stream.sendText(type, text, { id: '1' })
    await clock.settle()
    expect(sse.lastEventId).toBe('1')
  })

  it('counts a handler that wants one event, and no event that comes after a handler has left', async () => {
    const { sse, stream, clock } = benchHandled()
    const once = working()
    const gone = working()
    sse.subscribe('tick', once.handler, { once: true })
    const off = sse.subscribe('tick', gone.handler)
    sse.subscribe('other', () => {})
    await clock.settle()
    stream.send('tick', 1, { id: '1' })
    await clock.settle()
    off()
    stream.send('tick', 2, { id: '2' })
    await clock.settle()
    once.done(1)
    await clock.settle()
    expect(sse.lastEventId).toBe('')
    // What it has begun it has to finish.
    gone.done(1)
    await clock.settle()
    expect(sse.lastEventId).toBe('2')
  })

  it('counts the handlers of a topic', async () => {
    const { stream, clock } = benchHandled()
    const sse = createHubClient('/events', { clock, fetch: stream.fetch, commit: handled() })
    onTestFinished(() => sse.close())
    const { handler, done } = working()
    sse.topic('orders').subscribe(handler)
    await clock.settle()
    stream.send('orders.created', 1, { id: '1' })
    await clock.settle()
    expect(sse.lastEventId).toBe('')
    done(1)
    await clock.settle()
    expect(sse.lastEventId).toBe('1')
  })

  it('ends without a trace when a handler calls close()', async () => {
    const { sse, stream, clock, log } = benchHandled()
    sse.subscribe('tick', (data) => {
      log.push(data)
      sse.close()
    })
    sse.subscribe('tick', () => log.push('another'))
    await clock.settle()
    stream.raw('event: tick\nid: 1\ndata: 1\n\nevent: tick\nid: 2\ndata: 2\n\n')
    await clock.advance(60_000)
    expect(log).toEqual([1])
    expect(sse.lastEventId).toBe('1')
    expect(clock.timers).toBe(0)
  })

  it.each(['reconnect', 'disconnect'] as const)('resumes behind the event whose handler calls %s()', async (act) => {
    const { sse, stream, clock, log } = benchHandled()
    sse.subscribe('tick', (data) => {
      log.push(data)
      if (log.length > 1) return
      sse[act]()
      sse.connect()
    })
    await clock.settle()
    stream.raw('event: tick\nid: 1\ndata: 1\n\nevent: tick\nid: 2\ndata: 2\n\n')
    await clock.settle()
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1'])
    expect(log).toEqual([1])
  })

  it('hands out again, from any server, the event that failed and all that came after it', async () => {
    const ticks = [1, 2, 3, 4].map((n) => send('tick', n, `${n}`))
    const { sse, stream, clock, log } = benchHandled({ onHandlerError() {} }, [
      [...ticks, DROP],
      [...ticks.slice(1), send('tick', 5, '5')],
    ])
    let failed = false
    sse.subscribe('tick', async (data) => {
      log.push(data)
      if (data !== 2 || failed) return
      failed = true
      throw 'oops'
    })
    await clock.advance(5000)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1'])
    expect(log).toEqual([1, 2, 3, 4, 2, 3, 4, 5])
    expect(sse.lastEventId).toBe('5')
  })

  it('hands out again with hub() too, but nothing that lies behind the cursor', async () => {
    const at = (n: number): string => `k3f9x2ab-${n}`
    const ticks = [11, 12, 13].map((n) => send('tick', n, at(n)))
    const { sse, stream, clock, log } = benchHandled({ server: hub(), onHandlerError() {} }, [
      [hello(false), ...ticks, DROP],
      [hello(true, at(11)), ...ticks, send('ping', {}, at(14))],
    ])
    let failed = false
    sse.subscribe('tick', async (data) => {
      log.push(data)
      if (data !== 12 || failed) return
      failed = true
      throw 'oops'
    })
    await clock.advance(5000)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', at(11)])
    expect(log).toEqual([11, 12, 13, 12, 13])
    expect(sse.lastEventId).toBe(at(14))
  })

  it('counts what handlers finish while there is no connection, and not after the next has opened', async () => {
    const { sse, stream, clock } = benchHandled({}, [
      [send('tick', 1, '1'), send('tick', 2, '2'), DROP],
      [{ open: { delay: 1000 } }, send('tick', 2, '2'), send('tick', 3, '3')],
    ])
    const [early, late] = [working(), working()]
    let connection = 0
    sse.observe({ onState: ({ status }) => status === 'connecting' && connection++ })
    sse.subscribe('tick', (data) => (connection === 1 ? early : late).handler(data))
    await clock.settle()
    early.done(1)
    await clock.advance(600)
    expect(stream.requests[1]?.lastEventId).toBe('1')
    await clock.advance(1000)
    expect(sse.state.get().status).toBe('open')
    early.done(2)
    await clock.settle()
    expect(sse.lastEventId).toBe('1')
    late.done(3)
    late.done(2)
    await clock.settle()
    expect(sse.lastEventId).toBe('3')
  })

  it('moves lastEventId by a control event only when the events before it are handled', async () => {
    const { sse, stream, clock } = benchHandled({ server: hub() }, [[hello(false), send('tick', 1, 'k3f9x2ab-11')]])
    const { handler, done } = working()
    sse.subscribe('tick', handler)
    await clock.settle()
    stream.send('ping', {}, { id: 'k3f9x2ab-20' })
    await clock.settle()
    expect(sse.lastEventId).toBe('k3f9x2ab-10')
    done(1)
    await clock.settle()
    expect(sse.lastEventId).toBe('k3f9x2ab-20')
  })

  it('drops a last event id that is refused, and no earlier handler brings it back', async () => {
    const { sse, stream, clock } = benchHandled({}, [
      [send('tick', 1, '1'), send('tick', 2, '2'), DROP],
      [{ refuse: { status: 409 } }],
      [{ open: { delay: 1000 } }, DROP],
    ])
    const { handler, done } = working()
    sse.subscribe('tick', handler)
    const onGap = vi.fn(() => done(2))
    sse.observe({ onGap })
    await clock.settle()
    done(1)
    await clock.advance(600)
    expect(onGap.mock.calls).toMatchObject([[{ reason: 'refused', requested: '1' }]])
    expect(sse.lastEventId).toBe('')
    await clock.advance(10_000)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1', '', ''])
  })

  it('goes on after a gap from where the server does', async () => {
    const { sse, clock } = benchHandled({ server: hub(), onHandlerError() {} }, [
      [hello(false), send('tick', 1, 'k3f9x2ab-11'), DROP],
      [hello(false, 'p0d1q7zz-5'), send('gap', { reason: 'epoch' }), send('tock', 1, 'p0d1q7zz-6')],
    ])
    sse.subscribe('tick', () => Promise.reject('oops'))
    await clock.advance(5000)
    expect(sse.lastEventId).toBe('p0d1q7zz-6')
  })

  it('reports a failure behind a failure like any other, and leaves no rejection to the platform', async () => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    onTestFinished(() => void process.off('unhandledRejection', unhandled))
    const onHandlerError = vi.fn()
    const { sse, stream, clock } = benchHandled({ onHandlerError })
    sse.subscribe('tick', (data) => {
      throw data
    })
    sse.subscribe('tick', (data) => Promise.reject(data))
    await clock.settle()
    for (const n of [1, 2, 3]) {
      stream.send('tick', n, { id: `${n}` })
      await clock.settle()
    }
    sse.close()
    await clock.settle()
    expect(onHandlerError.mock.calls.map(([error]) => error)).toEqual([1, 1, 2, 2, 3, 3])
    expect(unhandled).not.toHaveBeenCalled()
  })
})

describe('handled() with our own hub', () => {
  /** A client of a hub in this process. */
  function joined() {
    const { hub: server, clock } = hubBench()
    let drop = (): void => {}
    const sse = createSSE(`${ORIGIN}/events`, {
      commit: handled(),
      server: hub(),
      clock,
      onHandlerError() {},
      fetch(input, init) {
        const controller = new AbortController()
        drop = () => controller.abort()
        init?.signal?.addEventListener('abort', drop)
        return server.fetch(new Request(input, { ...init, signal: controller.signal }))
      },
    })
    onTestFinished(() => sse.close())
    return { server, clock, sse, drop: () => drop() }
  }

  it('has every event handled in the end, and hands out none again that the cursor has passed', async () => {
    const ms = fc.nat({ max: 4 })
    /** How long the handler of each event takes: the times that it fails, and then to succeed. 0: it is not async. And until the next one. */
    const event = fc.record({ failures: fc.array(ms, { maxLength: 2 }), success: ms, pause: ms })
    const events = fc.array(event, { minLength: 1, maxLength: 8 })
    /** How long each connection lasts; those after them last for long enough. */
    const lives = fc.array(ms, { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(events, lives, async (all, lasts) => {
        const { server, clock, sse, drop } = joined()
        const given = all.map(() => 0)
        const succeeded = new Set<number>()
        const again: number[] = []
        let passed = 0
        sse.subscribe('n', (data) => {
          const n = data as number
          if (n < passed) again.push(n)
          const time = all[n]?.failures[given[n] ?? 0]
          given[n] = (given[n] ?? 0) + 1
          const end = (): void => {
            if (time !== undefined) throw 'oops'
            succeeded.add(n)
          }
          const takes = time ?? all[n]?.success
          return takes ? new Promise<void>((resolve) => clock.setTimeout(resolve, takes)).then(end) : end()
        })
        await clock.settle()
        for (const [n, { pause }] of all.entries()) {
          await server.publish('n', n)
          if (pause) await clock.advance(pause)
        }
        for (let connection = 0; connection < 30 && passed < all.length; connection++) {
          await clock.advance(lasts[connection] ?? 10)
          const before = passed
          passed = Number(sse.lastEventId.split('-').at(-1))
          expect(passed).toBeGreaterThanOrEqual(before)
          for (let n = 0; n < passed; n++) expect(succeeded).toContain(n)
          drop()
          await clock.advance(40_000)
        }
        expect([passed, again]).toEqual([all.length, []])
        sse.close()
      }),
      { numRuns: 30 },
    )
  })
})
