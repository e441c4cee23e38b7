import { fill, type Spec } from './check.ts'
import { withParam } from './cursor.ts'
import { hash } from './hash.ts'
import { createStore, type Store } from './store.ts'
import { createMember, type Member, type TabsRole } from './tabs/member.ts'
import { browser, type TabsPlatform } from './tabs/platform.ts'
import { asksForTopics } from './tabs/tab.ts'
import { fetchTransport } from './transports/fetch.ts'
import type { Transport, TransportHost, TransportRequest } from './transports/transport.ts'

export type { TabsRole } from './tabs/member.ts'
export type { TabsChannel, TabsPlatform } from './tabs/platform.ts'

/** Which tabs share. */
export interface TabsOptions {
  /**
   * What names the stream: tabs with the same key share one connection. Give it where headers change from tab to tab, as fresh
   * tokens do; it has to name who is signed in then, or two accounts share a stream.
   * @defaultValue the URL, the headers and the credentials mode of the request
   */
  readonly key?: string | undefined
  /**
   * Tabs share only within one scope: the id of who is signed in, where only a cookie says it.
   * @defaultValue the client's own `scope`
   */
  readonly scope?: string | undefined
  /**
   * The browser, for tests.
   * @defaultValue navigator.locks, BroadcastChannel and the document's visibility
   */
  readonly platform?: TabsPlatform | undefined
}

/** A transport that shares one connection among tabs. Made for one client: another may use it too, but `role` speaks of both. */
export interface TabsTransport extends Transport {
  /** What part this tab plays, as of now. `alone`: it shares nothing, or wants no line. */
  readonly role: Store<TabsRole>
  /**
   * Whoever was signed in is not any more: closes the clients of all tabs that share with this one, code `unauthorized`, until
   * their `connect()`. One that is paused is not reached.
   */
  reset(): void
}

const SPEC: Spec<TabsOptions> = { key: ['string'], scope: ['string'], platform: ['object', browser] }

/** The version of what tabs say to each other: of two that differ, neither hears the other. */
const VERSION = 1

/**
 * One connection for all tabs of a browser: one of them, the leader, has it, and hands what it hears to the others. When it
 * goes away another takes over, and nothing is lost or doubled by that. Where Web Locks or BroadcastChannel are missing, or for
 * a request that is no plain GET, each client has a connection of its own.
 *
 * @example
 * const sse = createSSE<Events>('/api/events', { scope: user.id, transport: acrossTabs() })
 *
 * @param inner - What carries the one connection.
 * @throws SSEError with code `options` if an option cannot work.
 */
export function acrossTabs(inner: Transport = fetchTransport(), options: TabsOptions = {}): TabsTransport {
  const { key, scope, platform = browser } = fill(SPEC, options)
  const members = new Map<TransportHost, Member>()
  /** All that clients of this tab have shared under. */
  const names = new Set<string>()
  const role = createStore<TabsRole>('alone')

  /** Two accounts, or two streams, have two names. The name quotes neither: a URL or a header may hold a token. */
  function nameOf({ url, topics, headers, credentials, scope: own }: TransportRequest): string {
    // Which topics a tab wants does not tell its stream from another's.
    const base = topics.length || !asksForTopics(url) ? withParam(url, 'topics', '') : url
    const stream = key === undefined ? [base, credentials, ...headers] : ['key', key]
    return `headwater:${VERSION}:${hash(JSON.stringify([scope ?? own, stream]))}`
  }

  return {
    ...(inner.urlOnly && { urlOnly: true }),
    role,
    reset() {
      for (const name of names) {
        // One of its own, as a client that is paused has none.
        const channel = platform.channel(name, () => {})
        channel.postMessage({ kind: 'reset' })
        channel.close()
      }
      for (const member of [...members.values()]) member.stop()
    },
    connect(request, sink) {
      const { host, method } = request
      const { locks } = platform
      if (!locks || method !== 'GET') return inner.connect(request, sink)
      const name = nameOf(request)
      let member = members.get(host)
      // A client that goes by another name at each try must not join anew with each that joining leads to.
      if (!member?.tab.renewing && member?.tab.name !== name) {
        member?.end()
        const play = (next: TabsRole): void => {
          if (next !== 'alone') names.add(name)
          if (next !== role.get()) role.set(next)
        }
        member = createMember(name, inner, request, platform, locks, play, () => members.delete(host))
        members.set(host, member)
      }
      return member.connect(request, sink)
    },
  }
}
