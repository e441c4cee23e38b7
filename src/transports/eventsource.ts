import { optionError } from '../base/check.ts'
import { withParam } from '../base/url.ts'
import type { HostOptions, Layer, TransportLink } from './transport.ts'

export interface EventSourceTransportOptions {
  /**
   * The class to use: a polyfill, or a fake in a test.
   * @defaultValue the platform's `EventSource`
   */
  readonly EventSource?: typeof globalThis.EventSource | undefined
}

/** The events that `headwater/server` sends about the stream itself. */
const CONTROL_EVENTS = ['connected', 'gap', 'live', 'ping', 'subscribed', 'goodbye']

/**
 * The platform's own EventSource, for where `fetch` cannot stream. One object for each attempt: its own reconnecting has no
 * floor in Chromium, stops for ever at any status, and reports neither. Its limits follow from the interface (HTML 9.2.2): no
 * request headers, no comments or `retry:` fields, no events whose name nobody has subscribed to, so that `*` gets only the
 * names that are subscribed to.
 *
 * @example
 * createSSE('/api/events', { transport: eventSourceTransport() })
 *
 * @throws SSEError with code `options`, when the client is made, if it asks for more than a URL.
 */
export const eventSourceTransport =
  (options: EventSourceTransportOptions = {}): Layer =>
  (probing, host) => {
    prepareOptions(host.options)
    const names = new Set(['message', ...CONTROL_EVENTS])
    let listen: ((name: string) => void) | undefined
    host.listen = (name) => {
      names.add(name)
      listen?.(name)
    }
    return {
      connect(request, sink) {
        const { EventSource = globalThis.EventSource } = options
        const { url, lastEventId, lastEventIdParam, credentials, maxEventSize } = request
        // It does not report comments, so the heartbeat must be an event.
        const address = withParam(url, 'heartbeat', 'event')
        const source = new EventSource(lastEventId ? withParam(address, lastEventIdParam, lastEventId) : address, {
          withCredentials: credentials === 'include',
        })
        let probe: TransportLink | undefined
        /** The source's own last event id, which events without an id inherit. */
        let inherited = ''

        function onEvent(event: Event): void {
          // A server may name its events `open` and `error`: only those have data.
          if (!isMessage(event)) return
          const { type, data, lastEventId } = event
          const id = lastEventId === inherited ? undefined : lastEventId
          inherited = lastEventId
          sink.heard()
          const isTooLong = data.length > maxEventSize
          if (isTooLong) sink.gap({ reason: 'too-large' })
          sink.block({ type, data: isTooLong ? undefined : data, id })
        }
        listen = (name) => source.addEventListener(name, onEvent)
        for (const name of names) listen(name)

        source.onopen = (event) => isMessage(event) || sink.open()
        source.onerror = (event) => {
          if (isMessage(event)) return
          const { readyState } = source
          source.close()
          // While it would reconnect by itself, the response was good and ended or broke off. It does not say which.
          if (readyState < source.CLOSED) return sink.end('eof')
          // It gave up, and does not say why: one request finds out.
          probe = probing.connect(request, {
            ...sink,
            open() {
              probe?.close()
              sink.end('eof')
            },
          })
        }
        return {
          close() {
            source.close()
            probe?.close()
          },
        }
      },
    }
  }

/** Of a request, only the URL can be chosen, and whether cookies go to another origin. */
function prepareOptions(options: HostOptions): void {
  const { method, headers, body, credentials } = options
  if (method !== 'GET' || headers || body || credentials === 'omit')
    throw optionError('transport', 'fetchTransport() for a method, headers, a body or no cookies', 'EventSource')
  // The probe sends the id as the EventSource does.
  Object.assign(options, { lastEventIdIn: 'query' })
}

const isMessage = (event: Event): event is MessageEvent<string> => 'data' in event
