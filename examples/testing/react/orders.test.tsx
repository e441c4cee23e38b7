import { act, cleanup, render, screen } from '@testing-library/react'
import { SSEProvider } from 'headwater/react'
import { createClock, createMockStream } from 'headwater/testing'
import { afterEach, expect, test } from 'vitest'
import { type Events, Orders } from './orders.tsx'

afterEach(cleanup)

test('shows an order when it comes', async () => {
  const stream = createMockStream<Events>()
  render(<Orders />, { wrapper: (props) => <SSEProvider url="/events" options={{ fetch: stream.fetch }} {...props} /> })
  await act(() => stream.connected())
  await act(() => stream.send('order.created', { id: 'A-1', total: 1200 }))
  expect(screen.getByText('A-1: 1200')).toBeTruthy()
})

/** The component on a mock, with a clock that is turned by hand. */
function setup() {
  const clock = createClock()
  const stream = createMockStream<Events>({ clock, replay: true })
  const view = render(
    <SSEProvider url="/events" options={{ fetch: stream.fetch, clock }}>
      <Orders />
    </SSEProvider>,
  )
  return { clock, stream, view, status: () => screen.getByRole('status').textContent }
}

test('misses nothing while the connection is down', async () => {
  const { clock, stream, status } = setup()
  await act(() => stream.connected())
  await act(() => stream.send('order.created', { id: 'A-1', total: 1200 }))

  await act(() => stream.drop())
  expect(status()).toBe('network')
  // Nobody is there to be sent this one; `replay` numbers it and keeps it, as a server with a log does.
  await stream.send('order.created', { id: 'A-2', total: 300 })

  await act(() => clock.advance(1000))
  expect(status()).toBe('live')
  expect(screen.getByText('A-2: 300')).toBeTruthy()
  expect(stream.requests.at(-1)?.lastEventId).toBe('1')
})

test('notices that a connection is dead', async () => {
  const { clock, stream, status } = setup()
  // The first stream announces a heartbeat; the second is held back for five seconds.
  stream.script({ open: { headers: { 'x-sse-heartbeat': '15000' } } })
  stream.script({ open: { delay: 5000 } })
  await act(() => stream.connected())

  await act(() => stream.stall())
  await act(() => clock.advance(30_000))
  expect(status()).toBe('live')
  // Two and a half heartbeats, and a moment until it tries again.
  await act(() => clock.advance(10_000))
  expect(status()).toBe('stalled')
  await act(() => clock.advance(5000))
  expect(status()).toBe('live')
})

test('says why it has given up', async () => {
  const { clock, stream, status } = setup()
  stream.refuse(403)
  await act(() => clock.settle())
  expect(status()).toBe('http')
  expect(stream.requests).toHaveLength(1)
})

test('leaves nothing behind', async () => {
  const { clock, stream, view } = setup()
  await act(() => stream.connected())
  view.unmount()
  // The client stays for a second, in case that another component wants it: its option `linger`.
  await clock.advance(1000)
  expect(stream.connections).toHaveLength(0)
  expect(clock.timers).toBe(0)
})
