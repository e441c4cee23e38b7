import { hash } from '../base/hash.ts'
import type { Host } from '../transports/transport.ts'

/** Where the last event id is kept. An error that it throws is reported, and the client goes on without the storage. */
export interface CursorStorage {
  /**
   * The id that was saved last; nothing for none. Called once, before the first request. If it does not answer within
   * `connectTimeout`, that attempt ends with a `timeout`, and the next one goes on without it.
   */
  load(): string | null | undefined | PromiseLike<string | null | undefined>
  /** Keeps an id; '' for none. Called at most once a second, and when the page or the stream is left. */
  save(id: string): unknown
}

const PREFIX = 'headwater:'
/** The latest so many streams are kept in one storage. */
const KEPT = 50

/**
 * The name that a stream's id is kept under: readable, but of the query, which may be a secret, only a hash. Everything that
 * distinguishes its events from those of another stream belongs to it: the topics, too.
 */
export function keyOf({ options, topics }: Host, scope: string): string {
  const names = [...(topics?.wanted() ?? [])].sort()
  if (typeof options.url === 'function') return `${PREFIX}${hash(JSON.stringify([scope, names]))}`
  const { origin, pathname, search } = new URL(options.url, options.base)
  return `${PREFIX}${pathname}:${hash(JSON.stringify([origin, search, scope, names]))}`
}

/**
 * sessionStorage, which belongs to one tab and outlives its reloads, or localStorage, which belongs to all tabs and
 * outlives the browser. Where it is full, forbidden or missing, as on a server, nothing is kept: that stops no stream.
 */
export function webStorage(kind: 'session' | 'local', key: () => string): CursorStorage {
  let name: string | undefined
  const attempt = <T>(act: (area: Storage, name: string) => T): T | undefined => {
    // The topics of the first request: those of later ones must not lead to another entry.
    name ??= key()
    try {
      // Only to ask for it may throw, where cookies are blocked.
      return act(globalThis[`${kind}Storage`], name)
    } catch {
      return undefined
    }
  }
  return {
    load: () => attempt((area, name) => /^\d+ (.+)$/s.exec(`${area.getItem(name)}`)?.[1]),
    save: (id) =>
      attempt((area, name) => {
        if (!id) return area.removeItem(name)
        area.setItem(name, `${Date.now()} ${id}`)
        // An entry starts with when it was made.
        const age = (name: string): number => Number.parseInt(`${area.getItem(name)}`, 10) || 0
        const ours = Object.keys(area).filter((name) => name.startsWith(PREFIX))
        for (const name of ours.sort((a, b) => age(b) - age(a)).slice(KEPT)) area.removeItem(name)
      }),
  }
}
