import { act, render, screen } from '@testing-library/react'
import { SSEProvider, useSSEValue } from 'headwater/react'
import { createMockStream } from 'headwater/testing'
import { expect, test } from 'vitest'

interface Events {
  'order.created': { id: string; total: number }
}

function Orders() {
  const order = useSSEValue<Events['order.created'] | null>('order.created', null)
  return <p>{order && `${order.id}: ${order.total}`}</p>
}

test('shows an order when it comes', async () => {
  const stream = createMockStream<Events>()
  render(<Orders />, { wrapper: (props) => <SSEProvider url="/events" options={{ fetch: stream.fetch }} {...props} /> })
  await act(() => stream.connected())
  await act(() => stream.send('order.created', { id: 'A-1', total: 1200 }))
  expect(screen.getByText('A-1: 1200')).toBeTruthy()
})
