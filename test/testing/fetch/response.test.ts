import { afterEach, describe, expect, it, vi } from 'vitest'
import { createOpaqueRedirect, createResponse, type ResponseHead } from '../../../testing/fetch/response.ts'

afterEach(() => vi.unstubAllGlobals())

/** A body of these chunks. */
const bodyOf = (...chunks: string[]): ReadableStream<Uint8Array<ArrayBuffer>> =>
  new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
      controller.close()
    },
  })

const URL_ = 'http://a.test/events'

const head = (status: number, rest: Partial<ResponseHead> = {}): ResponseHead => {
  return { status, headers: {}, url: URL_, redirected: false, ...rest }
}

describe.each([
  ['the platform has', true],
  ['stands in where the platform has none', false],
])('a response that %s', (_, native) => {
  const create: typeof createResponse = (...args) => {
    if (!native) vi.stubGlobal('Response', undefined)
    return createResponse(...args)
  }

  it('says where it comes from, what it is and what it has', async () => {
    const response = create(head(200, { headers: { 'X-A': '1' }, redirected: true }), bodyOf('a', 'b'))
    expect(response).toMatchObject({
      status: 200,
      ok: true,
      url: URL_,
      redirected: true,
      bodyUsed: false,
      statusText: '',
    })
    expect(response.headers.get('x-a')).toBe('1')
    expect(await response.text()).toBe('ab')
    expect(response.bodyUsed).toBe(true)
  })

  it.each([
    [200, true],
    [299, true],
    [300, false],
    [404, false],
    [503, false],
  ])('a response with status %i is ok: %s', (status, ok) => {
    expect(create(head(status), bodyOf())).toMatchObject({ status, ok, redirected: false })
  })

  it.each([204, 205, 304])('a response with status %i has no body', async (status) => {
    const response = create(head(status), bodyOf('x'))
    expect([response.status, response.body]).toEqual([status, null])
    expect(await response.text()).toBe('')
  })

  it('is read as JSON, whatever the cuts', async () => {
    expect(await create(head(200), bodyOf('{"a":', '"ж"}')).json()).toEqual({ a: 'ж' })
    await expect(create(head(200), bodyOf('{')).json()).rejects.toThrow(SyntaxError)
  })

  it('has a body that is read as it comes', async () => {
    const reader = create(head(200), bodyOf('a')).body?.getReader()
    expect(await reader?.read()).toEqual({ done: false, value: new TextEncoder().encode('a') })
    expect(await reader?.read()).toEqual({ done: true, value: undefined })
  })

  it('to a redirect that was not to be followed says nothing', async () => {
    if (!native) vi.stubGlobal('Response', undefined)
    const response = createOpaqueRedirect(URL_)
    expect(response).toMatchObject({ type: 'opaqueredirect', status: 0, ok: false, body: null, url: URL_ })
    expect([...response.headers]).toEqual([])
  })
})

it('a response is one of the platform, if that has any', () => {
  expect(createResponse(head(200), bodyOf())).toBeInstanceOf(Response)
  expect(createOpaqueRedirect(URL_)).toBeInstanceOf(Response)
})

describe('what stands in for a response', () => {
  it('reads characters whole, wherever their bytes are cut', async () => {
    vi.stubGlobal('Response', undefined)
    const bytes = new TextEncoder().encode('注文')
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]))
        controller.close()
      },
    })
    expect(await createResponse(head(200), body).text()).toBe('注文')
  })

  it.each(['clone', 'arrayBuffer', 'blob', 'bytes', 'formData'] as const)('says what %s() needs', (name) => {
    vi.stubGlobal('Response', undefined)
    const response = createResponse(head(200), bodyOf())
    expect(() => response[name]()).toThrow(
      new Error(`${name}() of a response needs an environment that has Response: see docs/testing.md`),
    )
  })
})
