import { EventEmitter } from 'node:events'
import { createClock } from 'headwater/testing'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { keepAliveDelay, pingSession, watchPeer } from '../../server/peer.ts'

describe('the kernel asks for a peer', () => {
  it.each([
    [120_000, 108_000],
    [30_000, 18_000],
    [13_000, 1000],
    [12_500, 1000],
    [1, 1000],
    [1e12, 0x7fffffff],
  ])('the kernel asks for a peer that may be silent for %i ms after %i ms', (clientTimeout, delay) => {
    expect(keepAliveDelay(clientTimeout)).toBe(delay)
  })
})

describe('a session of HTTP/2', () => {
  type Answer = (error: Error | null, duration: number, payload: Uint8Array) => void
  function setup() {
    const clock = createClock()
    const did: string[] = []
    const unanswered: Answer[] = []
    const session = Object.assign(new EventEmitter(), {
      destroyed: false,
      refuses: false,
      ping(answer: Answer) {
        if (session.refuses) throw new Error('the session is closing')
        did.push('ping')
        unanswered.push(answer)
        return true
      },
    })
    pingSession(session as never, 10_000, () => did.push('gone'), clock)
    return {
      clock,
      did,
      session,
      answer: (error: Error | null = null) => unanswered.shift()?.(error, 1, new Uint8Array(8)),
    }
  }

  it('is asked twice in its time, as long as it answers', async () => {
    const { clock, did, answer } = setup()
    for (let n = 0; n < 5; n++) {
      await clock.advance(5000)
      expect(did).toHaveLength(n + 1)
      answer()
    }
    expect(did).not.toContain('gone')
  })

  it('is gone when a PING has had no answer until the next was due', async () => {
    const { clock, did } = setup()
    await clock.advance(9999)
    expect(did).toEqual(['ping'])
    await clock.advance(1)
    expect(did).toEqual(['ping', 'gone'])
    await clock.advance(60_000)
    expect([did, clock.timers]).toEqual([['ping', 'gone'], 0])
  })

  it('is not gone if the answer is there and this process has only now the time to read it', async () => {
    const { clock, did, answer } = setup()
    await clock.advance(5000)
    // The process is held up: the time is over, and the answer is read in the next turn of the event loop.
    clock.setTimeout(() => clock.setTimeout(answer, 0), 5000)
    await clock.sleep(20_000)
    expect(did).toEqual(['ping', 'ping'])
  })

  it('is gone when the answer is an error', async () => {
    const { clock, did, answer } = setup()
    await clock.advance(5000)
    answer(new Error('cancelled'))
    await clock.advance(5000)
    expect(did).toEqual(['ping', 'gone'])
  })

  it('is not asked once it is closed', async () => {
    const { clock, did, session } = setup()
    session.emit('close')
    expect(clock.timers).toBe(0)
    await clock.advance(60_000)
    expect(did).toEqual([])
  })

  it('is left alone while it closes, or when it was destroyed', async () => {
    const [closing, destroyed] = [setup(), setup()]
    closing.session.refuses = true
    destroyed.session.destroyed = true
    for (const { clock, did } of [closing, destroyed]) {
      await clock.advance(60_000)
      expect([did, clock.timers]).toEqual([[], 0])
    }
  })

  it('is asked once for all its streams, which all hear that it is gone', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const session = Object.assign(new EventEmitter(), { destroyed: false, ping: vi.fn(() => true), destroy: vi.fn() })
    const streams = Array.from({ length: 3 }, () => {
      const response = Object.assign(new EventEmitter(), { stream: { session } })
      const vanished = vi.fn()
      watchPeer(response as never, { clientTimeout: 1000, vanished })
      return { response, vanished }
    })
    streams[2]?.response.emit('close')
    await vi.advanceTimersByTimeAsync(1100)
    expect(session.ping).toHaveBeenCalledTimes(1)
    expect(session.destroy).toHaveBeenCalledTimes(1)
    expect(streams.map(({ vanished }) => vanished.mock.calls.length)).toEqual([1, 1, 0])
  })
})

describe('a peer of which clientTimeout is Infinity', () => {
  it('is not looked for', () => {
    const socket = { setKeepAlive: vi.fn(), on: vi.fn() }
    watchPeer({ socket, once: vi.fn() } as never, { clientTimeout: Infinity, vanished() {} })
    expect([socket.setKeepAlive.mock.calls, socket.on.mock.calls]).toEqual([[], []])
  })
})
