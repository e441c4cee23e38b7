import { createSSE, type SSEClient, type SSEEvent, type SSEOptions } from 'headwater'
import { createHubClient, type HubClient, type HubClientOptions } from 'headwater/hub'
import { SSEProvider, useSSE, useSSEClient, useSSEEvent, useSSEValue, useTopic } from 'headwater/react'
import { createClock, createMockStream, type MockStream, type TestClock } from 'headwater/testing'
import * as React from 'react'
import { act, Component, type ReactNode, StrictMode, Suspense, startTransition, useMemo, useRef } from 'react'
import { createRoot, hydrateRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { eventually } from '../support/eventually.ts'

/*
 * Runs on React 19 and, as the project react-18, on React 18.
 */

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

/** What React has to complain about fails the test. */
let complaints: unknown[][]
beforeEach(() => {
  complaints = []
  const spy = vi.spyOn(console, 'error').mockImplementation((...args) => complaints.push(args))
  return () => {
    spy.mockRestore()
    expect(complaints).toEqual([])
  }
})

interface Bench<C extends SSEClient = SSEClient> {
  readonly clock: TestClock
  readonly stream: MockStream
  /** For a client of the component's own. */
  readonly options: SSEOptions
  /** A client to share. */
  readonly sse: C
  /** Lets everything settle, React too. */
  readonly settle: () => Promise<void>
  readonly advance: (ms: number) => Promise<void>
  readonly send: (type: string, ...data: unknown[]) => Promise<void>
}

function bench(more: SSEOptions = {}): Bench {
  return join(more, (options) => createSSE('/shared', options))
}

/** The same with a client for our own server. */
function hubBench(more: HubClientOptions = {}): Bench<HubClient> {
  return join(more, (options) => createHubClient('/shared', options))
}

function join<C extends SSEClient>(more: SSEOptions, make: (options: SSEOptions) => C): Bench<C> {
  const clock = createClock()
  const stream = createMockStream({ clock })
  const options = { fetch: stream.fetch, clock, ...more }
  const sse = make(options)
  onTestFinished(() => sse.close())
  const settle = () => act(() => clock.settle())
  return {
    clock,
    stream,
    options,
    sse,
    settle,
    advance: (ms) => act(() => clock.advance(ms)),
    async send(type, ...data) {
      stream.raw(data.map((each) => `event: ${type}\ndata: ${JSON.stringify(each)}\n\n`).join(''))
      await settle()
    },
  }
}

interface Mounted {
  readonly root: Root
  readonly text: () => string
  readonly render: (node: ReactNode) => Promise<void>
  readonly unmount: () => Promise<void>
}

async function mount(node: ReactNode): Promise<Mounted> {
  const container = document.createElement('div')
  const root = createRoot(container)
  const render = (node: ReactNode) => act(async () => root.render(node))
  const unmount = () => act(async () => root.unmount())
  onTestFinished(unmount)
  await render(node)
  return { root, text: () => container.textContent ?? '', render, unmount }
}

/** A component that calls one hook, and what the hook gave at each rendering. */
function probe<P extends object, T>(hook: (props: P) => T): { Probe: (props: P) => null; seen: T[]; last: () => T } {
  const seen: T[] = []
  return {
    seen,
    last: () => seen.at(-1) as T,
    Probe(props) {
      seen.push(hook(props))
      return null
    },
  }
}

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

describe('useSSE', () => {
  it('connects when it is mounted, and renders each change of the status', async () => {
    const { options, stream, settle, advance } = bench()
    // So that each is there for long enough to be rendered.
    for (let n = 0; n < 2; n++) stream.script({ open: { delay: 100 } })
    const { Probe, seen, last } = probe(() => useSSE('/events', options))
    await mount(<Probe />)
    await settle()
    expect(last()).toMatchObject({ status: 'connecting', isConnected: false, isConnecting: true, error: null })
    await advance(100)
    expect(last()).toMatchObject({ status: 'open', isConnected: true, isConnecting: false, error: null })
    stream.drop()
    await settle()
    expect(last()).toMatchObject({ status: 'waiting', isConnected: false, isConnecting: true })
    expect(last().error?.code).toBe('network')
    await advance(600)
    await advance(100)
    expect(last()).toMatchObject({ isConnected: true, error: null })
    const statuses = seen.map(({ status }) => status)
    expect(statuses.filter((status, i) => status !== statuses[i - 1])).toEqual([
      'idle',
      'connecting',
      'open',
      'waiting',
      'connecting',
      'open',
    ])
    expect(stream.requests.map(({ path }) => path)).toEqual(['/events', '/events'])
  })

  it('opens one connection under StrictMode, and loses no event', async () => {
    const { options, stream, send, settle } = bench()
    const heard: unknown[] = []
    const { Probe, last } = probe(() => useSSE('/events', { ...options, onEvent: ({ data }) => heard.push(data) }))
    await mount(
      <StrictMode>
        <Probe />
      </StrictMode>,
    )
    await settle()
    await send('n', 1, 2)
    await send('n', 3)
    expect(heard).toEqual([1, 2, 3])
    expect(stream.requests).toHaveLength(1)
    expect(stream.connections).toHaveLength(1)
    expect(last().isConnected).toBe(true)
  })

  it('neither renders nor decodes events that nobody reads', async () => {
    const parse = vi.fn(JSON.parse)
    const { options, send, settle } = bench({ parse: (raw) => parse(raw) })
    const { Probe, seen } = probe(() => {
      const { isConnected, isConnecting, error, lastEventId } = useSSE('/events', options)
      return { isConnected, isConnecting, error, lastEventId }
    })
    await mount(<Probe />)
    await settle()
    const renders = seen.length
    for (let n = 0; n < 50; n++) await send('n', n)
    expect(seen).toHaveLength(renders)
    expect(parse).not.toHaveBeenCalled()
  })

  it('renders for the events of a component that reads the last one, once a chunk', async () => {
    const { options, send, settle } = bench()
    const { Probe, seen, last } = probe(() => {
      const { lastEvent } = useSSE('/events', options)
      return lastEvent
    })
    await mount(<Probe />)
    await settle()
    expect(last()).toBeNull()
    const before = seen.length
    await send('n', { a: 1 })
    expect(last()).toMatchObject({ type: 'n', data: { a: 1 } })
    await send('n', 2, 3, 4)
    expect(last()?.data).toBe(4)
    expect(seen).toHaveLength(before + 2)
    // The same once more is news.
    await send('n', 4)
    await send('n', 4)
    expect(seen).toHaveLength(before + 4)
  })

  it('hears of events from when the last one is first read, and while the component is mounted', async () => {
    const { stream, send, settle, sse } = bench()
    const subscribe = vi.spyOn(sse, 'subscribe')
    const { Probe, seen, last } = probe(({ reads }: { reads: boolean }) => {
      const live = useSSE(sse, {})
      return reads ? live.lastEvent : null
    })
    const { render, unmount } = await mount(<Probe reads={false} />)
    await settle()
    await send('n', 1)
    await render(<Probe reads />)
    expect(last()).toBeNull()
    await send('n', 2)
    expect(last()?.data).toBe(2)
    const renders = seen.length
    await unmount()
    await send('n', 3)
    expect(seen).toHaveLength(renders)
    expect(stream.requests).toHaveLength(1)
    expect(subscribe).toHaveBeenCalledTimes(1)
  })

  it('has the last event id of the moment that it is read', async () => {
    const { options, stream, settle } = bench()
    const { Probe, last } = probe(() => useSSE('/events', options))
    await mount(<Probe />)
    await settle()
    expect(last().lastEventId).toBe('')
    stream.send('n', 1, { id: '7' })
    await settle()
    expect(last().lastEventId).toBe('7')
  })

  it('gives the same object until something in it changes', async () => {
    const { options, settle, send } = bench()
    const { Probe, last } = probe((_: { n: number }) => useSSE('/events', options))
    const { render } = await mount(<Probe n={0} />)
    await settle()
    const before = last()
    await render(<Probe n={1} />)
    expect(last()).toBe(before)
    expect(last().lastEvent).toBeNull()
    await send('n', 1)
    expect(last()).not.toBe(before)
    expect(before.lastEvent).toBeNull()
  })

  it('calls the newest callbacks, and never connects again for inline options', async () => {
    const { options, stream, send, settle } = bench()
    const log: unknown[] = []
    const { Probe, last } = probe(({ n }: { n: number }) =>
      useSSE('/events', {
        ...options,
        headers: () => ({ 'x-n': `${n}` }),
        retry: { attempts: n },
        onEvent: (event) => log.push(`${n}: ${event.data}`),
      }),
    )
    const { render } = await mount(<Probe n={1} />)
    const { client } = last()
    await render(<Probe n={2} />)
    await settle()
    await send('n', 'a')
    await render(<Probe n={3} />)
    await send('n', 'b')
    expect(log).toEqual(['2: a', '3: b'])
    expect(stream.requests).toHaveLength(1)
    expect(last().client).toBe(client)
  })

  it('hears with a callback that comes later, and no more with one that has gone', async () => {
    const { options, stream, send, settle } = bench()
    const heard: unknown[] = []
    const onEvent = ({ data }: SSEEvent) => heard.push(data)
    const { Probe } = probe(({ hears }: { hears: boolean }) =>
      useSSE('/events', { ...options, onEvent: hears ? onEvent : undefined }),
    )
    const { render } = await mount(<Probe hears={false} />)
    await settle()
    await send('n', 1)
    await render(<Probe hears />)
    await send('n', 2)
    await render(<Probe hears={false} />)
    await send('n', 3)
    expect(heard).toEqual([2])
    expect(stream.requests).toHaveLength(1)
  })

  it('connects again with the newest headers', async () => {
    const { options, stream, settle, advance } = bench()
    const { Probe } = probe(({ n }: { n: number }) => useSSE('/events', { ...options, headers: { 'x-n': `${n}` } }))
    const { render } = await mount(<Probe n={1} />)
    await settle()
    await render(<Probe n={2} />)
    expect(stream.requests).toHaveLength(1)
    stream.drop()
    await settle()
    await advance(600)
    expect(stream.requests.map(({ headers }) => headers['x-n'])).toEqual(['1', '2'])
  })

  it('makes another client for another URL, and closes the former at once', async () => {
    const { options, stream, settle, clock } = bench()
    const { Probe, last } = probe(({ url }: { url: string | URL }) => {
      const live = useSSE(url, options)
      return { ...live }
    })
    const { render } = await mount(<Probe url="/a" />)
    await settle()
    const { timers } = clock
    stream.send('n', 1, { id: '7' })
    await settle()
    expect(last().lastEvent?.data).toBe(1)
    await render(<Probe url="/b" />)
    await settle()
    expect(last()).toMatchObject({ isConnected: true, lastEvent: null })
    expect(stream.connections.map(({ request }) => request.path)).toEqual(['/b'])
    expect(stream.requests.at(-1)?.lastEventId).toBe('')
    expect(clock.timers).toBe(timers)
    const { client } = last()
    await render(<Probe url={new URL('http://localhost/c')} />)
    const other = last().client
    expect(other).not.toBe(client)
    await render(<Probe url={new URL('http://localhost/c')} />)
    expect(last().client).toBe(other)
  })

  it('can be disconnected and connected by hand', async () => {
    const { options, stream, settle } = bench()
    const { Probe, last } = probe(() => useSSE('/events', options))
    await mount(<Probe />)
    await settle()
    await act(async () => last().disconnect())
    expect(last()).toMatchObject({ status: 'paused', isConnected: false, isConnecting: false })
    expect(stream.connections).toHaveLength(0)
    await act(async () => last().connect())
    await settle()
    expect(last().isConnected).toBe(true)
    expect(last()).not.toHaveProperty('send')
  })

  it('sends where the client has send()', async () => {
    const { sse, stream, settle } = hubBench()
    const { Probe, last } = probe(() => useSSE(sse))
    await mount(<Probe />)
    await settle()
    stream.refuse(204)
    await act(() => last().send('order.touch', { id: 1 }))
    expect(stream.requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/shared',
      body: '{"event":"order.touch","data":{"id":1}}',
    })
  })

  it('throws a wrong option where it is rendered', async () => {
    const caught: unknown[] = []
    class Boundary extends Component<{ children: ReactNode }> {
      override state = { failed: false }
      static getDerivedStateFromError = () => ({ failed: true })
      override componentDidCatch = (error: unknown) => caught.push(error)
      override render = () => (this.state.failed ? null : this.props.children)
    }
    const { Probe } = probe(() => useSSE('/events', { linger: -1 }))
    await mount(
      <Boundary>
        <Probe />
      </Boundary>,
    )
    expect(caught).toMatchObject([{ code: 'options' }])
    expect(complaints.length).toBeGreaterThan(0)
    complaints = []
  })

  describe('a function that makes a client', () => {
    it('makes one client for a component, under StrictMode too, and one connection', async () => {
      const { options, stream, settle, advance } = bench()
      const make = vi.fn((n: number) => createHubClient(`/made/${n}`, options))
      const { Probe, last } = probe(({ n }: { n: number }) => useSSE(() => make(n)))
      const page = (n: number) => (
        <StrictMode>
          <Probe n={n} />
        </StrictMode>
      )
      const { render } = await mount(page(1))
      await settle()
      // StrictMode calls what makes a state twice, and keeps one.
      const calls = make.mock.calls.length
      expect(calls).toBe(2)
      const { client } = last()
      await render(page(2))
      await settle()
      expect(make).toHaveBeenCalledTimes(calls)
      expect(last().client).toBe(client)
      // A stream of the mock does not begin with `connected`, so a hub client waits for it.
      await advance(1000)
      expect(last().isConnected).toBe(true)
      expect(stream.requests.map(({ path }) => path)).toEqual(['/made/1'])
      expect(stream.connections).toHaveLength(1)
    })

    it('has its client closed a linger after the component', async () => {
      const { options, stream, settle, advance, clock } = bench()
      const { Probe, last } = probe(() => useSSE(() => createHubClient('/made', options)))
      const { unmount } = await mount(<Probe />)
      await settle()
      const { client } = last()
      await unmount()
      expect(stream.connections).toHaveLength(1)
      // Without options of the hook, the component's linger runs on the platform's clock.
      await advance(1000)
      expect(stream.connections).toHaveLength(0)
      expect(clock.timers).toBe(0)
      await eventually(() => expect(client.state.get()).toEqual({ status: 'closed', error: null }))
    })

    it('makes a client that calls the newest callbacks, and sends', async () => {
      const { options, stream, settle, send } = bench()
      const heard: unknown[] = []
      const { Probe, last } = probe(({ n }: { n: number }) =>
        useSSE(() => createHubClient('/made', options), { onEvent: ({ data }) => heard.push([n, data]) }),
      )
      const { render } = await mount(<Probe n={1} />)
      await settle()
      await render(<Probe n={2} />)
      await send('n', 'a')
      expect(heard).toEqual([[2, 'a']])
      stream.refuse(204)
      await act(() => last().send('order.touch', { id: 1 }))
      expect(stream.requests.at(-1)).toMatchObject({ method: 'POST', path: '/made' })
    })
  })

  describe('a shared client', () => {
    it('holds one connection for all, until the last has gone', async () => {
      const { sse, stream, settle, advance } = bench()
      const { Probe, last } = probe((_: { n: number }) => useSSE(sse))
      const { render, unmount } = await mount([<Probe key={1} n={1} />, <Probe key={2} n={2} />])
      await settle()
      expect(last()).toMatchObject({ isConnected: true, client: sse })
      expect(stream.requests).toHaveLength(1)
      await render([<Probe key={2} n={2} />])
      await advance(5000)
      expect(stream.connections).toHaveLength(1)
      await unmount()
      await advance(999)
      expect(stream.connections).toHaveLength(1)
      await advance(1)
      expect(stream.connections).toHaveLength(0)
      expect(sse.state.get().status).toBe('idle')
    })

    it('shows at once that it is open, and adds callbacks of its own', async () => {
      const { sse, settle, send } = bench()
      sse.connect()
      await settle()
      const observe = vi.spyOn(sse, 'observe')
      const heard: unknown[] = []
      const { Probe, seen } = probe(({ n }: { n: number }) =>
        useSSE(sse, { onEvent: ({ type }) => heard.push([n, type]) }),
      )
      const { render } = await mount(<Probe n={1} />)
      expect(seen[0]?.isConnected).toBe(true)
      await render(<Probe n={2} />)
      await send('n', 1)
      expect(heard).toEqual([[2, 'n']])
      expect(seen).toHaveLength(2)
      expect(observe).toHaveBeenCalledTimes(1)
    })

    it('follows another client', async () => {
      const { sse, options, stream, settle, advance } = bench()
      const other = createSSE('/other', options)
      onTestFinished(() => other.close())
      const { Probe, last } = probe(({ client }: { client: SSEClient }) => useSSE(client))
      const { render } = await mount(<Probe client={sse} />)
      await settle()
      await render(<Probe client={other} />)
      await settle()
      await advance(1000)
      expect(last()).toMatchObject({ isConnected: true, client: other })
      expect(stream.connections.map(({ request }) => request.path)).toEqual(['/other'])
      // It is not the component's to close.
      sse.connect()
      await settle()
      expect(sse.state.get().status).toBe('open')
    })
  })
})

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
    const abortListeners = vi.spyOn(signal, 'addEventListener')
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
    const left = abortListeners.mock.calls.filter(
      ([, , options]) => typeof options !== 'object' || !options.signal?.aborted,
    )
    expect(left).toEqual([])
  })
})

describe('hidden and shown again', () => {
  const { Activity } = React as { Activity?: typeof React.Activity }

  it.runIf(Activity)('by <Activity> before it has lingered, it keeps its connection', async () => {
    if (!Activity) return
    const { options, stream, send, settle, advance } = bench()
    const heard: unknown[] = []
    const { Probe, last } = probe(() => {
      const live = useSSE('/events', { ...options, onEvent: ({ data }) => heard.push(data) })
      return { ...live }
    })
    const show = (mode: 'visible' | 'hidden') => (
      <Activity mode={mode}>
        <Probe />
      </Activity>
    )
    const { render, unmount } = await mount(show('visible'))
    await settle()
    await send('n', 1)
    const { client } = last()
    await render(show('hidden'))
    await advance(999)
    await send('n', 2)
    await render(show('visible'))
    await advance(5000)
    await send('n', 3)
    expect(heard).toEqual([1, 3])
    expect(last()).toMatchObject({ client, isConnected: true, lastEvent: { data: 3 } })
    expect(stream.requests).toHaveLength(1)
    await unmount()
    await advance(1000)
    expect(stream.connections).toHaveLength(0)
  })

  it.runIf(Activity)(
    'by <Activity> later, a function makes the new client, and gets the id to resume from',
    async () => {
      if (!Activity) return
      const { options, stream, settle } = bench()
      const made: unknown[] = []
      const make = (lastEventId?: string) => {
        made.push(lastEventId)
        return createHubClient('/made', { ...options, lastEventId })
      }
      const { Probe, last } = probe(() => useSSE(make))
      const show = (mode: 'visible' | 'hidden') => (
        <Activity mode={mode}>
          <Probe />
        </Activity>
      )
      const { render } = await mount(show('visible'))
      await settle()
      stream.send('n', 1, { id: '7' })
      await settle()
      const { client } = last()
      await render(show('hidden'))
      await eventually(() => expect(client.state.get().status).toBe('closed'))
      await render(show('visible'))
      await settle()
      expect(made).toEqual([undefined, '7'])
      expect(last().client).not.toBe(client)
      expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '7'])
    },
  )

  it.runIf(Activity)('by <Activity> later, it resumes with a new client', async () => {
    if (!Activity) return
    const { options, stream, settle, advance, clock } = bench()
    const heard: unknown[] = []
    const { Probe, last } = probe(() => {
      const live = useSSE('/events', options)
      useSSEEvent(live.client, 'n', (data) => heard.push(data))
      return live
    })
    const show = (mode: 'visible' | 'hidden') => (
      <StrictMode>
        <Activity mode={mode}>
          <Probe />
        </Activity>
      </StrictMode>
    )
    const { render } = await mount(show('hidden'))
    await advance(5000)
    expect(stream.requests).toHaveLength(0)
    await render(show('visible'))
    await settle()
    stream.send('n', 1, { id: '7' })
    await settle()
    await render(show('hidden'))
    await advance(1000)
    expect(stream.connections).toHaveLength(0)
    expect(clock.timers).toBe(0)
    await render(show('visible'))
    await settle()
    expect(last().isConnected).toBe(true)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '7'])
    stream.send('n', 2)
    await settle()
    expect(heard).toEqual([1, 2])
  })

  it('by <Suspense>, it keeps its connection and hears', async () => {
    const { options, stream, send, settle, advance } = bench()
    const heard: unknown[] = []
    let wait: Promise<void> | undefined
    let resume = () => {}
    function Sleeper() {
      if (wait) throw wait
      return null
    }
    const { Probe, last } = probe((_: { n: number }) => {
      const live = useSSE('/events', options)
      useSSEEvent(live.client, 'n', (data) => heard.push(data))
      return live
    })
    const page = (n: number) => (
      <Suspense fallback="…">
        <Probe n={n} />
        <Sleeper />
      </Suspense>
    )
    const { render, text } = await mount(page(0))
    await settle()
    const { client } = last()
    wait = new Promise((resolve) => {
      resume = () => {
        wait = undefined
        resolve()
      }
    })
    await render(page(1))
    expect(text()).toBe('…')
    await advance(5000)
    await send('n', 1)
    await act(async () => resume())
    expect(text()).toBe('')
    await send('n', 2)
    expect(heard).toEqual([1, 2])
    expect(last().client).toBe(client)
    expect(stream.requests).toHaveLength(1)
  })
})

describe('useSSEEvent', () => {
  it('calls the newest handler, and never subscribes again for it', async () => {
    const { sse, send, settle } = bench()
    const subscribe = vi.spyOn(sse, 'subscribe')
    const heard: unknown[] = []
    const { Probe, seen } = probe(({ n }: { n: number }) =>
      useSSEEvent(sse, 'order.*', (data, { type }) => heard.push([n, type, data])),
    )
    const { render } = await mount(<Probe n={1} />)
    await settle()
    await send('order.created', 'a')
    await render(<Probe n={2} />)
    await send('order.updated', 'b', 'c')
    expect(heard).toEqual([
      [1, 'order.created', 'a'],
      [2, 'order.updated', 'b'],
      [2, 'order.updated', 'c'],
    ])
    expect(subscribe).toHaveBeenCalledTimes(1)
    expect(seen).toHaveLength(2)
  })

  it('follows another name, and reports what a handler rejects with', async () => {
    const failures: unknown[] = []
    const { sse, send, settle, stream } = bench({ onHandlerError: (error) => failures.push(error) })
    const { Probe } = probe(({ name }: { name: string }) =>
      useSSEEvent(sse, name, async (data) => {
        throw data
      }),
    )
    const { render } = await mount(<Probe name="a" />)
    await settle()
    await send('a', 1)
    await render(<Probe name="b" />)
    await send('a', 2)
    await send('b', 3)
    expect(failures).toEqual([1, 3])
    expect(stream.requests).toHaveLength(1)
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

describe('useSSEValue', () => {
  it('is the newest payload, and renders once a chunk', async () => {
    const { sse, send, settle } = bench()
    const { Probe, seen, last } = probe(() => useSSEValue(sse, 'price', null))
    await mount(
      <StrictMode>
        <Probe />
      </StrictMode>,
    )
    await settle()
    expect(last()).toBeNull()
    const renders = seen.length
    await send('price', 1, 2, 3)
    expect(last()).toBe(3)
    // StrictMode renders twice.
    expect(seen).toHaveLength(renders + 2)
    await send('other', 4)
    expect(seen).toHaveLength(renders + 2)
  })

  it('renders for the same payload twice where it is an object', async () => {
    const { sse, send, settle } = bench()
    const { Probe, seen } = probe(() => useSSEValue(sse, 'price', {}))
    await mount(<Probe />)
    await settle()
    await send('price', { eur: 1 })
    await send('price', { eur: 1 })
    expect(seen).toEqual([{}, { eur: 1 }, { eur: 1 }])
  })

  it('reduces with the newest reduction, from the first initial value', async () => {
    const { sse, send, settle } = bench()
    const { Probe, seen } = probe(({ factor }: { factor: number }) =>
      useSSEValue(sse, 'n', { initial: [factor], reduce: (sum, data) => [...sum, Number(data) * factor] }),
    )
    const { render } = await mount(<Probe factor={1} />)
    await settle()
    await send('n', 5)
    await render(<Probe factor={10} />)
    await send('n', 5, 6)
    expect(seen).toEqual([[1], [1, 5], [1, 5], [1, 5, 50, 60]])
  })

  it('begins again for another name', async () => {
    const { sse, send, settle } = bench()
    const { Probe, seen } = probe(({ name }: { name: string }) => useSSEValue(sse, name, 0))
    const { render } = await mount(<Probe name="a" />)
    await settle()
    await send('a', 1)
    await render(<Probe name="b" />)
    await send('a', 2)
    await send('b', 3)
    expect(seen.filter((value, i) => value !== seen[i - 1])).toEqual([0, 1, 0, 3])
  })

  it('renders at most once a frame if it is to, and shows nothing of the next one before', async () => {
    const frames: FrameRequestCallback[] = []
    vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback))
    // What would take the place of a frame that does not come.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => {
      vi.unstubAllGlobals()
      vi.useRealTimers()
    })
    const { sse, send, settle } = bench()
    const { Probe, seen, last } = probe((_: { n: number }) => useSSEValue(sse, 'n', { initial: 0, batch: 'frame' }))
    const { render } = await mount(<Probe n={0} />)
    await settle()
    for (let n = 1; n <= 20; n++) await send('n', n)
    expect(seen).toEqual([0])
    // Another reason to render: what others show is not updated yet either.
    await render(<Probe n={1} />)
    expect(last()).toBe(0)
    await act(async () => {
      for (const frame of frames.splice(0)) frame(0)
    })
    expect(seen).toEqual([0, 0, 20])
  })
})

describe('useTopic', () => {
  it('joins a topic while it is mounted, and calls the newest handler', async () => {
    const { sse, stream, send, settle, advance } = hubBench()
    const heard: unknown[] = []
    const { Probe } = probe(({ n }: { n: number }) => useTopic(sse, 'orders', (data) => heard.push([n, data])))
    const { render, unmount } = await mount(<Probe n={1} />)
    await settle()
    expect(stream.requests[0]?.query).toMatchObject({ topics: 'orders' })
    await send('orders.created', 'a')
    await render(<Probe n={2} />)
    await send('orders.created', 'b')
    await send('else', 'c')
    expect(heard).toEqual([
      [1, 'a'],
      [2, 'b'],
    ])
    await unmount()
    await advance(1000)
    expect(stream.connections).toHaveLength(0)
  })
})

describe('useTopic with a client that has no topics', () => {
  it.each([
    ['handed over', (sse: SSEClient) => useTopic(sse as HubClient, 'n', () => {})],
    ['provided', () => useTopic('n', () => {})],
  ])('throws an error that names createHubClient: %s', (_, hook) => {
    const { sse } = bench()
    const { Probe } = probe(() => hook(sse))
    expect(() =>
      renderToString(
        <SSEProvider client={sse}>
          <Probe />
        </SSEProvider>,
      ),
    ).toThrow(expect.objectContaining({ code: 'options', message: expect.stringContaining('createHubClient') }))
    complaints = []
  })
})

describe('SSEProvider', () => {
  it('gives its client to every hook that is given none, and opens nothing by itself', async () => {
    const { sse, stream, send, settle } = hubBench()
    const heard: unknown[] = []
    const { Probe, last } = probe(() => {
      useSSEEvent<string>('n', (data) => heard.push(data.toUpperCase()))
      useTopic('n', () => {})
      return {
        live: useSSE(),
        value: useSSEValue<string, string>('n', { initial: '', reduce: (_, data) => data }),
        given: useSSEClient(),
      }
    })
    const { render } = await mount(<SSEProvider client={sse} />)
    await settle()
    expect(stream.requests).toHaveLength(0)
    await render(
      <SSEProvider client={sse}>
        <Probe />
      </SSEProvider>,
    )
    await settle()
    await send('n', 'a')
    expect(heard).toEqual(['A'])
    expect(last()).toMatchObject({ live: { isConnected: true, client: sse }, value: 'a', given: sse })
    expect(stream.requests).toHaveLength(1)
  })

  it('makes a client of its own for a URL, and closes it when it goes', async () => {
    const { options, stream, settle, advance, clock } = bench()
    const opened: unknown[] = []
    const { Probe, seen } = probe((_: { n: number }) => useSSEClient())
    const page = (n: number) => (
      <StrictMode>
        <SSEProvider url="/provided" options={{ ...options, onOpen: () => opened.push(n) }}>
          <Probe n={n} />
        </SSEProvider>
      </StrictMode>
    )
    const { render, unmount } = await mount(page(1))
    await render(page(2))
    expect(new Set(seen).size).toBe(1)
    seen[0]?.connect()
    await settle()
    expect(stream.requests.map(({ path }) => path)).toEqual(['/provided'])
    expect(opened).toEqual([2])
    await unmount()
    await advance(1000)
    expect(stream.connections).toHaveLength(0)
    expect(clock.timers).toBe(0)
  })

  it('calls a function that makes a client once, and closes the client with it', async () => {
    const { options, stream, settle, advance } = bench({ linger: 0 })
    const { Probe, seen } = probe((_: { n: number }) => useSSEClient<Record<string, unknown>, HubClient>())
    const page = (n: number) => (
      <SSEProvider client={() => createHubClient(`/made/${n}`, options)}>
        <Probe n={n} />
      </SSEProvider>
    )
    const { render, unmount } = await mount(page(1))
    await render(page(2))
    expect(new Set(seen).size).toBe(1)
    seen[0]?.topic('orders').subscribe(() => {})
    await settle()
    expect(stream.requests.map(({ path }) => path)).toEqual(['/made/1'])
    await unmount()
    await advance(1000)
    await eventually(() => expect(seen[0]?.state.get().status).toBe('closed'))
  })

  it('is outdone by one that is nearer, and by a client that is handed over', async () => {
    const { sse, options } = bench()
    const near = createSSE('/near', options)
    const { Probe, last } = probe(() => [useSSEClient(), useSSE(sse).client])
    await mount(
      <SSEProvider client={sse}>
        <SSEProvider client={near}>
          <Probe />
        </SSEProvider>
      </SSEProvider>,
    )
    expect(last()).toEqual([near, sse])
  })

  it.each([
    ['useSSEClient', () => useSSEClient()],
    ['useSSE', () => useSSE()],
    ['useSSEEvent', () => useSSEEvent('n', () => {})],
    ['useSSEValue', () => useSSEValue('n', 0)],
    ['useTopic', () => useTopic('n', () => {})],
  ])('is missed by %s, whose error names it', (_, hook) => {
    const { Probe } = probe(hook)
    expect(() => renderToString(<Probe />)).toThrow(
      expect.objectContaining({ code: 'options', message: expect.stringContaining('<SSEProvider>') }),
    )
    complaints = []
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

describe('the samples of docs/react.md', () => {
  it('a component is tested without a network', async () => {
    const clock = createClock()
    const stream = createMockStream({ clock })
    const page = document.createElement('div')
    const root = createRoot(page)
    const settle = () => act(() => clock.settle())
    function Price() {
      const { isConnected } = useSSE()
      const price = useSSEValue<number | null>('price', null)
      return <p>{isConnected ? `${price} €` : 'away'}</p>
    }
    await act(async () =>
      root.render(
        <SSEProvider url="/api/events" options={{ fetch: stream.fetch, clock }}>
          <Price />
        </SSEProvider>,
      ),
    )
    await settle()
    expect(page.textContent).toBe('null €')
    stream.send('price', 5)
    await settle()
    expect(page.textContent).toBe('5 €')
    stream.drop()
    await settle()
    expect(page.textContent).toBe('away')
    await act(async () => root.unmount())
    await act(() => clock.advance(1000))
    expect(stream.connections).toHaveLength(0)
    expect(clock.timers).toBe(0)
  })

  it('a hook of the usual shape stands on useSSE', async () => {
    const { options, clock, stream, send, settle, advance } = hubBench()
    const log: unknown[] = []
    interface Props {
      sessionId?: string
      reconnect?: boolean
      reconnectInterval?: number
    }
    function useSessionEvents({ sessionId, reconnect = true, reconnectInterval }: Props) {
      const client = useMemo(() => {
        const query = sessionId === undefined ? '' : `?${new URLSearchParams({ sessionId })}`
        const retry = reconnectInterval === undefined ? {} : () => reconnectInterval
        return createHubClient(`/api/events${query}`, { ...options, retry: reconnect && retry })
      }, [sessionId, reconnect, reconnectInterval])
      const isClosed = useRef(false)
      const sse = useSSE(client, {
        onEvent: ({ type, data }) => type === 'n' && log.push(data),
        onOpen: () => log.push('open'),
        onState(state) {
          if ('error' in state && state.error) log.push(state.error.code)
          const wasClosed = isClosed.current
          isClosed.current =
            state.status === 'closed' || (state.status === 'paused' && state.reasons.includes('manual'))
          if (isClosed.current && !wasClosed) log.push('closed')
        },
      })
      return {
        isConnected: sse.isConnected,
        error: sse.error,
        connect: sse.connect,
        disconnect: sse.disconnect,
        sendEvent: sse.send,
        get lastEvent() {
          return sse.lastEvent
        },
      }
    }
    const { Probe, last, seen } = probe(useSessionEvents)
    // A client of a hub is open when the hub has said something.
    const open = async (): Promise<void> => {
      await settle()
      await send('hello', 0)
    }
    const { render, unmount } = await mount(<Probe reconnect={false} />)
    await open()
    const renders = seen.length
    await send('n', 1)
    expect(seen).toHaveLength(renders)
    stream.drop()
    await settle()
    expect(last()).toMatchObject({ isConnected: false, error: { code: 'network' } })
    expect(log.splice(0)).toEqual(['open', 1, 'network', 'closed'])

    await render(<Probe sessionId="b" reconnectInterval={3000} />)
    await open()
    expect(log.splice(0)).toEqual(['open'])
    stream.drop()
    await settle()
    await advance(2999)
    expect(log.splice(0)).toEqual(['network'])
    await advance(1)
    await open()
    expect(log.splice(0)).toEqual(['open'])
    await act(async () => last().disconnect())
    await settle()
    expect(log.splice(0)).toEqual(['closed'])
    await act(async () => last().connect())
    await open()
    expect(log).toEqual(['open'])
    expect(stream.requests.map(({ query }) => query)).toEqual([
      {},
      { sessionId: 'b' },
      { sessionId: 'b' },
      { sessionId: 'b' },
    ])

    stream.refuse(204)
    await act(() => last().sendEvent('order.touch', { id: 1 }))
    expect(stream.requests.at(-1)).toMatchObject({ method: 'POST', body: '{"event":"order.touch","data":{"id":1}}' })
    await act(async () => last().disconnect())
    await unmount()
    await advance(1000)
    expect(stream.connections).toHaveLength(0)
    expect(clock.timers).toBe(0)
  })
})
