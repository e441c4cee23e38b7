import { createSSE, type SSEOptions } from 'headwater'
import { createClock, createMockStream, type MockConnection, type Step } from 'headwater/testing'
import { sseHandler } from 'headwater/testing/msw'
import { HttpResponse, http } from 'msw'
import { setupWorker } from 'msw/browser'

/*
 * A page whose network is mocked by MSW's service worker. What it has is in `kit`, once the worker is there.
 */

interface Events {
  tick: number
}

const tick = (n: number): Step => ({ send: { event: 'tick', data: n, id: `${n}` } })
const stream = createMockStream<Events>()
const worker = setupWorker(
  sseHandler('/events', stream),
  sseHandler('/script', [tick(1), tick(2), { end: true }]),
  http.all('/elsewhere', () => HttpResponse.text('here')),
)

// Not every browser iterates a ReadableStream by itself.
async function* bodyOf({ body }: Response): AsyncGenerator<Uint8Array> {
  const reader = body?.getReader()
  for (;;) {
    const read = await reader?.read()
    if (!read || read.done) return
    yield read.value
  }
}

/** What a body brings, chunk by chunk, until it ends or breaks. */
function read(response: Response) {
  const chunks: number[][] = []
  let arrived = (): void => {}
  async function run(): Promise<string> {
    // The line end that each stream begins with is for the browser.
    let isFirst = true
    for await (const chunk of bodyOf(response)) {
      const bytes = isFirst && chunk[0] === 10 ? chunk.subarray(1) : chunk
      isFirst = false
      if (bytes.length) chunks.push([...bytes])
      arrived()
    }
    return 'end'
  }
  const self = {
    chunks,
    get text(): string {
      return new TextDecoder().decode(Uint8Array.from(chunks.flat()))
    },
    /** How it was over. */
    over: run().catch((error: Error) => error.name),
    /** Resolves when so many bytes are there. */
    async bytes(count: number): Promise<void> {
      while (chunks.flat().length < count)
        await new Promise<void>((resolve) => {
          arrived = resolve
        })
    },
  }
  return self
}

/** A native EventSource, and what it says: `open`, `tick 1`, `error`, with the state that it is in then. */
function listen(url: string, Source = EventSource) {
  const source = new Source(url)
  const log: string[] = []
  let told = (): void => {}
  for (const type of ['open', 'error', 'tick'])
    source.addEventListener(type, (event) => {
      log.push(event instanceof MessageEvent ? `${type} ${event.data}` : `${type} ${source.readyState}`)
      told()
    })
  return {
    source,
    log,
    /** Resolves when this is what was said last. */
    async said(what: string): Promise<void> {
      while (log.at(-1) !== what)
        await new Promise<void>((resolve) => {
          told = resolve
        })
    },
  }
}

/** A client of `/events`, what it hears, and its states. */
function subscribe(options: SSEOptions<Events> = {}) {
  const states: unknown[] = []
  let changed = (): void => {}
  const sse = createSSE<Events>('/events', {
    retry: { initial: 10, jitter: 'none' },
    onState(state) {
      states.push(state)
      changed()
    },
    ...options,
  })
  return {
    sse,
    states,
    /** The next tick. */
    tick: () => new Promise<number>((resolve) => sse.subscribe('tick', resolve, { once: true })),
    /** Resolves with the state, once it has this status. */
    async status(status: string) {
      while (sse.state.get().status !== status)
        await new Promise<void>((resolve) => {
          changed = resolve
        })
      return sse.state.get()
    },
  }
}

/** Resolves when the client has gone; bytes on their way may be what lets the worker know. */
async function left(connection: Pick<MockConnection, 'closed' | 'comment'>, withBytes: boolean): Promise<void> {
  let isOver = false
  const closed = connection.closed.then(() => {
    isOver = true
  })
  while (withBytes && !isOver) {
    connection.comment()
    await new Promise(requestAnimationFrame)
  }
  await closed
}

const kit = { stream, worker, createClock, read, listen, subscribe, left }

declare global {
  interface Window {
    readonly kit: Promise<typeof kit>
  }
}

const quiet = !location.search.includes('loud')
Object.assign(window, { kit: worker.start({ quiet, onUnhandledFrame: 'bypass' }).then(() => kit) })
