import type { Clock, Transport, TransportSink } from 'headwater'
import { createHubClient, type HubClient } from 'headwater/hub'
import { acrossTabs, type TabsLayer } from 'headwater/tabs'
import { type Channel, createBrowser, type Page } from './browser.ts'

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

/** A page, and its lines. */
interface Place {
  readonly page: Page
  readonly lines: Set<Line>
}

interface Line {
  readonly sink: TransportSink
  readonly place: Place
  /** When what was sent last arrives. */
  at: number
  open: boolean
}

export function createWorld({ random, delay = 20 }: Options): World {
  let now = ORIGIN
  let count = 0
  let agenda: { readonly at: number; readonly order: number; readonly run: () => void }[] = []
  const tabs: Tab[] = []
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

  /** Messages arrive in order from one page to another, and in no order otherwise. */
  const arrivals = new WeakMap<Channel, Map<Channel | undefined, number>>()

  const browser = createBrowser({
    later: (ms, run) => at(now + ms, run),
    delays: { grant: () => some(5), locks: () => some(5), crash: () => some(5) },
    carry(to, from, arrive) {
      const before = arrivals.get(to) ?? new Map()
      arrivals.set(to, before)
      const time = Math.max(now + some(), before.get(from) ?? 0)
      before.set(from, time)
      at(time, () => arrive(0))
    },
    onMessage({ page }, message) {
      const { kind, term } = message as { kind: string; term: number }
      if (kind === 'frames' || kind === 'welcome') leaders.set(term, (leaders.get(term) ?? new Set()).add(page.name))
    },
    onError: (error) => complaints.push(error),
  })

  // --- the server

  let published = 0
  let most = 0
  let requests = 0
  const lines = new Set<Line>()
  const idOf = (seq: number): string => `k3f9x2ab-${seq}`

  function send(line: Line, report: (sink: TransportSink) => void): void {
    line.at = Math.max(now + some(), line.at)
    at(line.at, () => line.place.page.task(0, () => line.open && report(line.sink)))
  }

  function sendEvent(line: Line, seq: number): void {
    send(line, (sink) => {
      sink.heard()
      sink.block({ type: 'n', data: `${seq}`, id: idOf(seq) })
    })
  }

  function hangUp(line: Line): void {
    lines.delete(line)
    line.place.lines.delete(line)
  }

  const server = (place: Place): Transport => ({
    connect(request, sink) {
      if (!place.page.alive) return { close() {} }
      requests++
      const line: Line = { sink, place, at: now, open: true }
      place.lines.add(line)
      at(now + 1 + some(), () => {
        if (!line.open || !place.lines.has(line)) return
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

  function end({ page, lines }: Place): void {
    for (const line of lines) {
      line.open = false
      at(now + some(5), () => hangUp(line))
    }
    page.crash()
  }

  function open(): Tab {
    const name = `tab ${tabs.length + 1}`
    const page = browser.open(name)
    const heard: number[] = []
    const gaps: unknown[] = []
    const clock: Clock = {
      now: () => now,
      random,
      setTimeout: (callback, ms) => page.task(ms, callback),
      clearTimeout: (cancel) => (cancel as (() => void) | undefined)?.(),
    }
    const place: Place = { page, lines: new Set() }
    const transport = acrossTabs({ over: () => server(place), platform: page.platform })
    const sse = createHubClient(URL, { transport, clock })
    const tab: Tab = {
      name,
      sse,
      transport,
      heard,
      gaps,
      get alive() {
        return page.alive
      },
      get frozen() {
        return page.frozen
      },
      close() {
        if (!page.alive || page.frozen) return tab.crash()
        sse.close()
        end(place)
      },
      crash() {
        if (page.alive) end(place)
      },
      freeze(polite) {
        if (polite && !page.frozen) sse.disconnect()
        page.freeze()
      },
      thaw() {
        if (!page.frozen) return
        page.thaw()
        page.task(0, () => sse.connect())
      },
      show(visible) {
        if (page.visible !== visible && !page.frozen && page.alive) page.show(visible)
      },
    }
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
