import fc from 'fast-check'
import { createSSE, type SSEOptions } from 'headwater'
import { createHubClient, hub } from 'headwater/hub'
import { handled } from 'headwater/resume'
import type { Step } from 'headwater/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { bench } from '../support/client.ts'
import { hubBench, ORIGIN } from '../support/reader.ts'

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
