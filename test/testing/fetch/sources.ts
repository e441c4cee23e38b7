import { createClock, createMockStream, type MockStreamOptions } from 'headwater/testing'

/*
 * In a page of happy-dom an EventTarget calls what stands in `on…` by itself; nowhere else does it. Node's own classes are not
 * exported, but their offspring are at hand.
 */
const NodeTarget: typeof EventTarget = Object.getPrototypeOf(AbortSignal)
const aborted = new AbortController()
const NodeEvent = await new Promise<typeof Event>((resolve) => {
  aborted.signal.onabort = (event) => resolve(event.constructor as typeof Event)
  aborted.abort()
})
class NodeMessageEvent extends NodeEvent {
  readonly data: unknown
  readonly origin: string
  readonly lastEventId: string
  constructor(type: string, { data, origin = '', lastEventId = '' }: MessageEventInit) {
    super(type)
    this.data = data
    this.origin = origin
    this.lastEventId = lastEventId
  }
}

/** Where an EventSource is tried: its classes of events. */
export const ENVIRONMENTS: [name: string, classes: Record<string, unknown>][] = [
  ['happy-dom', {}],
  ['Node', { EventTarget: NodeTarget, Event: NodeEvent, MessageEvent: NodeMessageEvent }],
]

export function setup(script: MockStreamOptions['script'] = []) {
  const clock = createClock()
  const stream = createMockStream({ clock, script })
  const log: unknown[] = []
  /** Opens one, and writes down what it hears. */
  function open(url: string | URL = '/events', init?: EventSourceInit): EventSource {
    const source = new stream.EventSource(url, init)
    source.onopen = () => log.push(`open ${source.readyState}`)
    source.onerror = () => log.push(`error ${source.readyState}`)
    source.onmessage = ({ data, lastEventId }) => log.push([data, lastEventId])
    return source
  }
  const ids = (): (string | undefined)[] => stream.requests.map(({ headers }) => headers['last-event-id'])
  return { clock, stream, log, open, ids }
}
