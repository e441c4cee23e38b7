// @vitest-environment page
import { createSSE, type SSEClient, type SSEOptions } from 'headwater'
import { hub } from 'headwater/hub'
import { createClock, createMockStream, type MockStream, type Step, type TestClock } from 'headwater/testing'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { bench } from '../support/client.ts'
import { stagePage } from '../support/page.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const HOUR = 3_600_000
const refuse = (status: number, headers: Record<string, string> = {}): Step[] => [{ refuse: { status, headers } }]

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

  it('delays nothing when it is over by then', async () => {
    const page = stagePage()
    const { sse, clock } = bench({}, { script: LATER })
    sse.subscribe('tick', () => {})
    await clock.settle()
    page.freeze()
    await clock.advance(66_000)
    page.thaw()
    expect(sse.state.get().status).toBe('connecting')
  })

  it.each(['reconnect', 'connect'] as const)('binds no longer once %s() has overridden it', async (act) => {
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

  it.each(['show', 'online'] as const)('is not shortened by a page that is looked at: %s', async (signal) => {
    const page = stagePage()
    const { sse, stream, clock } = bench({}, { script: LATER })
    sse.subscribe('tick', () => {})
    await clock.settle()
    page.hide()
    if (signal === 'show') page.show()
    else page.signal(signal)
    await clock.advance(65_999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(stream.requests).toHaveLength(2)
  })

  it('is kept by a client that a server has sent away for a while, too', async () => {
    const page = stagePage()
    const hello = { event: 'connected', data: { v: 1, recovered: false }, id: 'k3f9x2ab-10' }
    const goodbye = { event: 'goodbye', data: { reconnectInMs: 20_000 } }
    const script = [[{ send: hello }, { send: goodbye }, { end: true as const }]]
    const { sse, stream, clock } = bench({ server: hub() }, { script })
    sse.subscribe('tick', () => {})
    await clock.settle()
    page.signal('online')
    page.freeze()
    page.thaw()
    // 20 s and a tenth of that, as the random number is 0.5.
    await clock.advance(21_999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(stream.requests).toHaveLength(2)
  })
})

describe('a page that becomes visible', () => {
  it('brings a waiting attempt forward to the next two seconds', async () => {
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

  it('puts off no attempt that is sooner', async () => {
    const page = stagePage()
    const { sse, clock } = bench({}, { script: [[{ drop: true }]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    const waiting = sse.state.get()
    page.show()
    expect(sse.state.get()).toBe(waiting)
  })

  it('has the network tried again that the browser says is not there', async () => {
    const page = stagePage()
    page.goOffline()
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

  it('leaves a connection on which bytes arrive within that second', async () => {
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
    ['a short while, and the connection silent for long', 30_000, 60_000, 1],
    ['long, and the connection silent for as long', 30_001, 30_001, 2],
    ['long, but bytes arrived', 60_000, 29_999, 1],
  ])('has a stream of unknown rhythm judged by the silence: hidden for %s', async (_, hiddenFor, silence, requests) => {
    const page = stagePage()
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    const early = Math.max(silence - hiddenFor, 0)
    await clock.advance(early)
    page.hide()
    const before = hiddenFor - Math.min(silence, hiddenFor)
    await clock.advance(before)
    if (before) stream.comment()
    await clock.advance(hiddenFor - before)
    page.show()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(requests)
  })

  it('doubts no quiet connection if it was never hidden', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.advance(HOUR)
    page.show()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })
})

describe('a network that comes back', () => {
  it.each([
    // silent for, requests
    [4999, 1],
    [5000, 2],
  ])('after %i ms of silence finds %i requests within two seconds', async (silence, requests) => {
    const page = stagePage()
    const { sse, stream, clock, statuses } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    await clock.advance(silence)
    page.signal('online')
    await clock.advance(999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(stream.requests).toHaveLength(requests)
    expect(statuses()).not.toContain('waiting')
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 0 })
  })

  it('leaves a connection on which bytes arrive', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    await clock.advance(5000)
    page.signal('online')
    await clock.advance(500)
    stream.comment()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('brings a waiting attempt forward to the next two seconds', async () => {
    const page = stagePage()
    const { sse, clock } = bench({ retry: { initial: 30_000 } }, { script: [[{ drop: true }]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    page.signal('online')
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, until: clock.now() + 1000 })
    await clock.advance(1000)
    expect(sse.state.get().status).toBe('open')
  })
})

describe('a client that a deployment may have closed', () => {
  const NOT_FOUND = Array.from({ length: 200 }, () => refuse(404))

  /** Its stream was open before, and has not been found for more than ten minutes. */
  async function closedByDeployment(options: SSEOptions = {}) {
    const all = bench(options, { script: [[{ open: {} }, { wait: 1000 }, { drop: true }], ...NOT_FOUND] })
    all.sse.subscribe('tick', () => {})
    await all.clock.advance(900_000)
    expect(all.sse.state.get()).toMatchObject({ status: 'closed', error: { status: 404 } })
    expect(all.clock.timers).toBe(0)
    return { ...all, requests: all.stream.requests.length }
  }

  it.each(['show', 'online'] as const)('is looked at once more when the page says %s', async (signal) => {
    const page = stagePage()
    const { sse, stream, clock, requests } = await closedByDeployment()
    if (signal === 'show') page.show()
    else page.signal(signal)
    await clock.advance(999)
    expect(stream.requests).toHaveLength(requests)
    await clock.advance(1)
    expect(stream.requests).toHaveLength(requests + 1)
    expect(sse.state.get().status).not.toBe('open')
  })

  it('is looked at once for two signals', async () => {
    const page = stagePage()
    const { stream, clock, requests } = await closedByDeployment()
    page.show()
    page.signal('online')
    await clock.advance(1000)
    expect(stream.requests).toHaveLength(requests + 1)
  })

  it.each(['close', 'disconnect'] as const)('is not looked at after %s()', async (act) => {
    const page = stagePage()
    const { sse, stream, clock, requests } = await closedByDeployment()
    sse[act]()
    page.show()
    page.signal('online')
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(requests)
  })

  it('is not looked at when it has no subscriber any more', async () => {
    const page = stagePage()
    const all = bench({}, { script: [[{ open: {} }, { wait: 1000 }, { drop: true }], ...NOT_FOUND] })
    const off = all.sse.subscribe('tick', () => {})
    await all.clock.advance(900_000)
    const requests = all.stream.requests.length
    off()
    await all.clock.advance(5000)
    page.show()
    await all.clock.advance(60_000)
    expect(all.stream.requests).toHaveLength(requests)
  })
})

describe.each([
  ['back', -HOUR],
  ['forward', HOUR],
])('a wall clock that is set %s by an hour', (_, jump) => {
  interface Stage {
    readonly sse: SSEClient
    readonly stream: MockStream
    readonly clock: TestClock
    /** Sets the wall clock. Timers and the monotonic clock go on as before. */
    setClock(): void
  }

  /** A client whose wall clock can be set, in front of a server that answers as the script says. */
  async function stage(script: Step[][], options: SSEOptions = {}): Promise<Stage> {
    const clock = createClock()
    let offset = 0
    const stream = createMockStream({ clock, script })
    const wall = { ...clock, now: () => clock.now() + offset }
    const sse = createSSE('/events', { fetch: stream.fetch, clock: wall, ...options })
    onTestFinished(() => sse.close())
    sse.subscribe('tick', () => {})
    await clock.settle()
    return { sse, stream, clock, setClock: () => (offset += jump) }
  }

  it.each([1, 3, 5])('does not delay a wait, after %i failures', async (failures) => {
    stagePage()
    const retry = { jitter: 'none' } as const
    const script = Array.from({ length: failures }, () => refuse(503))
    const { sse, stream, clock, setClock } = await stage(script, { retry })
    while (stream.requests.length < failures) await clock.advance(100)
    setClock()
    // 100 ms, and the spread: 1 s, doubled with each failure.
    await clock.advance(100 + 1000 * 2 ** (failures - 1))
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: failures })
  })

  it.each(['online', 'show'] as const)('does not delay a wait that ends early: %s', async (signal) => {
    const page = stagePage()
    const { sse, clock, setClock } = await stage([refuse(503)], { retry: { initial: 30_000 } })
    setClock()
    if (signal === 'show') page.show()
    else page.signal(signal)
    await clock.advance(1000)
    expect(sse.state.get().status).toBe('open')
  })

  it('puts off no attempt that is sooner than a signal would make it', async () => {
    const page = stagePage()
    const { sse, clock, setClock } = await stage([refuse(503)])
    setClock()
    page.signal('online')
    await clock.advance(600)
    expect(sse.state.get().status).toBe('open')
  })

  it.each([
    ['frozen', 'freeze', 'thaw'],
    ['hidden', 'hide', 'show'],
  ] as const)('does not delay an attempt when the page was %s', async (_, away, back) => {
    const page = stagePage()
    const { sse, clock, setClock } = await stage([refuse(503)], { pauseWhenHidden: 0, retry: { initial: 30_000 } })
    page[away]()
    await clock.advance(60_000)
    setClock()
    page[back]()
    await clock.settle()
    expect(sse.state.get().status).toBe('open')
  })

  it.each([
    ['waiting', undefined, undefined],
    ['frozen', 'freeze', 'thaw'],
    ['hidden', 'hide', 'show'],
  ] as const)('neither shortens nor lengthens Retry-After: %s', async (_, away, back) => {
    const page = stagePage()
    const script = [refuse(503, { 'retry-after': '20' })]
    const { stream, clock, setClock } = await stage(script, { pauseWhenHidden: 0 })
    if (away) page[away]()
    await clock.advance(5000)
    setClock()
    if (back) page[back]()
    page.signal('online')
    // 20 s and a tenth of that, as the random number is 0.5.
    await clock.advance(16_999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(stream.requests).toHaveLength(2)
  })

  it('does not delay the pause of a hidden page', async () => {
    const page = stagePage()
    const { sse, clock, setClock } = await stage([], { pauseWhenHidden: 5000 })
    page.hide()
    await clock.advance(2000)
    setClock()
    await clock.advance(3000)
    expect(sse.state.get()).toEqual({ status: 'paused', reasons: ['hidden'] })
  })

  it('does not delay the second look at a network that the browser says is not there', async () => {
    stagePage().goOffline()
    const { sse, clock, setClock } = await stage([[{ drop: true }]])
    expect(sse.state.get().status).toBe('paused')
    setClock()
    await clock.advance(60_000)
    expect(sse.state.get().status).toBe('open')
  })

  it('does not hide that a connection with a heartbeat is dead', async () => {
    stagePage()
    const { stream, clock, setClock } = await stage([[{ open: { headers: { 'x-sse-heartbeat': '15000' } } }]])
    await clock.advance(5000)
    setClock()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(2)
  })

  it('costs a quiet connection one reconnect at most', async () => {
    stagePage()
    const { sse, stream, clock, setClock } = await stage([])
    await clock.advance(60_000)
    setClock()
    await clock.advance(HOUR)
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 0 })
    expect(stream.requests).toHaveLength(jump > 0 ? 2 : 1)
  })
})
