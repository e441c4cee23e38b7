import { createSSE } from 'headwater'
import { hub } from 'headwater/hub'
import { createClock, createMockStream, type Step } from 'headwater/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { always, hello, send, speaking } from './layer-stage.ts'

const END: Step = { end: true }

describe('the heartbeat of a hub', () => {
  it('is watched as it was announced', async () => {
    const { sse, clock } = speaking([[hello(false)]])
    sse.subscribe('tick', () => {})
    await clock.advance(37_499)
    expect(sse.state.get().status).toBe('open')
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'stalled' } })
  })

  it('is taken from the header if the introduction has none', async () => {
    const { sse, clock } = speaking([
      [{ open: { headers: { 'x-sse-heartbeat': '8000' } } }, hello(false, 'k3f9x2ab-10', { heartbeatMs: undefined })],
    ])
    sse.subscribe('tick', () => {})
    await clock.advance(20_000)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'stalled' } })
  })

  it.each<[what: string, beat: Step]>([
    ['pings', send('ping', {})],
    ['comments', { comment: 'ping' }],
  ])('is learnt from %s if it was not announced', async (_, beat) => {
    const beats = Array.from({ length: 4 }, () => [beat, { wait: 15_000 }]).flat()
    const { sse, clock } = speaking([[send('connected', { v: 1 }), ...beats]])
    sse.subscribe('tick', () => {})
    await clock.advance(45_000 + 37_499)
    expect(sse.state.get().status).toBe('open')
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'stalled' } })
  })
})

describe('goodbye', () => {
  const GOODBYE = send('goodbye', { reconnectInMs: 3000 })

  it('replaces a connection that brought an event at the time that the server asks for, without a failure', async () => {
    const { sse, stream, clock, statuses } = speaking([[hello(false), send('tick', 1), GOODBYE], [hello(true)]])
    sse.subscribe('tick', () => {})
    await clock.advance(2999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'connecting', 'open'])
    expect(sse.state.get()).toMatchObject({ attempt: 0 })
  })

  it('is no failure on a quiet connection that lasted ten seconds', async () => {
    const { sse, clock, statuses } = speaking([[hello(false), { wait: 7000 }, GOODBYE], [hello(true)]], {
      retry: false,
    })
    sse.subscribe('tick', () => {})
    await clock.advance(10_000)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'connecting', 'open'])
  })

  it('counts as a failure on a short connection that brought nothing', async () => {
    const { sse, clock } = speaking([[hello(false), GOODBYE], [hello(true)]])
    sse.subscribe('tick', () => {})
    await clock.advance(3000)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, until: clock.now() + 600 })
    await clock.advance(600)
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 1 })
  })

  it('has the client wait for the time that the server asks for, and a tenth, if the connection ends before', async () => {
    const { sse, stream, clock } = speaking([[hello(false), send('tick', 1), GOODBYE, END], [hello(true)]])
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get()).toMatchObject({
      status: 'waiting',
      attempt: 1,
      until: clock.now() + 3300,
      error: { code: 'network', message: 'goodbye', retryAfter: 3000 },
    })
    await clock.advance(3300)
    expect(stream.requests).toHaveLength(2)
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 1 })
  })

  it.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('is followed in time though the wall clock is set %s by an hour after it', async (_, jump) => {
    const clock = createClock()
    let offset = 0
    const stream = createMockStream({
      clock,
      script: [[hello(false), send('tick', 1), GOODBYE, { wait: 100 }, END], [hello(true)]],
    })
    const wall = { ...clock, now: () => clock.now() + offset }
    const sse = createSSE('/events', { fetch: stream.fetch, clock: wall, server: hub() })
    onTestFinished(() => sse.close())
    sse.subscribe('tick', () => {})
    await clock.settle()
    offset = jump
    // 3 s from the goodbye on, and at most a fifth.
    await clock.advance(3600)
    expect(stream.requests).toHaveLength(2)
    expect(stream.requests[1]?.at).toBeGreaterThanOrEqual(clock.now() - 600)
  })

  it.each([
    ['for now', { reconnectInMs: 0 }],
    ['without a time', {}],
    ['with a time that is none', { reconnectInMs: 'x' }],
    ['with a time before now', { reconnectInMs: -5 }],
  ])('a goodbye %s replaces the connection once a second if events come', async (_, data) => {
    const { sse, stream, clock } = speaking(always(hello(true), send('tick', 1), send('goodbye', data)))
    sse.subscribe('tick', () => {})
    await clock.advance(5500)
    expect(stream.requests.map(({ at }) => at - clock.now() + 5500)).toEqual([0, 1000, 2000, 3000, 4000, 5000])
  })

  it('at once to every connection, without an event, is backed off from', async () => {
    const { sse, stream, clock } = speaking(always(hello(true), send('goodbye', { reconnectInMs: 0 })))
    sse.subscribe('tick', () => {})
    await clock.advance(5500)
    expect(stream.requests.map(({ at }) => at - clock.now() + 5500)).toEqual([0, 1600, 3700])
  })

  it('at once and the end at once is backed off from', async () => {
    const { sse, stream, clock } = speaking(always(hello(true), send('goodbye', { reconnectInMs: 0 }), END))
    sse.subscribe('tick', () => {})
    await clock.advance(5500)
    expect(stream.requests.map(({ at }) => at - clock.now() + 5500)).toEqual([0, 1100, 2200, 4300])
  })

  it('leaves no timer behind when the client is closed before its time', async () => {
    const { sse, clock, statuses } = speaking([[hello(false), send('tick', 1), GOODBYE]])
    sse.subscribe('tick', () => {})
    await clock.settle()
    sse.close()
    expect(clock.timers).toBe(0)
    await clock.advance(10_000)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'closed'])
  })
})
