import { type RequestEventsOptions, requestEvents } from 'headwater/request'
import type { MockStreamOptions, Step } from 'headwater/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { chunked, DROP, END, outcome, POST, refuse, send, setup } from './stage.ts'

describe('the option retry', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })

  /** Reads in the background, and says at what times requests were sent. */
  function retrying(script: MockStreamOptions['script'], options: RequestEventsOptions = {}) {
    const all = setup(script)
    const times: number[] = []
    const begin = performance.now()
    const fetch: typeof globalThis.fetch = (...given) => {
      times.push(performance.now() - begin)
      return all.stream.fetch(...given)
    }
    const ended = outcome(all.open({ ...POST, fetch, retry: {}, ...options }))
    /** Turns the platform's clock on, which the client waits on. */
    const pass = async (ms: number): Promise<void> => {
      await all.clock.settle()
      for (const end = performance.now() + ms; performance.now() < end; ) {
        await vi.advanceTimersByTimeAsync(Math.min(50, end - performance.now()))
        await all.clock.settle()
      }
    }
    return { ...all, times, ended, pass }
  }

  it('resumes after the last event id when the connection breaks', async () => {
    const { ended, pass, ids, times, stream } = retrying([
      [send('a', '1'), send('b', '2'), DROP],
      [send('c', '3'), END],
    ])
    await pass(1000)
    expect(await ended).toEqual({ data: ['a', 'b', 'c'], error: undefined })
    expect(ids()).toEqual(['', '2'])
    expect(times).toEqual([0, 600])
    expect(stream.requests.map(({ method, body }) => [method, body])).toEqual([
      ['POST', POST.body],
      ['POST', POST.body],
    ])
  })

  it.each<[what: string, script: Step[]]>([
    ['a broken connection', [send('a'), DROP]],
    ['a cleared id', [send('a', '1'), { raw: 'id\n\n' }, DROP]],
    ['no response', [DROP]],
    ['status 503', [refuse(503)]],
  ])('never sends the request again without an id: %s', async (_, script) => {
    const { ended, pass, stream } = retrying([script])
    await pass(1000)
    expect((await ended).error).toMatchObject({ name: 'SSEError' })
    expect(stream.requests).toHaveLength(1)
  })

  it.each<[what: string, script: Step[]]>([
    ['no response', [DROP]],
    ['status 400', [refuse(400)]],
    ['status 401', [refuse(401)]],
    ['status 404', [refuse(404)]],
    ['status 409', [refuse(409)]],
    ['status 500', [refuse(500)]],
    ['status 503', [refuse(503)]],
    ['another content type', [refuse(200)]],
  ])('does not send the first request again, though the caller has an id: %s', async (_, script) => {
    const { ended, pass, ids } = retrying([script, [send('a'), END]], { lastEventId: '4' })
    await pass(60_000)
    expect((await ended).data).toEqual([])
    expect(ids()).toEqual(['4'])
  })

  it('sends a request again with the id of the caller once an event came', async () => {
    const { ended, pass, ids } = retrying([[send('a'), DROP], [refuse(503)], [send('b'), END]], { lastEventId: '4' })
    await pass(5000)
    expect((await ended).data).toEqual(['a', 'b'])
    expect(ids()).toEqual(['4', '4', '4'])
  })

  it('does not ask again for an event that is too large', async () => {
    const { ended, pass, stream } = retrying([[send('a', '1'), send('x'.repeat(50), '2')]], { maxEventSize: 20 })
    await pass(60_000)
    expect(await ended).toMatchObject({ data: ['a'], error: { code: 'too-large' } })
    expect(stream.requests).toHaveLength(1)
  })

  it('does not send a body again that is a stream: it is used', async () => {
    const body = new ReadableStream()
    const { fetch } = chunked('id: 1\ndata: 1\n\n')
    const broken = async (...given: Parameters<typeof fetch>): Promise<Response> => {
      const response = await fetch(...given)
      const error = TypeError('network error')
      const stream = response.body?.pipeThrough(
        new TransformStream({
          flush() {
            throw error
          },
        }),
      )
      return new Response(stream, response)
    }
    const ended = outcome(requestEvents('/complete', { method: 'POST', body, fetch: broken, retry: {} }))
    await vi.advanceTimersByTimeAsync(60_000)
    expect((await ended).error).toMatchObject({ code: 'network' })
    expect(fetch).toHaveBeenCalledTimes(1)
  })

  it('backs off as a client does, and gives up with the last error after `attempts`', async () => {
    const { ended, pass, times } = retrying([[send('a', '1'), DROP], ...Array<Step[]>(9).fill([refuse(503)])], {
      retry: { attempts: 3 },
    })
    await pass(20_000)
    expect(await ended).toMatchObject({ data: ['a'], error: { code: 'http', status: 503 } })
    expect(times).toEqual([0, 600, 1700, 3800])
  })

  it('does not send again with attempts: 0', async () => {
    const { ended, pass, stream } = retrying([[send('a', '1'), DROP]], { retry: { attempts: 0 } })
    await pass(1000)
    expect((await ended).error).toMatchObject({ code: 'network' })
    expect(stream.requests).toHaveLength(1)
  })

  it.each<[retry: RequestEventsOptions['retry'], ms: number]>([
    [{ initial: 400 }, 300],
    [{ initial: 400, jitter: 'none' }, 500],
    [{ initial: 5000, max: 600 }, 400],
    [{ initial: undefined, max: undefined, factor: undefined, jitter: undefined, resetAfter: undefined }, 600],
  ])('waits with the options %j for %i ms', async (retry, ms) => {
    const { ended, pass, times } = retrying([[send('a', '1'), DROP], [END]], { retry })
    await pass(5000)
    expect((await ended).error).toBeUndefined()
    expect(times).toEqual([0, ms])
  })

  it('does not wait for less than the server asks for, and a tenth', async () => {
    const { ended, pass, times } = retrying([[send('a', '1'), DROP], [refuse(503, { 'retry-after': '4' })], [END]])
    await pass(10_000)
    expect((await ended).error).toBeUndefined()
    expect(times).toEqual([0, 600, 600 + 4400])
  })

  it('counts failures from the beginning once a connection brings an event after `resetAfter`', async () => {
    const lasting = (id: string): Step[] => [{ open: {} }, { wait: 3000 }, send(id, id), DROP]
    const { pass, times, clock } = retrying([lasting('1'), lasting('2'), lasting('3'), []], {
      retry: { resetAfter: 3000 },
      lastEventId: '0',
    })
    for (let n = 0; n < 3; n++) {
      await pass(3000)
      await clock.advance(3000)
      await pass(600)
    }
    expect(times).toEqual([0, 3600, 7200, 10_800])
  })

  it('goes on backing off from a server that hangs up at once, though each connection brings an event', async () => {
    const script = ['1', '2', '3'].map((id) => [send(id, id), DROP])
    const { ended, pass, times } = retrying([...script, [END]])
    await pass(10_000)
    expect((await ended).data).toEqual(['1', '2', '3'])
    expect(times).toEqual([0, 600, 1700, 3800])
  })

  it('takes the end of the response for the end, and not for a broken connection', async () => {
    const { ended, pass, stream } = retrying([[send('a', '1'), END]])
    await pass(60_000)
    expect(await ended).toEqual({ data: ['a'], error: undefined })
    expect(stream.requests).toHaveLength(1)
  })

  it('ends its wait when the signal aborts, and leaves nothing behind', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')]
    const { ended, pass, stream } = retrying([[send('a', '1'), DROP]], { signal, retry: { initial: 30_000 } })
    await pass(1000)
    expect(vi.getTimerCount()).toBe(1)
    const reason = Error('left')
    controller.abort(reason)
    expect(await ended).toEqual({ data: ['a'], error: reason })
    expect(vi.getTimerCount()).toBe(0)
    const removed = remove.mock.calls.map(([, listener]) => listener)
    for (const [, listener] of add.mock.calls) expect(removed).toContain(listener)
    expect(stream.requests).toHaveLength(1)
  })
})
