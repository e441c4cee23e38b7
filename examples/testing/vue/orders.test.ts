import { cleanup, render, screen } from '@testing-library/vue'
import { createClock, createMockStream } from 'headwater/testing'
import { createSSEPlugin } from 'headwater/vue'
import { afterEach, expect, test } from 'vitest'
import { type Events, Orders } from './orders.ts'

afterEach(cleanup)

/** The component on a mock, with a clock that is turned by hand. */
function setup() {
  const clock = createClock()
  const stream = createMockStream<Events>({ clock, replay: true })
  const view = render(Orders, { global: { plugins: [[createSSEPlugin('/events', { fetch: stream.fetch, clock })]] } })
  return { clock, stream, view, status: () => screen.getByRole('status').textContent }
}

test('shows an order when it comes', async () => {
  const { stream } = setup()
  await stream.connected()
  await stream.send('order.created', { id: 'A-1', total: 1200 })
  expect(screen.getByText('A-1: 1200')).toBeTruthy()
})

test('misses nothing while the connection is down', async () => {
  const { clock, stream, status } = setup()
  await stream.connected()
  await stream.send('order.created', { id: 'A-1', total: 1200 })

  await stream.drop()
  expect(status()).toBe('network')
  await stream.send('order.created', { id: 'A-2', total: 300 })

  await clock.advance(1000)
  expect(status()).toBe('live')
  expect(screen.getByText('A-2: 300')).toBeTruthy()
})
