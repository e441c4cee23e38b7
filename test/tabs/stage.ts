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
import { acrossTabs, type TabsLayer, type TabsOptions } from 'headwater/tabs'
import { createClock, type TestClock } from 'headwater/testing'
import { onTestFinished } from 'vitest'
import { createBrowser, type Missing, type Page } from '../support/browser.ts'

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

/** A page, and what has arrived on its lines while it was frozen. */
interface Place {
  readonly page: Page
  buffered: (() => void)[]
}

export interface TabOptions {
  readonly sse?: HubClientOptions
  readonly url?: SSEUrl
  /** Whether the client speaks docs/protocol.md. */
  readonly hub?: boolean
  readonly tabs?: TabsOptions
  readonly visible?: boolean
  readonly subscribe?: boolean
  readonly without?: Missing
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
  const pages: Page[] = []
  /** Timers that the clients have set. */
  const timers = new Set<object>()
  let shifted = 0
  const complaints: unknown[] = []
  const lines: Line[] = []
  const said: Stage['said'] = []
  const posts: Stage['posts'] = []
  const script: Stage['script'] = []
  const log: { readonly seq: number; readonly topic: string | undefined }[] = []

  const browser = createBrowser({
    later(ms, run) {
      const timer = clock.setTimeout(run, ms)
      return () => clock.clearTimeout(timer)
    },
    delays: { grant: () => grant, locks: () => 1, crash: () => 0 },
    carry(to, _, arrive) {
      if (!stage.mute.includes(to.page.name)) arrive(1)
    },
    onMessage: ({ name, page }, message) =>
      said.push({ from: page.name, channel: name, message: message as Record<string, unknown> }),
    onError: (error) => complaints.push(error),
  })

  // --- the server

  const transportOf = (place: Place): Transport => ({
    connect(request, sink) {
      if (stage.throwing) throw Error('no way')
      const line: Line = {
        name: place.page.name,
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
          if (place.page.frozen) place.buffered.push(go)
          else go()
        },
        end(reason) {
          line.open = false
          sink.end(reason)
        },
      }
      lines.push(line)
      const answer = script.shift() ?? ((line: Line) => stage.serve(line))
      place.page.task(1, () => line.open && answer(line))
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
    const name = `tab ${pages.length + 1}`
    const page = browser.open(name, options.visible, options.without)
    pages.push(page)
    const place: Place = { page, buffered: [] }
    // Names are drawn from chance: two tabs must not draw the same.
    let draws = 0
    const own = 0.1 + pages.length / 1000
    const over: Layer = () => transportOf(place)
    const transport = acrossTabs({ over, platform: page.platform, ...options.tabs })
    const create = options.hub === false ? createSSE : createHubClient
    const sse = create(options.url ?? URL, {
      transport,
      clock: {
        now: () => clock.now() + shifted,
        monotonic: () => clock.now(),
        random: () => (draws++ ? clock.random() : own),
        setTimeout(callback, ms) {
          const timer = page.task(ms, () => timers.delete(timer) && callback())
          timers.add(timer)
          return timer
        },
        clearTimeout(timer) {
          if (timers.delete(timer as object)) (timer as () => void)()
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
      freeze: page.freeze,
      thaw() {
        const { buffered } = place
        place.buffered = []
        for (const run of buffered) clock.setTimeout(run, 0)
        page.thaw()
      },
      crash() {
        for (const line of lines) if (line.name === name) line.open = false
        page.crash()
      },
      show: page.show,
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
    say: browser.say,
    get locks() {
      return browser.locks
    },
    get channels() {
      return browser.channels.size
    },
    get timers() {
      return timers.size
    },
    get listeners() {
      return pages.reduce((sum, { listeners }) => sum + listeners, 0)
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

/** A leader, and others that open together behind it. @param beats - Whether the server says something every 15 s. */
export async function gather(count: number, options: TabOptions = {}, beats = true): Promise<[Stage, Tab, ...Tab[]]> {
  const stage = createStage({ beats })
  const first = stage.open(options)
  await stage.run(50)
  const others = range(2, count).map(() => stage.open(options))
  await stage.run(50)
  return [stage, first, ...others]
}

export const gatherTwo = async (options: TabOptions = {}, beats = true): Promise<[Stage, Tab, Tab]> =>
  (await gather(2, options, beats)) as unknown as [Stage, Tab, Tab]

/** The numbers from one to another. */
export const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n)

export const failed = (tab: Tab): SSEError | null => {
  const state = tab.sse.state.get()
  return 'error' in state ? state.error : null
}

/** Until when a client waits, and why, or the state that it is in instead. */
export const waiting = (tab: Tab): unknown => {
  const state = tab.sse.state.get()
  if (state.status !== 'waiting') return state
  const { error, ...rest } = state
  return { ...rest, code: error.code, http: error.status, retryAfter: error.retryAfter }
}
