import { createClock, createMockStream } from 'headwater/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { sse, watchPrice } from './prices.ts'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

test('a client that is out of reach takes the global fetch, and fake timers', async () => {
  vi.useFakeTimers()
  const stream = createMockStream()
  vi.stubGlobal('fetch', stream.fetch)
  const prices: number[] = []
  const off = sse.subscribe('price', (price) => prices.push(price))
  await stream.connected()
  await stream.send('price', 42)
  await stream.drop()

  // The longest first wait: a tenth of a second, and a random part of a second.
  await vi.advanceTimersByTimeAsync(1100)
  await stream.connected()
  await stream.send('price', 43)
  expect(prices).toEqual([42, 43])
  off()
  await vi.advanceTimersByTimeAsync(1000)
  await stream.closed()
})

test('code that uses the global EventSource gets one that does as browsers do', async () => {
  const clock = createClock()
  const stream = createMockStream({ clock })
  vi.stubGlobal('EventSource', stream.EventSource)
  const prices: number[] = []
  const stop = watchPrice((price) => prices.push(price))
  await stream.connected()
  await stream.send('message', 42)
  await stream.drop()

  // It comes back after three seconds, and after a refusal never.
  stream.refuse(503)
  await clock.advance(3000)
  await clock.advance(60_000)
  expect(prices).toEqual([42])
  expect(stream.requests).toHaveLength(2)
  stop()
})
