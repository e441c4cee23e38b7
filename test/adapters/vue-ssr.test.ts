// @vitest-environment page
import { renderToString } from '@vue/server-renderer'
import { createHubClient } from 'headwater/hub'
import { createSSEPlugin, useSSE, useSSEEvent, useSSEValue, useTopic } from 'headwater/vue'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createSSRApp, defineComponent, h, type Plugin } from 'vue'
import { hubBench } from '../support/client.ts'

/*
 * Rendering on a server. It is done in a page here, which is harder: that there is no window is nothing to rely on.
 */

/** Everything that there is to see of a connection. */
const Board = defineComponent({
  props: { url: String },
  setup({ url }) {
    const { status, isConnected, error, lastEvent, lastEventId } = useSSE()
    const mine = useSSE(url ?? '/mine')
    const count = useSSEValue('tick', { initial: 0, reduce: (n: number) => n + 1 })
    useSSEEvent('tick', () => {})
    useTopic('orders', () => {})
    return () => {
      const shared = [status.value, isConnected.value, error.value, lastEvent.value?.data, `"${lastEventId.value}"`]
      return h('p', [...shared, mine.status.value, mine.lastEvent.value?.data, count.value].map(String).join(' '))
    }
  },
})
const RENDERED = '<p>idle false null undefined &quot;&quot; idle undefined 0</p>'

const render = (plugin: Plugin) => renderToString(createSSRApp(Board).use(plugin))

describe('on a server', () => {
  it('renders a client that nobody has looked at, and opens nothing', async () => {
    const { sse, stream, clock } = hubBench()
    const fetch = vi.spyOn(globalThis, 'fetch')
    onTestFinished(() => fetch.mockRestore())
    expect(await render(createSSEPlugin(sse))).toBe(RENDERED)
    expect(await render(createSSEPlugin(() => createHubClient('/theirs', { fetch: stream.fetch, clock })))).toBe(
      RENDERED,
    )
    await clock.advance(5000)
    expect(stream.requests).toEqual([])
    expect(fetch).not.toHaveBeenCalled()
    expect([sse.state.get().status, clock.timers]).toEqual(['idle', 0])
  })

  it('listens to nothing: not to the page, and not to a client that all requests share', async () => {
    const { sse, clock } = hubBench()
    const told = [
      vi.spyOn(sse, 'subscribe'),
      vi.spyOn(sse, 'observe'),
      vi.spyOn(sse, 'topic'),
      vi.spyOn(sse.state, 'subscribe'),
      vi.spyOn(globalThis, 'addEventListener'),
      vi.spyOn(document, 'addEventListener'),
    ]
    onTestFinished(() => {
      for (const spy of told) spy.mockRestore()
    })
    await render(createSSEPlugin(sse))
    await clock.settle()
    for (const spy of told) expect(spy).not.toHaveBeenCalled()
  })
})

describe('a page that the server rendered', () => {
  it('hydrates without a mismatch, though the client is open by then', async () => {
    const { sse, stream, clock } = hubBench({ lastEventId: '7' })
    const page = document.createElement('div')
    page.innerHTML = await render(createSSEPlugin(hubBench().sse))
    sse.connect()
    // A stream of the mock does not begin with `connected`, so a hub client waits for it.
    await clock.advance(1000)
    const warnings: string[] = []
    const app = createSSRApp(Board, { url: '/mine' }).use(createSSEPlugin(sse))
    app.config.warnHandler = (message) => warnings.push(message)
    const fetch = vi.spyOn(globalThis, 'fetch').mockImplementation(stream.fetch)
    onTestFinished(() => {
      app.unmount()
      fetch.mockRestore()
    })
    const rendered = page.firstChild
    app.mount(page)
    await clock.settle()
    expect(warnings).toEqual([])
    expect(page.firstChild).toBe(rendered)
    expect(page.textContent).toBe('open true null undefined "7" open undefined 0')
  })
})
