import { cleanup, render, screen } from '@testing-library/react'
import { SSEProvider } from 'headwater/react'
import { requestEvents } from 'headwater/request'
import { createMockStream } from 'headwater/testing'
import { sseHandler } from 'headwater/testing/msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Events, Orders } from '../react/orders.tsx'

// For tests that do not care: a stream that stays open, and silent.
const server = setupServer(sseHandler('/api/orders'))

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterAll(() => server.close())
afterEach(() => {
  cleanup()
  server.resetHandlers()
})

/** The component, on a stream that is this test's alone. */
function setup() {
  const stream = createMockStream<Events>({ replay: true })
  server.use(sseHandler('/api/orders', stream))
  render(
    <SSEProvider url="/api/orders" options={{ retry: { initial: 10 } }}>
      <Orders />
    </SSEProvider>,
  )
  return stream
}

test('shows an order when it comes', async () => {
  const stream = setup()
  await stream.connected()
  stream.send('order.created', { id: 'A-1', total: 1200 })
  expect(await screen.findByText('A-1: 1200')).toBeTruthy()
})

test('misses nothing while the connection is down', async () => {
  const stream = setup()
  await stream.connected()
  stream.send('order.created', { id: 'A-1', total: 1200 })
  await screen.findByText('A-1: 1200')

  stream.drop()
  await screen.findByText('network')
  stream.send('order.created', { id: 'A-2', total: 300 })
  expect(await screen.findByText('A-2: 300')).toBeTruthy()
  expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1'])
})

test('says why it has given up', async () => {
  const stream = setup()
  stream.refuse(403)
  expect(await screen.findByText('http')).toBeTruthy()
})

test('puts the tokens of a language model together', async () => {
  const tokens = ['Good', ' mor', 'ning'].map((text) => ({ send: { text } }))
  server.use(sseHandler('/api/complete', [...tokens, { end: true }], { method: 'POST' }))
  const completion = requestEvents('/api/complete', { method: 'POST', body: '{}', parse: 'text' })
  let answer = ''
  for await (const { data } of completion) answer += data
  expect(answer).toBe('Good morning')
})
