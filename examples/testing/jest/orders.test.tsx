import { expect, jest, test } from '@jest/globals'
import { act, render, screen } from '@testing-library/react'
import { SSEProvider } from 'headwater/react'
import { createClock, createMockStream } from 'headwater/testing'
import { type Events, Orders } from '../react/orders.tsx'

test('misses nothing while the connection is down', async () => {
  const clock = createClock()
  const stream = createMockStream<Events>({ clock, replay: true })
  render(
    <SSEProvider url="/events" options={{ fetch: stream.fetch, clock }}>
      <Orders />
    </SSEProvider>,
  )
  await act(() => stream.connected())
  await act(() => stream.send('order.created', { id: 'A-1', total: 1200 }))
  await act(() => stream.drop())
  await stream.send('order.created', { id: 'A-2', total: 300 })
  await act(() => clock.advance(1000))
  expect(screen.getByText('A-1: 1200')).toBeTruthy()
  expect(screen.getByText('A-2: 300')).toBeTruthy()
  expect(screen.getByRole('status').textContent).toBe('live')
})

test("takes Jest's fake timers as well", async () => {
  jest.useFakeTimers()
  const stream = createMockStream<Events>({ replay: true })
  const view = render(
    <SSEProvider url="/events" options={{ fetch: stream.fetch }}>
      <Orders />
    </SSEProvider>,
  )
  await act(() => stream.connected())
  await act(() => stream.send('order.created', { id: 'A-1', total: 1200 }))
  await act(() => stream.drop())
  await stream.send('order.created', { id: 'A-2', total: 300 })
  // The longest first wait: a tenth of a second, and a random part of a second.
  await act(() => jest.advanceTimersByTimeAsync(1100))
  await act(() => stream.connected())
  expect(screen.getByText('A-2: 300')).toBeTruthy()
  view.unmount()
  jest.useRealTimers()
})
