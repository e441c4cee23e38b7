import { isHidden } from '../page.ts'

/*
 * What tabs need of the browser: Web Locks to choose a leader, a BroadcastChannel (HTML 9.5) to talk, and whether somebody looks.
 */

/** A channel between the tabs of an origin: what is posted reaches all others, in order, and not whoever posted it. */
export interface TabsChannel {
  postMessage(message: unknown): void
  close(): void
}

/** For tests: the browser as tabs see it. */
export interface TabsPlatform {
  /** Undefined where there are none: outside of secure contexts. */
  readonly locks: Pick<LockManager, 'request' | 'query'> | undefined
  /** @throws where channels are missing or forbidden. */
  channel(name: string, hear: (message: unknown) => void): TabsChannel
  isVisible(): boolean
  /** @returns Stops listening. */
  onVisibility(callback: () => void): () => void
}

/** Looked up at each call: importing this touches nothing. */
export const browser: TabsPlatform = {
  get locks() {
    return globalThis.navigator?.locks
  },
  channel(name, hear) {
    const channel = new BroadcastChannel(name)
    channel.onmessage = ({ data }) => hear(data)
    return channel
  },
  isVisible: () => !isHidden(),
  onVisibility(callback) {
    globalThis.addEventListener?.('visibilitychange', callback, true)
    return () => globalThis.removeEventListener?.('visibilitychange', callback, true)
  },
}

/**
 * Holds a lock, once it is granted, until it is released.
 * @param lost - It was stolen (`true`), or cannot be had at all.
 * @returns Releases it, or leaves the queue for it.
 */
export function holdLock(
  locks: Pick<LockManager, 'request'>,
  name: string,
  steal: boolean,
  granted: () => void,
  lost: (stolen: boolean) => void,
): () => void {
  const controller = new AbortController()
  const { signal } = controller
  const hold = (): Promise<void> | undefined => {
    // Let go of in the very moment that it was granted.
    if (signal.aborted) return undefined
    granted()
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve())
      if (signal.aborted) resolve()
    })
  }
  // The two options exclude each other (Web Locks 3.3.1).
  Promise.resolve()
    .then(() => locks.request(name, steal ? { steal } : { signal }, hold))
    .catch(({ name }) => signal.aborted || lost(name === 'AbortError'))
  return () => controller.abort()
}
