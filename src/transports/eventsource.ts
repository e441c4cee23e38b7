import { withParam } from '../cursor.ts'
import { fetchTransport } from './fetch.ts'
import type { Transport, TransportLink } from './transport.ts'

export interface EventSourceTransportOptions {
  /**
   * The class to use: a polyfill, or a fake in a test.
   * @defaultValue the platform's `EventSource`
   */
  readonly EventSource?: typeof globalThis.EventSource | undefined
}

/**
 * The platform's own EventSource, for where `fetch` cannot stream. One object per try: its own reconnecting has
 * no floor in Chromium, gives up for ever at any status, and tells neither. What it cannot do follows from the
 * interface (HTML 9.2.2): no request headers, no comments or `retry:` fields, no events whose name nobody has
 * subscribed to, so that `*` hears only names that are subscribed to or have a schema.
 */
export function eventSourceTransport(options: EventSourceTransportOptions = {}): Transport {
  return {
    urlOnly: true,
    connect(request, sink) {
      const { EventSource = globalThis.EventSource } = options
      const { url, lastEventId, lastEventIdParam, credentials, maxEventSize } = request
      // Comments do not reach us here, so the heartbeat must be an event.
      const address = withParam(url, 'heartbeat', 'event')
      const source = new EventSource(lastEventId ? withParam(address, lastEventIdParam, lastEventId) : address, {
        withCredentials: credentials === 'include',
      })
      let probe: TransportLink | undefined
      /** The source's own last event id, which events without an id inherit. */
      let inherited = ''

      const onEvent = (event: Event) => {
        // A server may name its events `open` and `error`: only those carry data.
        if (!isMessage(event)) return
        const { type, data, lastEventId } = event
        const id = lastEventId === inherited ? undefined : lastEventId
        inherited = lastEventId
        sink.heard()
        if (id !== undefined) sink.id(id)
        if (data.length > maxEventSize) sink.oversized()
        else sink.event(type, data, id)
      }
      const listen = (name: string) => source.addEventListener(name, onEvent)
      listen('message')
      for (const name of request.names) listen(name)

      source.onopen = () => sink.open()
      source.onerror = (event) => {
        if (isMessage(event)) return
        const { readyState } = source
        source.close()
        // While it would reconnect by itself, the response was good and ended or broke off: which, it does not say.
        if (readyState < source.CLOSED) return sink.end('eof')
        // It gave up, and does not say why: one request finds out.
        probe = fetchTransport().connect(request, {
          ...sink,
          open() {
            probe?.close()
            sink.end('eof')
          },
        })
      }
      return {
        listen,
        close() {
          source.close()
          probe?.close()
        },
      }
    },
  }
}

const isMessage = (event: Event): event is MessageEvent<string> => 'data' in event
