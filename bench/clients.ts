import { EventStreamContentType, fetchEventSource } from '@microsoft/fetch-event-source'
import { EventSource } from 'eventsource'
import { createEventSource } from 'eventsource-client'
import { createSSE } from '../src/index.ts'

/** A client as `peers.ts` drives it, set up as its own documentation has it. */
export interface Client {
  readonly name: string
  /** @returns Closes it. */
  open(url: string, onMessage: (data: string) => void): () => void
}

/** fetch-event-source asks the page whether it is hidden; Node has none. */
Object.assign(globalThis, {
  window: globalThis,
  document: { hidden: false, addEventListener() {}, removeEventListener() {} },
})

export const CLIENTS: readonly Client[] = [
  {
    name: 'headwater',
    open(url, onMessage) {
      const sse = createSSE(url, { parse: 'text' })
      sse.subscribe('message', (data) => onMessage(String(data)))
      return sse.close
    },
  },
  {
    name: 'eventsource',
    open(url, onMessage) {
      const source = new EventSource(url)
      source.addEventListener('message', ({ data }) => onMessage(data))
      return () => source.close()
    },
  },
  {
    name: 'eventsource-client',
    open(url, onMessage) {
      const source = createEventSource({ url, onMessage: ({ data }) => onMessage(data) })
      return () => source.close()
    },
  },
  {
    name: 'fetch-event-source',
    open(url, onMessage) {
      const controller = new AbortController()
      const headers = { accept: EventStreamContentType }
      void fetchEventSource(url, {
        headers,
        signal: controller.signal,
        onmessage: ({ data }) => onMessage(data),
        // Its README: throw here, or the end of the stream is the end.
        onclose() {
          throw new Error('closed')
        },
      })
      return () => controller.abort()
    },
  },
]
