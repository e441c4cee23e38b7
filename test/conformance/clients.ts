import { EventStreamContentType, fetchEventSource } from '@microsoft/fetch-event-source'
import { EventSource as PackageEventSource } from 'eventsource'
import { createEventSource } from 'eventsource-client'
import { SSE } from 'sse.js'
import { EventSource as OwnEventSource } from '../../adapters/eventsource.ts'
import { createSSE } from '../../src/index.ts'
import type { Heard } from './case.ts'
import type { ClientName } from './names.ts'

/*
 * The clients as the suite drives them, each set up as its own documentation has it. This runs in a page.
 */

/** Listens to events of these names, `message` among them. @returns Closes the client. */
type Open = (url: string, names: readonly string[], hear: (heard: Heard) => void) => () => void

const overClass =
  (Class: typeof globalThis.EventSource): Open =>
  (url, names, hear) => {
    const source = new Class(url)
    for (const name of names)
      source.addEventListener(name, ({ type, data, lastEventId }) => hear({ type, data, id: lastEventId }))
    return () => source.close()
  }

export const CLIENTS: Readonly<Record<ClientName, Open>> = {
  headwater(url, names, hear) {
    const sse = createSSE(url, { parse: 'text' })
    for (const name of names) sse.subscribe(name, (_, { type, raw, id }) => hear({ type, data: raw, id }))
    return sse.close
  },
  'eventsource-class': overClass(OwnEventSource),
  native: overClass(globalThis.EventSource),
  eventsource: overClass(PackageEventSource as unknown as typeof globalThis.EventSource),
  'eventsource-client'(url, _, hear) {
    const source = createEventSource({
      url,
      onMessage: ({ event: type = 'message', data, id }) => hear({ type, data, id }),
    })
    return () => source.close()
  },
  'fetch-event-source'(url, _, hear) {
    const controller = new AbortController()
    void fetchEventSource(url, {
      headers: { accept: EventStreamContentType },
      signal: controller.signal,
      onmessage: ({ event, data, id }) => hear({ type: event || 'message', data, id }),
      // Its README: throw here, or the end of the stream is the end.
      onclose() {
        throw new Error('closed')
      },
    })
    return () => controller.abort()
  },
  'sse.js'(url, names, hear) {
    const source = new SSE(url, { autoReconnect: true, useLastEventId: true })
    for (const name of names)
      source.addEventListener(name, ({ data, lastEventId }: MessageEvent) =>
        hear({ type: name, data, id: lastEventId }),
      )
    return () => source.close()
  },
}
