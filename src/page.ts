/*
 * What the page and the network say. `online` and `offline` are hints in both directions: a browser that says
 * it is online may reach nothing, and one that says it is not may still reach this machine or a VPN.
 */

/** Only a plain `false` says anything: Node has a navigator without `onLine`. */
export const isOffline = (): boolean => globalThis.navigator?.onLine === false

/** Where there is no page and no worker, nothing happens. */
export const onOnline = (callback: () => void, signal: AbortSignal): void =>
  globalThis.addEventListener?.('online', callback, { signal })
