// @vitest-environment page
import { createSSE, type SSEError, type SSEOptions } from 'headwater'
import { createClock, createMockStream, type Step } from 'headwater/testing'
import { describe, expect, it } from 'vitest'
import { bench } from '../support/client.ts'
import { news, refuse } from './retry-stage.ts'

/** The waits that there were, as attempt and milliseconds. */
function waits(options: SSEOptions, script: readonly (readonly Step[])[], ms = 60_000) {
  const found: [attempt: number, delay: number][] = []
  const onRetry: SSEOptions['onRetry'] = ({ attempt, delay }) => found.push([attempt, delay])
  const { sse, clock } = bench({ onRetry, ...options }, { script })
  sse.connect()
  return clock.advance(ms).then(() => found)
}

describe('a clean end that brought news', () => {
  it('is followed after the retry: of the server, and does not grow', async () => {
    for (const [random, delay] of [
      [0, 2000],
      [0.5, 2200],
      [0.999, 2400],
    ] as const) {
      const clock = createClock({ random })
      const script = Array.from({ length: 5 }, (): Step[] => [{ retry: 2000 }, ...news()])
      const stream = createMockStream({ clock, script })
      const sse = createSSE('/events', { fetch: stream.fetch, clock })
      const found: unknown[] = []
      sse.observe({ onRetry: (retry) => found.push([retry.attempt, retry.delay]) })
      sse.connect()
      await clock.advance(11_000)
      sse.close()
      expect(found.slice(0, 4)).toEqual(Array(4).fill([1, delay]))
    }
  })

  it('is followed after 3 s and up to a fifth, and does not grow', async () => {
    for (const [random, delay] of [
      [0, 3000],
      [0.5, 3300],
      [0.999, 3600],
    ] as const) {
      const clock = createClock({ random })
      const stream = createMockStream({ clock, script: Array.from({ length: 5 }, () => news()) })
      const sse = createSSE('/events', { fetch: stream.fetch, clock })
      const found: unknown[] = []
      sse.observe({ onRetry: (retry) => found.push([retry.attempt, retry.delay]) })
      sse.connect()
      await clock.advance(15_000)
      sse.close()
      expect(found.slice(0, 4)).toEqual(Array(4).fill([1, delay]))
    }
  })

  it.each<[string, Step[], number]>([
    ['with a retry: of 2 s', [{ retry: 2000 }], 2200],
    ['without a retry:', [], 3300],
    ['with a heartbeat', [{ comment: 'nothing new' }, { send: { event: 'ping', data: 1 } }], 3300],
  ])('makes the next ones polls, which are followed alike though they bring nothing: %s', async (_, steps, delay) => {
    const poll: Step[] = [...steps, { end: true }]
    const script = [[...steps, ...news('1')], poll, poll, [...steps, ...news('2')], poll, []]
    expect(await waits({}, script)).toEqual(Array(5).fill([1, delay]))
  })

  it.each<[string, Step[], [number, number][]]>([
    [
      'a failure',
      refuse(503),
      [
        [2, 1100],
        [3, 2100],
      ],
    ],
    [
      'a broken connection',
      [{ drop: true }],
      [
        [2, 1100],
        [3, 2100],
      ],
    ],
    [
      'only what was delivered before',
      [{ send: { event: 'tick', data: 1, id: '1' } }, { end: true }],
      [
        [2, 1100],
        [3, 2100],
      ],
    ],
  ])('makes no polls of what follows %s', async (_, steps, then) => {
    const script: Step[][] = [[...news('1')], [{ end: true }], steps, [{ end: true }], []]
    expect(await waits({}, script)).toEqual([[1, 3300], [1, 3300], ...then])
  })

  it('is a first failure, whatever was before it', async () => {
    expect(await waits({}, [refuse(503), refuse(503), news(), refuse(503), []])).toEqual([
      [1, 600],
      [2, 1100],
      [1, 3300],
      [2, 1100],
    ])
  })

  it('reports the end as an error of the code network', async () => {
    const { sse, clock } = bench({}, { script: [news()] })
    sse.connect()
    await clock.settle()
    const { error } = sse.state.get() as { error: SSEError }
    expect(error).toMatchObject({ code: 'network', cause: 'eof' })
    expect(error.message).toBe(`${new URL('/events', document.baseURI)}: stream ended`)
  })

  it('is the end where no retries are allowed', async () => {
    const { sse, clock } = bench({ retry: { attempts: 0 } }, { script: [news()] })
    sse.connect()
    await clock.settle()
    expect(sse.state.get()).toMatchObject({ status: 'closed', error: { code: 'gave-up' } })
  })

  it('is no such thing if the stream breaks after the news', async () => {
    const broken: Step[] = [{ send: { event: 'tick', data: 1 } }, { drop: true }]
    expect(await waits({}, [broken, broken, []])).toEqual([
      [1, 600],
      [2, 1100],
    ])
  })
})

describe('a clean end without news', () => {
  it.each<[string, Step[]]>([
    ['nothing', []],
    ['comments', [{ comment: 'hello' }]],
    ['heartbeats', [{ send: { event: 'ping', data: 1 } }]],
    ['an id alone', [{ raw: 'id: 7\n\n' }]],
    ['the id that the client has, alone', [{ raw: 'id: 7\n\nid: 7\n\n' }]],
    ['half an event', [{ raw: 'data: 1\n' }]],
    ['an event that is too large', [{ send: { event: 'tick', data: 'x'.repeat(200) } }]],
  ])('is backed off from if it brought %s', async (_, steps) => {
    const script: Step[] = [...steps, { end: true }]
    const onGap = (): void => {}
    expect(await waits({ onGap, maxEventSize: 100 }, [script, script, script, []])).toEqual([
      [1, 600],
      [2, 1100],
      [3, 2100],
    ])
  })

  it('is backed off from if it brought only what was delivered before', async () => {
    const script: Step[] = [
      { send: { event: 'tick', data: 1, id: '1' } },
      { send: { event: 'tick', data: 2, id: '2' } },
      { end: true },
    ]
    expect(await waits({}, [script, script, script, []])).toEqual([
      [1, 3300],
      [2, 1100],
      [3, 2100],
    ])
  })

  it('counts repeats as news with `dedupe: false`', async () => {
    expect(await waits({ dedupe: false }, [news('1'), news('1'), []])).toEqual([
      [1, 3300],
      [1, 3300],
    ])
  })

  it.each([
    [2999, [600, 1100, 2100]],
    [3000, [600, 600, 600]],
  ])('grows unless the connection was open for 3 s: %i ms', async (open, delays) => {
    const script: Step[] = [{ open: {} }, { wait: open }, { end: true }]
    const found = await waits({}, [script, script, script, []])
    expect(found.map(([, delay]) => delay)).toEqual(delays)
  })

  it('grows where the stream breaks after 3 s', async () => {
    const script: Step[] = [{ open: {} }, { wait: 3000 }, { drop: true }]
    expect(await waits({}, [script, script, []])).toEqual([
      [1, 600],
      [2, 1100],
    ])
  })
})
