import { createClock } from 'headwater/testing'
import { describe, expect, it, vi } from 'vitest'
import { type ExchangeReport, watchFetch } from '../../../../cli/listen/traffic/exchange.ts'

const STREAM = { 'content-type': 'text/event-stream' }

function watched(response: Response, pass: () => Promise<void> = async () => {}) {
  const clock = createClock()
  const reports: ExchangeReport[] = []
  const fetch = watchFetch(
    async () => response,
    (report) => reports.push(report),
    pass,
  )
  return { clock, reports, fetch, kinds: () => reports.map(({ kind }) => kind) }
}

describe('a fetch that is watched', () => {
  it('reports the request and the response', async () => {
    const { fetch, reports } = watched(new Response(null, { status: 204 }))
    const response = await fetch('http://a/b', { method: 'POST', headers: { x: '1' } })
    expect(response.status).toBe(204)
    expect(reports).toMatchObject([
      { kind: 'request', method: 'POST', url: 'http://a/b' },
      { kind: 'response', response: { status: 204 } },
    ])
    expect(reports[0]?.kind === 'request' && [...reports[0].headers]).toEqual([['x', '1']])
  })

  it('may be given a Request', async () => {
    const { fetch, reports } = watched(new Response(null))
    await fetch(new Request('http://a/b'))
    expect(reports[0]).toMatchObject({ kind: 'request', method: 'GET', url: 'http://a/b' })
  })

  it('hands on what fails', async () => {
    const failing = watchFetch(
      () => Promise.reject(new TypeError('no')),
      () => {},
      async () => {},
    )
    await expect(failing('http://a/')).rejects.toThrow('no')
  })
})

describe('a stream', () => {
  it('has its headers, and each chunk as it came', async () => {
    const chunks = ['da', 'ta: é', '\n\n']
    const body = new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk))
        controller.close()
      },
    })
    const { fetch, kinds } = watched(new Response(body, { headers: { ...STREAM, 'x-sse-heartbeat': '5' } }))
    const response = await fetch('http://a/')
    expect(response.headers.get('x-sse-heartbeat')).toBe('5')
    const read: string[] = []
    for await (const chunk of response.body ?? []) read.push(new TextDecoder().decode(chunk))
    expect(read).toEqual(chunks)
    expect(kinds()).toEqual(['request', 'response'])
  })

  it('is read no faster than it passes', async () => {
    let pulled = 0
    let open = (): void => {}
    const pass = vi.fn(() => new Promise<void>((resolve) => (open = resolve)))
    const body = new ReadableStream(
      { pull: (controller) => controller.enqueue(Uint8Array.of(++pulled)) },
      { highWaterMark: 0 },
    )
    const { fetch, clock } = watched(new Response(body, { headers: STREAM }), pass)
    const reader = (await fetch('http://a/')).body?.getReader()
    const first = reader?.read()
    await clock.settle()
    const before = pulled
    await clock.settle()
    expect(pulled).toBe(before)
    expect(pulled).toBeLessThan(3)
    expect(pass).toHaveBeenCalledOnce()
    open()
    expect((await first)?.value).toEqual(Uint8Array.of(1))
  })

  it('cancels the source when the reader cancels the body', async () => {
    const cancel = vi.fn()
    const { fetch } = watched(new Response(new ReadableStream({ cancel }), { headers: STREAM }))
    await (await fetch('http://a/')).body?.cancel()
    expect(cancel).toHaveBeenCalledOnce()
  })

  it('passes the error of a broken body on to its reader', async () => {
    const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError('terminated')) })
    const { fetch } = watched(new Response(body, { headers: STREAM }))
    const response = await fetch('http://a/')
    await expect(response.body?.getReader().read()).rejects.toThrow('terminated')
  })
})

it.each<[what: string, status: number, type: string]>([
  ['a refusal', 503, 'text/event-stream'],
  ['another content type', 200, 'application/json'],
])('hands on the response as it is: %s', async (_, status, type) => {
  const given = new Response('busy', { status, headers: { 'content-type': type } })
  const { fetch, kinds } = watched(given, () => Promise.reject(new Error('it is not held back')))
  const response = await fetch('http://a/')
  expect(response).toBe(given)
  expect(await response.text()).toBe('busy')
  expect(kinds()).toEqual(['request', 'response'])
})
