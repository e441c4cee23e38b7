import { createMockServer } from 'headwater/testing/node'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { patientFetch, processHost } from '../../cli/host.ts'

const sent = (): [fetch: typeof globalThis.fetch, init: () => Record<string, unknown>] => {
  const fetch = vi.fn(async (_input: unknown, _init?: unknown) => new Response())
  return [fetch, () => Object(fetch.mock.calls.at(-1)?.[1])]
}

describe('a patient fetch', () => {
  it('sets no limits of its own: not to silence, not to headers, not to connecting', async () => {
    const [fetch, init] = sent()
    await patientFetch(fetch)('http://a/', { method: 'POST' })
    const { method, dispatcher } = init()
    expect(method).toBe('POST')
    // undici keeps the options under a symbol.
    const symbol = Object.getOwnPropertySymbols(dispatcher).find(({ description }) => description === 'options')
    expect(symbol && Reflect.get(Object(dispatcher), symbol)).toMatchObject({ bodyTimeout: 0, headersTimeout: 0 })
  })

  it('makes its dispatcher once', async () => {
    const [fetch, init] = sent()
    const patient = patientFetch(fetch)
    await patient('http://a/')
    const { dispatcher } = init()
    await patient('http://a/')
    expect(init()['dispatcher']).toBe(dispatcher)
  })

  it.each<[what: string, there: unknown]>([
    ['there is none to take after', undefined],
    ['it is of no kind', {}],
    [
      'it cannot be made',
      new (class Odd {
        constructor(options?: unknown) {
          if (options) throw new TypeError('no')
        }
      })(),
    ],
  ])('is the plain one where %s', async (_, there) => {
    const key = Symbol.for('undici.globalDispatcher.1')
    // There only once something of fetch has been used.
    new Request('http://localhost')
    const before: unknown = Reflect.get(globalThis, key)
    onTestFinished(() => {
      Reflect.set(globalThis, key, before)
    })
    expect(Reflect.set(globalThis, key, there)).toBe(true)
    const [fetch, init] = sent()
    await patientFetch(fetch)('http://a/', { method: 'GET' })
    expect(init()).toEqual({ method: 'GET' })
  })

  it('fetches', async () => {
    const server = await createMockServer()
    onTestFinished(() => server.close())
    server.refuse(418, { body: 'teapot' })
    const response = await patientFetch(fetch)(server.url)
    expect([response.status, await response.text()]).toEqual([418, 'teapot'])
  })
})

describe('this process', () => {
  it('has a clock', async () => {
    const { clock } = processHost()
    const before = Date.now()
    const now = clock.now()
    expect([now >= before, now <= Date.now()]).toEqual([true, true])
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 0))
    clock.clearTimeout(clock.setTimeout(() => expect.unreachable(), 0))
    expect(clock.random()).toBeLessThan(1)
  })

  it('waits by a clock that nobody can set', () => {
    const { clock } = processHost()
    vi.spyOn(Date, 'now').mockReturnValue(0)
    onTestFinished(() => void vi.restoreAllMocks())
    const [before, after] = [clock.monotonic?.(), clock.monotonic?.()]
    expect(before).toBeGreaterThan(0)
    expect(after).toBeGreaterThanOrEqual(Number(before))
  })

  it('tells of signals until nobody listens any more', () => {
    const { onSignal } = processHost()
    const heard: string[] = []
    const off = onSignal((signal) => heard.push(signal))
    process.emit('SIGTERM', 'SIGTERM')
    process.emit('SIGINT', 'SIGINT')
    process.emit('SIGHUP', 'SIGHUP')
    off()
    expect(heard).toEqual(['SIGTERM', 'SIGINT', 'SIGHUP'])
    for (const name of heard) expect(process.listenerCount(name)).toBe(0)
  })
})
