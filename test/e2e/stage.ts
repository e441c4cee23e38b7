import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { HubClient } from 'headwater/hub'
import { createHub, type Hub, memoryLog } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import type { TabsLayer } from 'headwater/tabs'
import type { Page } from 'playwright'
import { expect } from 'vitest'
import type { Lodging } from '../engines/lodging.ts'
import { PATIENCE } from './start.ts'

/*
 * A stage for what happens to pages: a server that counts its streams and numbers its events, and pages with the built
 * package that write down all that they hear.
 */

const root = new URL('../../', import.meta.url)

/** What there was of streams at one path. */
interface Traffic {
  /** Open at this moment. */
  now: number
  /** Open at the same time, at most. */
  most: number
  /** Requests for one, refused ones too. */
  tries: number
}

export interface Stage {
  /** The address of a page with these options: see {@link PAGE}. */
  page(options?: Readonly<Record<string, string | number>>): string
  /** A page of the same origin that has nothing to do with events. */
  readonly elsewhere: string
  /** A page that reads the stream with `fetch` and nothing else. */
  readonly bare: string
  readonly hub: Hub
  /** The streams at this path. */
  traffic(path?: string): Traffic
  /** The number of the last event. */
  readonly last: number
  /** Publishes the next events, to everyone or to a topic. */
  publish(count?: number, topic?: string): void
  /** Publishes so many events a second, from now on. @returns Stops. */
  flow(rate: number): () => void
  /** Breaks every stream that is open. */
  cut(): void
  /** Answers requests for streams with 503 and this `Retry-After`, in seconds; undefined: no more. */
  refuse(retryAfter: number | undefined): void
  close(): Promise<void>
}

/** So long that silence heals nothing while a test waits, in milliseconds. */
const HEARTBEAT = 60_000

export async function openStage(): Promise<Stage> {
  // As many events as any test publishes, and each test has a stage of its own: a gap would be an error of the client's.
  const hub = createHub({ log: memoryLog({ size: 50_000 }), heartbeat: HEARTBEAT, authorize: () => true })
  const stream = toNodeHandler(hub)
  const paths = new Map<string, Traffic>()
  const open = new Set<ServerResponse>()
  const flows = new Set<NodeJS.Timeout>()
  let last = 0
  let refusal: number | undefined

  function traffic(path = '/events'): Traffic {
    const known = paths.get(path) ?? { now: 0, most: 0, tries: 0 }
    paths.set(path, known)
    return known
  }

  /** @returns Whether it is refused. */
  function count(counts: Traffic, response: ServerResponse): boolean {
    counts.tries++
    if (refusal !== undefined) {
      response.writeHead(503, { 'retry-after': `${refusal}` }).end()
      return true
    }
    counts.most = Math.max(counts.most, ++counts.now)
    open.add(response)
    // A connection that it could use again Chromium keeps for up to five seconds after the stream was left, and reads on.
    response.shouldKeepAlive = false
    response.on('close', () => {
      counts.now--
      open.delete(response)
    })
    return false
  }

  const server = createServer(async (request, response) => {
    const { pathname } = new URL(`${request.url}`, 'http://localhost')
    if (pathname.startsWith('/events')) {
      const isRefused = request.method === 'GET' && count(traffic(pathname), response)
      return isRefused ? undefined : stream(request, response)
    }
    const text = await readText(pathname)
    const type = pathname.endsWith('.js') ? 'text/javascript' : 'text/html'
    return response.writeHead(text === undefined ? 404 : 200, { 'content-type': type }).end(text)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const self: Stage = {
    page: (options = {}) =>
      `${origin}/page?${new URLSearchParams(Object.entries(options).map(([name, value]) => [name, `${value}`]))}`,
    elsewhere: `${origin}/elsewhere`,
    bare: `${origin}/bare`,
    hub,
    traffic,
    get last() {
      return last
    },
    publish(count = 1, topic) {
      for (; count > 0; count--) void hub.publish('n', ++last, topic === undefined ? {} : { topic })
    },
    flow(rate) {
      const begun = performance.now()
      let published = 0
      // By the clock, since a busy machine's timers come late.
      const timer = setInterval(() => {
        const due = Math.floor(((performance.now() - begun) * rate) / 1000)
        self.publish(due - published)
        published = due
      }, 5)
      flows.add(timer)
      return () => clearInterval(timer)
    },
    cut() {
      for (const response of open) response.destroy()
    },
    refuse(retryAfter) {
      refusal = retryAfter
    },
    async close() {
      for (const timer of flows) clearInterval(timer)
      await hub.close()
      server.close()
      server.closeAllConnections()
    },
  }
  return self
}

/** What is served other than streams: the pages, and the modules of the built package that they import. */
async function readText(path: string): Promise<string | undefined> {
  if (path === '/page') return PAGE
  if (path === '/elsewhere') return '<!doctype html><title>Elsewhere</title>'
  if (path === '/bare') return BARE
  if (!/^\/dist\/[\w/.-]+\.js$/.test(path)) return undefined
  return readFile(fileURLToPath(new URL(`.${path}`, root)), 'utf8').catch(() => undefined)
}

/** What a page has heard so far. */
export interface Heard {
  /** The numbers of events, in the order in which they came. */
  readonly numbers: number[]
  /** Each state since the first: its status, with the reasons of a pause or the code of an error. */
  readonly states: string[]
  readonly gaps: string[]
  /** What each opening said of `recovered`. */
  readonly openings: (boolean | 'unknown')[]
  readonly roles: string[]
  /** The locks that it took from a tab that did not answer. */
  readonly stolen: string[]
  /** What happened to the page: each `pageshow`, with whether it came out of the back/forward cache, `freeze` and `resume`. */
  readonly life: string[]
  /** What it threw. */
  readonly errors: string[]
}

declare global {
  interface Window {
    readonly heard: Heard
    readonly client: HubClient
    /** Of acrossTabs(). */
    readonly tabs: TabsLayer | undefined
  }
}

/**
 * Its address has `path`, of the stream; `topic`, to hear that one alone; `resume`, where keepCursor() keeps the last event id;
 * `pauseWhenHidden`, the client's option; `tabs`, to share the connection, with a `key`; and a `scope` for all of it.
 */
const PAGE = `<!doctype html>
<title>Stage</title>
<script type="importmap">
{ "imports": {
  "headwater/hub": "/dist/hub/index.js",
  "headwater/resume": "/dist/resume/index.js",
  "headwater/tabs": "/dist/tabs/index.js"
} }
</script>
<script>
  // Before the modules are there: the page may be shown or break while they are loaded.
  const heard = window.heard = { numbers: [], states: [], gaps: [], openings: [], roles: [], stolen: [], life: [], errors: [] }
  addEventListener('pageshow', ({ persisted }) => heard.life.push(persisted ? 'persisted' : 'shown'))
  for (const type of ['freeze', 'resume']) document.addEventListener(type, () => heard.life.push(type))
  const { request } = LockManager.prototype
  LockManager.prototype.request = function (name, ...rest) {
    if (rest[0]?.steal) heard.stolen.push(name)
    return Reflect.apply(request, this, [name, ...rest])
  }
  addEventListener('error', ({ message }) => heard.errors.push(message))
  addEventListener('unhandledrejection', ({ reason }) => heard.errors.push(String(reason)))
</script>
<script type="module">
  import { createHubClient } from 'headwater/hub'

  const options = Object.fromEntries(new URLSearchParams(location.search))
  const { path = '/events', topic, resume, key, scope } = options

  if (resume) {
    // What was heard before the page was loaded again belongs to the same story.
    heard.numbers.push(...JSON.parse(sessionStorage.getItem('numbers') ?? '[]'))
    addEventListener('pagehide', () => sessionStorage.setItem('numbers', JSON.stringify(heard.numbers)))
  }
  if ('tabs' in options) {
    const { acrossTabs } = await import('headwater/tabs')
    window.tabs = acrossTabs({ key, scope })
    window.tabs.role.subscribe((role) => heard.roles.push(role))
  }
  const { keepCursor } = await import('headwater/resume')
  const client = window.client = createHubClient(path, {
    transport: window.tabs,
    resume: resume && keepCursor(resume, { scope }),
    ...('pauseWhenHidden' in options && { pauseWhenHidden: Number(options.pauseWhenHidden) }),
    onState: ({ status, reasons, error }) =>
      heard.states.push([status, ...(reasons ?? []), ...(error ? [error.code] : [])].join(' ')),
    onOpen: ({ recovered }) => heard.openings.push(recovered),
    onGap: ({ reason }) => heard.gaps.push(reason),
  })
  const hear = (n) => heard.numbers.push(n)
  if (topic) client.topic(topic).subscribe(hear)
  else client.subscribe('n', hear)
</script>`

const BARE = `<!doctype html>
<title>Bare</title>
<script type="module">
  const { body } = await fetch('/events')
  for await (const chunk of body);
</script>`

/** Opens a page at an address. */
export async function openPage({ context }: Lodging, url: string): Promise<Page> {
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE)
  await page.goto(url)
  return page
}

export const heardBy = (page: Page): Promise<Heard> => page.evaluate(() => window.heard)

/** The same with the newest number alone, and how many there are: for who asks again and again. */
export interface Glance extends Heard {
  readonly count: number
}

export const glance = (page: Page): Promise<Glance> =>
  page.evaluate(() => ({
    ...window.heard,
    numbers: window.heard.numbers.slice(-1),
    count: window.heard.numbers.length,
  }))

/** In milliseconds. A client that has lost something gets it back only when the server has been silent for 2.5 heartbeats. */
const SILENCE = 2 * HEARTBEAT

/** Waits until a page says so. (Playwright's own way to wait counts frames, and a page that nobody sees has none.) */
export async function until<T>(page: Page, look: (heard: Glance) => T, expected: T): Promise<void> {
  await expect.poll(async () => look(await glance(page)), { timeout: SILENCE, interval: 20 }).toEqual(expected)
}

export const status = ({ states }: Heard): string | undefined => states.at(-1)

/** Waits until the server has so many streams. */
export async function streams(stage: Stage, count: number): Promise<void> {
  await expect.poll(() => stage.traffic().now, { timeout: SILENCE, interval: 20 }).toBe(count)
}

/** Waits until the page has heard the newest event, and checks that it has heard each since its first, once and in order. */
export async function expectAll(page: Page, last: number): Promise<void> {
  await until(page, ({ numbers }) => numbers.at(-1), last)
  const { numbers, gaps, errors } = await heardBy(page)
  expect(breaks(numbers)).toEqual([])
  expect({ gaps, errors }).toEqual({ gaps: [], errors: [] })
}

/** Where a number does not follow the one before it. */
export const breaks = (numbers: readonly number[]): string[] =>
  numbers.flatMap((n, i) => (i > 0 && n !== Number(numbers[i - 1]) + 1 ? [`${numbers[i - 1]}, ${n}`] : []))

/** Suspends a page as the browser does to save energy, or wakes it. */
export async function setFrozen(page: Page, frozen: boolean): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Page.setWebLifecycleState', { state: frozen ? 'frozen' : 'active' })
}

/** Ends the process of a page, as a lack of memory does. */
export async function crash(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const crashed = page.waitForEvent('crash')
  // Nobody is left to answer.
  session.send('Page.crash').catch(() => {})
  await crashed
}

/** Leaves for another page, so that this one goes into the back/forward cache. */
export const leave = (page: Page, { elsewhere }: Stage): Promise<unknown> => page.goto(elsewhere)

/** Comes back to it: nothing is loaded then, so there is no more to wait for. */
export const comeBack = (page: Page): Promise<unknown> => page.goBack({ waitUntil: 'commit' })
