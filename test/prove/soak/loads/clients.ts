import { createSSE, eventsOf } from 'headwater'
import { EventSource } from 'headwater/eventsource'
import { createHubClient } from 'headwater/hub'
import { requestEvents } from 'headwater/request'
import { acrossTabs } from 'headwater/tabs'
import { createProgress, type Load, repeat, type StartLoad } from '../load.ts'

/*
 * Clients that come and go.
 */

/** A page opens six connections to one server. */
const AT_ONCE = 4

/** Calls a function again and again, with a signal that outlives all calls. */
function again(visit: (signal: AbortSignal) => Promise<void>, atOnce = AT_ONCE): Load {
  const lifetime = new AbortController()
  return {
    run: (operations) => repeat(operations, atOnce, () => visit(lifetime.signal)),
    targets: [lifetime.signal],
    close: () => lifetime.abort(),
  }
}

/** Resolves with the first event. */
const first = (on: (resolve: () => void) => unknown): Promise<void> => new Promise((resolve) => void on(resolve))

/** `createSSE` and `close()`: a handler that is removed, one that is not, a loop, and a signal that stays. */
export const startClients: StartLoad = (origin) =>
  again(async (signal) => {
    const sse = createSSE<{ hello: object }>(`${origin}/wire/hello`, { signal })
    const off = sse.subscribe('*', () => {}, { signal })
    await first((resolve) => sse.subscribe('hello', resolve, { signal }))
    off()
    const loop = eventsOf(sse, 'hello', { signal })
    const next = loop.next()
    sse.close()
    await next
  })

/** The same with a hub. The server's half of it is what a hub keeps of clients that have left. */
const startHubClientsAt = (url: string): Load =>
  again(async (signal) => {
    const live = createHubClient(url, { signal, topics: ['news'] })
    live.subscribe('tick', () => {})
    await first((resolve) => live.observe({ onOpen: resolve }))
    live.close()
  })

export const startHubClients: StartLoad = (origin) => startHubClientsAt(`${origin}/hub`)
export const startCompressedClients: StartLoad = (origin) => startHubClientsAt(`${origin}/compressed`)

export const startEventSources: StartLoad = (origin) =>
  again(async () => {
    const source = new EventSource(`${origin}/wire/hello`)
    source.onopen = () => {}
    await first((resolve) => source.addEventListener('hello', resolve))
    source.close()
  })

/** Half of the responses are read to the end, the others are left. */
export const startRequests: StartLoad = (origin) => {
  let requests = 0
  return again(async (signal) => {
    const stays = ++requests % 2
    for await (const _ of requestEvents(`${origin}/wire/${stays ? 'hello' : 'short'}`, { signal })) if (stays) break
  })
}

/** Channels and locks too. One at a time, as all would share one connection. */
export const startTabs: StartLoad = (origin) =>
  again(async () => {
    const sse = createSSE(`${origin}/wire/hello`, { transport: acrossTabs({ scope: 'soak' }) })
    await first((resolve) => sse.subscribe('hello', resolve))
    sse.close()
  }, 1)

/** One client joins and leaves topics, each with a name that was never there. */
export const startTopics: StartLoad = (origin) => {
  const refused = createProgress()
  const live = createHubClient(`${origin}/hub`, {
    linger: 0,
    onTopicRefused: ({ topic }) => refused.fail(Error(topic)),
  })
  live.keepOpen()
  let topics = 0
  return {
    async run(operations) {
      await repeat(operations, 20, async () => {
        const topic = live.topic(`topic.${++topics}`)
        const off = topic.subscribe(() => {})
        await topic.joined()
        off()
      })
      await refused.reach(0)
    },
    close: live.close,
  }
}
