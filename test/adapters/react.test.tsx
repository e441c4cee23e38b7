// @vitest-environment page
import { createSSE, type SSEClient, type SSEEvent, type SSEOptions } from 'headwater'
import { createHubClient, type HubClient } from 'headwater/hub'
import { SSEProvider, useSSE, useSSEEvent, useSSEValue, useTopic } from 'headwater/react'
import { act, Component, type ReactNode, StrictMode } from 'react'
import { renderToString } from 'react-dom/server'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { handTime } from '../support/turns.ts'
import { bench, complaints, failOnComplaints, hubBench, mount, probe, stagePlatformTimers } from './react-stage.tsx'

failOnComplaints()

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
    await handTime()
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
    complaints.length = 0
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
      // Without options of the hook, the component's linger runs on the platform's clock.
      const platform = stagePlatformTimers()
      await unmount()
      expect(stream.connections).toHaveLength(1)
      await advance(1000)
      expect(stream.connections).toHaveLength(0)
      expect(clock.timers).toBe(0)
      await platform.advance(999)
      expect(client.state.get().status).not.toBe('closed')
      await platform.advance(1)
      expect(client.state.get()).toEqual({ status: 'closed', error: null })
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

describe('useSSEValue', () => {
  it('is the newest payload, and renders once a chunk', async () => {
    await handTime()
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
    await handTime()
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

describe('hooks without a handler', () => {
  it.each([
    ['useSSEEvent', (name: string) => Reflect.apply(useSSEEvent, undefined, [name])],
    ['useTopic', (name: string) => Reflect.apply(useTopic, undefined, [name])],
    ['useSSE', (name: string) => useSSE(name, (() => {}) as SSEOptions)],
  ])('throw an options error where they are rendered: %s', (_, hook) => {
    const { sse } = hubBench()
    const { Probe } = probe(() => hook('price'))
    expect(() =>
      renderToString(
        <SSEProvider client={sse}>
          <Probe />
        </SSEProvider>,
      ),
    ).toThrow(
      expect.objectContaining({ code: 'options', message: expect.stringMatching(/: expected (function|object)/) }),
    )
    complaints.length = 0
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
    complaints.length = 0
  })
})
