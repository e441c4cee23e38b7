// @vitest-environment jsdom
import { createSSE } from 'headwater'
import { createMockStream } from 'headwater/testing'
import { sseHandler } from 'headwater/testing/msw'
import { setupServer } from 'msw/node'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'

/*
 * In jsdom, where there is a page: paths are its own, and its XMLHttpRequest asks other origins for leave.
 */

const stream = createMockStream<{ tick: number }>()
const server = setupServer(sseHandler('/events', stream), sseHandler('https://api.test/events', stream))

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterAll(() => server.close())

it('a path is relative to the page', async () => {
  onTestFinished(() => stream.reset())
  const sse = createSSE<{ tick: number }>('/events')
  const heard = new Promise((resolve) => sse.subscribe('tick', resolve))
  const connection = await stream.connected()
  stream.send('tick', 1)
  expect(await heard).toBe(1)
  sse.close()
  await connection.closed
})

it('a request to another origin is allowed, and its preflight is no request', async () => {
  onTestFinished(() => stream.reset())
  const request = new XMLHttpRequest()
  request.open('POST', 'https://api.test/events')
  request.withCredentials = true
  request.setRequestHeader('last-event-id', '7')
  request.send('{}')
  const connection = await stream.connected()
  const progress = new Promise((resolve) => request.addEventListener('progress', resolve))
  stream.send('tick', 1)
  await progress
  expect(request.responseText).toBe('event: tick\ndata: 1\n\n')
  expect(stream.requests.map(({ method, lastEventId }) => [method, lastEventId])).toEqual([['POST', '7']])
  request.abort()
  await connection.closed
})
