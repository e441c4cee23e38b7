import { type Browser, type BrowserContextOptions, chromium, firefox, type Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findBrowsers } from '../../scripts/browsers.mjs'
import type {} from './msw-page.ts'
import { type MockedPage, servePage } from './msw-stage.ts'
import { PATIENCE } from './start.ts'

/*
 * Event streams behind MSW, as a page has them: from the page to its service worker and back.
 */

const found = findBrowsers()
const BROWSERS: Record<string, { launch(): Promise<Browser>; context?: BrowserContextOptions }> = {
  Chromium: { launch: () => chromium.launch({ ...found.chromium, args: ['--no-sandbox'] }) },
  Firefox: {
    launch: () => firefox.launch(found.firefox),
    // An installed Firefox is driven over WebDriver BiDi, which knows no emulation of media.
    context: { colorScheme: null, reducedMotion: null, forcedColors: null, contrast: null },
  },
}

let mocked: MockedPage

beforeAll(async () => {
  mocked = await servePage('./msw-page.ts', 'event: tick\ndata: 42\n\n')
})

afterAll(() => mocked.close())

describe.each(Object.entries(BROWSERS))('in %s', (name, { launch, context }) => {
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    browser = await launch()
  })

  afterAll(() => browser.close())

  beforeEach(async () => {
    // A context of its own, and with it a worker of its own.
    page = await (await browser.newContext(context)).newPage()
    page.setDefaultTimeout(PATIENCE)
  })

  afterEach(() => page.context().close())

  /** A test with a page that is loaded once: MSW loads a page again that comes back to an old worker. */
  const test = (title: string, run: () => Promise<void>, query = ''): void =>
    void it(title, async () => {
      await page.goto(mocked.url + query)
      await run()
    })

  test('a POST is answered before a byte is sent, and the mock has its body', async () => {
    const seen = await page.evaluate(async () => {
      const { stream, read } = await window.kit
      const response = await fetch('/events?room=a', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer t' },
        body: '{"q":"注"}',
      })
      const body = read(response)
      stream.send('tick', 1)
      stream.end()
      const { method, url, headers, body: asked } = stream.requests[0] ?? {}
      return [response.status, await body.over, body.text, method, url, headers?.['authorization'], asked]
    })
    expect(seen).toEqual([
      ...[200, 'end', 'event: tick\ndata: 1\n\n', 'POST', '/events?room=a', 'Bearer t', '{"q":"注"}'],
    ])
  })

  test('chunks arrive in their order, one by one where they are waited for', async () => {
    const { cut, all, count, over } = await page.evaluate(async () => {
      const { stream, read } = await window.kit
      const body = read(await fetch('/events'))
      const character = new TextEncoder().encode('注')
      stream.raw(character.subarray(0, 2))
      await body.bytes(2)
      stream.raw(character.subarray(2))
      await body.bytes(3)
      const cut = [...body.chunks]
      stream.raw(...Array.from({ length: 20 }, (_, n) => `${n} `))
      stream.end()
      return { cut, over: await body.over, all: body.text, count: body.chunks.length - cut.length }
    })
    expect(cut).toEqual([[0xe6, 0xb3], [0xa8]])
    expect([all, over]).toEqual([`注${Array.from({ length: 20 }, (_, n) => `${n} `).join('')}`, 'end'])
    // The browser may join some that meet.
    expect(count).toBeGreaterThan(1)
  })

  test('comments keep a line alive that would else be taken for dead', async () => {
    const codes = await page.evaluate(async () => {
      const { stream, subscribe, createClock } = await window.kit
      const clock = createClock()
      let heard = (): void => {}
      const codes: string[] = []
      const client = subscribe({
        clock,
        onRetry: ({ error }) => codes.push(error.code),
        heartbeat: 10_000,
        async fetch(...request) {
          const response = await fetch(...request)
          const transform = (chunk: Uint8Array, controller: TransformStreamDefaultController<Uint8Array>): void => {
            controller.enqueue(chunk)
            if (chunk.includes(58)) heard()
          }
          return new Response(response.body?.pipeThrough(new TransformStream({ transform })), response)
        },
      })
      void client.tick()
      await client.status('open')
      await stream.connected()
      await clock.advance(9000)
      const comment = new Promise<void>((resolve) => {
        heard = resolve
      })
      stream.comment()
      await comment
      await clock.settle()
      await clock.advance(9000)
      const alive = [...codes]
      await clock.advance(2000)
      client.sse.close()
      return { alive, dead: codes }
    })
    expect(codes).toEqual({ alive: [], dead: ['stalled'] })
  })

  test('a line that breaks is a network error, and the next request resumes', async () => {
    const { ticks, codes, lastEventId } = await page.evaluate(async () => {
      const { stream, subscribe } = await window.kit
      const codes: string[] = []
      const client = subscribe({ onRetry: ({ error }) => codes.push(error.code) })
      const first = client.tick()
      const connection = await stream.connected()
      stream.send('tick', 1, { id: '7' })
      const ticks = [await first]
      stream.drop()
      await connection.closed
      const second = client.tick()
      const { request } = await stream.connected()
      stream.send('tick', 2)
      ticks.push(await second)
      client.sse.close()
      return { ticks, codes, lastEventId: request.lastEventId }
    })
    expect({ ticks, codes, lastEventId }).toEqual({ ticks: [1, 2], codes: ['network'], lastEventId: '7' })
  })

  test('faults reach a reader: no answer, a broken body, an end', async () => {
    const seen = await page.evaluate(async () => {
      const { stream, read } = await window.kit
      stream.script({ drop: true })
      const none = await fetch('/events').catch((error: Error) => error.name)
      const broken = read(await fetch('/events'))
      stream.send('tick', 1)
      await broken.bytes(1)
      stream.drop()
      const ended = read(await fetch('/events'))
      stream.send('tick', 1)
      stream.end()
      return [none, await broken.over, broken.text, await ended.over, ended.text]
    })
    const tick = 'event: tick\ndata: 1\n\n'
    expect(seen).toEqual(['TypeError', 'TypeError', tick, 'end', tick])
  })

  test('a refusal comes with its headers', async () => {
    const seen = await page.evaluate(async () => {
      const { stream, subscribe } = await window.kit
      stream.refuse(503, { 'retry-after': '7' })
      const client = subscribe()
      void client.tick()
      const state = await client.status('waiting')
      client.sse.close()
      return 'error' in state && [state.error?.code, state.error?.status, state.error?.retryAfter]
    })
    expect(seen).toEqual(['http', 503, 7000])
  })

  test('a redirect is followed to another handler', async () => {
    const seen = await page.evaluate(async () => {
      const { stream } = await window.kit
      stream.script({ redirect: '/elsewhere' })
      const { redirected, url, ...response } = await fetch('/events').then(async (response) => ({
        redirected: response.redirected,
        url: response.url,
        text: await response.text(),
      }))
      return [redirected, new URL(url).pathname, response.text]
    })
    expect(seen).toEqual([true, '/elsewhere', 'here'])
  })

  test('a script is played to each request, and resumed behind the last event id', async () => {
    const texts = await page.evaluate(async () => {
      await window.kit
      const texts: string[] = []
      for (const id of ['', '1'])
        texts.push(await (await fetch('/script', { headers: id ? { 'last-event-id': id } : {} })).text())
      return texts.map((text) => text.match(/data: \d/g))
    })
    expect(texts).toEqual([['data: 1', 'data: 2'], ['data: 2']])
  })

  for (const query of ['', '?loud'])
    test(
      `a client that goes closes the stream of the mock${query && ', also where MSW writes to the console'}`,
      async () => {
        const told: string[] = []
        page.on('console', (message) => told.push(message.text()))
        // Firefox lets a worker know at once, or else with the next bytes.
        await page.evaluate(async (isLate) => {
          const { stream, listen, left } = await window.kit
          const controller = new AbortController()
          const { signal } = controller
          await fetch('/events', { signal })
          const aborted = await stream.connected()
          controller.abort()
          await left(aborted, isLate)

          const { body } = await fetch('/events')
          const cancelled = await stream.connected()
          await body?.cancel()
          await left(cancelled, isLate)

          const { source, said } = listen('/events')
          await said('open 1')
          const closed = await stream.connected()
          source.close()
          await left(closed, isLate)
        }, name === 'Firefox')
        // Of a stream the worker tells that there was one, without waiting for its end.
        if (query) await expect.poll(() => told.join('\n')).toContain('[event stream]')
      },
      query,
    )

  test('a client that goes before it has an answer closes the stream as soon as there is one', async () => {
    const error = await page.evaluate(async (isLate) => {
      const { stream, left } = await window.kit
      const controller = new AbortController()
      stream.script({ open: { delay: 100 } })
      const failed = fetch('/events', { signal: controller.signal }).catch((error: Error) => error.name)
      // The mock hears of a request in its own time, and of the abort not at all.
      const opened = stream.connected()
      while (!stream.requests.length) await new Promise(requestAnimationFrame)
      controller.abort()
      await left(await opened, isLate)
      return failed
    }, name === 'Firefox')
    expect(error).toBe('AbortError')
  })

  test('a native EventSource hears events, and comes back when its stream ends', async () => {
    const { log, ids } = await page.evaluate(async () => {
      const { stream, listen } = await window.kit
      stream.script({ retry: 10 }, { send: { event: 'tick', data: 1, id: '7' } })
      const { source, log, said } = listen('/events')
      await said('tick 1')
      const first = await stream.connected()
      stream.end()
      await first.closed
      await stream.connected()
      stream.send('tick', 2)
      await said('tick 2')
      source.close()
      return { log, ids: stream.requests.map(({ lastEventId }) => lastEventId) }
    })
    expect(log).toEqual(['open 1', 'tick 1', 'error 0', 'open 1', 'tick 2'])
    // Chromium does not show service workers what a native EventSource sends.
    expect(ids).toEqual(['', name === 'Chromium' ? '' : '7'])
  })

  test('a native EventSource gives up where a worker breaks its line; that of the mock comes back', async () => {
    const seen = await page.evaluate(async () => {
      const { stream, listen } = await window.kit
      const logs: string[][] = []
      for (const Source of [EventSource, stream.EventSource]) {
        stream.script({ retry: 10 }, { send: { event: 'tick', data: 1, id: '7' } })
        const { source, log, said } = listen('/events', Source)
        await said('tick 1')
        const connection = await stream.connected()
        stream.drop()
        await connection.closed
        if (Source === EventSource) await said('error 2')
        else await said('open 1')
        source.close()
        logs.push(log)
      }
      return { logs, ids: stream.requests.map(({ lastEventId }) => lastEventId) }
    })
    expect(seen.logs).toEqual([
      ['open 1', 'tick 1', 'error 2'],
      ['open 1', 'tick 1', 'error 0', 'open 1'],
    ])
    expect(seen.ids).toEqual(['', '', '7'])
  })

  test('when the worker stops, a stream that breaks leads to the real server', async () => {
    const ticks = await page.evaluate(async () => {
      const { stream, worker, subscribe } = await window.kit
      const client = subscribe()
      const first = client.tick()
      await stream.connected()
      stream.send('tick', 1)
      const ticks = [await first]
      await worker.stop()
      const second = client.tick()
      stream.send('tick', 2)
      ticks.push(await second)
      const third = client.tick()
      stream.drop()
      ticks.push(await third)
      client.sse.close()
      return ticks
    })
    expect(ticks).toEqual([1, 2, 42])
  })
})
