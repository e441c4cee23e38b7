// @vitest-environment page
import { createSSE, type SSEClient } from 'headwater'
import { useSSE, useSSEEvent, useSSEValue, useTopic } from 'headwater/react'
import { act, Suspense, startTransition } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { bench, failOnComplaints, hubBench, mount, probe } from './react-stage.tsx'

failOnComplaints()

/** How many listeners there are on the page, of those added from now on. */
function countListeners(): () => number {
  const listeners = new Set<unknown>()
  const add = vi.spyOn(globalThis, 'addEventListener').mockImplementation((_, listener, options) => {
    listeners.add(listener)
    const signal = typeof options === 'object' ? options.signal : undefined
    signal?.addEventListener('abort', () => listeners.delete(listener))
  })
  const remove = vi.spyOn(globalThis, 'removeEventListener').mockImplementation((_, listener) => {
    listeners.delete(listener)
  })
  onTestFinished(() => {
    add.mockRestore()
    remove.mockRestore()
  })
  return () => listeners.size
}

describe('after it is unmounted', () => {
  it('nothing is left, though connect() was called', async () => {
    const listeners = countListeners()
    const { options, stream, settle, advance, clock } = bench()
    const { Probe, last } = probe(() => useSSE('/events', options))
    const { unmount } = await mount(<Probe />)
    await settle()
    const live = last()
    live.connect()
    expect(listeners()).toBeGreaterThan(0)
    await unmount()
    expect(stream.connections).toHaveLength(1)
    await advance(1000)
    expect(stream.connections).toHaveLength(0)
    expect(clock.timers).toBe(0)
    expect(listeners()).toBe(0)
    live.connect()
    await settle()
    expect(stream.requests).toHaveLength(1)
  })

  it.each([0, 5000, Infinity])(
    'a client of its own lingers for as long as it is to, %s ms, but not for ever',
    async (ms) => {
      const { options, stream, settle, advance, clock } = bench({ linger: ms })
      const { Probe } = probe(() => useSSE('/events', options))
      const { unmount } = await mount(<Probe />)
      await settle()
      await unmount()
      const end = Math.min(ms, 2 ** 31 - 1)
      // Nothing fires on the way, as each look at the line would.
      await act(() => clock.sleep(end - 1))
      if (ms) expect(stream.connections).toHaveLength(1)
      await advance(1)
      expect(stream.connections).toHaveLength(0)
      expect(clock.timers).toBe(0)
    },
  )

  it('nothing is heard, not even the rest of a chunk', async () => {
    const { options, send, settle } = bench()
    const heard: unknown[] = []
    const { Probe } = probe(() => {
      const { client, lastEvent } = useSSE('/events', {
        ...options,
        onEvent: ({ data }) => heard.push(['observer', data]),
        onState: ({ status }) => heard.push(status),
      })
      useSSEEvent(client, 'n', (data) => {
        heard.push(['handler', data])
        if (data === 2) root.unmount()
      })
      useSSEValue(client, 'n', { initial: 0, reduce: (_, data) => heard.push(['reduction', data]) })
      return lastEvent
    })
    const { root } = await mount(<Probe />)
    await settle()
    heard.length = 0
    await send('n', 1, 2, 3, 4)
    await send('n', 5)
    expect(heard).toEqual([
      ['observer', 1],
      ['handler', 1],
      ['reduction', 1],
      ['observer', 2],
      ['handler', 2],
    ])
  })

  it('a hundred times, nothing has piled up', async () => {
    const listeners = countListeners()
    const { options, sse, stream, settle, advance, clock } = hubBench()
    const { signal } = new AbortController()
    const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')]
    const { Probe } = probe(({ n }: { n: number }) => {
      const own = useSSE(`/own/${n}`, { ...options, signal, onEvent() {} })
      const { lastEvent } = useSSE(sse, { onOpen() {} })
      useSSEEvent(sse, 'n', () => {})
      useTopic(sse, 'orders', () => {})
      return [lastEvent, useSSEValue(own.client, '*', 0)]
    })
    const observers = new Set<unknown>()
    const { observe } = sse
    vi.spyOn(sse, 'observe').mockImplementation((observer) => {
      const off = observe(observer)
      observers.add(off)
      return () => {
        observers.delete(off)
        off()
      }
    })
    for (let n = 0; n < 100; n++) {
      const { unmount } = await mount(<Probe n={n} />)
      if (n % 10 === 0) await settle()
      await unmount()
    }
    expect(observers.size).toBe(0)
    await advance(1000)
    expect(stream.connections).toHaveLength(0)
    // The shared one connected once, and of the others those that were given the time.
    expect(stream.requests.filter(({ path }) => path === '/shared')).toHaveLength(1)
    expect(clock.timers).toBe(0)
    expect(listeners()).toBe(0)
    const gone = new Set(removed.mock.calls.map(([, listener]) => listener))
    expect(added).toHaveBeenCalled()
    expect(added.mock.calls.filter(([, listener]) => !gone.has(listener))).toEqual([])
  })
})

describe('a rendering that is thrown away', () => {
  it('leaves the handlers of what is shown', async () => {
    const { sse, send, settle, stream } = bench()
    const heard: unknown[] = []
    const forever = new Promise(() => {})
    function Sleeper(): null {
      throw forever
    }
    const { Probe, seen } = probe(({ n }: { n: number }) => {
      useSSEEvent(sse, 'n', (data) => heard.push([n, data]))
      useSSE(`/own/${n}`, { fetch: stream.fetch, onState: ({ status }) => heard.push([n, status]) })
      return n
    })
    const page = (n: number) => (
      <Suspense fallback="…">
        <Probe n={n} />
        {n > 1 && <Sleeper />}
      </Suspense>
    )
    const { root } = await mount(page(1))
    await settle()
    heard.length = 0
    await act(async () => startTransition(() => root.render(page(2))))
    expect(seen).toContain(2)
    await send('n', 'a')
    expect(heard).toEqual([[1, 'a']])
    expect(new Set(stream.requests.map(({ path }) => path))).toEqual(new Set(['/shared', '/own/1']))
  })
})

describe('concurrent rendering', () => {
  it('shows two components the same, though events come while it is under way', async () => {
    const { sse, send, settle } = bench()
    const torn: string[] = []
    const Value = () => useSSEValue(sse, 'n', 0) as number
    const { Probe } = probe(({ n }: { n: number }) => [useSSE(sse).lastEvent, n])
    const page = (n: number) => (
      <>
        <Value />
        <Probe n={n} />
        <Value />
      </>
    )
    const { text, root } = await mount(page(0))
    await settle()
    for (let n = 1; n <= 20; n++) {
      await act(async () => startTransition(() => root.render(page(n))))
      await send('n', n)
      if (text() !== `${n}${n}`) torn.push(text())
    }
    expect(torn).toEqual([])
  })
})

describe('hydration', () => {
  function Page({ sse }: { sse: SSEClient }) {
    const { status, isConnected, lastEvent, lastEventId } = useSSE(sse)
    const value = useSSEValue(sse, 'n', 0)
    return <p>{JSON.stringify({ status, isConnected, lastEvent: lastEvent?.data ?? null, lastEventId, value })}</p>
  }

  it.each([false, true])('fits what the server rendered; the client is open by then: %s', async (isOpen) => {
    const { sse, stream, settle } = bench()
    const server = createSSE('/shared')
    const html = renderToString(<Page sse={server} />)
    if (isOpen) {
      sse.connect()
      await settle()
      stream.send('n', 1, { id: '7' })
      await settle()
    }
    const container = document.createElement('div')
    container.innerHTML = html
    const shown = () => JSON.parse(container.textContent ?? '')
    expect(shown()).toEqual({ status: 'idle', isConnected: false, lastEvent: null, lastEventId: '', value: 0 })
    const paragraph = container.firstChild
    const problems: unknown[] = []
    const root = await act(async () =>
      hydrateRoot(container, <Page sse={sse} />, { onRecoverableError: (error) => problems.push(error) }),
    )
    onTestFinished(() => act(async () => root.unmount()))
    await settle()
    expect(problems).toEqual([])
    expect(container.firstChild).toBe(paragraph)
    expect(shown()).toMatchObject({ status: 'open', isConnected: true, lastEventId: isOpen ? '7' : '' })
    stream.send('n', 2)
    await settle()
    expect(shown()).toMatchObject({ lastEvent: 2, value: 2 })
    expect(stream.requests).toHaveLength(1)
  })
})
