// @vitest-environment page
import { isSSEError, type SSEClient } from 'headwater'
import { createHubClient, type HubClient } from 'headwater/hub'
import { createSSEPlugin, useSSE, useSSEClient, useSSEEvent, useSSEValue, useTopic } from 'headwater/vue'
import { describe, expect, it } from 'vitest'
import { createApp, h, onBeforeUnmount } from 'vue'
import { bench } from '../support/client.ts'
import { component, mount, run, type Setup } from './vue-stage.ts'

describe('createSSEPlugin', () => {
  it('provides a client to every component below', () => {
    const { sse } = bench()
    const seen: SSEClient[] = []
    const child = component(() => seen.push(useSSEClient()))
    run(() => seen.push(useSSEClient()), createSSEPlugin(sse))
    mount(() => () => h('div', h(child)), createSSEPlugin(sse))
    expect(seen).toEqual([sse, sse])
  })

  it('without it a client is asked for, with words that say how to give one', () => {
    const errors: unknown[] = []
    const uses: Setup[] = [
      useSSEClient,
      () => useSSE(),
      () => useSSEEvent('a', () => {}),
      () => useSSEValue('a', 0),
      () => useTopic('a', () => {}),
    ]
    for (const use of uses) errors.push(...mount(use).troubles.filter(isSSEError))
    expect(errors).toHaveLength(uses.length)
    for (const error of errors)
      expect(error).toMatchObject({ code: 'options', message: expect.stringContaining('createSSEPlugin') })
  })

  it('closes the client it made with the app, and no other', async () => {
    const { sse, stream, clock } = bench()
    const mine = run(useSSEClient, createSSEPlugin('/mine', { fetch: stream.fetch, clock }))
    const given = run(useSSEClient, createSSEPlugin(sse))
    mine.result.connect()
    sse.connect()
    await clock.settle()
    expect(stream.connections).toHaveLength(2)
    mine.unmount()
    given.unmount()
    expect(mine.result.state.get().status).toBe('closed')
    expect(sse.state.get().status).toBe('open')
  })

  it('makes a client with a function for each app, and closes it with the app', () => {
    const plugin = createSSEPlugin(() => createHubClient('/made'))
    const use = () => useSSEClient<Record<string, unknown>, HubClient>()
    const [one, two] = [run(use, plugin), run(use, plugin)]
    expect(one.result).not.toBe(two.result)
    expect(one.result.topic('orders')).toHaveProperty('joined')
    one.unmount()
    expect([one, two].map(({ result }) => result.state.get().status)).toEqual(['closed', 'idle'])
  })

  it('lets components go before it closes', () => {
    const order: string[] = []
    const plugin = createSSEPlugin('/mine', { onState: ({ status }) => order.push(status) })
    const { unmount } = run(() => {
      useSSEClient().connect()
      onBeforeUnmount(() => order.push('unmounted'))
    }, plugin)
    unmount()
    expect(order).toEqual(['connecting', 'unmounted', 'closed'])
  })

  it('makes a client for each app it is used in', () => {
    const plugin = createSSEPlugin('/mine')
    const [one, two] = [run(useSSEClient, plugin), run(useSSEClient, plugin)]
    one.unmount()
    expect(two.result.state.get().status).toBe('idle')
    expect(one.result).not.toBe(two.result)
  })

  it('throws in app.use() for an option that cannot work', () => {
    expect(() => createApp({}).use(createSSEPlugin('/mine', { linger: -1 }))).toThrow(/linger/)
  })
})
