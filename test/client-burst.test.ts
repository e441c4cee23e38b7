import { createSSE, type SSEClient, type SSEOptions } from 'headwater'
import { handled } from 'headwater/resume'
import { createMockStream } from 'headwater/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { bench } from './support/client.ts'
import { handTime, turn } from './support/turns.ts'

/*
 * Many events that arrive at once: how createSSE() gives the main thread back between them (src/base/task.ts).
 */

describe('a burst', () => {
  const ticks = (...ids: number[]): string => ids.map((id) => `id: ${id}\nevent: tick\ndata: ${id}\n\n`).join('')

  /**
   * A client whose handler works for 4 ms at each event, so that it pauses after three of them.
   * @param page - What the page does with its turn after the events 3, 6, …
   */
  async function busy(options: SSEOptions = {}, page = (_log: unknown[]): unknown => undefined) {
    const pass = await handTime()
    const all = bench(options)
    const { sse, log } = all
    const off = sse.subscribe('tick', (data) => {
      log.push(data)
      pass(4)
      if (Number(data) % 3 === 1) turn().then(() => page(log))
    })
    return { ...all, off }
  }

  it('gives the page its turn after 10 ms, between two events', async () => {
    const { stream, clock, log } = await busy({}, (log) => log.push('page'))
    await clock.settle()
    stream.raw(ticks(1, 2, 3, 4, 5, 6, 7))
    await clock.settle()
    expect(log).toEqual([1, 2, 3, 'page', 4, 5, 6, 'page', 7, 'page'])
  })

  it('keeps the order of its chunks', async () => {
    const { stream, clock, log } = await busy()
    await clock.settle()
    stream.raw(ticks(1, 2, 3, 4))
    stream.raw(ticks(5, 6, 7))
    stream.raw(ticks(8))
    await clock.settle()
    expect(log).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  })

  it('delivers in one task what takes no longer', async () => {
    const { stream, clock, log } = await busy({}, (log) => log.push('page'))
    await clock.settle()
    stream.raw(ticks(1, 2))
    await clock.settle()
    stream.raw(ticks(4, 5))
    await clock.settle()
    expect(log).toEqual([1, 2, 'page', 4, 5, 'page'])
  })

  it('shares the 10 ms among all clients', async () => {
    const pass = await handTime()
    const log: string[] = []
    const [first, second] = [bench(), bench()]
    for (const { sse } of [first, second])
      sse.subscribe('tick', (data) => {
        log.push(`${data}`)
        pass(4)
      })
    await second.clock.settle()
    first.stream.raw(ticks(1))
    second.stream.raw(ticks(2, 3, 4))
    turn().then(() => log.push('page'))
    await second.clock.settle()
    expect(log).toEqual(['1', '2', '3', 'page', '4'])
  })

  it.each<[what: string, act: (sse: SSEClient) => void]>([
    ['close()', (sse) => sse.close()],
    ['disconnect()', (sse) => sse.disconnect()],
    ['reconnect()', (sse) => sse.reconnect()],
  ])('ends with %s in the pause', async (_, act) => {
    const { sse, stream, clock, log } = await busy({}, (log) => {
      if (log.length === 3) act(sse)
    })
    await clock.settle()
    stream.raw(ticks(1, 2, 3, 4, 5))
    await clock.settle()
    expect(log).toEqual([1, 2, 3])
    expect(sse.lastEventId).toBe('3')
  })

  it('resumes behind what was delivered when it is left in the pause', async () => {
    const { sse, stream, clock } = await busy({}, (log) => {
      if (log.length === 3) sse.reconnect()
    })
    await clock.settle()
    stream.raw(ticks(1, 2, 3, 4, 5))
    await clock.settle()
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '3'])
  })

  it('goes on without a handler that leaves in the pause, and with one that comes', async () => {
    const { sse, stream, clock, log, off } = await busy({}, (log) => {
      if (log.length > 3) return
      off()
      sse.subscribe('tick', (data) => log.push(`late ${data}`))
    })
    await clock.settle()
    stream.raw(ticks(1, 2, 3, 4, 5))
    await clock.settle()
    expect(log).toEqual([1, 2, 3, 'late 4', 'late 5'])
  })

  it('reports a gap in its place', async () => {
    const { stream, clock, log } = await busy({ maxEventSize: 10, onGap: ({ reason }) => log.push(reason) }, (log) =>
      log.push('page'),
    )
    await clock.settle()
    stream.raw(`${ticks(1, 2, 3)}data: ${'x'.repeat(11)}\n\n${ticks(5)}`)
    await clock.settle()
    expect(log).toEqual([1, 2, 3, 'page', 'too-large', 5])
  })

  it('moves the cursor with what is handled, with commit: handled()', async () => {
    const seen: string[] = []
    const { sse, stream, clock } = await busy({ commit: handled() }, () => seen.push(sse.lastEventId))
    await clock.settle()
    stream.raw(ticks(1, 2, 3, 4, 5, 6, 7))
    await clock.settle()
    expect(seen).toEqual(['3', '6', '7'])
  })

  it('is no silence, however long the page takes its turns', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
    onTestFinished(() => void vi.useRealTimers())
    const stream = createMockStream()
    const log: unknown[] = []
    const sse = createSSE('/events', {
      fetch: stream.fetch,
      heartbeat: 10_000,
      onState: ({ status }) => log.push(status),
    })
    onTestFinished(() => sse.close())
    sse.subscribe('tick', (data) => {
      log.push(data)
      vi.advanceTimersByTime(11)
      turn().then(() => vi.advanceTimersByTime(4000))
    })
    await turn()
    stream.raw(ticks(1, 2, 3, 4, 5))
    await turn()
    // One turn for each pause, and one for what the page does with the last.
    for (let n = 0; n < 6; n++) await turn()
    expect(log).toEqual(['connecting', 'open', 1, 2, 3, 4, 5])
  })
})
