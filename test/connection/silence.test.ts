// @vitest-environment page
import type { Step } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { bench } from '../support/client.ts'
import { stagePage } from '../support/page.ts'

/*
 * A connection on which nothing arrives, through a whole client.
 */

describe('a connection that may be dead', () => {
  it('is left when the announced heartbeat stops', async () => {
    const { sse, stream, clock } = bench(
      {},
      { script: [[{ open: { headers: { 'x-sse-heartbeat': '15000' } } }, { stall: true }]] },
    )
    sse.connect()
    await clock.advance(37_499)
    expect(sse.state.get().status).toBe('open')
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', attempt: 1, error: { code: 'stalled' } })
    expect(stream.connections).toHaveLength(0)
  })

  it('is left when a rhythm that three comments showed stops', async () => {
    const { sse, stream, clock } = bench()
    sse.connect()
    await clock.settle()
    for (let i = 0; i < 4; i++) {
      stream.comment()
      await clock.advance(15_000)
    }
    await clock.advance(22_499)
    expect(sse.state.get().status).toBe('open')
    await clock.advance(1)
    expect(sse.state.get()).toMatchObject({ status: 'waiting', error: { code: 'stalled' } })
  })

  it('is kept if it is only quiet', async () => {
    const { sse, stream, clock } = bench()
    sse.connect()
    await clock.advance(86_400_000)
    expect(sse.state.get().status).toBe('open')
    expect(stream.requests).toHaveLength(1)
  })

  it.each([100, 500, 999])('is kept if a greeting of comments %i ms apart is followed by quiet', async (apart) => {
    const { sse, stream, clock } = bench()
    sse.connect()
    await clock.settle()
    for (let i = 0; i < 5; i++) {
      stream.comment('ok')
      await clock.advance(apart)
    }
    await clock.advance(3_600_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('is left ever more seldom if its rhythm was read wrongly', async () => {
    const greeting: Step[] = [0, 1, 2].flatMap(() => [{ comment: 'ok' }, { wait: 2000 }])
    const { sse, stream, clock } = bench({}, { script: Array(50).fill(greeting) })
    sse.connect()
    await clock.advance(3_600_000)
    expect(stream.requests.length).toBeLessThan(9)
  })

  it('is not left while comments keep it alive', async () => {
    const { sse, stream, clock } = bench({ heartbeat: 5000 })
    sse.connect()
    await clock.settle()
    for (let i = 0; i < 10; i++) {
      await clock.advance(4000)
      stream.comment()
      await clock.settle()
    }
    expect(sse.state.get().status).toBe('open')
    expect(stream.requests).toHaveLength(1)
  })

  it('is not left by a late timer when bytes were only waiting', async () => {
    const { sse, stream, clock, log } = bench({ heartbeat: 5000 })
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    await clock.sleep(3_600_000)
    stream.send('tick', 1)
    await clock.advance(2000)
    expect(log).toEqual([1])
    expect(stream.requests).toHaveLength(1)
  })

  it('is replaced after sleep, and no failure is counted', async () => {
    const { sse, stream, clock, statuses } = bench({ heartbeat: 5000 })
    sse.connect()
    await clock.settle()
    await clock.sleep(3_600_000)
    await clock.advance(1000)
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'connecting', 'open'])
    expect(sse.state.get()).toMatchObject({ attempt: 0 })
    expect(stream.connections).toHaveLength(1)
  })
})

describe('a machine that sleeps', () => {
  it('has a stream of unknown rhythm replaced that stays silent for a second, and no failure is counted', async () => {
    const { sse, stream, clock, statuses } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    stream.send('tick', 1, { id: '7' })
    await clock.settle()
    await clock.sleep(3_600_000)
    await clock.advance(999)
    expect(stream.requests).toHaveLength(1)
    await clock.advance(1)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '7'])
    expect(statuses()).toEqual(['idle', 'connecting', 'open', 'connecting', 'open'])
    expect(sse.state.get()).toMatchObject({ attempt: 0 })
  })

  it('has a stream kept whose bytes were only waiting', async () => {
    const { sse, stream, clock, log } = bench()
    sse.subscribe('tick', (data) => log.push(data))
    await clock.settle()
    await clock.sleep(3_600_000)
    stream.send('tick', 1)
    await clock.advance(60_000)
    expect(log).toEqual([1])
    expect(stream.requests).toHaveLength(1)
  })

  it('has the stream of a hidden page kept, whose timers are throttled', async () => {
    stagePage(false)
    const { sse, stream, clock } = bench()
    sse.subscribe('tick', () => {})
    await clock.settle()
    await clock.sleep(3_600_000)
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })
})
