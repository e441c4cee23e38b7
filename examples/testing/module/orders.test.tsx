import { act, cleanup, render, screen } from '@testing-library/react'
import { createMockStream } from 'headwater/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { Orders } from './orders.tsx'
import { sse } from './sse.ts'

afterEach(() => {
  cleanup()
  sse.disconnect()
  vi.unstubAllGlobals()
})

/** The component, on a stream that is this test's alone. */
async function setup() {
  const stream = createMockStream()
  vi.stubGlobal('fetch', stream.fetch)
  sse.connect()
  render(<Orders />)
  await act(() => stream.connected())
  return stream
}

test('shows an order when it comes', async () => {
  const stream = await setup()
  await act(() => stream.send('order.created', { id: 'A-1', total: 1200 }))
  expect(screen.getByText('live A-1: 1200')).toBeTruthy()
})

test('begins without an order, whatever the test before has sent', async () => {
  await setup()
  expect(screen.getByText('live')).toBeTruthy()
})
