import { describe, expect, it } from 'vitest'
import { json, readBody, refused } from '../../../server/http/body.ts'
import { Refusal } from '../../../server/wire/refusal.ts'

const refusal = (status: number, code: string, message: string | RegExp): unknown =>
  expect.objectContaining({
    name: 'Refusal',
    status,
    code,
    message: typeof message === 'string' ? message : expect.stringMatching(message),
  })

describe('an answer', () => {
  it('is JSON that nobody keeps', async () => {
    const answer = json(201, { a: ['ü\n'] }, { 'x-more': '1' })
    expect(answer.status).toBe(201)
    expect(Object.fromEntries(answer.headers)).toEqual({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'x-more': '1',
    })
    expect(await answer.json()).toEqual({ a: ['ü\n'] })
  })

  it('is a refusal, with its reason', async () => {
    const answer = refused(new Refusal(429, 'full', 'no "room"', { 'retry-after': '30' }))
    expect(answer.status).toBe(429)
    expect(Object.fromEntries(answer.headers)).toEqual({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'retry-after': '30',
    })
    expect(await answer.json()).toEqual({ error: { code: 'full', message: 'no "room"' } })
  })

  it('is a refusal without headers of its own', () => {
    const one = new Refusal(400, 'json', 'no')
    expect(one).toBeInstanceOf(Error)
    expect(one.headers).toEqual({})
    expect([...refused(one).headers]).toHaveLength(2)
  })
})

describe('a body', () => {
  const JSON_TYPE = 'application/json'
  const post = (body: BodyInit | null, type: string | undefined = JSON_TYPE): Request =>
    new Request('http://hub.test', {
      method: 'POST',
      headers: type === '' ? {} : { 'content-type': type },
      body,
      ...(body instanceof ReadableStream && { duplex: 'half' }),
    })
  const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
  const chunked = (...chunks: Uint8Array[]): ReadableStream =>
    new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk)
        controller.close()
      },
    })

  it.each([['application/json'], ['application/json; charset=utf-8'], ['Application/JSON ;charset=utf-8']])(
    'is read if its type is %s',
    async (type) => {
      expect(await readBody(post('{"a":[1,"ü"]}', type), 100)).toEqual({ a: [1, 'ü'] })
    },
  )

  it.each([
    ['text/plain;charset=UTF-8', 'send application/json, not text/plain'],
    ['application/x-www-form-urlencoded', 'send application/json, not application/x-www-form-urlencoded'],
    ['application/json-seq', 'send application/json, not application/json-seq'],
    ['text/plain; x=application/json', 'send application/json, not text/plain'],
    ['application/x; application/json', 'send application/json, not application/x'],
  ])('is refused unread if its type is %s', async (type, message) => {
    const request = post('{}', type)
    await expect(readBody(request, 100)).rejects.toEqual(refusal(415, 'content-type', message))
    expect(request.bodyUsed).toBe(false)
  })

  it('is refused without a type', async () => {
    await expect(readBody(post(bytes('{}'), ''), 100)).rejects.toEqual(
      refusal(415, 'content-type', 'send application/json, not a body without a type'),
    )
  })

  it.each(['', ' ', '{', '{"a":1}x', "{'a':1}", '\ufffd', 'undefined'])(
    'is refused if it is no JSON: %j',
    async (text) => {
      await expect(readBody(post(text), 100)).rejects.toEqual(refusal(400, 'json', /^the body is not JSON: /))
    },
  )

  it('is refused if there is none', async () => {
    await expect(readBody(post(null), 100)).rejects.toEqual(refusal(400, 'json', /^the body is not JSON: /))
  })

  it.each(['null', '[]', '[{}]', '"a"', '7', 'true'])('is refused if it is no object: %s', async (text) => {
    await expect(readBody(post(text), 100)).rejects.toEqual(refusal(400, 'json', 'the body must be a JSON object'))
  })

  it('may have as many bytes as the limit says, and not one more', async () => {
    const text = '{"a":"ü"}'
    const size = bytes(text).length
    expect(size).toBe(text.length + 1)
    expect(await readBody(post(text), size)).toEqual({ a: 'ü' })
    await expect(readBody(post(text), size - 1)).rejects.toEqual(
      refusal(413, 'too-large', `a body may have ${size - 1} bytes; the option limits.body says so`),
    )
  })

  it('may come in pieces, cut anywhere', async () => {
    const whole = bytes('{"a":"ü€"}')
    for (let at = 0; at <= whole.length; at++)
      expect(await readBody(post(chunked(whole.slice(0, at), whole.slice(at))), 100)).toEqual({ a: 'ü€' })
  })

  it('is not read further than the limit, and let go of', async () => {
    let pulled = 0
    let cancelled = false
    const endless = new ReadableStream(
      {
        pull(controller) {
          pulled++
          controller.enqueue(new Uint8Array(10))
        },
        cancel() {
          cancelled = true
          throw new Error('nobody is to hear of this')
        },
      },
      { highWaterMark: 0 },
    )
    await expect(readBody(post(endless), 35)).rejects.toEqual(refusal(413, 'too-large', /^a body may have 35 bytes/))
    expect([pulled, cancelled]).toEqual([4, true])
  })

  it('is refused if it breaks off', async () => {
    const broken = new ReadableStream({
      pull: (controller) => controller.error(new Error('ECONNRESET')),
    })
    await expect(readBody(post(broken), 100)).rejects.toEqual(
      refusal(400, 'body', 'the body broke off: Error: ECONNRESET'),
    )
  })
})
