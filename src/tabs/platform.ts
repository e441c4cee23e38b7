import { isHidden } from '../base/page.ts'

/*
 * The parts of the browser that tabs need: Web Locks to choose a leader, a BroadcastChannel (HTML 9.5) for messages, and the
 * page's visibility.
 */

/** A channel between the tabs of an origin: a message reaches all others, in order, and not the sender. */
export interface TabsChannel {
  postMessage(message: unknown): void
  close(): void
}

/** Web Locks, as far as tabs use them. A project for Node alone has no type of that name. */
interface TabsLocks {
  request(
    name: string,
    options: { readonly steal?: boolean; readonly signal?: AbortSignal },
    granted: () => Promise<unknown>,
  ): Promise<unknown>
  query(): Promise<{ readonly held?: HeldLock[] }>
}

/** One that some tab holds. */
export interface HeldLock {
  readonly name?: string
  readonly clientId?: string
}

/** The browser, as tabs see it. For tests. */
export interface TabsPlatform {
  /** Undefined where there are none: outside of secure contexts. */
  readonly locks: TabsLocks | undefined
  /** @throws where channels are missing or forbidden. */
  channel(name: string, receive: (message: unknown) => void): TabsChannel
  isVisible(): boolean
  /** @returns Stops listening. */
  onVisibility(callback: () => void): () => void
}

/** Looked up at each call: the import of this touches nothing. */
export const browser: TabsPlatform = {
  get locks() {
    return globalThis.navigator?.locks
  },
  channel(name, receive) {
    const channel = new BroadcastChannel(name)
    channel.onmessage = ({ data }) => receive(data)
    return channel
  },
  isVisible: () => !isHidden(),
  onVisibility(callback) {
    globalThis.addEventListener?.('visibilitychange', callback, true)
    return () => globalThis.removeEventListener?.('visibilitychange', callback, true)
  },
}
