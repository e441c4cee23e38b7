import { type RequestEventsOptions, requestEvents } from 'headwater/request'
import { createClock, createMockStream, type MockStreamOptions, type Step } from 'headwater/testing'
import { vi } from 'vitest'

export const send = (data: unknown, id?: string, event?: string): Step => ({ send: { event, data, id } })
export const refuse = (status: number, headers: Readonly<Record<string, string>> = {}): Step => ({
  refuse: { status, headers },
})
export const DROP: Step = { drop: true }
export const END: Step = { end: true }

export const POST = { method: 'POST', body: '{"prompt":"hi"}' } as const

/** A server in this process, and requests to it. */
export function setup(script?: MockStreamOptions['script'], given: RequestEventsOptions = {}) {
  const clock = createClock()
  const stream = createMockStream({ clock, ...(script && { script }) })
  const open = (options: RequestEventsOptions = {}, url = '/complete') =>
    requestEvents(url, { fetch: stream.fetch, ...given, ...options })
  return {
    clock,
    stream,
    open,
    /** Reads to the end. @returns The data of all events. */
    async read(options?: RequestEventsOptions): Promise<unknown[]> {
      const all: unknown[] = []
      for await (const { data } of open(options)) all.push(data)
      return all
    },
    ids: () => stream.requests.map(({ lastEventId }) => lastEventId),
  }
}

/** What a loop was given, and what it ended with. */
export async function outcome(
  events: AsyncIterable<{ readonly data: unknown }>,
): Promise<{ data: unknown[]; error: unknown }> {
  const all: unknown[] = []
  try {
    for await (const { data } of events) all.push(data)
    return { data: all, error: undefined }
  } catch (error) {
    return { data: all, error }
  }
}

/** A `fetch` that answers with these chunks, and counts how many are asked for. */
export function chunked(...chunks: readonly string[]) {
  const seen = { asked: 0, cancelled: 0 }
  const body = (): ReadableStream<Uint8Array> =>
    new ReadableStream(
      {
        pull(controller) {
          const chunk = chunks[seen.asked++]
          if (chunk === undefined) controller.close()
          else controller.enqueue(new TextEncoder().encode(chunk))
        },
        cancel() {
          seen.cancelled++
        },
      },
      { highWaterMark: 0 },
    )
  const fetch = vi.fn<typeof globalThis.fetch>(
    async () => new Response(body(), { headers: { 'content-type': 'text/event-stream' } }),
  )
  return { fetch, seen }
}
