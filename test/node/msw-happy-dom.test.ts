// @vitest-environment happy-dom
import { createSSE } from 'headwater'
import { createMockStream } from 'headwater/testing'
import { sseHandler } from 'headwater/testing/msw'
import { setupServer } from 'msw/node'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'

/*
 * In happy-dom, whose own fetch knows the page's origin and asks others for leave.
 */

const stream = createMockStream<{ tick: number }>()
const server = setupServer(sseHandler('/events', stream), sseHandler('https://api.test/events', stream))

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterAll(() => server.close())

it.each(['/events', 'https://api.test/events'])('events arrive from %s', async (url) => {
  onTestFinished(() => stream.reset())
  const sse = createSSE<{ tick: number }>(url)
  const heard = new Promise((resolve) => sse.subscribe('tick', resolve))
  const connection = await stream.connected()
  stream.send('tick', 1)
  expect(await heard).toBe(1)
  expect(stream.requests.map(({ method }) => method)).toEqual(['GET'])
  sse.close()
  await connection.closed
})
