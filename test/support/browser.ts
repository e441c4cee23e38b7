import type { TabsPlatform } from 'headwater/tabs'

/*
 * A browser with several pages in one thread: its locks, its channels, and what a frozen or crashed page does not do. How
 * long each of these takes is decided by who opens the browser.
 */

/** A page in a process of its own. */
export interface Page {
  readonly name: string
  readonly alive: boolean
  readonly frozen: boolean
  readonly visible: boolean
  /** How many listen for its visibility. */
  readonly listeners: number
  readonly platform: TabsPlatform
  /** Runs a task of the page. It waits while the page is frozen, and never runs in a page that has crashed. @returns Cancels it. */
  task(ms: number, run: () => void): () => void
  /** Nothing of the page runs from now on. */
  freeze(): void
  /** What has waited runs, in order. */
  thaw(): void
  /** Nothing of the page runs any more. Its channels close and its locks are released. */
  crash(): void
  show(visible: boolean): void
}

export interface Channel {
  readonly name: string
  readonly page: Page
}

/** Something that the page's browser does not have or does not allow. */
export type Missing = 'locks' | 'channel' | 'permission'

export interface BrowserOptions {
  /** Runs something in so many milliseconds. @returns Cancels it. */
  later(ms: number, run: () => void): () => void
  /**
   * In milliseconds, asked each time: until a lock that is free is granted, until a page hears of its locks, and until those
   * of a page that crashed are released.
   */
  readonly delays: { grant(): number; locks(): number; crash(): number }
  /** Has a message arrive: `arrive` delivers it, as a task of the page. @param from - Undefined for another script. */
  carry(to: Channel, from: Channel | undefined, arrive: (ms: number) => void): void
  /** Something was said on a channel. */
  onMessage(from: Channel, message: unknown): void
  /** A page threw when a message arrived. */
  onError(error: unknown): void
}

export interface Browser {
  open(name: string, visible?: boolean, missing?: Missing): Page
  readonly channels: ReadonlySet<Channel>
  /** Who holds or waits for each lock, by its name. */
  readonly locks: { readonly held: string[]; readonly queued: string[] }
  /** Says something on every channel, as another script of the origin could. */
  say(message: unknown): void
}

interface Lock {
  readonly name: string
  readonly page: Page
  readonly grant: () => void
  readonly lose: () => void
}

interface Receiver extends Channel {
  readonly hear: (message: unknown) => void
}

export function createBrowser({ later, delays, carry, onMessage, onError }: BrowserOptions): Browser {
  // --- Web Locks

  const held = new Map<string, Lock>()
  const queue: Lock[] = []

  function serve(name: string): void {
    if (held.has(name)) return
    const index = queue.findIndex((lock) => lock.name === name)
    const [lock] = index < 0 ? [] : queue.splice(index, 1)
    if (!lock) return
    held.set(name, lock)
    lock.page.task(delays.grant(), lock.grant)
  }

  function release(lock: Lock): void {
    const index = queue.indexOf(lock)
    if (index >= 0) queue.splice(index, 1)
    if (held.get(lock.name) !== lock) return
    held.delete(lock.name)
    serve(lock.name)
  }

  function request(page: Page, name: string, { signal, steal }: LockOptions, hold: LockGrantedCallback<unknown>) {
    return new Promise<unknown>((resolve, reject) => {
      const lock: Lock = {
        name,
        page,
        lose: () => page.task(delays.locks(), () => reject(new DOMException('stolen', 'AbortError'))),
        grant() {
          if (held.get(name) !== lock) return
          new Promise((resolve) => resolve(hold({ name, mode: 'exclusive' })))
            .finally(() => release(lock))
            .then(resolve, reject)
        },
      }
      signal?.addEventListener('abort', () => {
        if (!queue.includes(lock)) return
        release(lock)
        reject(new DOMException('aborted', 'AbortError'))
      })
      const holder = held.get(name)
      if (steal && holder) {
        held.delete(name)
        holder.lose()
      }
      if (steal) queue.unshift(lock)
      else queue.push(lock)
      serve(name)
    })
  }

  const locksOf = (page: Page, isForbidden: boolean): TabsPlatform['locks'] =>
    ({
      request: (...[name, options, hold]: [string, LockOptions, LockGrantedCallback<unknown>]) =>
        isForbidden
          ? Promise.reject(new DOMException('not here', 'SecurityError'))
          : // What promises of a page that has crashed still do in this one.
            page.alive
            ? request(page, name, options, hold)
            : new Promise(() => {}),
      query: () =>
        new Promise((resolve) => {
          const info = ({ name, page }: Lock): LockInfo => ({ name, mode: 'exclusive', clientId: page.name })
          const state = { held: [...held.values()].map(info), pending: queue.map(info) }
          page.task(delays.locks(), () => resolve(state))
        }),
    }) as unknown as TabsPlatform['locks']

  // --- BroadcastChannel

  const channels = new Set<Receiver>()

  function deliver(to: Receiver, message: unknown): (ms: number) => void {
    const copy = structuredClone(message)
    return (ms) =>
      void to.page.task(ms, () => {
        if (!channels.has(to)) return
        try {
          to.hear(copy)
        } catch (error) {
          onError(error)
        }
      })
  }

  function channelOf(page: Page, name: string, hear: Receiver['hear']): ReturnType<TabsPlatform['channel']> {
    const mine: Receiver = { name, page, hear }
    if (page.alive) channels.add(mine)
    return {
      close: () => channels.delete(mine),
      postMessage(message) {
        if (!page.alive) return
        if (!channels.has(mine)) throw new DOMException('closed', 'InvalidStateError')
        onMessage(mine, message)
        for (const other of channels)
          if (other !== mine && other.name === name) carry(other, mine, deliver(other, message))
      },
    }
  }

  // --- pages

  function open(name: string, visible = true, missing?: Missing): Page {
    const listeners = new Set<() => void>()
    let waiting: (() => void)[] = []
    const page: { -readonly [K in keyof Page]: Page[K] } = {
      name,
      alive: true,
      frozen: false,
      visible,
      get listeners() {
        return listeners.size
      },
      task(ms, run) {
        let isCancelled = false
        const go = (): void => {
          if (isCancelled || !page.alive) return
          if (page.frozen) waiting.push(go)
          else run()
        }
        const cancel = later(ms, go)
        return () => {
          isCancelled = true
          cancel()
        }
      },
      freeze() {
        page.frozen = true
      },
      thaw() {
        page.frozen = false
        const all = waiting
        waiting = []
        for (const run of all) later(0, run)
      },
      crash() {
        page.alive = false
        waiting = []
        for (const channel of channels) if (channel.page === page) channels.delete(channel)
        const locks = [...queue, ...held.values()].filter((lock) => lock.page === page)
        for (const lock of locks) later(delays.crash(), () => release(lock))
      },
      show(visible) {
        page.visible = visible
        for (const listener of [...listeners]) listener()
      },
      platform: {
        get locks() {
          return missing === 'locks' ? undefined : locksOf(page, missing === 'permission')
        },
        channel(channel, hear) {
          if (missing === 'channel') throw new DOMException('not here', 'SecurityError')
          return channelOf(page, channel, hear)
        },
        isVisible: () => page.visible,
        onVisibility(callback) {
          listeners.add(callback)
          return () => listeners.delete(callback)
        },
      },
    }
    return page
  }

  return {
    open,
    channels,
    get locks() {
      return { held: [...held.keys()], queued: queue.map(({ name }) => name) }
    },
    say(message) {
      for (const channel of channels) carry(channel, undefined, deliver(channel, message))
    },
  }
}
