/*
 * How a stream begins. A client looks at the first event of a connection: only if that is `connected` does it take `gap` and
 * `goodbye` as the server's own.
 */

/** The events sent on a stream so far. Comments and `retry` are no events, and do not count. */
export type Beginning = 'silent' | 'introduced' | 'ordinary'

/** The event to send: `connected`, one of the events that need it, or any other event. */
export type Kind = 'introduction' | 'notice' | 'event'

const NEXT: Readonly<Record<Kind, Readonly<Record<Beginning, Beginning | undefined>>>> = {
  introduction: { silent: 'introduced', introduced: undefined, ordinary: undefined },
  // On a stream that nothing was sent on, the mock sends `connected` ahead of it.
  notice: { silent: 'introduced', introduced: 'introduced', ordinary: undefined },
  event: { silent: 'ordinary', introduced: 'introduced', ordinary: 'ordinary' },
}

/** How a stream has begun after this has been sent too; undefined if it comes at the wrong time. */
export const afterSending = (kind: Kind, beginning: Beginning): Beginning | undefined => NEXT[kind][beginning]
