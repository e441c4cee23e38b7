import { setTimer } from './clock.ts'
import { guarded } from './errors.ts'
import type { RequestContext } from './options.ts'
import { resolveRequest } from './request.ts'
import type { Settings } from './settings.ts'
import { eventSourceTransport } from './transports/eventsource.ts'
import { canStream, fetchTransport } from './transports/fetch.ts'
import { failure } from './transports/response.ts'
import type { TransportHost, TransportLink, TransportSink } from './transports/transport.ts'

/** One try, open or not. */
export interface Line extends Required<TransportLink> {
  /** Where it leads, for messages; '' while that is not known. */
  readonly url: string
}

/** What a try is made of, asked for when it is about to be sent. */
export interface LineParts {
  context(): RequestContext
  /** What to ask the server for, apart by commas. */
  topics(): string
  /** What somebody wants to hear of. */
  names(): Iterable<string>
  readonly host: TransportHost
}

/**
 * Makes a try, from asking for its request to the last word of its transport. Once it is closed nothing of it is heard
 * any more, whatever the transport still says: the sink need not ask whether a call is of the current line.
 * @param ready - To be waited for first. What it or the caller's functions throw ends the line.
 */
export function openLine(
  settings: Settings,
  { context, topics, names, host }: LineParts,
  ready: Promise<unknown> | undefined,
  sink: TransportSink,
): Line {
  const { clock, connectTimeout, beyondUrl } = settings
  let link: TransportLink | undefined
  let closed = false
  let timer: unknown
  const on =
    <A, B, C>(hear: (a: A, b: B, c: C) => void) =>
    (a?: A, b?: B, c?: C): void => {
      if (!closed) hear(a as A, b as B, c as C)
    }
  const end = on(sink.end)
  const line = {
    url: typeof settings.url === 'function' ? '' : `${settings.url}`,
    listen: (name: string) => link?.listen?.(name),
    join: (names: readonly string[]) => link?.join?.(names) === true,
    close() {
      closed = true
      clock.clearTimeout(timer)
      if (link) guarded(link.close)
    },
  }

  async function run(): Promise<void> {
    // Also where there is nothing to wait for: those who hear 'connecting' have their say before the caller's functions
    // are asked.
    await ready
    if (closed) return
    timer = setTimer(clock, connectTimeout || Infinity, () => {
      const hint = `no headers in ${connectTimeout} ms (HTTP/1.1 allows six connections to an origin)`
      end(failure(line.url, 'timeout', hint))
    })
    const request = await resolveRequest(settings, context(), topics)
    if (closed) return
    line.url = request.url
    const transport = settings.transport ?? (beyondUrl || canStream() ? fetchTransport() : eventSourceTransport())
    link = transport.connect(
      { ...request, names: names(), host },
      {
        open: on((interval) => {
          clock.clearTimeout(timer)
          sink.open(interval)
        }),
        heard: on(sink.heard),
        beat: on(sink.beat),
        // Called for each event, so they have call sites of their own: the one in `on` is shared by all.
        id(id) {
          if (!closed) sink.id(id)
        },
        event(type, raw, id, topic) {
          if (!closed) sink.event(type, raw, id, topic)
        },
        retry: on(sink.retry),
        oversized: on(sink.oversized),
        end,
      },
    )
    // It may have opened, and have been closed by whoever heard of that, before it returned.
    if (closed) line.close()
  }

  run().catch(end)
  return line
}
