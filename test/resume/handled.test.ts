import fc from 'fast-check'
import type { Transport, TransportRequest, TransportSink, Work } from 'headwater'
import { handled } from 'headwater/resume'
import { describe, expect, it } from 'vitest'
import { fakeHost } from '../support/host.ts'
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
