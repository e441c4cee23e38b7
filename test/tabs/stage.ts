import {
  type ConnectionState,
  createSSE,
  type Gap,
  type Layer,
  type Opened,
  type SSEError,
  type SSEUrl,
  type Transport,
  type TransportRequest,
  type TransportSink,
} from 'headwater'
import { createHubClient, type HubClient, type HubClientOptions } from 'headwater/hub'
import { acrossTabs, type TabsLayer, type TabsOptions, type TabsPlatform } from 'headwater/tabs'
import { createClock, type TestClock } from 'headwater/testing'
import { onTestFinished } from 'vitest'

/*
 * Tabs of one browser before a server that does what a test says: real clients and the real transport over fake locks,
 * channels and time. Everything between two tabs takes a millisecond, so that it can cross.
 */

export const URL = 'https://a.test/events'
const EPOCH = 'k3f9x2ab'
/** The id of the event with this number. */
export const idOf = (seq: number): string => `${EPOCH}-${seq}`

/** One request that has reached the server. */
interface Line {
  readonly name: string
  readonly request: TransportRequest
  /** Straight to the transport's sink, whether the line is open or not. */
  readonly sink: TransportSink
  /** Nobody has closed or ended it. */
  open: boolean
  /** Introduced itself as this. */
  clientId: string
  /** Opens, introduces itself, replays what was missed and says that it is live. */
  accept(intro?: object): void
  /** Opens as a server that does not introduce itself. */
  greet(): void
  event(type: string, data: unknown, id?: string, topic?: string): void
  /** Something comes of it: at once, or when its page thaws. */
  arrive(run: () => void): void
  end(reason: unknown): void
}

export interface Tab {
  readonly name: string
  /** With `hub: false` it has no topics. */
  readonly sse: HubClient
  readonly transport: TabsLayer
  /** What its subscriber of `n` was called with. */
  readonly heard: unknown[]
  readonly states: ConnectionState[]
  readonly opened: Opened[]
  readonly gaps: Gap[]
  readonly status: ConnectionState['status']
  readonly role: string
  /** Nothing of it runs; nobody has been told. */
  freeze(): void
  thaw(): void
  crash(): void
  show(visible: boolean): void
}

interface Inner {
  readonly name: string
  alive: boolean
  frozen: boolean
  visible: boolean
  waiting: (() => void)[]
  /** What its lines have brought meanwhile. */
  buffered: (() => void)[]
  readonly listeners: Set<() => void>
  readonly timers: Set<object>
}

interface Lock {
  readonly name: string
  readonly tab: Inner
  readonly grant: () => void
  readonly lose: () => void
}

interface Channel {
  readonly name: string
  readonly tab: Inner
  readonly hear: (message: unknown) => void
}

export interface TabOptions {
  readonly sse?: HubClientOptions
  readonly url?: SSEUrl
  /** Whether the client speaks docs/protocol.md. */
  readonly hub?: boolean
  readonly tabs?: TabsOptions
  readonly visible?: boolean
  readonly subscribe?: boolean
  readonly without?: 'locks' | 'channel' | 'permission'
}

export interface Stage {
  readonly clock: TestClock
  open(options?: TabOptions): Tab
  run(ms: number): Promise<void>
  /** All requests, oldest first. */
  readonly lines: Line[]
  /** Those that are open. */
  readonly live: Line[]
  readonly last: Line
  /** What answers the next requests; without it, one after the other, `serve`. */
  readonly script: ((line: Line) => void)[]
  serve: (line: Line) => void
  /** Tabs that hear nothing of what others say. */
  mute: readonly string[]
  /** Sets the clocks of all tabs. */
  shift(ms: number): void
  /** To connect throws. */
  throwing: boolean
  /** Bodies of the changes of topics; answers the status. */
  readonly posts: {
    readonly add: string[]
    readonly remove: string[]
    readonly all: string[]
    readonly clientId: string
  }[]
  onPost: (body: {
    readonly clientId: string
    readonly rev: number
    readonly all: string[]
  }) => Promise<Response> | Response
  /** Publishes so many events of type `n` with their numbers as data. */
  publish(count?: number, topic?: string): void
  /** What has been said on the channels. */
  readonly said: { readonly from: string; readonly channel: string; readonly message: Record<string, unknown> }[]
  /** Says something on every channel, as a script of the same origin could. */
  say(message: unknown): void
  readonly locks: { readonly held: string[]; readonly queued: string[] }
  readonly channels: number
  /** Timers that the tabs have set. */
  readonly timers: number
  readonly listeners: number
  readonly complaints: unknown[]
}

/**
 * @param grant - How long it takes until a lock that is free is granted, in milliseconds; a message takes one.
 * @param beats - Whether the server says something every 15 s.
 */
export function createStage({ random = 0.5, grant = 2, beats = true } = {}): Stage {
  const clock = createClock({ random })
  const tabs: Inner[] = []
  let shifted = 0
  const complaints: unknown[] = []
  const lines: Line[] = []
  const said: Stage['said'] = []
  const posts: Stage['posts'] = []
  const script: Stage['script'] = []
  const log: { readonly seq: number; readonly topic: string | undefined }[] = []

  /** A task of a tab: while it is frozen it waits, when it is dead it is nothing. */
  function task(tab: Inner, ms: number, run: () => void): unknown {
    const go = (): void => {
      if (!tab.alive) return
      if (tab.frozen) tab.waiting.push(go)
      else run()
    }
    return clock.setTimeout(go, ms)
  }

  // --- Web Locks

  const held = new Map<string, Lock>()
  const queue: Lock[] = []

  function serveLock(name: string): void {
    if (held.has(name)) return
    const index = queue.findIndex((lock) => lock.name === name)
    const [lock] = index < 0 ? [] : queue.splice(index, 1)
    if (!lock) return
    held.set(name, lock)
    task(lock.tab, grant, lock.grant)
  }

  function drop(lock: Lock): void {
    const index = queue.indexOf(lock)
    if (index >= 0) queue.splice(index, 1)
    if (held.get(lock.name) !== lock) return
    held.delete(lock.name)
    serveLock(lock.name)
  }

  const locksOf = (tab: Inner, forbidden: boolean): TabsPlatform['locks'] =>
    ({
      request: (name: string, options: LockOptions, hold: (lock: unknown) => unknown) =>
        new Promise<unknown>((resolve, reject) => {
          if (!tab.alive) return
          if (forbidden) return reject(new DOMException('not here', 'SecurityError'))
          const lock: Lock = {
            name,
            tab,
            lose: () => task(tab, 1, () => reject(new DOMException('stolen', 'AbortError'))),
            grant() {
              if (held.get(name) !== lock) return
              new Promise((resolve) => resolve(hold({ name }))).then(
                (value) => {
                  drop(lock)
                  resolve(value)
                },
                (error) => {
                  drop(lock)
                  reject(error)
                },
              )
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
            holder.lose()
          }
          if (options.steal) queue.unshift(lock)
          else queue.push(lock)
          serveLock(name)
        }),
      query: () =>
        new Promise((resolve) => {
          const info = ({ name, tab }: Lock): LockInfo => ({ name, mode: 'exclusive', clientId: tab.name })
          const state = { held: [...held.values()].map(info), pending: queue.map(info) }
          task(tab, 1, () => resolve(state))
        }),
    }) as unknown as TabsPlatform['locks']

  // --- BroadcastChannel

  const channels = new Set<Channel>()

  function deliver(other: Channel, message: unknown): void {
    const copy = structuredClone(message)
    if (stage.mute.includes(other.tab.name)) return
    task(other.tab, 1, () => {
      if (!channels.has(other)) return
      try {
        other.hear(copy)
      } catch (error) {
        complaints.push(error)
      }
    })
  }

  // --- the server

  const transportOf = (tab: Inner): Transport => ({
    connect(request, sink) {
      if (stage.throwing) throw Error('no way')
      const line: Line = {
        name: tab.name,
        request,
        sink,
        open: true,
        clientId: `c${lines.length + 1}`,
        accept(intro) {
          const from = request.lastEventId ? Number(request.lastEventId.split('-')[1]) : log.length
          sink.open({ heartbeatMs: 15_000 })
          const told = {
            v: 1,
            clientId: line.clientId,
            cursor: idOf(from),
            recovered: request.lastEventId !== '',
            topics: new globalThis.URL(request.url).searchParams.get('topics')?.split(',') ?? [],
            ...intro,
          }
          line.event('connected', told, idOf(from))
          for (const { seq, topic } of log.slice(from)) line.event('n', seq, idOf(seq), topic)
          line.event('live', { cursor: idOf(log.length) })
        },
        greet: () => sink.open(),
        event(type, data, id, topic) {
          line.arrive(() => {
            sink.heard()
            if (topic) sink.comment(`topic ${topic}`)
            sink.block({ type, data: JSON.stringify(data), id })
          })
        },
        arrive(run) {
          const go = (): unknown => line.open && run()
          // A stream that was read on before the page was frozen waits in front of everything else (experiment E3).
          if (tab.frozen) tab.buffered.push(go)
          else go()
        },
        end(reason) {
          line.open = false
          sink.end(reason)
        },
      }
      lines.push(line)
      const answer = script.shift() ?? ((line: Line) => stage.serve(line))
      task(tab, 1, () => line.open && answer(line))
      return {
        close() {
          line.open = false
        },
      }
    },
  })

  function beat(): void {
    for (const line of lines)
      line.arrive(() => {
        line.sink.heard()
        line.sink.comment('')
      })
    clock.setTimeout(beat, 15_000)
  }
  if (beats) clock.setTimeout(beat, 15_000)

  function open(options: TabOptions = {}): Tab {
    const name = `tab ${tabs.length + 1}`
    const inner: Inner = {
      name,
      alive: true,
      frozen: false,
      visible: options.visible ?? true,
      waiting: [],
      buffered: [],
      listeners: new Set(),
      timers: new Set(),
    }
    tabs.push(inner)
    // Names are drawn from chance: two tabs must not draw the same.
    let draws = 0
    const own = 0.1 + tabs.length / 1000
    const platform: TabsPlatform = {
      locks: options.without === 'locks' ? undefined : locksOf(inner, options.without === 'permission'),
      channel(channelName, hear) {
        if (options.without === 'channel') throw new DOMException('not here', 'SecurityError')
        const channel: Channel = { name: channelName, tab: inner, hear }
        channels.add(channel)
        return {
          close: () => channels.delete(channel),
          postMessage(message) {
            if (!inner.alive) return
            if (!channels.has(channel)) throw new DOMException('closed', 'InvalidStateError')
            said.push({ from: name, channel: channelName, message: message as Record<string, unknown> })
            for (const other of channels) if (other !== channel && other.name === channelName) deliver(other, message)
          },
        }
      },
      isVisible: () => inner.visible,
      onVisibility(callback) {
        inner.listeners.add(callback)
        return () => inner.listeners.delete(callback)
      },
    }
    const over: Layer = () => transportOf(inner)
    const transport = acrossTabs({ over, platform, ...options.tabs })
    const create = options.hub === false ? createSSE : createHubClient
    const sse = create(options.url ?? URL, {
      transport,
      clock: {
        now: () => clock.now() + shifted,
        monotonic: () => clock.now(),
        random: () => (draws++ ? clock.random() : own),
        setTimeout(callback, ms) {
          const timer = { id: undefined as unknown }
          inner.timers.add(timer)
          timer.id = task(inner, ms, () => inner.timers.delete(timer) && callback())
          return timer
        },
        clearTimeout(timer) {
          inner.timers.delete(timer as object)
          clock.clearTimeout((timer as { id: unknown } | undefined)?.id)
        },
      },
      fetch: async (_: unknown, init: RequestInit = {}) => {
        const body = JSON.parse(`${init.body}`)
        posts.push(body)
        return stage.onPost(body)
      },
      ...options.sse,
    } as HubClientOptions) as HubClient
    const heard: unknown[] = []
    const states: ConnectionState[] = []
    const opened: Opened[] = []
    const gaps: Gap[] = []
    sse.state.subscribe((state) => states.push(state))
    sse.observe({ onOpen: (word) => opened.push(word), onGap: (gap) => gaps.push(gap) })
    if (options.subscribe !== false) sse.subscribe('n', (data) => heard.push(data))
    onTestFinished(() => sse.close())
    return {
      name,
      sse,
      transport,
      heard,
      states,
      opened,
      gaps,
      get status() {
        return sse.state.get().status
      },
      get role() {
        return transport.role.get()
      },
      freeze() {
        inner.frozen = true
      },
      thaw() {
        inner.frozen = false
        const { buffered, waiting } = inner
        inner.buffered = []
        inner.waiting = []
        for (const run of [...buffered, ...waiting]) clock.setTimeout(run, 0)
      },
      crash() {
        inner.alive = false
        for (const channel of channels) if (channel.tab === inner) channels.delete(channel)
        for (const line of lines) if (line.name === name) line.open = false
        for (const lock of [...queue, ...held.values()]) if (lock.tab === inner) drop(lock)
      },
      show(visible) {
        inner.visible = visible
        for (const listener of [...inner.listeners]) listener()
      },
    }
  }

  const stage: Stage = {
    clock,
    open,
    run: clock.advance,
    lines,
    get live() {
      return lines.filter((line) => line.open)
    },
    get last() {
      const line = lines.at(-1)
      if (!line) throw Error('no request yet')
      return line
    },
    script,
    serve: (line) => line.accept(),
    throwing: false,
    mute: [],
    shift(ms) {
      shifted += ms
    },
    posts,
    onPost(body) {
      const line = lines.find((each) => each.clientId === body.clientId)
      line?.event('subscribed', { rev: body.rev, topics: body.all, cursor: idOf(log.length) })
      return new Response(null, { status: line?.open ? 200 : 404 })
    },
    publish(count = 1, topic) {
      for (let n = 0; n < count; n++) {
        const seq = log.length + 1
        log.push({ seq, topic })
        for (const line of stage.live) line.event('n', seq, idOf(seq), topic)
      }
    },
    said,
    say(message) {
      for (const channel of channels) deliver(channel, message)
    },
    get locks() {
      return { held: [...held.keys()], queued: queue.map(({ name }) => name) }
    },
    get channels() {
      return channels.size
    },
    get timers() {
      return tabs.reduce((sum, { timers }) => sum + timers.size, 0)
    },
    get listeners() {
      return tabs.reduce((sum, { listeners }) => sum + listeners.size, 0)
    },
    complaints,
  }
  return stage
}

/** Tabs that open one after the other, the first of which leads. */
export async function group(...options: readonly TabOptions[]): Promise<[Stage, ...Tab[]]> {
  const stage = createStage()
  const tabs: Tab[] = []
  for (const each of options) {
    tabs.push(stage.open(each))
    await stage.run(50)
  }
  return [stage, ...tabs]
}

/** Two tabs, both open, the first of which leads. */
export const pair = async (first: TabOptions = {}, second: TabOptions = first): Promise<[Stage, Tab, Tab]> =>
  (await group(first, second)) as [Stage, Tab, Tab]

/** The numbers from one to another. */
export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n)

export const failed = (tab: Tab): SSEError | null => {
  const state = tab.sse.state.get()
  return 'error' in state ? state.error : null
}
