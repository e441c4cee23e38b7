import { useEventSource } from '@vueuse/core'
import { createSSE } from 'headwater'
import { useSSE, useSSEEvent, useSSEValue } from 'headwater/react'
import { createElement, type FunctionComponent, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import { SSEProvider as HooksProvider, useSSE as useHooksSSE } from 'react-hooks-sse'
import { createApp, h } from 'vue'
import { type Events, type OrderUpdate, TYPE, timestamp } from './events.ts'
import type { Rendered } from './renders.ts'

/*
 * One component on one stream, as the address asks for it: how often it renders. Or many components with a handler each:
 * how long an event takes.
 */

const query = new URLSearchParams(location.search)
const url = `/events?${query}`
const last = timestamp(Number(query.get('events')))
const root = document.body.appendChild(document.createElement('main'))

let renders = 0
let frames = 0
let finish = (): void => {}
const finished = new Promise<void>((resolve) => {
  finish = resolve
})
const seen = (data: OrderUpdate | undefined | null): void => {
  if (data?.ts === last) finish()
}
const react = (component: FunctionComponent, wrap = (child: ReactNode): ReactNode => child): void =>
  createRoot(root).render(wrap(createElement(component)))

/** A client that somebody listens to, so that a component which only reads the state has events to ignore. */
function watched() {
  const sse = createSSE<Events>(url)
  sse.subscribe(TYPE, seen)
  return sse
}

const scenes: Readonly<Record<string, () => void>> = {
  frame() {
    const sse = watched()
    react(() => {
      renders++
      return useSSEValue(sse, TYPE, { initial: undefined, batch: 'frame' })?.id
    })
  },
  chunk() {
    const sse = watched()
    react(() => {
      renders++
      return useSSEValue(sse, TYPE, undefined)?.id
    })
  },
  lastEvent() {
    const sse = watched()
    react(() => {
      renders++
      return useSSE(sse).lastEvent?.id
    })
  },
  status() {
    const sse = watched()
    react(() => {
      renders++
      return `${useSSE(sse).isConnected}`
    })
  },
  'react-hooks-sse'() {
    react(
      () => {
        renders++
        const data = useHooksSSE<OrderUpdate | null>(TYPE, null)
        seen(data)
        return data?.id
      },
      (child) => createElement(HooksProvider, { endpoint: url }, child),
    )
  },
  '@vueuse/core'() {
    createApp({
      setup() {
        const { data } = useEventSource(url, [TYPE])
        return () => {
          renders++
          const value: OrderUpdate | null = data.value && JSON.parse(data.value)
          seen(value)
          return h('p', value?.id)
        }
      },
    }).mount(root)
  },
}

/** As many components as that, each with a handler of its own. */
function hooks(count: number): void {
  const sse = watched()
  const Listener = (): null => {
    useSSEEvent(sse, TYPE, () => {
      renders++
    })
    return null
  }
  react(() => Array.from({ length: count }, (_, key) => createElement(Listener, { key })))
}

async function measure(): Promise<Rendered> {
  await new Promise((resolve) => setTimeout(resolve, 250))
  const count = (): void => {
    frames++
    requestAnimationFrame(count)
  }
  requestAnimationFrame(count)
  const name = `${query.get('name')}`
  const began = performance.now()
  if (Number(name)) hooks(Number(name))
  else scenes[name]?.()
  await finished
  const ms = performance.now() - began
  // The rest is rendered in the next frames.
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  return { ms, renders, frames }
}

measure().then((outcome) => fetch(`/outcome?${query}`, { method: 'POST', body: JSON.stringify(outcome) }))
