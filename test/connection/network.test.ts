// @vitest-environment page
import type { Step } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { bench } from '../support/client.ts'
import { stagePage } from '../support/page.ts'

/*
 * What the browser says of the network, through a whole client.
 */

const refuse = (status: number, headers: Record<string, string> = {}): Step[] => [{ refuse: { status, headers } }]

describe('a network that the browser says is gone', () => {
  it('pauses the client after a failure; once it is back, the client connects within two seconds', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench({}, { script: [[{ drop: true }]] })
    page.goOffline()
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get()).toEqual({ status: 'paused', reasons: ['offline'] })
    await clock.advance(30_000)
    expect(stream.requests).toHaveLength(1)
    page.goOnline()
    await clock.advance(1000)
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 1 })
  })

  it('pauses the client after waiting was reported, with the retry that is given up by that', async () => {
    const page = stagePage()
    const { sse, clock, statuses, log } = bench(
      { onRetry: ({ attempt, delay }) => log.push([attempt, delay]) },
      { script: [[{ drop: true }]] },
    )
    page.goOffline()
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(statuses()).toEqual(['idle', 'connecting', 'waiting', 'paused'])
    expect(log).toEqual([[1, 600]])
  })

  it.each<[string, Step[], number, string]>([
    ['no headers in time', [{ open: { delay: 100_000 } }], 15_000, 'paused'],
    ['a silent stream', [{ open: {} }, { stall: true }], 20_000, 'paused'],
    ['a stream that ends', [{ end: true }], 0, 'paused'],
    ['a response with a status', refuse(503), 0, 'waiting'],
  ])('is the reason of a failure without an answer, and of no other: %s', async (_, script, ms, status) => {
    const page = stagePage()
    const { sse, clock } = bench({ heartbeat: 20_000 }, { script: [script] })
    page.goOffline()
    sse.subscribe('tick', () => {})
    await clock.advance(ms)
    expect(sse.state.get().status).toBe(status)
  })

  it('is believed for a minute', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench({}, { script: [[{ drop: true }]] })
    page.goOffline()
    sse.subscribe('tick', () => {})
    await clock.advance(59_999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(sse.state.get().status).toBe('open')
  })

  it('does not keep the first attempt from being made', async () => {
    const page = stagePage()
    page.goOffline()
    const { sse, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    expect(sse.state.get().status).toBe('open')
  })

  it('does not close an open connection', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    page.goOffline()
    dispatchEvent(new Event('offline'))
    await clock.advance(60_000)
    expect(sse.state.get().status).toBe('open')
    expect(stream.requests).toHaveLength(1)
  })

  it('shortens the wait for the next attempt when it is back', async () => {
    const page = stagePage()
    const { sse, clock } = bench({ retry: { initial: 30_000 } }, { script: [[{ drop: true }]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    page.goOnline()
    expect(sse.state.get()).toMatchObject({ status: 'waiting', until: clock.now() + 1000 })
    await clock.advance(1000)
    expect(sse.state.get().status).toBe('open')
  })

  it('does not shorten Retry-After when it is back', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench({}, { script: [refuse(503, { 'retry-after': '60' })] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    page.goOnline()
    await clock.advance(59_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('has a stream replaced that was silent for 5 s when it is back, and not one that was for 4 s', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    await clock.advance(4000)
    page.goOnline()
    await clock.advance(10_000)
    expect(stream.requests).toHaveLength(1)
    page.goOnline()
    await clock.advance(2000)
    expect(stream.requests).toHaveLength(2)
    expect(sse.state.get()).toMatchObject({ status: 'open', attempt: 0 })
  })

  it('keeps a stream that turns out to be alive', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    await clock.advance(6000)
    page.goOnline()
    stream.comment()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('is not listened to after close()', async () => {
    const page = stagePage()
    const { sse, stream, clock } = bench({}, { script: [[{ drop: true }]] })
    sse.subscribe('tick', () => {})
    await clock.settle()
    sse.close()
    page.goOnline()
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })
})
