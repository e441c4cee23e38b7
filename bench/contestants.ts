import { fetchEventSource } from '@microsoft/fetch-event-source'
import { EventSource as EventSourcePackage } from 'eventsource'
import { createEventSource } from 'eventsource-client'
import { createParser } from 'eventsource-parser'
import { createSSE, eventSourceTransport } from 'headwater'
import { SSE } from 'sse.js'
import { type Events, type OrderUpdate, TYPE } from './events.ts'
import type { Name } from './names.ts'

/* The contestants, each written as its README says: one typed subscriber that gets the parsed payload. Runs in the page. */

/** Starts reading and hands over each payload. @returns Ends it. */
type Contestant = (url: string, on: (data: OrderUpdate) => void) => () => void

export const contestants: Readonly<Record<Name, Contestant>> = {
  // The least that a client does: the request, the parser, the payload. No reconnecting, no cursor, no routes.
  floor(url, on) {
    const controller = new AbortController()
    const parser = createParser({
      onEvent({ event, data }) {
        if (event === TYPE) on(JSON.parse(data))
      },
    })
    const read = async () => {
      const headers = { accept: 'text/event-stream' }
      const { body } = await fetch(url, { headers, cache: 'no-store', signal: controller.signal })
      const decoder = new TextDecoder()
      const reader = body?.getReader()
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true }
        if (done) return
        parser.feed(decoder.decode(value, { stream: true }))
      }
    }
    // The abort that ends it rejects the read.
    read().catch(() => {})
    return () => controller.abort()
  },

  headwater(url, on) {
    const sse = createSSE<Events>(url)
    sse.subscribe(TYPE, on)
    return sse.close
  },

  'headwater-eventsource'(url, on) {
    const sse = createSSE<Events>(url, { transport: eventSourceTransport() })
    sse.subscribe(TYPE, on)
    return sse.close
  },

  native(url, on) {
    const source = new EventSource(url)
    source.addEventListener(TYPE, ({ data }) => on(JSON.parse(data)))
    return () => source.close()
  },

  'eventsource-client'(url, on) {
    const source = createEventSource({
      url: new URL(url, location.href),
      onMessage({ event, data }) {
        if (event === TYPE) on(JSON.parse(data))
      },
    })
    return source.close
  },

  eventsource(url, on) {
    const source = new EventSourcePackage(url)
    source.addEventListener(TYPE, ({ data }) => on(JSON.parse(data)))
    return () => source.close()
  },

  'fetch-event-source'(url, on) {
    const controller = new AbortController()
    fetchEventSource(url, {
      signal: controller.signal,
      // Where it reconnects after an error the run is void; the count of events says so.
      onmessage({ event, data }) {
        if (event === TYPE) on(JSON.parse(data))
      },
    })
    return () => controller.abort()
  },

  'sse.js'(url, on) {
    const source = new SSE(url)
    source.addEventListener(TYPE, ({ data }: { data: string }) => on(JSON.parse(data)))
    return () => source.close()
  },
}
