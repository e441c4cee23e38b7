// @vitest-environment page
import { isSSEError, type SSEClient, type SSEOptions } from 'headwater'
import { createHubClient, type HubClient } from 'headwater/hub'
import { createSSEPlugin, useSSE, useSSEEvent, useSSEValue, useTopic } from 'headwater/vue'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { effectScope, h, isReactive, isReadonly, nextTick, ref, shallowReactive, shallowRef, watch } from 'vue'
import { bench, hubBench } from '../support/client.ts'
import { handTime } from '../support/turns.ts'
import { component, mount, run, warnings } from './vue-stage.ts'

describe('useSSE', () => {
  it('opens with the component and lets go with it', async () => {
    const { sse, stream, clock } = bench()
    const { result, unmount } = run(() => useSSE(sse))
    expect(result.status.value).toBe('idle')
    await clock.settle()
    expect([result.status.value, result.isConnected.value, result.isConnecting.value]).toEqual(['open', true, false])
    unmount()
    await clock.advance(999)
    expect(stream.connections).toHaveLength(1)
    await clock.advance(1)
    expect(stream.connections).toHaveLength(0)
    expect(sse.state.get().status).toBe('idle')
  })

  it('shows at once how a client that is open already stands', async () => {
    const { sse, clock } = bench()
    sse.connect()
    await clock.settle()
    const seen: string[] = []
    mount(() => {
      const { status } = useSSE(sse)
      return () => seen.push(status.value)
    })
    await nextTick()
    expect(seen).toEqual(['open'])
  })

  it('has its own client for a URL, which closes with it', async () => {
    const { stream, clock } = bench()
    const { result, unmount } = run(() => useSSE('/mine', { fetch: stream.fetch, clock }))
    await clock.settle()
    expect(stream.requests.map(({ url }) => url)).toEqual(['/mine'])
    unmount()
    expect(result.client.state.get()).toEqual({ status: 'closed', error: null })
    await clock.settle()
    expect([stream.connections.length, clock.timers]).toEqual([0, 0])
  })

  it('closes its own client even if it never came to be shown', () => {
    const seen = warnings()
    const scope = effectScope(true)
    const { result } = run(() => {
      const live = scope.run(() => useSSE('/mine'))
      scope.stop()
      return live
    })
    expect(result?.client.state.get().status).toBe('closed')
    expect(seen()).toEqual([])
  })

  it('throws in the setup for an option that cannot work', () => {
    const { troubles } = mount(() => useSSE('/mine', { linger: -1 }))
    expect(troubles).toContainEqual(expect.objectContaining({ code: 'options' }))
  })

  it('renders for a change of the state, and for no event', async () => {
    const { sse, stream, clock } = bench()
    let renders = 0
    mount(() => {
      const { isConnected } = useSSE(sse)
      useSSEEvent(sse, 'tick', () => {})
      return () => [++renders, isConnected.value]
    })
    await clock.settle()
    expect(renders).toBe(2)
    for (let n = 0; n < 100; n++) stream.send('tick', n)
    await clock.settle()
    expect(renders).toBe(2)
  })

  it('decodes nothing until lastEvent is read', async () => {
    const parse = vi.fn((raw: string) => JSON.parse(raw))
    const { sse, stream, clock } = bench({ parse })
    const shown = ref(false)
    const { page } = mount(() => {
      const { lastEvent } = useSSE(sse)
      return () => (shown.value ? h('p', String(lastEvent.value?.data)) : 'hidden')
    })
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect(parse).not.toHaveBeenCalled()
    shown.value = true
    await nextTick()
    expect(page.textContent).toBe('undefined')
    stream.send('tick', 2)
    await clock.settle()
    expect(page.textContent).toBe('2')
    expect(parse).toHaveBeenCalledTimes(1)
  })

  it('hears an event that comes at once after the mount, if lastEvent is read in the first rendering', async () => {
    const { sse, stream, clock } = bench()
    sse.connect()
    await clock.settle()
    const { page } = mount(() => {
      const { lastEvent } = useSSE(sse)
      return () => `${lastEvent.value?.data}`
    })
    stream.send('tick', 1)
    await clock.settle()
    expect(page.textContent).toBe('1')
  })

  it('shows every event in lastEvent, also two with the same payload', async () => {
    const { sse, stream, clock } = bench()
    const seen: unknown[] = []
    run(() => {
      const { lastEvent } = useSSE(sse)
      watch(lastEvent, (event) => seen.push(event?.data), { flush: 'sync' })
    })
    await clock.settle()
    stream.send('tick', 5)
    stream.send('tick', 5)
    await clock.settle()
    expect(seen).toEqual([5, 5])
  })

  it('follows the last event id', async () => {
    const { sse, stream, clock } = bench()
    const { page } = mount(() => {
      const { lastEventId } = useSSE(sse)
      return () => `at ${lastEventId.value}`
    })
    await clock.settle()
    expect(page.textContent).toBe('at ')
    stream.send('tick', 1, { id: '7' })
    await clock.settle()
    expect(page.textContent).toBe('at 7')
  })

  it('hands out payloads as they are, not made reactive', async () => {
    const { sse, stream, clock } = bench()
    const heard: unknown[] = []
    const { result } = run(() => {
      useSSEEvent(sse, 'order', (order) => heard.push(order))
      const live = useSSE(sse)
      return { live, first: live.lastEvent.value, order: useSSEValue(sse, 'order', null) }
    })
    expect(result.first).toBeNull()
    await clock.settle()
    stream.send('order', { lines: [{ sku: 'a' }] })
    await clock.settle()
    expect(heard).toEqual([{ lines: [{ sku: 'a' }] }])
    expect(isReactive(heard[0])).toBe(false)
    expect(result.order.value).toBe(heard[0])
    expect(result.live.lastEvent.value?.data).toBe(heard[0])
  })

  it('moves to another client when the URL is another, and closes the one before', async () => {
    const { stream, clock } = bench()
    const id = ref(1)
    const heard: unknown[] = []
    const { result } = run(() => {
      const live = useSSE(() => `/orders/${id.value}`, { fetch: stream.fetch, clock })
      useSSEEvent(
        () => live.client,
        'order',
        (data) => heard.push(data),
      )
      watch(live.lastEvent, () => {})
      return live
    })
    await clock.settle()
    const first = result.client
    stream.send('order', 'a')
    await clock.settle()
    expect(result.lastEvent.value?.data).toBe('a')
    id.value = 2
    await clock.settle()
    expect(stream.requests.map(({ url }) => url)).toEqual(['/orders/1', '/orders/2'])
    expect(stream.connections).toHaveLength(1)
    expect(first.state.get().status).toBe('closed')
    expect(result.client).not.toBe(first)
    expect([result.status.value, result.lastEvent.value]).toEqual(['open', null])
    stream.send('order', 'b')
    await clock.settle()
    expect(heard).toEqual(['a', 'b'])
    expect(result.lastEvent.value?.data).toBe('b')
  })

  it('stays with its client while the URL is the same', async () => {
    const { stream, clock } = bench()
    const place = shallowRef(new URL('http://localhost/events'))
    const { result } = run(() => useSSE(place, { fetch: stream.fetch, clock }))
    await clock.settle()
    const { client } = result
    place.value = new URL('http://localhost/events')
    await clock.settle()
    expect(result.client).toBe(client)
    expect(stream.requests).toHaveLength(1)
  })

  it('follows a ref to clients, and closes none of them', async () => {
    const [one, two] = [bench(), bench()]
    const source = shallowRef(one.sse)
    const { result } = run(() => useSSE(source))
    await one.clock.settle()
    expect(result.status.value).toBe('open')
    source.value = two.sse
    await one.clock.advance(1000)
    await two.clock.settle()
    expect([one.sse.state.get().status, two.sse.state.get().status]).toEqual(['idle', 'open'])
    expect(result.client).toBe(two.sse)
  })

  it('takes the app’s client where it is given none', async () => {
    const { sse, clock } = bench()
    const { result } = run(() => useSSE(), createSSEPlugin(sse))
    await clock.settle()
    expect([result.status.value, result.client]).toEqual(['open', sse])
  })

  it.each(['a client', 'a URL'])('calls the newest callbacks of %s, until it ends', async (kind) => {
    const { sse, stream, clock } = bench()
    const heard: string[] = []
    const options = shallowReactive({ fetch: stream.fetch, clock, onEvent: () => heard.push('old') })
    const { unmount } = run(() => (kind === 'a URL' ? useSSE('/mine', options) : useSSE(sse, options)))
    await clock.settle()
    options.onEvent = () => heard.push('new')
    stream.send('tick', 1)
    await clock.settle()
    expect(heard).toEqual(['new'])
    unmount()
    stream.send('tick', 2)
    await clock.settle()
    expect(heard).toEqual(['new'])
  })

  it('connects and disconnects', async () => {
    const { sse, clock } = bench()
    const { result } = run(() => useSSE(sse))
    await clock.settle()
    const { connect, disconnect } = result
    disconnect()
    expect(result.status.value).toBe('paused')
    connect()
    await clock.settle()
    expect(result.status.value).toBe('open')
    expect(result).not.toHaveProperty('send')
  })

  it('sends where the client has send()', async () => {
    const { sse, stream, clock } = hubBench()
    const { result } = run(() => useSSE(sse))
    await clock.settle()
    const { send } = result
    stream.script({
      refuse: { status: 200, headers: { 'content-type': 'application/json' }, body: '{"id":"1-1"}' },
    })
    expect(await send('order.touch', { id: 5 }, { userId: 'u' })).toEqual({ id: '1-1' })
    expect(JSON.parse(stream.requests.at(-1)?.body ?? '')).toEqual({
      event: 'order.touch',
      data: { id: 5 },
      userId: 'u',
    })
  })

  it('sends with the client that a ref holds now', async () => {
    const [one, two] = [hubBench(), hubBench()]
    const source = shallowRef(one.sse)
    const { result } = run(() => useSSE(source))
    const { send } = result
    source.value = two.sse
    await nextTick()
    two.stream.refuse(204)
    await send('order.touch')
    expect([one, two].map(({ stream }) => stream.requests.filter(({ method }) => method === 'POST').length)).toEqual([
      0, 1,
    ])
  })

  describe('a function that makes a client', () => {
    it('is called once, and what it made is closed with the component', async () => {
      const { stream, clock } = bench()
      const n = ref(1)
      const make = vi.fn(() => createHubClient(`/made/${n.value}`, { fetch: stream.fetch, clock }))
      const { result, unmount } = run(() => useSSE(make))
      await clock.advance(1000)
      expect(result.status.value).toBe('open')
      const { client } = result
      // It is no getter: what it reads is not followed.
      n.value = 2
      await clock.settle()
      expect(result.client).toBe(client)
      expect(make).toHaveBeenCalledTimes(1)
      expect(stream.requests.map(({ path }) => path)).toEqual(['/made/1'])
      unmount()
      expect(client.state.get()).toEqual({ status: 'closed', error: null })
      await clock.settle()
      expect([stream.connections.length, clock.timers]).toEqual([0, 0])
    })

    it('has its client closed even if the component is never shown', () => {
      const scope = effectScope(true)
      const { result } = run(() => {
        const live = scope.run(() => useSSE(() => createHubClient('/made')))
        scope.stop()
        return live
      })
      expect(result?.client.state.get().status).toBe('closed')
    })

    it('makes a client that is observed with the newest callbacks, and sends', async () => {
      const { stream, clock } = bench()
      const heard: string[] = []
      const observer = shallowReactive({ onEvent: () => heard.push('old') })
      const { result } = run(() => useSSE(() => createHubClient('/made', { fetch: stream.fetch, clock }), observer))
      await clock.settle()
      observer.onEvent = () => heard.push('new')
      stream.send('tick', 1)
      await clock.settle()
      expect(heard).toEqual(['new'])
      stream.refuse(204)
      await result.send('order.touch')
      expect(stream.requests.at(-1)).toMatchObject({ method: 'POST', path: '/made' })
    })
  })
})

describe('useSSEEvent', () => {
  it('shares one connection among all', async () => {
    const { sse, stream, clock } = bench()
    const heard: unknown[] = []
    run(() => {
      useSSEEvent(sse, 'a', (data) => heard.push(['a', data]))
      useSSEEvent(sse, 'b.*', (data, { type }) => heard.push([type, data]))
    })
    await clock.settle()
    stream.send('a', 1)
    stream.send('b.c', 2)
    await clock.settle()
    expect(heard).toEqual([
      ['a', 1],
      ['b.c', 2],
    ])
    expect(stream.requests).toHaveLength(1)
  })

  it.each(['left out', 'undefined'])('takes the app’s client where it is %s', async (given) => {
    const { sse, stream, clock } = bench()
    const heard: unknown[] = []
    run(() => {
      if (given === 'undefined') useSSEEvent(undefined, 'tick', (data) => heard.push(data))
      else useSSEEvent<number>('tick', (data) => heard.push(data))
    }, createSSEPlugin(sse))
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect(heard).toEqual([1])
  })

  it('calls the newest handler of a ref', async () => {
    const { sse, stream, clock } = bench()
    const heard: string[] = []
    const handler = ref(() => heard.push('old'))
    run(() => useSSEEvent(sse, 'tick', handler))
    await clock.settle()
    handler.value = () => heard.push('new')
    stream.send('tick')
    await clock.settle()
    expect(heard).toEqual(['new'])
  })

  it('follows the name over the same connection', async () => {
    const { sse, stream, clock } = bench({ linger: 0 })
    const heard: unknown[] = []
    const id = ref(1)
    run(() =>
      useSSEEvent(
        sse,
        () => `job.${id.value}`,
        (data) => heard.push(data),
      ),
    )
    await clock.settle()
    id.value = 2
    await clock.settle()
    stream.send('job.1', 'a')
    stream.send('job.2', 'b')
    await clock.settle()
    expect(heard).toEqual(['b'])
    expect(stream.requests).toHaveLength(1)
  })

  it('hears nothing more when a handler takes the component away in the middle of a chunk', async () => {
    const { sse, stream, clock } = bench()
    const heard: unknown[] = []
    const values: unknown[] = []
    const child = component(() => {
      useSSEEvent(sse, 'tick', (data) => heard.push(['child', data]))
      const value = useSSEValue(sse, 'tick', 0)
      const { lastEvent } = useSSE(sse)
      watch([value, lastEvent], (now) => values.push(now))
    })
    const app = mount(() => {
      useSSEEvent(sse, 'tick', (data) => {
        heard.push(data)
        if (data === 2) app.unmount()
      })
      return () => h(child)
    })
    await clock.settle()
    stream.raw([1, 2, 3].map((n) => `event: tick\ndata: ${n}\n\n`).join(''))
    await clock.settle()
    expect(heard).toEqual([['child', 1], 1, ['child', 2], 2])
    expect(values).toEqual([])
  })
})

describe('useSSEValue', () => {
  it('is the newest payload', async () => {
    const { sse, stream, clock } = bench()
    const { page } = mount(() => {
      const price = useSSEValue(sse, 'price', 0)
      return () => `${price.value} EUR`
    })
    await clock.settle()
    expect(page.textContent).toBe('0 EUR')
    stream.send('price', 5)
    await clock.settle()
    expect(page.textContent).toBe('5 EUR')
  })

  it('is what a reduction makes of all events, and changes once a chunk', async () => {
    await handTime()
    const { sse, stream, clock } = bench()
    const seen: number[] = []
    const { result } = run(() => {
      const unread = useSSEValue(sse, 'notification', { initial: 0, reduce: (count: number) => count + 1 })
      watch(unread, (count) => seen.push(count), { flush: 'sync' })
      return unread
    })
    await clock.settle()
    stream.raw('event: notification\ndata: {}\n\n'.repeat(3))
    await clock.settle()
    expect(result.value).toBe(3)
    expect(seen).toEqual([3])
  })

  it('waits for a frame if asked to', async () => {
    const frames: FrameRequestCallback[] = []
    vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => frames.push(callback))
    onTestFinished(() => {
      vi.unstubAllGlobals()
    })
    const { sse, stream, clock } = bench()
    const { result } = run(() => useSSEValue(sse, 'price', { initial: 0, batch: 'frame' }))
    await clock.settle()
    stream.send('price', 5)
    await clock.settle()
    expect(result.value).toBe(0)
    frames[0]?.(0)
    expect(result.value).toBe(5)
  })

  it.each(['pre', 'post', 'sync'] as const)(
    'tells watchers (%s) of the same payload twice, once each',
    async (flush) => {
      const { sse, stream, clock } = bench()
      const seen: unknown[] = []
      run(() => watch(useSSEValue(sse, 'price', 0), (price) => seen.push(price), { flush }))
      await clock.settle()
      expect(seen).toEqual([])
      for (let n = 0; n < 2; n++) {
        stream.send('price', 5)
        await clock.settle()
      }
      expect(seen).toEqual([5, 5])
    },
  )

  it('cannot be set', () => {
    const seen = warnings()
    const { sse } = bench()
    const { result } = run(() => useSSEValue(sse, 'price', 0))
    expect(isReadonly(result)).toBe(true)
    Object.assign(result, { value: 1 })
    expect(result.value).toBe(0)
    expect(seen().join()).toContain('readonly')
  })

  it('begins again under another name', async () => {
    const { sse, stream, clock } = bench()
    const id = ref(1)
    const { result } = run(() => useSSEValue(() => `job.${id.value}`, 0), createSSEPlugin(sse))
    await clock.settle()
    stream.send('job.1', 50)
    await clock.settle()
    expect(result.value).toBe(50)
    id.value = 2
    await nextTick()
    expect(result.value).toBe(0)
    stream.send('job.1', 60)
    stream.send('job.2', 10)
    await clock.settle()
    expect(result.value).toBe(10)
  })
})

describe('useTopic', () => {
  it('joins while the component is there, and leaves after it', async () => {
    const { sse, stream, clock } = hubBench()
    const refetch = vi.fn()
    const { unmount } = run(() => useTopic('veranstaltung', () => refetch()), createSSEPlugin(sse))
    await clock.settle()
    expect(stream.requests.at(-1)?.query).toMatchObject({ topics: 'veranstaltung' })
    stream.send('veranstaltung.changed', { id: 1 })
    stream.send('other', {})
    await clock.settle()
    expect(refetch).toHaveBeenCalledTimes(1)
    sse.connect()
    unmount()
    await clock.advance(2000)
    stream.drop()
    await clock.advance(5000)
    expect(stream.requests).toHaveLength(2)
    expect(stream.requests.at(-1)?.query).not.toHaveProperty('topics')
  })

  it('follows the name, and calls the newest handler', async () => {
    const { sse, stream, clock } = hubBench()
    const id = ref(1)
    const heard: unknown[] = []
    const handler = ref((data: unknown) => heard.push(['old', data]))
    run(() => useTopic(sse, () => `order:${id.value}`, handler))
    await clock.settle()
    id.value = 2
    handler.value = (data) => heard.push(['new', data])
    await clock.advance(2000)
    expect(stream.requests.at(-1)?.query).toMatchObject({ topics: 'order:2' })
    stream.send('order:1', 'a')
    stream.send('order:2', 'b')
    await clock.settle()
    expect(heard).toEqual([['new', 'b']])
  })

  it.each([
    ['useSSEEvent', () => Reflect.apply(useSSEEvent, undefined, ['price'])],
    ['useTopic', () => Reflect.apply(useTopic, undefined, ['price'])],
    ['useSSE', () => useSSE('/events', (() => {}) as SSEOptions)],
  ])('throws an options error where the handler or the options are of the wrong kind: %s', (_, use) => {
    const { sse } = hubBench()
    const { troubles } = mount(use, createSSEPlugin(sse))
    expect(troubles.filter(isSSEError)).toEqual([
      expect.objectContaining({ code: 'options', message: expect.stringMatching(/: expected (function|object)/) }),
    ])
  })

  it.each([
    ['handed over', (sse: SSEClient) => useTopic(sse as HubClient, 'a', () => {})],
    ['provided', () => useTopic('a', () => {})],
  ])('throws an error that names createHubClient for a client that has no topics: %s', (_, use) => {
    const { sse } = bench()
    const { troubles } = mount(() => use(sse), createSSEPlugin(sse))
    expect(troubles.filter(isSSEError)).toEqual([
      expect.objectContaining({ code: 'options', message: expect.stringContaining('createHubClient') }),
    ])
  })
})
