import { withDefaults } from '../base/check.ts'
import { callSafely, SSEError } from '../base/errors.ts'
import { hash } from '../base/hash.ts'
import { same } from '../base/same.ts'
import type { Store } from '../base/store.ts'
import type { TransportRequest } from '../transports/request.ts'
import type { Host, Layer } from '../transports/transport.ts'
import { createMember } from './member.ts'
import { plainError, type Word } from './message.ts'
import { browser, type TabsPlatform } from './platform.ts'
import type { TabsRole } from './role.ts'
import type { TabContext } from './tab.ts'

export type { TabsChannel, TabsPlatform } from './platform.ts'
export type { TabsRole } from './role.ts'

/** Which tabs share. */
export interface TabsOptions {
  /**
   * The name of the stream: tabs with the same key share one connection. Give it where headers change from tab to tab, as fresh
   * tokens do. It has to name the user then, or two accounts share a stream.
   * @defaultValue the URL, the headers and the credentials mode of the request
   */
  readonly key?: string | undefined
  /**
   * Tabs share only within one scope: the id of the user who is signed in, where only a cookie shows it.
   * @defaultValue ''
   */
  readonly scope?: string | undefined
  /**
   * The transport of the one connection, for example `eventSourceTransport()`.
   * @defaultValue fetchTransport()
   */
  readonly over?: Layer | undefined
  /**
   * The browser, for tests.
   * @defaultValue navigator.locks, BroadcastChannel and the document's visibility
   */
  readonly platform?: TabsPlatform | undefined
}

/** For the option `transport`: shares one connection among tabs. Another client may use it too, but `role` speaks of both. */
export interface TabsLayer extends Layer {
  /** The part that this tab plays now. `alone`: it shares nothing, not yet, or wants no connection. */
  readonly role: Store<TabsRole>
  /**
   * The user has signed out: closes the clients of all tabs that share with this one, code `unauthorized`, until their
   * `connect()`. One that is paused is not reached.
   */
  reset(): void
}

const DEFAULTS = { key: '', scope: '', over: same as Layer, platform: browser }

/** Two accounts, or two streams, have two names. A name quotes nothing: a URL or a header may hold a token. */
function nameOf(host: Host, { url, headers, credentials }: TransportRequest, key: string, scope: string): string {
  const target = new URL(url)
  // Tabs with different topics share a stream. Without hub() that may be a word of the server's own.
  if (host.topics) target.searchParams.delete('topics')
  const stream = key || [target.href, credentials, ...headers]
  // 3: the version of the messages. Tabs that speak another do not share.
  return `headwater:3:${hash(JSON.stringify([scope, stream]))}`
}

/**
 * One connection for all tabs of a browser: one of them, the leader, has it, and passes on what it receives to the others. When
 * it goes away another takes over, and nothing is lost or doubled. Where Web Locks or BroadcastChannel are missing, or for a
 * request that is no plain GET, each client has a connection of its own.
 *
 * @example
 * const sse = createSSE<Events>('/api/events', { transport: acrossTabs({ scope: user.id }) })
 *
 * @throws SSEError with code `options` if an option cannot work.
 */
export function acrossTabs(options: TabsOptions = {}): TabsLayer {
  const { key, scope, over, platform } = withDefaults(DEFAULTS, options)
  /** The clients that share now. */
  const hosts = new Set<Host>()
  /** All names that clients of this tab have shared under. */
  const names = new Set<string>()
  let part: TabsRole = 'alone'
  const listeners = new Set<() => void>()
  const role: Store<TabsRole> = {
    get: () => part,
    subscribe(listener) {
      const call = (): unknown => callSafely(listener, part)
      listeners.add(call)
      call()
      return () => listeners.delete(call)
    },
  }

  const layer: Layer = (transport, _host) => {
    const _inner = over(transport, _host)
    const { locks: _locks } = platform
    const { listen: _listen } = _host
    const _names = new Set<string>()
    const member = createMember(
      // Without locks it never connects.
      { _inner, _host, _platform: platform, _locks, _names, _listen } as TabContext,
      (next, name) => {
        if (next !== 'alone') names.add(name)
        if (next === part) return
        part = next
        for (const call of [...listeners]) if (listeners.has(call)) call()
      },
      () => hosts.delete(_host),
    )

    _host.listen = (name) => {
      _names.add(name)
      _listen?.(name)
      member._changed()
    }
    return {
      connect(request, sink) {
        if (!_locks || request.method !== 'GET') return _inner.connect(request, sink)
        hosts.add(_host)
        return member._connect(nameOf(_host, request, key, scope), request, sink)
      },
    }
  }

  function reset(): void {
    const error = new SSEError('unauthorized', 'signed out')
    for (const name of names) {
      // Not the channel of a member: a client that is paused has none.
      const channel = platform.channel(name, () => {})
      channel.postMessage({ kind: 'end', error: plainError(error) } satisfies Word)
      channel.close()
    }
    for (const host of [...hosts]) host.end(error)
  }

  return Object.assign(layer, { role, reset })
}
