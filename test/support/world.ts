import type { Clock, Transport, TransportSink } from 'headwater'
import { createHubClient, type HubClient } from 'headwater/hub'
import { acrossTabs, type TabsLayer, type TabsPlatform } from 'headwater/tabs'

/*
 * A browser with tabs, and a server, in one thread: locks, channels, timers and the network are one list of things that happen
 * at a time. Chance comes from outside, so a run can be told again.
 */

const ORIGIN = 1_800_000_000_000
const URL = 'https://a.test/events'

export interface World {
  /** Opens a tab and has it subscribe. */
  open(): Tab
  readonly tabs: readonly Tab[]
  /** Publishes so many events. */
  publish(count?: number): void
  /** The server ends the connections that are open. */
  drop(): void
  /** Runs what happens within so many milliseconds. */
  run(ms: number): Promise<void>
  /** How many lines the server has open. */
  readonly lines: number
  /** The most that the tabs ever held at a time. The server may count one more: it hears a moment later that one was closed. */
  readonly most: number
  /** Requests that the server has had. */
  readonly requests: number
  readonly published: number
  /** Who has spoken as leader, by term. */
  readonly leaders: ReadonlyMap<number, ReadonlySet<string>>
  /** What else went wrong. */
  readonly complaints: unknown[]
}

export interface Tab {
  readonly name: string
  readonly sse: HubClient
  readonly transport: TabsLayer
  /** The numbers of the events that its subscriber was called with. */
  readonly heard: number[]
  readonly gaps: unknown[]
  readonly alive: boolean
  readonly frozen: boolean
  /** The tab is closed by its user: the page has time to say goodbye. */
  close(): void
  /** The process dies. */
  crash(): void
  /** Nothing of it runs any more. @param polite - The page was told, and has left its stream. */
  freeze(polite: boolean): void
  thaw(): void
  show(visible: boolean): void
}

interface Options {
  /** 0 <= random < 1 */
  readonly random: () => number
  /** The longest that a message between two tabs takes, and an answer of the server. */
  readonly delay?: number
  readonly topics?: readonly string[]
}

interface Lock {
  readonly name: string
  readonly tab: Inner
  readonly grant: () => void
  readonly lose: (stolen: boolean) => void
}

interface Inner extends Tab {
  alive: boolean
  frozen: boolean
  visible: boolean
  waiting: (() => void)[]
  readonly listeners: Set<() => void>
  readonly lines: Set<Line>
  later(ms: number, run: () => void): () => void
}

interface Line {
  readonly sink: TransportSink
  readonly tab: Inner
  /** When what was sent last arrives. */
  at: number
  open: boolean
}

export function createWorld({ random, delay = 20 }: Options): World {
  let now = ORIGIN
  let count = 0
  let agenda: { readonly at: number; readonly order: number; readonly run: () => void }[] = []
  const tabs: Inner[] = []
  const complaints: unknown[] = []
  const leaders = new Map<number, Set<string>>()

  function at(time: number, run: () => void): () => void {
    const entry = { at: Math.max(time, now), order: ++count, run }
    let index = agenda.length
    while (index > 0 && (agenda[index - 1]?.at ?? 0) > entry.at) index--
    agenda.splice(index, 0, entry)
    return () => {
      agenda = agenda.filter((other) => other !== entry)
    }
  }
  const some = (most = delay): number => Math.floor(random() * most)

  // --- Web Locks

  const held = new Map<string, Lock>()
  const queue: Lock[] = []

  function serve(name: string): void {
    if (held.has(name)) return
    const index = queue.findIndex((lock) => lock.name === name)
    const [lock] = index < 0 ? [] : queue.splice(index, 1)
    if (!lock) return
    held.set(name, lock)
    lock.tab.later(some(5), lock.grant)
  }

  function drop(lock: Lock): void {
    const index = queue.indexOf(lock)
    if (index >= 0) queue.splice(index, 1)
    if (held.get(lock.name) !== lock) return
    held.delete(lock.name)
    serve(lock.name)
  }

  const locksOf = (tab: Inner): TabsPlatform['locks'] =>
    ({
      request: (name: string, options: LockOptions, hold: (lock: unknown) => unknown) =>
        new Promise<unknown>((resolve, reject) => {
          // What promises of a dead process still do in this one.
          if (!tab.alive) return
          const lock: Lock = {
            name,
            tab,
            lose: () => tab.later(some(5), () => reject(new DOMException('stolen', 'AbortError'))),
            grant() {
              if (held.get(name) !== lock) return
              Promise.resolve(hold({ name })).then((value) => {
                drop(lock)
                resolve(value)
              })
            },
          }
          options.signal?.addEventListener('abort', () => {
            if (!queue.includes(lock)) return
            drop(lock)
            reject(new DOMException('aborted', 'AbortError'))
          })
          const holder = held.get(name)
          if (options.steal && holder) {
            held.delete(name)
            holder.lose(true)
            queue.unshift(lock)
          } else queue.push(lock)
          serve(name)
        }),
      query: () =>
        new Promise((resolve) => {
          const info = ({ name, tab }: Lock): LockInfo => ({ name, mode: 'exclusive', clientId: tab.name })
          const state = { held: [...held.values()].map(info), pending: queue.map(info) }
          tab.later(some(5), () => resolve(state))
        }),
    }) as TabsPlatform['locks']

  // --- BroadcastChannel

  interface Channel {
    readonly name: string
    readonly tab: Inner
    readonly hear: (message: unknown) => void
    readonly arrives: Map<Channel, number>
    open: boolean
  }
  const channels = new Set<Channel>()

  function channelOf(tab: Inner, name: string, hear: (message: unknown) => void): ReturnType<TabsPlatform['channel']> {
    const mine: Channel = { name, tab, hear, arrives: new Map(), open: true }
    if (tab.alive) channels.add(mine)
    return {
      close() {
        mine.open = false
        channels.delete(mine)
      },
      postMessage(message) {
        if (!tab.alive) return
        if (!mine.open) throw new DOMException('closed', 'InvalidStateError')
        const { kind, term } = message as { kind: string; term: number }
        if (kind === 'frames' || kind === 'welcome') leaders.set(term, (leaders.get(term) ?? new Set()).add(tab.name))
        for (const other of channels) {
          if (other === mine || other.name !== name) continue
          const copy = structuredClone(message)
          // In order from one to another, in no order otherwise.
          const time = Math.max(now + some(), mine.arrives.get(other) ?? 0)
          mine.arrives.set(other, time)
          at(time, () => other.tab.later(0, () => other.open && other.hear(copy)))
        }
      },
    }
  }

  // --- the server

  let published = 0
  let most = 0
  let requests = 0
  const lines = new Set<Line>()
  const idOf = (seq: number): string => `k3f9x2ab-${seq}`

  function send(line: Line, report: (sink: TransportSink) => void): void {
    line.at = Math.max(now + some(), line.at)
    at(line.at, () => line.tab.later(0, () => line.open && report(line.sink)))
  }

  function sendEvent(line: Line, seq: number): void {
    send(line, (sink) => {
      sink.heard()
      sink.block({ type: 'n', data: `${seq}`, id: idOf(seq) })
    })
  }

  function hangUp(line: Line): void {
    lines.delete(line)
    line.tab.lines.delete(line)
  }

  const server = (tab: Inner): Transport => ({
    connect(request, sink) {
      if (!tab.alive) return { close() {} }
      requests++
      const line: Line = { sink, tab, at: now, open: true }
      tab.lines.add(line)
      at(now + 1 + some(), () => {
        if (!line.open || !tab.lines.has(line)) return
        lines.add(line)
        most = Math.max(most, [...lines].filter(({ open }) => open).length)
        const from = request.lastEventId ? Number(request.lastEventId.split('-')[1]) : published
        const data = {
          v: 1,
          clientId: `c${requests}`,
          epoch: 'k3f9x2ab',
          cursor: idOf(from),
          recovered: request.lastEventId !== '',
          heartbeatMs: 15_000,
          topics: [],
        }
        send(line, (sink) => sink.open({ heartbeatMs: 15_000 }))
        send(line, (sink) => {
          sink.heard()
          sink.block({ type: 'connected', data: JSON.stringify(data), id: idOf(from) })
        })
        for (let seq = from + 1; seq <= published; seq++) sendEvent(line, seq)
        const cursor = idOf(published)
        send(line, (sink) => {
          sink.heard()
          sink.block({ type: 'live', data: JSON.stringify({ cursor }), id: undefined })
        })
      })
      return {
        close() {
          line.open = false
          // The server hears of it a moment later.
          at(now + some(5), () => hangUp(line))
        },
      }
    },
  })

  const beat = (): void => {
    at(now + 15_000, () => {
      for (const line of lines)
        send(line, (sink) => {
          sink.heard()
          sink.comment('')
        })
      beat()
    })
  }
  beat()

  // --- tabs

  function end(tab: Inner): void {
    tab.alive = false
    tab.waiting = []
    for (const line of [...tab.lines]) {
      line.open = false
      at(now + some(5), () => hangUp(line))
    }
    for (const channel of channels) if (channel.tab === tab) channels.delete(channel)
    for (const lock of [...queue, ...held.values()]) if (lock.tab === tab) at(now + some(5), () => drop(lock))
  }

  function open(): Tab {
    const name = `tab ${tabs.length + 1}`
    const heard: number[] = []
    const gaps: unknown[] = []
    const listeners = new Set<() => void>()
    const clock: Clock = {
      now: () => now,
      random,
      setTimeout: (callback, ms) => tab.later(ms, callback),
      clearTimeout: (cancel) => (cancel as (() => void) | undefined)?.(),
    }
    const platform: TabsPlatform = {
      get locks() {
        return locksOf(tab)
      },
      channel: (channel, hear) => channelOf(tab, channel, hear),
      isVisible: () => tab.visible,
      onVisibility(callback) {
        listeners.add(callback)
        return () => listeners.delete(callback)
      },
    }
    const tab = {
      name,
      heard,
      gaps,
      listeners,
      alive: true,
      frozen: false,
      visible: true,
      waiting: [] as (() => void)[],
      lines: new Set<Line>(),
      later(ms: number, run: () => void) {
        let cancelled = false
        const cancel = at(now + ms, () => {
          const go = (): void => (cancelled || !tab.alive ? undefined : run())
          if (tab.frozen) tab.waiting.push(go)
          else go()
        })
        return () => {
          cancelled = true
          cancel()
        }
      },
      close() {
        if (!tab.alive || tab.frozen) return tab.crash()
        sse.close()
        end(tab)
      },
      crash() {
        if (tab.alive) end(tab)
      },
      freeze(polite: boolean) {
        if (polite && !tab.frozen) sse.disconnect()
        tab.frozen = true
      },
      thaw() {
        if (!tab.frozen) return
        tab.frozen = false
        const { waiting } = tab
        tab.waiting = []
        for (const run of waiting) tab.later(0, run)
        tab.later(0, () => sse.connect())
      },
      show(visible: boolean) {
        if (tab.visible === visible || tab.frozen || !tab.alive) return
        tab.visible = visible
        for (const listener of [...listeners]) listener()
      },
    } as unknown as Inner
    const transport = acrossTabs({ over: () => server(tab), platform })
    const sse = createHubClient(URL, { transport, clock })
    Object.assign(tab, { sse, transport })
    tabs.push(tab)
    sse.observe({ onGap: (gap) => gaps.push(gap) })
    sse.subscribe('n', (data) => heard.push(data as number))
    return tab
  }

  return {
    open,
    tabs,
    leaders,
    complaints,
    publish(times = 1) {
      for (let n = 0; n < times; n++) {
        published++
        for (const line of lines) sendEvent(line, published)
      }
    },
    drop() {
      for (const line of [...lines]) {
        send(line, (sink) => sink.end('eof'))
        hangUp(line)
      }
    },
    async run(ms) {
      const until = now + ms
      await turn()
      let left = 100_000
      for (let next = agenda[0]; next && next.at <= until; next = agenda[0]) {
        agenda.shift()
        if (!left--) throw Error(`no end at ${now - ORIGIN}: ${next.run}`)
        now = next.at
        try {
          next.run()
        } catch (error) {
          complaints.push(error)
        }
        await turn()
      }
      now = until
    },
    get lines() {
      return lines.size
    },
    get most() {
      return most
    },
    get requests() {
      return requests
    },
    get published() {
      return published
    },
  }
}

/** Every promise that is ready. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
