import { createClock, createMockStream, type Step } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { bench } from './support/client.ts'

const answer = (status: number, body = '', headers = {}): Step[] => [{ refuse: { status, body, headers } }]

describe('send()', () => {
  it('posts the event and its target, with headers and credentials of the stream', async () => {
    const { sse, stream } = bench(
      { headers: { authorization: 'Bearer x' }, sendUrl: '/send' },
      { script: [answer(200, '{"id":"1-2","delivered":3}')] },
    )
    const sent = await sse.send('order.touch', { id: 7 }, { userId: 'u1', event: 'ignored' })
    expect(sent).toEqual({ id: '1-2', delivered: 3 })
    expect(stream.requests).toMatchObject([
      {
        method: 'POST',
        path: '/send',
        headers: { authorization: 'Bearer x', 'content-type': 'application/json' },
        body: JSON.stringify({ userId: 'u1', event: 'order.touch', data: { id: 7 } }),
      },
    ])
    expect(sse.state.get().status).toBe('idle')
  })

  it('goes to the stream’s own URL, and may be answered with nothing', async () => {
    const { sse, stream } = bench({}, { script: [answer(204)] })
    expect(await sse.send('touch')).toBeUndefined()
    expect(stream.requests[0]).toMatchObject({ path: '/events', body: '{"event":"touch"}' })
  })

  it.each<[status: number, code: string]>([
    [403, 'http'],
    [503, 'http'],
    [401, 'unauthorized'],
  ])('rejects for status %i with %s, and is not sent again', async (status, code) => {
    const { sse, stream, clock } = bench({}, { script: [answer(status, '', { 'retry-after': '7' })] })
    await expect(sse.send('touch')).rejects.toMatchObject({ code, status, retryAfter: 7000 })
    await clock.advance(60_000)
    expect(stream.requests).toHaveLength(1)
  })

  it('asks for credentials at 401, and is sent once more', async () => {
    const onUnauthorized = vi.fn()
    const { sse, stream } = bench({ onUnauthorized }, { script: [answer(401), answer(200, '5')] })
    expect(await sse.send('touch')).toBe(5)
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
    expect(stream.requests).toHaveLength(2)
  })

  it('rejects with what the network said', async () => {
    const cause = new TypeError('Failed to fetch')
    const clock = createClock()
    const { sse } = bench({ clock, fetch: () => Promise.reject(cause) })
    await expect(sse.send('touch')).rejects.toMatchObject({ code: 'network', cause })
  })

  it('takes an answer that is no JSON as text', async () => {
    const stream = createMockStream({ script: [answer(200, 'OK')] })
    const { sse } = bench({ fetch: stream.fetch })
    expect(await sse.send('touch')).toBe('OK')
  })

  it('rejects with network where the answer breaks off', async () => {
    const body = new ReadableStream({ start: (controller) => controller.error(new TypeError('broken')) })
    const { sse } = bench({ fetch: async () => new Response(body) })
    await expect(sse.send('touch')).rejects.toMatchObject({ code: 'network' })
  })
})
