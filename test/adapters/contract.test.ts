// @vitest-environment page
import { createSSE, type SSEClient } from 'headwater'
import * as react from 'headwater/react'
import { createStatusStore, createValueStore } from 'headwater/store'
import * as vue from 'headwater/vue'
import { createElement } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { createApp, defineComponent, h, shallowRef } from 'vue'
import { contract, type Parts, type View } from './contract.ts'

const count = (n: number): number => n + 1

/** The plain stores: what an adapter does is done by hand. */
contract('headwater/store', ({ source, options, type }: Parts) => {
  const sse: SSEClient = typeof source === 'string' ? createSSE(source, options) : source
  const offs: (() => void)[] = []
  const shown: Partial<Record<keyof View, unknown>> = { lastEvent: undefined }
  let handler = (_: unknown): void => {}
  offs.push(
    createStatusStore(sse).subscribe((status) => Object.assign(shown, status)),
    createValueStore<Record<string, unknown>, string, unknown>(sse, type, { initial: null }).subscribe((value) =>
      Object.assign(shown, { value }),
    ),
    createValueStore(sse, type, { initial: 0, reduce: count }).subscribe((count) => Object.assign(shown, { count })),
    sse.subscribe(type, (data) => handler(data)),
    sse.observe({ onEvent: ({ data }) => Object.assign(shown, { lastEvent: data }) }),
  )
  return {
    view: () => shown as View,
    handle(next) {
      handler = next
    },
    connect: sse.connect,
    disconnect: sse.disconnect,
    unmount() {
      for (const off of offs) off()
      if (sse !== source) sse.close()
    },
  }
})

contract('headwater/vue', ({ source, options, type }) => {
  let live: vue.UseSSE | undefined
  let shown: View | undefined
  const handler = shallowRef((_: unknown): void => {})
  const app = createApp(
    defineComponent({
      setup() {
        const used = typeof source === 'string' ? vue.useSSE(source, options) : vue.useSSE(source)
        live = used
        const { client, status, isConnected, isConnecting, error, lastEvent } = used
        const value = vue.useSSEValue(client, type, null)
        const counted = vue.useSSEValue(client, type, { initial: 0, reduce: count })
        vue.useSSEEvent(client, type, handler)
        return () => {
          shown = {
            status: status.value,
            isConnected: isConnected.value,
            isConnecting: isConnecting.value,
            error: error.value,
            value: value.value,
            count: counted.value,
            lastEvent: lastEvent.value?.data,
          }
          return h('p')
        }
      },
    }),
  )
  app.mount(document.createElement('div'))
  return {
    view: () => shown as View,
    handle(next) {
      handler.value = next
    },
    connect: () => live?.connect(),
    disconnect: () => live?.disconnect(),
    unmount: () => app.unmount(),
  }
})

contract('headwater/react', ({ source, options, type }) => {
  let live: react.UseSSE | undefined
  let shown: View | undefined
  function Page({ handler }: { readonly handler: (data: unknown) => void }) {
    // A hook is called once, and its overloads take the one or the other.
    const used = react.useSSE(source as string, options)
    live = used
    const { client, status, isConnected, isConnecting, error, lastEvent } = used
    const value = react.useSSEValue(client, type, null)
    const counted = react.useSSEValue(client, type, { initial: 0, reduce: count })
    react.useSSEEvent(client, type, handler)
    shown = { status, isConnected, isConnecting, error, value, count: counted, lastEvent: lastEvent?.data }
    return null
  }
  const root = createRoot(document.createElement('div'))
  // Renders, and runs the effects of it, before it returns.
  const render = (handler: (data: unknown) => void): void =>
    flushSync(() => root.render(createElement(Page, { handler })))
  render(() => {})
  return {
    view: () => shown as View,
    handle: render,
    connect: () => live?.connect(),
    disconnect: () => live?.disconnect(),
    unmount: () => root.unmount(),
  }
})
