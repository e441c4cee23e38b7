// @vitest-environment page
import { createSSEPlugin, type UseSSE, useSSE, useSSEClient, useSSEEvent, useSSEValue, useTopic } from 'headwater/vue'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  createApp,
  defineComponent,
  effectScope,
  h,
  KeepAlive,
  nextTick,
  onActivated,
  onDeactivated,
  onMounted,
  ref,
  Suspense,
} from 'vue'
import { bench, hubBench } from '../support/client.ts'
import { component, mount, run, warnings } from './vue-stage.ts'

describe('without a component', () => {
  it('works in an effect scope, at once and until it stops', async () => {
    const { sse, stream, clock } = bench()
    const heard: unknown[] = []
    const scope = effectScope()
    const live = scope.run(() => {
      useSSEEvent(sse, 'tick', (data) => heard.push(data))
      return { ...useSSE(sse), value: useSSEValue(sse, 'tick', 0) }
    })
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect([live?.status.value, live?.value.value, heard]).toEqual(['open', 1, [1]])
    scope.stop()
    stream.send('tick', 2)
    await clock.advance(1000)
    expect([sse.state.get().status, clock.timers, heard]).toEqual(['idle', 0, [1]])
  })

  it('finds the client of the app whose context it runs in', () => {
    const { sse } = bench()
    const app = createApp({}).use(createSSEPlugin(sse))
    expect(app.runWithContext(useSSEClient)).toBe(sse)
  })

  it('works without a scope, and Vue warns', async () => {
    const seen = warnings()
    const { sse, stream, clock } = bench()
    const heard: unknown[] = []
    useSSEEvent(sse, 'tick', (data) => heard.push(data))
    expect(seen()).toEqual([expect.stringContaining('onScopeDispose')])
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect(heard).toEqual([1])
  })

  it('starts at once inside a hook that runs when the component is mounted', async () => {
    const { sse, stream, clock } = bench()
    const heard: unknown[] = []
    const { unmount } = run(() => onMounted(() => useSSEEvent(sse, 'tick', (data) => heard.push(data))))
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect(heard).toEqual([1])
    unmount()
    await clock.advance(1000)
    expect(sse.state.get().status).toBe('idle')
  })

  it('ends with its scope, though that was made by a component', async () => {
    const { sse, stream, clock } = bench()
    const scope = effectScope(true)
    const heard: unknown[] = []
    const { unmount } = run(() => scope.run(() => useSSEEvent(sse, 'tick', (data) => heard.push(data))))
    unmount()
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect(heard).toEqual([1])
    scope.stop()
    await clock.advance(1000)
    expect(sse.state.get().status).toBe('idle')
  })
})

describe('a component', () => {
  it('goes on hearing when KeepAlive has put it aside', async () => {
    const { sse, stream, clock } = bench()
    const shown = ref(true)
    const child = component(() => {
      const count = useSSEValue(sse, 'tick', { initial: 0, reduce: (n: number) => n + 1 })
      return () => `${count.value}`
    })
    const { page } = mount(() => () => h(KeepAlive, () => (shown.value ? h(child) : h('i'))))
    await clock.settle()
    shown.value = false
    await nextTick()
    stream.send('tick')
    await clock.settle()
    expect(page.textContent).toBe('')
    shown.value = true
    await nextTick()
    expect(page.textContent).toBe('1')
  })

  it('can give up its own connection when KeepAlive has put it aside, and resumes where it stopped', async () => {
    const { stream, clock } = bench()
    const shown = ref(true)
    const child = component(() => {
      const { connect, disconnect } = useSSE('/mine', { fetch: stream.fetch, clock })
      onActivated(connect)
      onDeactivated(disconnect)
    })
    mount(() => () => h(KeepAlive, () => (shown.value ? h(child) : h('i'))))
    await clock.settle()
    stream.send('tick', 1, { id: '7' })
    await clock.settle()
    shown.value = false
    await clock.settle()
    expect(stream.connections).toHaveLength(0)
    shown.value = true
    await clock.settle()
    expect(stream.connections).toHaveLength(1)
    expect(stream.requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '7'])
  })

  it('has begun nothing if Suspense gives it up', async () => {
    // Vue says that Suspense is experimental.
    const info = vi.spyOn(console, 'info').mockImplementation(() => {})
    onTestFinished(() => info.mockRestore())
    const { sse, stream, clock } = bench()
    const shown = ref(true)
    const child = defineComponent({
      async setup() {
        useSSEEvent(sse, 'tick', () => {})
        useSSE('/mine', { fetch: stream.fetch, clock }).client.connect()
        await new Promise(() => {})
        return () => null
      },
    })
    mount(() => () => (shown.value ? h(Suspense, () => h(child)) : null))
    await clock.settle()
    expect(sse.state.get().status).toBe('idle')
    expect(stream.connections).toHaveLength(1)
    shown.value = false
    await clock.settle()
    expect(stream.connections).toHaveLength(0)
  })

  it('leaves nothing behind, mounted and unmounted a hundred times', async () => {
    const parse = vi.fn((raw: string) => JSON.parse(raw))
    const { sse, stream, clock } = hubBench({ parse })
    const listeners = new Set<unknown>()
    const add = vi.spyOn(globalThis, 'addEventListener')
    const remove = vi.spyOn(globalThis, 'removeEventListener')
    add.mockImplementation((_: string, listener: unknown) => {
      listeners.add(listener)
    })
    remove.mockImplementation((_: string, listener: unknown) => {
      listeners.delete(listener)
    })
    onTestFinished(() => {
      add.mockRestore()
      remove.mockRestore()
    })
    const n = ref(0)
    const lives: UseSSE[] = []
    const child = component(() => {
      const live = useSSE(sse, { onOpen() {} })
      lives.push(useSSE('/mine', { fetch: stream.fetch, clock }))
      useSSEEvent(sse, 'tick', () => {})
      useTopic(sse, 'orders', () => {})
      const value = useSSEValue(sse, 'tick', 0)
      return () => `${value.value} ${live.lastEvent.value?.data}`
    })
    const { unmount } = mount(() => () => h(child, { key: n.value }))
    await clock.settle()
    expect(listeners.size).toBeGreaterThan(0)
    for (; n.value < 100; n.value++) await nextTick()
    await clock.settle()
    stream.send('tick', 1)
    await clock.settle()
    expect(stream.connections).toHaveLength(2)
    unmount()
    await clock.advance(1000)
    expect(stream.connections).toHaveLength(0)
    expect(clock.timers).toBe(0)
    expect(listeners.size).toBe(0)
    expect(lives.filter(({ client }) => client.state.get().status !== 'closed')).toEqual([])
    // Nobody observes or subscribes any more: events are not even decoded.
    parse.mockClear()
    sse.connect()
    await clock.settle()
    stream.send('tick', 2)
    await clock.settle()
    expect(parse).not.toHaveBeenCalled()
  })
})
