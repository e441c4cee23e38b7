import type { ConnectionState, PauseReason, SSEOptions } from 'headwater'
import { createClock, type Step } from 'headwater/testing'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { SSEError } from '../src/errors.ts'
import { createLifecycle } from '../src/lifecycle.ts'
import { type ConnectionInput, transition } from '../src/machine.ts'
import { FRESH } from '../src/retry.ts'
import { type Bench, bench } from './support/client.ts'
import { stagePage } from './support/page.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const refuse = (status: number, headers: Record<string, string> = {}): Step[] => [{ refuse: { status, headers } }]
const reasons = ({ sse }: Bench): readonly PauseReason[] => {
  const state = sse.state.get()
  return state.status === 'paused' ? state.reasons : []
}
const ids = ({ stream }: Bench): string[] => stream.requests.map(({ lastEventId }) => lastEventId)

/** A client with a subscriber that has got an event with the id 7. */
async function subscribed(options: SSEOptions = {}): Promise<Bench> {
  const all = bench(options)
  all.sse.subscribe('tick', (data) => all.log.push(data))
  await all.clock.settle()
  all.stream.send('tick', 1, { id: '7' })
  await all.clock.settle()
  return all
}

describe('every signal in every state', () => {
  const T0 = Date.UTC(2026, 0)
  const error = new SSEError('network', 'gone')
  const connecting: ConnectionState = { status: 'connecting', attempt: 2 }
  const waiting: ConnectionState = { status: 'waiting', attempt: 2, until: T0 + 20_000, error }
  const sooner: ConnectionState = { ...waiting, until: T0 + 1000 }
  const open: ConnectionState = { status: 'open', since: T0 - 90_000, attempt: 0 }
  const paused = (...reasons: PauseReason[]): ConnectionState => ({ status: 'paused', reasons })
  const same = undefined

  /**
   * What a signal does to a state, and in how many ms there is to be another look; after a minute in which nothing was heard and
   * the page was seen or not.
   */
  async function told(state: ConnectionState, signal: string, seen: boolean, repeatable = true) {
    const page = stagePage()
    const clock = createClock({ now: T0 - 60_000 })
    const looks: number[] = []
    const lifecycle = createLifecycle(
      { clock, pauseWhenHidden: 0 },
      {
        state: { get: () => state },
        heartbeat: { heardAt: clock.now(), limit: Infinity },
        recovery: { history: { ...FRESH, failures: 2 } },
        isRepeatable: () => repeatable,
        wanted: () => true,
        send(...input: ConnectionInput) {
          state = transition(state, input)
        },
        wake: (at) => looks.push(at - T0),
        stale() {},
      },
    )
    onTestFinished(() => lifecycle.end())
    const before = state
    lifecycle.begin()
    if (!seen) page.hide()
    state = before
    await clock.advance(60_000)
    if (signal === 'show' || signal === 'hide') page[signal]()
    else page.signal(signal)
    return { state, looks }
  }

  it.each<[state: ConnectionState, signal: string, seen: boolean, after: ConnectionState | undefined, look?: number]>([
    [connecting, 'freeze', true, paused('frozen')],
    [connecting, 'pagehide', true, paused('frozen')],
    [connecting, 'resume', true, same],
    [connecting, 'pageshow', true, same],
    [connecting, 'hide', true, paused('hidden')],
    [connecting, 'show', false, same],
    [connecting, 'online', true, same],
    [open, 'freeze', true, paused('frozen')],
    [open, 'pagehide', true, paused('frozen')],
    [open, 'resume', true, same],
    [open, 'pageshow', true, same],
    [open, 'hide', true, paused('hidden')],
    [open, 'show', false, same, 1000],
    [open, 'show', true, same],
    [open, 'online', true, same, 1000],
    [waiting, 'freeze', true, paused('frozen')],
    [waiting, 'pagehide', true, paused('frozen')],
    [waiting, 'resume', true, same],
    [waiting, 'pageshow', true, same],
    [waiting, 'hide', true, paused('hidden')],
    [waiting, 'show', false, sooner],
    [waiting, 'online', true, sooner],
    [paused('frozen'), 'freeze', true, same],
    [paused('frozen'), 'pagehide', true, same],
    [paused('frozen'), 'resume', true, connecting],
    [paused('frozen'), 'pageshow', true, connecting],
    [paused('frozen'), 'hide', true, paused('frozen', 'hidden')],
    [paused('frozen'), 'show', false, same],
    [paused('frozen'), 'online', true, same],
    [paused('hidden'), 'freeze', false, paused('hidden', 'frozen')],
    [paused('hidden'), 'pagehide', false, paused('hidden', 'frozen')],
    [paused('hidden'), 'resume', false, same],
    [paused('hidden'), 'pageshow', false, same],
    [paused('hidden'), 'hide', false, same],
    [paused('hidden'), 'show', false, connecting],
    [paused('hidden'), 'online', false, same],
    [paused('manual'), 'freeze', true, paused('manual', 'frozen')],
    [paused('manual'), 'pagehide', true, paused('manual', 'frozen')],
    [paused('manual'), 'resume', true, same],
    [paused('manual'), 'pageshow', true, same],
    [paused('manual'), 'hide', true, paused('manual', 'hidden')],
    [paused('manual'), 'show', false, same],
    [paused('manual'), 'online', true, same],
    [paused('offline'), 'freeze', true, paused('offline', 'frozen')],
    [paused('offline'), 'pagehide', true, paused('offline', 'frozen')],
    [paused('offline'), 'resume', true, same],
    [paused('offline'), 'pageshow', true, same],
    [paused('offline'), 'hide', true, paused('offline', 'hidden')],
    [paused('offline'), 'show', false, same, 1000],
    [paused('offline'), 'online', true, same, 1000],
  ])('%j, told %s (seen until then: %j), becomes %j, with another look in %s ms', async (...row) => {
    const [state, signal, seen, after, look] = row
    expect(await told(state, signal, seen)).toEqual({ state: after ?? state, looks: look ? [look] : [] })
  })

  it.each(
    ['freeze', 'pagehide', 'pageshow', 'resume', 'show', 'hide', 'online'].flatMap((signal) => [
      [signal, connecting] as const,
      [signal, open] as const,
    ]),
  )('%s does nothing to a request that cannot be sent again, %j', async (signal, state) => {
    expect(await told(state, signal, signal !== 'show', false)).toEqual({ state, looks: [] })
  })
})

describe('a page that is suspended', () => {
  it.each([
    ['freeze', {}, 'resume'],
    ['pagehide', { persisted: true }, 'pageshow'],
    ['pagehide', { persisted: false }, 'pageshow'],
    ['freeze', {}, 'pageshow'],
    ['pagehide', { persisted: true }, 'resume'],
  ])('after %s %j has no connection, and after %s has one that resumes', async (away, more, back) => {
    const page = stagePage()
    const all = await subscribed()
    const { stream, clock, log } = all
    page.signal(away, more)
    expect(reasons(all)).toEqual(['frozen'])
    await clock.settle()
    expect(stream.connections).toEqual([])
    expect(clock.timers).toBe(0)
    page.signal(back)
    await clock.settle()
    expect(ids(all)).toEqual(['', '7'])
    stream.send('tick', 2, { id: '8' })
    await clock.settle()
    expect(log).toEqual([1, 2])
  })

  it('is told so twice, as browsers do, with the same outcome', async () => {
    const page = stagePage()
    const all = await subscribed()
    const { clock, statuses } = all
    page.signal('pagehide')
    page.freeze()
    expect(reasons(all)).toEqual(['frozen'])
    page.thaw()
    page.signal('pageshow')
    await clock.advance(20_000)
    page.signal('pageshow')
    await clock.advance(60_000)
    expect(ids(all)).toEqual(['', '7'])
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'paused', 'connecting', 'open'])
  })

  it('reopens also what was heard of in the last moment', async () => {
    const page = stagePage()
    const all = await subscribed()
    page.freeze()
    page.thaw()
    await all.clock.settle()
    expect(ids(all)).toEqual(['', '7'])
  })

  it('sends nothing of a request that is being made', async () => {
    const page = stagePage()
    const all = bench({ headers: async () => ({}) })
    all.sse.connect()
    page.freeze()
    await all.clock.advance(60_000)
    expect(all.stream.requests).toEqual([])
    page.thaw()
    await all.clock.settle()
    expect(all.stream.requests).toHaveLength(1)
  })

  it('tries again at once when it is back, and remembers what failed', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench({ retry: { initial: 30_000 } }, { script: [refuse(503), refuse(503)] })
    sse.connect()
    await clock.settle()
    page.freeze()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
    page.thaw()
    expect(sse.state.get()).toEqual({ status: 'connecting', attempt: 1 })
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 2 })
  })

  it('forgets failures before a connection that had proved itself', async () => {
    const page = stagePage()
    const { sse, clock } = bench({}, { script: [refuse(503)] })
    sse.connect()
    await clock.advance(600)
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 1 })
    await clock.advance(10_000)
    page.freeze()
    page.thaw()
    expect(sse.state.get()).toEqual({ status: 'connecting', attempt: 0 })
  })

  it('with nobody who listens any more goes idle when it is back, and listens to the page no more', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench()
    const remove = vi.spyOn(globalThis, 'removeEventListener')
    const off = sse.subscribe('tick', () => {})
    await clock.settle()
    page.freeze()
    off()
    await clock.advance(60_000)
    expect(sse.state.get()).toEqual({ status: 'paused', reasons: ['frozen'] })
    page.thaw()
    expect(sse.state.get()).toEqual({ status: 'idle' })
    expect(remove.mock.calls.map(([type]) => type)).toContain('pageshow')
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('does not revive what is closed meanwhile', async () => {
    const page = stagePage()
    const { sse, stream, clock } = await subscribed()
    page.freeze()
    sse.close()
    page.thaw()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
  })

  it('keeps no page from the back/forward cache, and nothing listens while nobody wants a connection', async () => {
    const add = vi.spyOn(globalThis, 'addEventListener')
    const remove = vi.spyOn(globalThis, 'removeEventListener')
    const types = (calls: readonly (readonly unknown[])[]): unknown[] => calls.map(([type]) => type).sort()
    const { sse, clock } = bench({ linger: 0 })
    expect(add).not.toHaveBeenCalled()
    const off = sse.subscribe('tick', () => {})
    await clock.settle()
    expect(types(add.mock.calls)).toEqual(
      ['freeze', 'online', 'pagehide', 'pageshow', 'prerenderingchange', 'resume', 'visibilitychange'].sort(),
    )
    off()
    await clock.advance(0)
    expect(sse.state.get().status).toBe('idle')
    expect(types(remove.mock.calls)).toEqual(types(add.mock.calls))
  })
})

describe('listening to the page', () => {
  it('begins again with the next connection', async () => {
    const page = stagePage()
    const all = bench({ linger: 0 })
    const off = all.sse.subscribe('tick', () => {})
    await all.clock.settle()
    off()
    await all.clock.advance(0)
    all.sse.subscribe('tick', () => {})
    await all.clock.settle()
    page.freeze()
    expect(reasons(all)).toEqual(['frozen'])
  })

  it.each(['onState', 'onRetry'] as const)('does not begin for a client that is closed in %s', async (name) => {
    const add = vi.spyOn(globalThis, 'addEventListener')
    const remove = vi.spyOn(globalThis, 'removeEventListener')
    const { sse, clock } = bench({}, { script: [[{ drop: true }]] })
    sse.observe({ [name]: () => sse.close() })
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get().status).toBe('closed')
    expect(remove).toHaveBeenCalledTimes(add.mock.calls.length)
  })
})

describe('frozen, hidden and disconnected', () => {
  const away = { freeze: 'frozen', hide: 'hidden', disconnect: 'manual' } as const
  const back = { freeze: 'thaw', hide: 'show', disconnect: 'connect' } as const
  type Act = keyof typeof away
  const orders: Act[][] = [
    ['freeze', 'hide', 'disconnect'],
    ['freeze', 'disconnect', 'hide'],
    ['hide', 'freeze', 'disconnect'],
    ['hide', 'disconnect', 'freeze'],
    ['disconnect', 'freeze', 'hide'],
    ['disconnect', 'hide', 'freeze'],
  ]
  it.each(orders.flatMap((order) => orders.map((lifted) => [order, lifted] as const)))(
    'by %j are lifted one by one, in the order %j',
    async (order, lifted) => {
      const page = stagePage()
      const all = await subscribed({ pauseWhenHidden: 0 })
      const { sse, stream, clock } = all
      const acts = { ...page, connect: sse.connect, disconnect: sse.disconnect }
      for (const act of order) acts[act]()
      let left: PauseReason[] = order.map((act) => away[act])
      expect(reasons(all)).toEqual(left)
      for (const act of lifted) {
        await clock.advance(1000)
        expect(stream.requests).toHaveLength(1)
        acts[back[act]]()
        left = left.filter((reason) => reason !== away[act])
        expect(reasons(all)).toEqual(left)
      }
      await clock.settle()
      expect(ids(all)).toEqual(['', '7'])
    },
  )
})

describe('Retry-After', () => {
  const LATER: Step[][] = [refuse(503, { 'retry-after': '60' })]

  it.each([
    ['frozen', 'freeze', 'thaw'],
    ['hidden', 'hide', 'show'],
  ] as const)('is waited for though the page was %s meanwhile', async (_, away, back) => {
    const page = stagePage()
    const { sse, stream, clock } = bench({ pauseWhenHidden: 0 }, { script: LATER })
    sse.subscribe('tick', () => {})
    await clock.settle()
    const waiting = sse.state.get()
    expect(waiting).toMatchObject({ status: 'waiting', until: clock.now() + 66_000 })
    page[away]()
    expect(sse.state.get().status).toBe('paused')
    await clock.advance(5000)
    page[back]()
    expect(sse.state.get()).toEqual(waiting)
    await clock.advance(60_999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 1 })
  })

  it('that is over by then keeps nobody waiting', async () => {
    const page = stagePage()
    const { sse, clock } = bench({}, { script: LATER })
    sse.subscribe('tick', () => {})
    await clock.settle()
    page.freeze()
    await clock.advance(66_000)
    page.thaw()
    expect(sse.state.get().status).toBe('connecting')
  })

  it.each(['reconnect', 'connect'] as const)('that %s() has gone past binds no longer', async (act) => {
    const page = stagePage()
    const { sse, clock } = bench({}, { script: LATER })
    sse.subscribe('tick', () => {})
    await clock.settle()
    if (act === 'connect') sse.disconnect()
    sse[act]()
    await clock.settle()
    expect(sse.state.get().status).toBe('open')
    page.freeze()
    page.thaw()
    await clock.settle()
    expect(sse.state.get().status).toBe('open')
  })

  it('is not shortened by whoever looks at the page', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench({}, { script: LATER })
    sse.subscribe('tick', () => {})
    await clock.settle()
    page.hide()
    page.show()
    await clock.advance(65_999)
    expect(stream.requests).toHaveLength(1)
  })

  it('is kept by a client that a server has sent away for a while, too', async () => {
    const page = stagePage()
    const hello = { event: 'connected', data: { v: 1, recovered: false }, id: 'k3f9x2ab-10' }
    const goodbye = { event: 'goodbye', data: { reconnectInMs: 20_000 } }
    const { sse, stream, clock } = bench({}, { script: [[{ send: hello }, { send: goodbye }, { end: true }]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    page.signal('online')
    page.freeze()
    page.thaw()
    await clock.advance(19_999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(stream.requests).toHaveLength(2)
  })
})

describe('a request that cannot be sent again', () => {
  const REQUEST = { mode: 'request', method: 'POST', body: 'x', pauseWhenHidden: 0 } as const

  it.each(['freeze', 'pagehide', 'hide'])('is not paused by %s', async (signal) => {
    const page = stagePage()
    const { sse, stream, clock, log } = bench(REQUEST)
    sse.subscribe('token', (data) => log.push(data))
    await clock.settle()
    if (signal === 'hide') page.hide()
    else page.signal(signal)
    await clock.advance(5000)
    expect(sse.state.get().status).toBe('open')
    stream.send('token', 'a')
    stream.end()
    await clock.settle()
    expect(log).toEqual(['a'])
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
    expect(stream.requests).toHaveLength(1)
  })

  it('is sent from a page that nobody looks at', async () => {
    stagePage(false)
    const { sse, stream, clock } = bench(REQUEST)
    sse.subscribe('token', () => {})
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
    expect(sse.state.get().status).toBe('open')
  })

  it('has ten seconds to be heard of when a suspended page is back, and is stalled then', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench(REQUEST)
    sse.subscribe('token', () => {})
    await clock.settle()
    page.freeze()
    await clock.sleep(600_000)
    page.thaw()
    await clock.advance(9999)
    expect(sse.state.get().status).toBe('open')
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'stalled' } })
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('goes on if it is heard of by then', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench(REQUEST)
    sse.subscribe('token', () => {})
    await clock.settle()
    page.freeze()
    await clock.sleep(600_000)
    page.thaw()
    page.signal('pageshow')
    page.show()
    page.signal('online')
    await clock.advance(9999)
    stream.comment()
    await clock.advance(600_000)
    expect(sse.state.get().status).toBe('open')
  })

  it('is not hurried by the pageshow of a page that has only just been loaded', async () => {
    const page = stagePage()
    const { sse, clock } = bench(REQUEST)
    sse.subscribe('token', () => {})
    await clock.settle()
    page.signal('pageshow', { persisted: false })
    await clock.advance(600_000)
    expect(sse.state.get().status).toBe('open')
  })

  it('with an id is paused, and resumes from it', async () => {
    const page = stagePage()
    const all = bench(REQUEST)
    all.sse.subscribe('token', () => {})
    await all.clock.settle()
    all.stream.send('token', 'a', { id: '1' })
    await all.clock.settle()
    page.freeze()
    expect(reasons(all)).toEqual(['frozen'])
    page.thaw()
    await all.clock.settle()
    expect(ids(all)).toEqual(['', '1'])
  })

  it('that got its id while the page was away is resumed from it if it stays silent', async () => {
    const page = stagePage()
    const all = bench(REQUEST)
    all.sse.subscribe('token', () => {})
    await all.clock.settle()
    page.freeze()
    all.stream.send('token', 'a', { id: '1' })
    await all.clock.settle()
    page.thaw()
    await all.clock.advance(9999)
    expect(all.stream.requests).toHaveLength(1)
    await all.clock.advance(1)
    expect(ids(all)).toEqual(['', '1'])
    expect(all.sse.state.get()).toMatchObject({ status: 'open', attempt: 0 })
  })
})

describe('pauseWhenHidden', () => {
  it.each([undefined, false, Infinity] as const)('%s: the connection stays', async (pauseWhenHidden) => {
    const page = stagePage()
    const { sse, stream, clock } = await subscribed({ pauseWhenHidden })
    page.hide()
    await clock.advance(3_600_000)
    expect(sse.state.get().status).toBe('open')
    expect(stream.requests).toHaveLength(1)
  })

  it('5000: it is paused after that, and resumed as soon as somebody looks', async () => {
    const page = stagePage()
    const all = await subscribed({ pauseWhenHidden: 5000 })
    const { sse, stream, clock } = all
    page.hide()
    await clock.advance(4999)
    expect(sse.state.get().status).toBe('open')
    await clock.advance(1)
    expect(reasons(all)).toEqual(['hidden'])
    await clock.settle()
    expect(stream.connections).toEqual([])
    await clock.advance(600_000)
    page.show()
    expect(sse.state.get().status).toBe('connecting')
    await clock.settle()
    expect(ids(all)).toEqual(['', '7'])
  })

  it('0: at once', async () => {
    const page = stagePage()
    const all = await subscribed({ pauseWhenHidden: 0 })
    page.hide()
    expect(reasons(all)).toEqual(['hidden'])
  })

  it('counts afresh when somebody has looked in between, and not when it is told twice', async () => {
    const page = stagePage()
    const all = await subscribed({ pauseWhenHidden: 5000 })
    page.hide()
    await all.clock.advance(4000)
    page.show()
    page.hide()
    await all.clock.advance(4000)
    page.hide()
    expect(reasons(all)).toEqual([])
    await all.clock.advance(1000)
    expect(reasons(all)).toEqual(['hidden'])
  })

  it('goes on when a hidden page is told to be hidden', async () => {
    const page = stagePage()
    const all = await subscribed({ pauseWhenHidden: 5000 })
    page.hide()
    await all.clock.advance(5000)
    page.hide()
    expect(reasons(all)).toEqual(['hidden'])
    await all.clock.advance(60_000)
    expect(all.stream.requests).toHaveLength(1)
  })

  it('leaves no timer behind with close()', async () => {
    const page = stagePage()
    const { sse, clock } = await subscribed({ pauseWhenHidden: 5000 })
    page.hide()
    sse.close()
    expect(clock.timers).toBe(0)
  })

  it('counts also in a page that nobody looked at when the client began', async () => {
    const page = stagePage(false)
    const all = bench({ pauseWhenHidden: 5000 })
    all.sse.subscribe('tick', () => {})
    await all.clock.advance(4999)
    expect(all.sse.state.get().status).toBe('open')
    await all.clock.advance(1)
    expect(reasons(all)).toEqual(['hidden'])
    page.show()
    await all.clock.settle()
    expect(all.sse.state.get().status).toBe('open')
  })

  it('0 sends no request at all from such a page', async () => {
    const page = stagePage(false)
    const all = bench({ pauseWhenHidden: 0 })
    all.sse.subscribe('tick', () => {})
    await all.clock.advance(60_000)
    expect(reasons(all)).toEqual(['hidden'])
    expect(all.stream.requests).toEqual([])
    page.show()
    await all.clock.settle()
    expect(all.stream.requests).toHaveLength(1)
  })

  it('pauses what waits for its next try, and who looks has it tried at once', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench(
      { pauseWhenHidden: 0, retry: { initial: 30_000 } },
      { script: [[{ drop: true }]] },
    )
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get().status).toBe('waiting')
    page.hide()
    await clock.advance(600_000)
    expect(stream.requests).toHaveLength(1)
    page.show()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 1 })
  })
})

describe('whoever looks at the page again', () => {
  it('brings a waiting try forward to the next two seconds', async () => {
    const page = stagePage()
    const onRetry = vi.fn()
    const { sse, clock } = bench({ onRetry, retry: { initial: 30_000 } }, { script: [[{ drop: true }]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    page.hide()
    page.show()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, until: clock.now() + 1000 })
    expect(onRetry).toHaveBeenCalledTimes(1)
    await clock.advance(1000)
    expect(sse.state.get().status).toBe('open')
  })

  it('puts none off that is sooner', async () => {
    const page = stagePage()
    const { sse, clock } = bench({}, { script: [[{ drop: true }]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    const waiting = sse.state.get()
    page.show()
    expect(sse.state.get()).toBe(waiting)
  })

  it('has the network looked at again that the browser says is gone', async () => {
    const page = stagePage()
    vi.stubGlobal('navigator', { onLine: false })
    const { sse, stream, clock } = bench({}, { script: [[{ drop: true }]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get()).toEqual({ status: 'paused', reasons: ['offline'] })
    page.show()
    await clock.advance(999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(sse.state.get().status).toBe('open')
  })

  const HEARTBEAT: Step[][] = [[{ open: { headers: { 'x-sse-heartbeat': '15000' } } }]]

  it.each([
    [18_749, 1],
    [18_750, 2],
  ])(
    'after %i ms of silence, where 37 500 are too long, finds %i requests a second later',
    async (silence, requests) => {
      const page = stagePage()
      const { sse, stream, clock, statuses } = bench({}, { script: HEARTBEAT })
      sse.subscribe('tick', () => {})
      await clock.settle()
      await clock.advance(silence)
      page.show()
      await clock.advance(999)
      expect(stream.requests).toHaveLength(1)
      await clock.advance(1)
      expect(stream.requests).toHaveLength(requests)
      expect(statuses()).not.toContain('waiting')
      expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 0 })
    },
  )

  it('leaves a line that is heard of within that second', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench({}, { script: HEARTBEAT })
    sse.subscribe('tick', () => {})
    await clock.settle()
    await clock.advance(30_000)
    page.show()
    await clock.advance(500)
    stream.comment()
    await clock.advance(10_000)
    expect(stream.requests).toHaveLength(1)
  })

  it.each([
    // hidden for, silent for, requests
    ['a short while, and the line silent for long', 30_000, 60_000, 1],
    ['long, and the line silent for as long', 30_001, 30_001, 2],
    ['long, but the line was heard of', 60_000, 29_999, 1],
  ])('of unknown rhythm, hidden for %s', async (_, unseen, silence, requests) => {
    const page = stagePage()
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    const early = Math.max(silence - unseen, 0)
    await clock.advance(early)
    page.hide()
    const before = unseen - Math.min(silence, unseen)
    await clock.advance(before)
    if (before) stream.comment()
    await clock.advance(unseen - before)
    page.show()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(requests)
  })

  it('doubts no quiet line in a page that was never hidden', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.advance(3_600_000)
    page.show()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })
})

describe('a page that is rendered ahead of a visit', () => {
  it.each([
    ['subscribe', {}],
    ['request', { mode: 'request' }],
  ] as const)('sends no request until it is visited, and one then: mode %s', async (_, options) => {
    const page = stagePage(false, true)
    const headers = vi.fn(() => ({}))
    const all = bench({ ...options, headers })
    all.sse.subscribe('tick', () => {})
    await all.clock.advance(600_000)
    page.signal('pageshow')
    page.signal('visibilitychange')
    page.signal('online')
    await all.clock.advance(600_000)
    expect(reasons(all)).toEqual(['hidden'])
    expect(headers).not.toHaveBeenCalled()
    page.activate(true)
    await all.clock.settle()
    expect(all.stream.requests).toHaveLength(1)
    expect(all.sse.state.get().status).toBe('open')
  })

  it('is held by no connect() or reconnect() either', async () => {
    stagePage(false, true)
    const { sse, stream, clock } = bench()
    sse.connect()
    sse.reconnect()
    await clock.advance(60_000)
    expect(stream.requests).toEqual([])
  })

  it('and is visited behind another tab, connects', async () => {
    const page = stagePage(false, true)
    const { sse, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    page.activate(false)
    await clock.settle()
    expect(sse.state.get().status).toBe('open')
  })

  it('and is visited behind another tab, is paused after pauseWhenHidden', async () => {
    const page = stagePage(false, true)
    const all = bench({ pauseWhenHidden: 5000 })
    all.sse.subscribe('tick', () => {})
    await all.clock.settle()
    page.activate(false)
    await all.clock.advance(4999)
    expect(all.sse.state.get().status).toBe('open')
    await all.clock.advance(1)
    expect(reasons(all)).toEqual(['hidden'])
  })

  it('and never is, leaves nothing behind', async () => {
    stagePage(false, true)
    const { sse, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    sse.close()
    expect(clock.timers).toBe(0)
  })
})

it('a client without a page, as in a worker, does without', async () => {
  vi.stubGlobal('document', undefined)
  vi.stubGlobal('addEventListener', undefined)
  vi.stubGlobal('removeEventListener', undefined)
  const { sse, clock } = bench({ pauseWhenHidden: 0 }, {}, 'https://a.test/events')
  sse.subscribe('tick', () => {})
  await clock.settle()
  expect(sse.state.get().status).toBe('open')
  expect(() => sse.close()).not.toThrow()
})
