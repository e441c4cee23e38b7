/*
 * The signals of the page and the network (Page Lifecycle; HTML 7.4.6, 8.9). All of it are hints: a browser that says it is
 * online may reach nothing, one that says it is offline may still reach this machine or a VPN, and a phone may suspend a page
 * without an event. `unload` is not used: a page that listens for it is kept out of the back/forward cache.
 */

/** Only a plain `false` means something: Node has a navigator without `onLine`. */
export const isOffline = (): boolean => globalThis.navigator?.onLine === false

/** Whether the page is hidden. A worker has no page: it counts as visible. */
export const isHidden = (): boolean => globalThis.document?.visibilityState === 'hidden'

/** Rendered ahead of a visit that may never come (Prerendering Revamped). Not in TypeScript's DOM yet. */
export const isPrerendering = (): boolean =>
  !!(globalThis.document as (Document & { readonly prerendering?: boolean }) | undefined)?.prerendering

/** The signals of page and network, and what each calls. */
export type Signals = Readonly<
  Record<'freeze' | 'pagehide' | 'resume' | 'pageshow' | 'visibilitychange' | 'online', () => void>
>

/** Begins or ends to listen to page and network. Where there are none, as in Node, nothing happens. */
export function listenToPage(begin: boolean, signals: Signals): void {
  // In the capture phase: `freeze` and `resume` are events of the document that need not bubble.
  for (const [type, onSignal] of Object.entries(signals))
    globalThis[begin ? 'addEventListener' : 'removeEventListener']?.(type, onSignal, true)
}
