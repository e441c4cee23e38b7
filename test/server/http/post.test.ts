import type { HubOptions } from 'headwater/server'
import { describe, expect, it, vi } from 'vitest'
import { hubBench } from '../../support/reader.ts'

const refusal = (status: number, code: string, message: string) => ({ status, body: { error: { code, message } } })

describe('POSTs beyond limits.postsPerSecond', () => {
  it('are refused with 429, for that user, until a token is there again', async () => {
    const { post, clock, hub } = hubBench({ canPublish: () => true, limits: { postsPerSecond: 2 } })
    const statuses = async (user: string, count: number) => {
      const found: number[] = []
      for (let n = 0; n < count; n++) found.push((await post({ event: 'x' }, `/events?user=${user}`)).status)
      return found
    }
    expect(await statuses('ada', 3)).toEqual([200, 200, 429])
    expect(await statuses('bob', 2)).toEqual([200, 200])
    const refused = await post({ event: 'x' }, '/events?user=ada')
    expect(refused).toMatchObject(
      refusal(429, 'rate', 'at most 2 POSTs a second; the option limits.postsPerSecond says so'),
    )
    expect(refused.headers.get('retry-after')).toBe('1')
    await clock.advance(500)
    expect(await statuses('ada', 2)).toEqual([200, 429])
    expect(hub.stats()).toMatchObject({ published: 5, errors: { rate: 3 } })
  })

  it('are refused before their body is read, and before canReset is asked', async () => {
    const canReset = vi.fn(() => true)
    const { ask } = hubBench({ canReset, limits: { postsPerSecond: 1 } })
    expect((await ask('/events/reset?user=ada', { method: 'POST' })).status).toBe(200)
    expect((await ask('/events/reset?user=ada', { method: 'POST' })).status).toBe(429)
    expect((await ask('/events?user=ada', { method: 'POST', body: 'no JSON' })).status).toBe(429)
    expect(canReset).toHaveBeenCalledTimes(1)
  })

  it('do not keep streams and stats from anybody', async () => {
    const { ask, stream } = hubBench({ limits: { postsPerSecond: 0 } })
    const answer = await ask('/events?user=ada', { method: 'POST' })
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, null])
    expect((await ask('/events/stats?user=ada')).status).toBe(200)
    expect((await stream('?user=ada')).response.status).toBe(200)
  })
})

describe('a body', () => {
  const open: HubOptions = { canPublish: () => true }
  const OTHER = 'send application/json, not '

  it.each([
    ['text/plain', OTHER],
    ['application/x-www-form-urlencoded', OTHER],
    ['multipart/form-data', OTHER],
    ['application/jsonp', OTHER],
  ])('is refused with the type %s, as a page anywhere could send it', async (type) => {
    const { post } = hubBench(open)
    expect(await post('{"event":"x"}', '/events', { 'content-type': type })).toMatchObject(
      refusal(415, 'content-type', OTHER + type),
    )
  })

  it('may name its character set', async () => {
    const { post } = hubBench(open)
    expect((await post({ event: 'x' }, '/events', { 'content-type': 'Application/JSON; charset=utf-8' })).status).toBe(
      200,
    )
  })

  it.each([
    ['{', 400, 'json'],
    ['', 400, 'json'],
    ['[]', 400, 'json'],
    ['"event"', 400, 'json'],
    ['null', 400, 'json'],
    ['{}', 400, 'body'],
    ['{"data":1}', 400, 'body'],
  ])('is refused if it is %j, with %s %s', async (body, status, code) => {
    const { post } = hubBench(open)
    expect(await post(body)).toMatchObject({ status, body: { error: { code } } })
  })

  it('is refused if it is too large, whatever its content-length says', async () => {
    const { ask, post } = hubBench(open)
    expect(await post({ event: 'x', data: 'a'.repeat(16 * 1024) })).toMatchObject(
      refusal(413, 'too-large', 'a body may have 16384 bytes; the option limits.body says so'),
    )
    let pulled = 0
    const endless = new ReadableStream({
      pull(controller) {
        pulled++
        controller.enqueue(new Uint8Array(1024))
      },
    })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: endless, duplex: 'half' }
    expect((await ask('/events', init as RequestInit)).status).toBe(413)
    expect(pulled).toBeLessThan(20)
  })

  it('is refused if it breaks off, and no error is reported', async () => {
    const { ask, errors } = hubBench(open)
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error('gone'))
      },
    })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: broken, duplex: 'half' }
    expect((await ask('/events', init as RequestInit)).status).toBe(400)
    expect(errors).toEqual([])
  })

  it('breaks nothing if its bytes are no UTF-8', async () => {
    const { ask } = hubBench(open)
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Uint8Array.of(0x7b, 0xff, 0x7d),
    }
    expect((await ask('/events', init)).status).toBe(400)
  })
})
