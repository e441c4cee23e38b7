import { wrong } from './check.ts'
import { setTimer } from './clock.ts'
import type { Cursor } from './cursor.ts'
import { guarded, report } from './errors.ts'
import { hash } from './hash.ts'
import type { CursorStorage } from './options.ts'
import type { Settings } from './settings.ts'

/*
 * A cursor that outlives the page: written down a moment after it moved, and read before the first request.
 */

/** How long an id may wait to be written down: storages are slow, streams are not. */
const DEBOUNCE = 1000
const PREFIX = 'headwater:'
/** How many streams are remembered in one storage: the latest. */
const KEPT = 50
/** Longer ids are not sent either. */
const ID_MAX = 1024

export interface Resume {
  /** Has the cursor stand where it stood. Undefined: nothing to wait for. */
  load(): Promise<void> | undefined
  /** The cursor moved. */
  moved(): void
  /** Writes down now what waits to be. @param forget - Nothing is to be resumed. */
  flush(forget?: boolean): void
}

export function createResume(settings: Settings, cursor: Cursor): Resume | undefined {
  const { resume, clock } = settings
  if (resume === 'memory') return undefined
  const storage = typeof resume === 'object' ? resume : webStorage(resume, keyOf(settings), clock.now)
  let timer: unknown
  let loading: Promise<void> | undefined
  let loaded = false
  let saved = ''

  async function load(): Promise<void> {
    try {
      const id: unknown = await storage.load()
      saved = typeof id === 'string' && id.length <= ID_MAX ? id : ''
      // Whoever says where to start knows better: the page has just been made for it.
      if (!cursor.committed) cursor.reset(saved)
    } catch (error) {
      report(error)
    }
    loaded = true
  }

  return {
    load() {
      loading ??= load()
      return loaded ? undefined : loading
    },
    moved() {
      timer ??= setTimer(clock, DEBOUNCE, () => this.flush())
    },
    flush(forget = false) {
      clock.clearTimeout(timer)
      timer = undefined
      const id = forget || cursor.committed.length > ID_MAX ? '' : cursor.committed
      if (!loaded || id === saved) return
      saved = id
      guarded(() => storage.save(id))
    },
  }
}

/**
 * The key of a stream: readable, but of its query, which may hold a token, only a hash.
 * @throws SSEError `options` where the URL says nothing yet and nothing else tells two streams apart.
 */
function keyOf({ url, base, scope }: Settings): string {
  if (typeof url === 'function') {
    if (!scope) throw wrong('scope', 'a name for the stream, to keep its cursor under: url is a function', scope)
    return `${PREFIX}${hash(scope)}`
  }
  const { origin, pathname, search } = new URL(url, base)
  return `${PREFIX}${pathname}:${hash(origin + search + scope)}`
}

/**
 * sessionStorage, which is of one tab and outlives its reloads, or localStorage, which is of all tabs and outlives the browser.
 * Where it is full, forbidden or not there, as on a server, nothing is kept: that must stop no stream.
 */
function webStorage(kind: 'session' | 'local', key: string, now: () => number): CursorStorage {
  const attempt = <T>(act: (area: Storage) => T): T | undefined => {
    try {
      // Only to ask for it may throw, where cookies are blocked.
      return act(globalThis[`${kind}Storage`])
    } catch {
      return undefined
    }
  }
  /** The entry starts with when it was made. */
  const age = (area: Storage, name: string): number => Number.parseInt(`${area.getItem(name)}`, 10) || 0
  let pruned = false

  function prune(area: Storage): void {
    pruned = true
    const ours = Object.keys(area).filter((name) => name.startsWith(PREFIX))
    for (const name of ours.sort((a, b) => age(area, b) - age(area, a)).slice(KEPT)) area.removeItem(name)
  }

  return {
    load: () => attempt((area) => /^\d+ (.+)$/s.exec(`${area.getItem(key)}`)?.[1]),
    save: (id) =>
      attempt((area) => {
        if (!id) return area.removeItem(key)
        area.setItem(key, `${now()} ${id}`)
        if (!pruned) prune(area)
      }),
  }
}
