import { wrong } from './check.ts'
import { type Clock, setTimer } from './clock.ts'
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
/** A longer id is a document of its own. */
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
  const storage = typeof resume === 'object' ? resume : webStorage(resume, keyOf(settings), clock)
  let timer: unknown
  let loading: Promise<void> | undefined
  /** What is in the storage; undefined while that is not known. */
  let saved: string | undefined

  async function load(): Promise<void> {
    let id: unknown
    try {
      // A callback of the application's: not in the midst of a change of state.
      await undefined
      id = await storage.load()
    } catch (error) {
      report(error)
    }
    saved ??= typeof id === 'string' && id.length <= ID_MAX ? id : ''
    // Whoever says where to start knows better: the page has just been made for it.
    if (saved && !cursor.committed) cursor.reset(saved)
  }

  return {
    load() {
      loading ??= load()
      return saved === undefined ? loading : undefined
    },
    moved() {
      timer ??= setTimer(clock, DEBOUNCE, () => this.flush())
    },
    flush(forget = false) {
      clock.clearTimeout(timer)
      timer = undefined
      const id = forget || cursor.committed.length > ID_MAX ? '' : cursor.committed
      if (id === saved || (saved === undefined && !forget)) return
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
  // On a server that only loads the module there is nothing to be relative to.
  const { origin, pathname, search } = new URL(url, base ?? 'http://localhost')
  // Apart by what no URL contains: `?a=1` and the scope `2` are not `?a=12`.
  return `${PREFIX}${pathname}:${hash(`${origin}${search} ${scope}`)}`
}

/**
 * sessionStorage, which is of one tab and outlives its reloads, or localStorage, which is of all tabs and outlives the browser.
 * Where it is full, forbidden or not there, as on a server, nothing is kept: that must stop no stream.
 */
function webStorage(kind: 'session' | 'local', key: string, clock: Clock): CursorStorage {
  const attempt = <T>(act: (area: Storage) => T): T | undefined => {
    try {
      // Only to ask for it may throw, where cookies are blocked.
      return act(globalThis[`${kind}Storage`])
    } catch {
      return undefined
    }
  }
  return {
    load: () => attempt((area) => /^\d+ (.+)$/s.exec(`${area.getItem(key)}`)?.[1]),
    save: (id) =>
      attempt((area) => {
        if (!id) return area.removeItem(key)
        area.setItem(key, `${clock.now()} ${id}`)
        // An entry starts with when it was made.
        const age = (name: string): number => Number.parseInt(`${area.getItem(name)}`, 10) || 0
        const ours = Object.keys(area).filter((name) => name.startsWith(PREFIX))
        for (const name of ours.sort((a, b) => age(b) - age(a)).slice(KEPT)) area.removeItem(name)
      }),
  }
}
