/*
 * What the page and the network say. `online` and `offline` are hints in both directions: a browser that says
 * it is online may reach nothing, and one that says it is not may still reach this machine or a VPN.
 */

/** How long a browser's word that there is no network is taken for granted. */
export const OFFLINE_MAX = 60_000
/** The network came back: a stream that has been silent for this long may hang on the old one. */
export const SILENT_ONLINE = 5000
/** Pages that wake together must not knock together. */
export const WAKE_SPREAD = 2000

/** Only a plain `false` says anything: Node has a navigator without `onLine`. */
export const isOffline = (): boolean => globalThis.navigator?.onLine === false

/** Where there is no page and no worker, nothing happens. */
export function onOnline(callback: () => void): () => void {
  globalThis.addEventListener?.('online', callback)
  return () => globalThis.removeEventListener?.('online', callback)
}
