/*
 * What the page and the network say (Page Lifecycle; HTML 7.4.6, 8.9). All of it are hints: a browser that says it is online
 * may reach nothing, one that says it is not may still reach this machine or a VPN, and a phone may suspend a page without a
 * word. `unload` is not among them: a page that listens for it is kept out of the back/forward cache.
 */

/** How long a browser's word that there is no network is taken for granted. */
export const OFFLINE_MAX = 60_000
/** The network came back: a stream that has been silent for this long may hang on the old one. */
export const SILENT_ONLINE = 5000
/** Somebody looks at the page again: a stream of unknown rhythm that was silent for this long, all of it unseen, is doubtful. */
export const SILENT_HIDDEN = 30_000
/** Pages that wake together must not knock together. */
export const WAKE_SPREAD = 2000

/** Only a plain `false` says anything: Node has a navigator without `onLine`. */
export const isOffline = (): boolean => globalThis.navigator?.onLine === false

/** Nobody can see the page. A worker has no page: it counts as seen. */
export const isHidden = (): boolean => globalThis.document?.visibilityState === 'hidden'

/** Rendered ahead of a visit that may never come (Prerendering Revamped). Not in TypeScript's DOM yet. */
export const isPrerendering = (): boolean =>
  (globalThis.document as (Document & { readonly prerendering?: boolean }) | undefined)?.prerendering === true

/**
 * Listens to page and network. Where there are none, as in Node, nothing happens.
 * @param signals - What to call, by the type of event. Each may come twice in a row.
 * @returns Stops listening.
 */
export function watchPage(signals: Readonly<Record<string, () => void>>): () => void {
  const hear = ({ type }: Event): void => signals[type]?.()
  // Captured, since `freeze` and `resume` are events of the document that need not bubble: one place for all of them.
  for (const type in signals) globalThis.addEventListener?.(type, hear, true)
  return () => {
    for (const type in signals) globalThis.removeEventListener?.(type, hear, true)
  }
}
