/* The counts of --stats: pure, one value for all that happened so far. */

export interface Stats {
  /** Epoch milliseconds, as all times here. */
  readonly startedAt: number
  readonly events: number
  /** Of them, those that were printed. */
  readonly shown: number
  readonly invalid: number
  /** Events that were sent again; they are none of the above. */
  readonly repeats: number
  /** Of their data, as UTF-8. */
  readonly bytes: number
  readonly names: ReadonlyMap<string, number>
  /** Events whose names came too late to be counted by name. */
  readonly unnamed: number
  readonly lastEventAt: number | undefined
  /** Between two events, in milliseconds. */
  readonly longestSilence: number
  readonly heartbeats: number
  readonly opened: number
  readonly openSince: number | undefined
  /** Without the connection that is open. */
  readonly openFor: number
  readonly retries: number
  readonly gaps: number
}

export type Happening =
  | { readonly kind: 'event'; readonly type: string; readonly bytes: number; readonly at: number }
  | { readonly kind: 'open' | 'lost'; readonly at: number }
  | { readonly kind: 'shown' | 'invalid' | 'repeat' | 'heartbeat' | 'retry' | 'gap' }

/** A server that makes up names without end must not fill the memory, nor make each event cost more than the last. */
const NAMES_KEPT = 100

export const startStats = (at: number): Stats => ({
  startedAt: at,
  events: 0,
  shown: 0,
  invalid: 0,
  repeats: 0,
  bytes: 0,
  names: new Map(),
  unnamed: 0,
  lastEventAt: undefined,
  longestSilence: 0,
  heartbeats: 0,
  opened: 0,
  openSince: undefined,
  openFor: 0,
  retries: 0,
  gaps: 0,
})

/** The counts after one more thing has happened. */
export function count(stats: Stats, happening: Happening): Stats {
  switch (happening.kind) {
    case 'event': {
      const { type, bytes, at } = happening
      const isCounted = stats.names.has(type) || stats.names.size < NAMES_KEPT
      return {
        ...stats,
        events: stats.events + 1,
        bytes: stats.bytes + bytes,
        names: isCounted ? new Map(stats.names).set(type, (stats.names.get(type) ?? 0) + 1) : stats.names,
        unnamed: stats.unnamed + (isCounted ? 0 : 1),
        lastEventAt: at,
        longestSilence: Math.max(stats.longestSilence, at - (stats.lastEventAt ?? at)),
      }
    }
    case 'open':
      return { ...stats, opened: stats.opened + 1, openSince: happening.at }
    case 'lost':
      return { ...stats, openFor: openTime(stats, happening.at), openSince: undefined }
    case 'shown':
      return { ...stats, shown: stats.shown + 1 }
    case 'invalid':
      return { ...stats, invalid: stats.invalid + 1 }
    case 'repeat':
      return { ...stats, repeats: stats.repeats + 1 }
    case 'heartbeat':
      return { ...stats, heartbeats: stats.heartbeats + 1 }
    case 'retry':
      return { ...stats, retries: stats.retries + 1 }
    case 'gap':
      return { ...stats, gaps: stats.gaps + 1 }
  }
}

/** How long there has been an open connection, in milliseconds. */
export const openTime = ({ openFor, openSince }: Stats, now: number): number =>
  openFor + (openSince === undefined ? 0 : now - openSince)
