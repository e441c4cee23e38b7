// @vitest-environment page
import type { ConnectionState, PauseReason, SSEOptions } from 'headwater'
import { createClock, type Step } from 'headwater/testing'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { SSEError } from '../../src/base/errors.ts'
import { Connection } from '../../src/connection/connection.ts'
import { resolveOptions } from '../../src/connection/settings.ts'
import { type Bench, bench } from '../support/client.ts'
import { stagePage } from '../support/page.ts'

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
  const closed: ConnectionState = { status: 'closed', error }
  const paused = (...reasons: PauseReason[]): ConnectionState => ({ status: 'paused', reasons })
  const same = undefined

  /**
   * What a signal does to a state, and the timers that are set then, in milliseconds; after a minute in which nothing was
   * heard and the page was visible or not.
   */
  async function afterSignal(state: ConnectionState, signal: string, isVisible: boolean) {
    const page = stagePage()
    const clock = createClock({ now: T0 - 60_000 })
    const set = vi.spyOn(clock, 'setTimeout')
    const transport = { connect: () => ({ close() {} }) }
    const settings = resolveOptions('/events', { clock, transport, pauseWhenHidden: 0, connectTimeout: 0 })
    const connection = new Connection(settings, new Set(), new Set(), () => true)
    onTestFinished(() => connection.end(null))
    // It listens to the page from here on, and sets no timer.
    connection._pause('manual')
    if (!isVisible) page.hide()
    await clock.advance(60_000)
    connection._state = state
    if (state.status === 'waiting') connection._due = state.until
    if (state.status === 'open') connection._opened('')
    connection._failures = 2
    expect(set).not.toHaveBeenCalled()
    if (signal === 'show' || signal === 'hide') page[signal]()
    else page.signal(signal)
    return { state: connection._state, timers: set.mock.calls.map(([, ms]) => ms) }
  }

  it.each<
    [state: ConnectionState, signal: string, isVisible: boolean, after: ConnectionState | undefined, timer?: number]
  >([
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
    [waiting, 'show', false, sooner, 1000],
    [waiting, 'online', true, sooner, 1000],
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
    // A browser that says that it is offline may be wrong: it is asked again within a minute.
    [paused('offline'), 'freeze', true, paused('offline', 'frozen'), 60_000],
    [paused('offline'), 'pagehide', true, paused('offline', 'frozen'), 60_000],
    [paused('offline'), 'resume', true, same],
    [paused('offline'), 'pageshow', true, same],
    [paused('offline'), 'hide', true, paused('offline', 'hidden'), 60_000],
    [paused('offline'), 'show', false, same, 1000],
    [paused('offline'), 'online', true, same, 1000],
    // It watches the page still, as what closed it may have been a deployment.
    [closed, 'freeze', true, same],
    [closed, 'pagehide', true, same],
    [closed, 'resume', true, same],
    [closed, 'pageshow', true, same],
    [closed, 'hide', true, same],
    [closed, 'show', false, same, 1000],
    [closed, 'online', true, same, 1000],
  ])('%j, after %s (visible until then: %j), becomes %j, with a timer of %s ms', async (...row) => {
    const [state, signal, isVisible, after, timer] = row
    const expected = { state: after ?? state, timers: timer ? [timer] : [] }
    expect(await afterSignal(state, signal, isVisible)).toEqual(expected)
  })
})

describe('a page that is suspended', () => {
  it.each([
    ['freeze', {}, 'resume'],
    ['pagehide', { persisted: true }, 'pageshow'],
    ['pagehide', { persisted: false }, 'pageshow'],
    ['freeze', {}, 'pageshow'],
    ['pagehide', { persisted: true }, 'resume'],
  ])('has no connection after %s %j, and after %s one that resumes', async (away, more, back) => {
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

  it('hears so twice, as in browsers, with the same outcome', async () => {
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

  it('reopens also a connection that was heard in the last moment', async () => {
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

  it('forgets failures before a connection that was open for long enough', async () => {
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

  it('goes idle when it is back and has no subscriber any more, and listens to the page no longer', async () => {
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

  it('does not revive a client that is closed meanwhile', async () => {
    const page = stagePage()
    const { sse, stream, clock } = await subscribed()
    page.freeze()
    sse.close()
    page.thaw()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
    expect(sse.state.get()).toEqual({ status: 'closed', error: null })
  })
})

describe('listening to the page', () => {
  const ALL = ['freeze', 'online', 'pagehide', 'pageshow', 'resume', 'visibilitychange']

  /** What is listened to. As in a page, a listener that is added again is there once. */
  function spyOnListeners(): () => string[] {
    const listening = new Map<string, Set<unknown>>()
    const of = (type: string): Set<unknown> => {
      const set = listening.get(type) ?? new Set()
      listening.set(type, set)
      return set
    }
    const { addEventListener, removeEventListener } = globalThis
    vi.spyOn(globalThis, 'addEventListener').mockImplementation((...args: Parameters<typeof addEventListener>) => {
      of(args[0]).add(args[1])
      addEventListener(...args)
    })
    vi.spyOn(globalThis, 'removeEventListener').mockImplementation(
      (...args: Parameters<typeof removeEventListener>) => {
        of(args[0]).delete(args[1])
        removeEventListener(...args)
      },
    )
    return () => [...listening].flatMap(([type, set]) => Array<string>(set.size).fill(type)).sort()
  }

  it('keeps no page from the back/forward cache, and ends while no connection is wanted', async () => {
    const listening = spyOnListeners()
    const { sse, clock } = bench({ linger: 0 })
    expect(listening()).toEqual([])
    const off = sse.subscribe('tick', () => {})
    await clock.settle()
    expect(listening()).toEqual(ALL)
    off()
    await clock.advance(0)
    expect(sse.state.get().status).toBe('idle')
    expect(listening()).toEqual([])
  })

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

  it.each(['onState', 'onRetry', 'onOpen'] as const)(
    'does not go on for a client that is closed in %s',
    async (name) => {
      const listening = spyOnListeners()
      const { sse, clock } = bench({}, { script: [name === 'onOpen' ? [] : [{ drop: true }]] })
      sse.observe({ [name]: () => sse.close() })
      sse.subscribe('tick', () => {})
      await clock.settle()
      expect(sse.state.get().status).toBe('closed')
      expect(listening()).toEqual([])
    },
  )

  it('goes on, once, for a client that an observer has closed and connected again', async () => {
    const page = stagePage()
    const listening = spyOnListeners()
    const all = bench({ retry: false }, { script: [[{ drop: true }]] })
    all.sse.observe({ onState: ({ status }) => status === 'closed' && all.sse.connect() })
    all.sse.subscribe('tick', () => {})
    await all.clock.settle()
    expect(all.sse.state.get().status).toBe('open')
    expect(listening()).toEqual(ALL)
    page.freeze()
    expect(reasons(all)).toEqual(['frozen'])
  })
})

describe('the reasons frozen, hidden and manual', () => {
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
    'set by %j are lifted one by one, in the order %j',
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

describe('pauseWhenHidden', () => {
  it.each([undefined, false, Infinity] as const)('%s: the connection stays', async (pauseWhenHidden) => {
    const page = stagePage()
    const { sse, stream, clock } = await subscribed({ pauseWhenHidden })
    page.hide()
    await clock.advance(3_600_000)
    expect(sse.state.get().status).toBe('open')
    expect(stream.requests).toHaveLength(1)
  })

  it('5000: the connection is paused after that, and resumed as soon as the page is visible', async () => {
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

  it('0: the connection is paused at once', async () => {
    const page = stagePage()
    const all = await subscribed({ pauseWhenHidden: 0 })
    page.hide()
    expect(reasons(all)).toEqual(['hidden'])
  })

  it('starts over when the page was visible in between, and not when it is hidden twice', async () => {
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

  it('stays when a hidden page is hidden once more', async () => {
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

  it('counts also in a page that was hidden when the client began', async () => {
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

  it('reports the states of such a page in the order in which they are entered', async () => {
    const page = stagePage(false)
    const all = bench({ pauseWhenHidden: 0 })
    all.sse.subscribe('tick', () => {})
    await all.clock.settle()
    expect(all.statuses()).toEqual(['idle', 'connecting', 'paused'])
    expect(all.states.at(-1)).toBe(all.sse.state.get())
    page.show()
    await all.clock.settle()
    expect(all.statuses()).toEqual(['idle', 'connecting', 'paused', 'connecting', 'open'])
  })

  it('pauses a wait for the next attempt, which is made at once when the page is visible', async () => {
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

describe('a page that is rendered ahead of a visit', () => {
  it.each<[string, SSEOptions]>([
    ['the default', {}],
    ['pauseWhenHidden of a minute', { pauseWhenHidden: 60_000 }],
  ])('sends no request until it is visited, and one then, with %s', async (_, options) => {
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

  it('sends no request for connect() or reconnect() either', async () => {
    stagePage(false, true)
    const { sse, stream, clock } = bench()
    sse.connect()
    sse.reconnect()
    await clock.advance(60_000)
    expect(stream.requests).toEqual([])
  })

  it('connects when it becomes visible, if it is visited behind another tab', async () => {
    const page = stagePage(false, true)
    const all = bench()
    all.sse.subscribe('tick', () => {})
    await all.clock.settle()
    page.activate(false)
    await all.clock.advance(600_000)
    expect(reasons(all)).toEqual(['hidden'])
    expect(all.stream.requests).toEqual([])
    page.show()
    await all.clock.settle()
    expect(all.stream.requests).toHaveLength(1)
    expect(all.sse.state.get().status).toBe('open')
  })

  it('stays connected when it is hidden after the visit', async () => {
    const page = stagePage(false, true)
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    page.activate(true)
    await clock.settle()
    page.hide()
    await clock.advance(600_000)
    expect(sse.state.get().status).toBe('open')
    expect(stream.requests).toHaveLength(1)
  })

  it('leaves nothing behind if it is never visited', async () => {
    stagePage(false, true)
    const { sse, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    sse.close()
    expect(clock.timers).toBe(0)
  })
})

it('a client works without a page, as in a worker', async () => {
  vi.stubGlobal('document', undefined)
  vi.stubGlobal('addEventListener', undefined)
  vi.stubGlobal('removeEventListener', undefined)
  const { sse, clock } = bench({ pauseWhenHidden: 0 }, {}, 'https://a.test/events')
  sse.subscribe('tick', () => {})
  await clock.settle()
  expect(sse.state.get().status).toBe('open')
  expect(() => sse.close()).not.toThrow()
})
