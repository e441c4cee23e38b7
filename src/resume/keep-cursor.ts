import { optionError } from '../base/check.ts'
import { createTimer } from '../base/clock.ts'
import { callSafely, report } from '../base/errors.ts'
import type { Host, Layer } from '../transports/transport.ts'
import { type CursorStorage, keyOf, webStorage } from './storage.ts'

/** Whose cursor is kept. */
export interface KeepCursorOptions {
  /**
   * A name that tells streams of the same URL apart, such as the id of the user who is signed in. Needed if the URL is a
   * function.
   * @defaultValue ''
   */
  readonly scope?: string | undefined
}

/** How long an id may wait to be saved: storages are slow, streams are not. */
const DEBOUNCE = 1000

/**
 * For the option `resume`: keeps the last event id where it outlives the page, so that a page that is loaded again
 * resumes. `'session'`: in sessionStorage, for reloads of this tab. `'local'`: in localStorage, for the next visit too; of
 * several tabs the one that wrote last counts. Both keep it for the URL, the topics of the first request and `scope`, for
 * the latest 50 streams. `{ load, save }`: your own storage, which may be async. The option `lastEventId`, where given,
 * goes before what was kept.
 *
 * @example
 * createSSE('/api/events', { resume: keepCursor('session', { scope: user.id }) })
 *
 * @throws SSEError with code `options` for a storage that cannot work; when the client is made, if a URL that is a function
 *   needs a `scope`.
 */
export function keepCursor(
  where: 'session' | 'local' | CursorStorage = 'session',
  { scope = '' }: KeepCursorOptions = {},
): Layer {
  const isOwn = typeof where === 'object' && typeof where?.load === 'function' && typeof where.save === 'function'
  if (!isOwn && where !== 'session' && where !== 'local')
    throw optionError('keepCursor', "'session'|'local'|{ load, save }", where)

  return (inner, host) => {
    if (!isOwn && typeof host.options.url === 'function' && !scope)
      throw optionError('keepCursor: scope', 'a name, as url is a function', scope)
    const saver = createSaver(host, isOwn ? where : webStorage(where as 'session', () => keyOf(host, scope)))
    return {
      connect: (request, sink) =>
        inner.connect(request, {
          ...sink,
          block(block) {
            const work = sink.block(block)
            if (block.id !== undefined) saver()
            return work
          },
        }),
    }
  }
}

/** Loads the id before the first request. @returns Saves the id that there is a moment later. */
function createSaver(host: Host, storage: CursorStorage): () => void {
  const moveTo = host.resumeFrom.bind(host)
  const timer = createTimer(host.options.clock)
  let isDue = false
  let loading: Promise<void> | undefined
  /** The id in the storage; undefined while it is not known. */
  let saved: string | undefined

  async function load(): Promise<void> {
    let id: unknown
    try {
      id = await storage.load()
    } catch (error) {
      report(error)
    }
    saved ??= typeof id === 'string' ? id : ''
    // The option `lastEventId` knows better: the page has just been made for it.
    if (saved && !host.lastEventId) moveTo(saved)
  }

  function save(): void {
    timer()
    isDue = false
    const { lastEventId: id } = host
    if (id === saved || saved === undefined) return
    saved = id
    callSafely(() => storage.save(id))
  }

  function saveSoon(): void {
    if (isDue) return
    isDue = true
    timer(DEBOUNCE, save)
  }

  host.ready = () => {
    // In a microtask: not in the midst of a change of state.
    loading ??= Promise.resolve().then(load)
    const { attempt } = host.state.get() as { readonly attempt?: number }
    // One that did not answer was a `timeout`, and is not waited for again.
    if (attempt) saved ??= ''
    return saved === undefined ? loading : undefined
  }
  host.resumeFrom = (id) => {
    moveTo(id)
    saveSoon()
  }
  host.state.subscribe(({ status }) => {
    if (/idle|paused|closed/.test(status)) save()
  })
  return saveSoon
}
