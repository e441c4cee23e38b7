import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { cpus, loadavg } from 'node:os'
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { serialize } from 'node:v8'
import { build } from 'esbuild'
import { createHub, memoryLog } from 'headwater/server'
import { toNodeHandler } from 'headwater/server/node'
import { chromium } from 'playwright'
import { findBrowsers } from '../scripts/browsers.mjs'
import { TYPE } from './events.ts'
import { quantile } from './quantile.ts'
import { table } from './table.ts'
import type { Look, Numbered } from './tabs-page.ts'

/*
 * npm run bench:tabs -- [--times 15] [--hangs 3] [--rounds 5] [--only handover,cost,channel,memory] [--verbose]
 *
 * Of one connection for all tabs: how long it is missed when its tab goes away, and what it costs beside a connection for each
 * tab and beside a SharedWorker.
 */

const PARTS = ['handover', 'cost', 'channel', 'memory']
const { values } = parseArgs({
  options: {
    /** How often a tab goes away, each way. */
    times: { type: 'string', default: '15' },
    /** How often it hangs, which takes half a minute each. */
    hangs: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', default: PARTS.join() },
    /** Each figure, as it is found. */
    verbose: { type: 'boolean', default: false },
  },
})
const [times, hangs, rounds] = [Number(values.times), Number(values.hangs), Number(values.rounds)]
const only = values.only.split(',')
if (!(times >= 0 && hangs >= 0 && rounds > 0 && only.every((part) => PARTS.includes(part))))
  throw Error(`--times, --hangs and --rounds want numbers, --only wants some of ${PARTS.join()}`)

const log = (...what: readonly unknown[]): void => {
  if (values.verbose) console.error(...what)
}

/** Nothing that is waited for takes longer. */
const LIMIT = 60_000

async function until(what: string, look: () => boolean | Promise<boolean>, every = 50): Promise<void> {
  const end = Date.now() + LIMIT
  while (!(await look())) {
    if (Date.now() > end) throw Error(`waited in vain: ${what}`)
    await sleep(every)
  }
}

/* The server */

interface Pace {
  readonly perSecond: number
  /** Events in one turn of the event loop. */
  readonly burst: number
}

interface Stage {
  /** As many origins as pages are spread over: a browser opens six connections to each. */
  readonly origins: readonly string[]
  /** By the number of the event. */
  readonly publishedAt: number[]
  /** When a page that went away says that it did. */
  died: number | undefined
  /** @param isOver - Ends it before all these events are published. */
  flow(pace: Pace, events: number, isOver?: () => boolean): Promise<void>
  /** The bytes over connections that have carried a stream. */
  bytes(): number
  close(): Promise<void>
}

/** Bundled as an application would be, from the built package and not, as the compiler's options say, from the sources. */
async function bundle(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    tsconfigRaw: {},
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    logLevel: 'error',
  })
  return outputFiles.map(({ text }) => text).join('')
}

const FILES: Readonly<Record<string, readonly [type: string, text: string]>> = {
  '/': ['text/html', '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>'],
  '/elsewhere': ['text/html', '<!doctype html><link rel="icon" href="data:,"><title>Elsewhere</title>'],
  '/page.js': ['text/javascript', await bundle('tabs-page.ts')],
  '/worker.js': ['text/javascript', await bundle('tabs-worker.ts')],
}

const update = (n: number): Numbered => ({
  id: 'ord_004711',
  patch: { status: 'shipped', quantity: 1 + (n % 9), total: 31_415 },
  ts: 1_767_225_600_000 + n,
  n,
})

async function openStage(): Promise<Stage> {
  // A tab that comes back after half a minute finds all of it.
  const hub = createHub({ log: memoryLog({ size: 50_000 }) })
  const stream = toNodeHandler(hub)
  const sockets = new Set<Socket>()

  const answer: RequestListener = (request, response) => {
    const { pathname, searchParams } = new URL(`${request.url}`, 'http://localhost')
    if (pathname === '/events') {
      sockets.add(request.socket)
      return stream(request, response)
    }
    // A page that goes into the back/forward cache is frozen a moment later.
    if (pathname === '/died') self.died ??= Number(searchParams.get('at'))
    if (pathname === '/hang') return undefined
    const [type, text] = FILES[pathname] ?? ['text/plain', '']
    return response.writeHead(200, { 'content-type': type }).end(text)
  }

  const servers: Server[] = [answer, answer, answer].map((each) => createServer(each).listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))

  const self: Stage = {
    origins: servers.map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    publishedAt: [],
    died: undefined,
    async flow({ perSecond, burst }, events, isOver = () => false) {
      const began = performance.now()
      const elapsed = (): number => performance.now() - began
      for (let published = 0; published < events && !isOver(); published += burst) {
        // By the clock, since a busy machine's timers come late; and then each in a turn of its own all the same.
        const wait = (published * 1000) / perSecond - elapsed()
        if (wait > 0) await sleep(wait)
        else await turn()
        for (let count = 0; count < burst; count++) {
          void hub.publish(TYPE, update(self.publishedAt.length))
          self.publishedAt.push(Date.now())
        }
      }
    },
    bytes: () => [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0),
    async close() {
      await hub.close()
      for (const server of servers) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
  return self
}

/* The browser */

/** A session of the DevTools Protocol in which nothing is switched on: what Playwright switches on would be measured. */
interface Session {
  send<T = unknown>(method: string, params?: object): Promise<T>
  close(): void
}

type Reply = { readonly error: { readonly message: string } } | { readonly error?: never; readonly result: never }

async function attach(url: string): Promise<Session> {
  const socket = new WebSocket(url)
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = () => reject(Error(`no session at ${url}`))
  })
  const waiting = new Map<number, (reply: Reply) => void>()
  let last = 0
  socket.onmessage = ({ data }) => {
    const reply = JSON.parse(data)
    waiting.get(reply.id)?.(reply)
    waiting.delete(reply.id)
  }
  // Nobody is left to answer.
  const end = (): void => {
    for (const settle of waiting.values()) settle({ error: { message: 'the session has ended' } })
    waiting.clear()
  }
  socket.onclose = end
  return {
    send: (method, params = {}) =>
      new Promise((resolve, reject) => {
        waiting.set(++last, (reply) =>
          reply.error ? reject(Error(`${method}: ${reply.error.message}`)) : resolve(reply.result),
        )
        if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ id: last, method, params }))
        else end()
      }),
    close: () => socket.close(),
  }
}

interface Tab extends Session {
  look(): Promise<Look>
  heard(from: number, to: number): Promise<number[]>
  posted(): Promise<readonly string[]>
  hang(): Promise<unknown>
  /** Has somebody look at it, and not at the others. */
  show(): Promise<unknown>
  leave(): Promise<unknown>
}

interface Browser {
  readonly version: string
  open(url: string): Promise<Tab>
  /** The processor time of all processes, in seconds, by process. */
  processes(): Promise<ReadonlyMap<number, number>>
  close(): Promise<void>
}

/** A feature that Playwright switches off: with it, of several tabs one is visible, and the others are slowed down. */
const PAGE_LIFE = [
  '--disable-back-forward-cache',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
]

async function launch(): Promise<Browser> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  const browser = await chromium.launch({
    // Where Playwright's own is used: the whole browser, as its small one has no life of pages.
    channel: 'chromium',
    ...findBrowsers().chromium,
    args: ['--no-sandbox', `--remote-debugging-port=${port}`],
    ignoreDefaultArgs: PAGE_LIFE,
  })
  const { webSocketDebuggerUrl } = (await (await fetch(`http://127.0.0.1:${port}/json/version`)).json()) as {
    webSocketDebuggerUrl: string
  }
  const root = await attach(webSocketDebuggerUrl)
  return {
    version: browser.version(),
    async open(url) {
      const { targetId } = await root.send<{ targetId: string }>('Target.createTarget', { url })
      const session = await attach(`ws://127.0.0.1:${port}/devtools/page/${targetId}`)
      const evaluate = async <T>(expression: string): Promise<T> => {
        const { result } = await session.send<{ result: { value: T } }>('Runtime.evaluate', {
          expression,
          returnByValue: true,
        })
        return result.value
      }
      await until('a page loads', () => evaluate('Boolean(window.bench)'))
      return {
        ...session,
        look: () => evaluate('bench.look()'),
        heard: (from, to) => evaluate(`bench.heard(${from}, ${to})`),
        posted: () => evaluate('bench.posted'),
        hang: () => evaluate('bench.hang()'),
        show: () => root.send('Target.activateTarget', { targetId }),
        async leave() {
          session.close()
          await root.send('Target.closeTarget', { targetId }).catch(() => {})
        },
      }
    },
    async processes() {
      const { processInfo } = await root.send<{ processInfo: { id: number; cpuTime: number }[] }>(
        'SystemInfo.getProcessInfo',
      )
      return new Map(processInfo.map(({ id, cpuTime }) => [id, cpuTime]))
    },
    async close() {
      root.close()
      await browser.close()
    },
  }
}

type Mode = 'own' | 'tabs' | 'worker'

async function openTab(browser: Browser, origin: string | undefined, mode: Mode, spy = false): Promise<Tab> {
  const tab = await browser.open(`${origin}/?mode=${mode}${spy ? '&spy' : ''}`)
  await until('a tab opens its stream', async () => (await tab.look()).isOpen)
  return tab
}

/** Opens tabs, in a stage of their own, and closes both in the end. */
async function withTabs<T>(
  browser: Browser,
  mode: Mode,
  count: number,
  use: (tabs: Tab[], stage: Stage) => Promise<T>,
  spy = false,
): Promise<T> {
  const stage = await openStage()
  const tabs: Tab[] = []
  try {
    for (let n = 0; n < count; n++) {
      const origin = stage.origins[mode === 'own' ? n % stage.origins.length : 0]
      tabs.push(await openTab(browser, origin, mode, spy))
    }
    return await use(tabs, stage)
  } finally {
    for (const tab of tabs) await tab.leave()
    await stage.close()
  }
}

const look = (tabs: readonly Tab[]): Promise<Look[]> => Promise.all(tabs.map((tab) => tab.look()))

/** The place of the one tab that leads; -1: there is none, or more than one. */
function leads(looks: readonly Look[]): number {
  const leaders = looks.flatMap(({ role }, index) => (role === 'leader' ? [index] : []))
  return leaders.length === 1 ? Number(leaders[0]) : -1
}

/** Waits until all have heard everything, and makes sure that they have. */
async function allHeard(tabs: readonly Tab[], { publishedAt }: Stage): Promise<void> {
  const last = publishedAt.length - 1
  await until('all tabs hear everything', async () => (await look(tabs)).every((each) => each.last === last))
  if ((await look(tabs)).some(({ wrong }) => wrong)) throw Error('a tab missed events, or heard some twice')
}

/* Handing over */

/** The effects when the tab with the connection went away. In milliseconds from then on. */
interface Handover {
  /** Another leads. */
  readonly led: number
  /** It hears the first event over its own connection. */
  readonly heir: number
  /** So does the last of the others, through it. */
  readonly others: number
  /** The longest that one of them heard nothing. */
  readonly silence: number
}

interface Fate {
  readonly title: string
  /** Whether somebody looks at that tab, or at another. */
  readonly isSeen: boolean
  /** @returns When it happened, where the page does not say it itself. */
  happen(tab: Tab, stage: Stage): Promise<number | undefined>
}

const TABS = 5
const FLOW: Pace = { perSecond: 200, burst: 1 }

const hang: Fate = {
  title: 'hangs',
  isSeen: false,
  async happen(tab) {
    // Its session ends before there is an answer.
    tab.hang().catch(() => {})
    return undefined
  },
}

const QUICK: readonly Fate[] = [
  {
    title: 'is closed',
    isSeen: true,
    async happen(tab) {
      await tab.leave()
      return undefined
    },
  },
  {
    title: 'navigates away',
    isSeen: true,
    async happen(tab, { origins }) {
      await tab.send('Page.navigate', { url: `${origins[0]}/elsewhere` })
      return undefined
    },
  },
  {
    title: 'crashes',
    isSeen: true,
    async happen(tab) {
      const at = Date.now()
      // Nobody is left to answer.
      tab.send('Page.crash').catch(() => {})
      return at
    },
  },
  {
    title: 'is frozen',
    isSeen: false,
    async happen(tab) {
      await tab.send('Page.setWebLifecycleState', { state: 'frozen' })
      return undefined
    },
  },
]

/** @param settle - For how long nothing happens before, in milliseconds. */
async function handOver({ isSeen, happen }: Fate, tabs: Tab[], stage: Stage, settle: number): Promise<Handover> {
  const leader = tabs[leads(await look(tabs))]
  if (!leader) throw Error('not exactly one tab leads')
  const others = tabs.filter((tab) => tab !== leader)
  await (isSeen ? leader : others.at(-1))?.show()
  await until('it is looked at, or not', async () => (await leader.look()).isVisible === isSeen)
  await sleep(settle)

  stage.died = undefined
  const from = Math.max(stage.publishedAt.length - 100, 0)
  const noted = await happen(leader, stage)
  await until('the tab goes', () => (noted ?? stage.died) !== undefined)
  const died = Number(noted ?? stage.died)

  await until('another tab leads', async () => leads(await look(others)) >= 0)
  const to = stage.publishedAt.length
  await until('all hear what is new', async () => (await look(others)).every(({ last }) => last >= to))
  const looks = await look(others)
  const heir = leads(looks)
  const { at, last } = looks[heir]?.led ?? { at: NaN, last: NaN }
  const firsts: number[] = []
  let silence = 0
  for (const tab of others) {
    const heard = await tab.heard(from, to)
    // From here on the events of the heir came over its own connection; the others may have heard some of it before.
    firsts.push(Number(heard.slice(last + 1 - from).find((time) => time >= at)) - died)
    const times = heard.filter((time) => time > 0)
    silence = Math.max(silence, ...times.map((time, index) => (time < died ? 0 : time - Number(times[index - 1]))))
  }
  const result = {
    led: at - died,
    heir: Number(firsts[heir]),
    others: Math.max(...firsts.filter((_, index) => index !== heir)),
    silence,
  }
  // NaN: somebody has heard none of it.
  if (!Object.values(result).every(Number.isFinite)) throw Error(`not measured: ${JSON.stringify(result)}`)

  tabs.splice(tabs.indexOf(leader), 1)
  await leader.leave()
  return result
}

async function handOvers(browser: Browser): Promise<string> {
  const found = new Map<Fate, Handover[]>([...QUICK, hang].map((fate) => [fate, []]))
  const session = (fates: readonly Fate[], count: number, settle = 300): Promise<void> =>
    withTabs(browser, 'tabs', TABS, async (tabs, stage) => {
      let isOver = false
      const flowing = stage.flow(FLOW, Infinity, () => isOver)
      try {
        for (let time = 0; time < count; time++)
          for (const fate of fates) {
            const result = await handOver(fate, tabs, stage, settle)
            log(fate.title, result)
            found.get(fate)?.push(result)
            tabs.push(await openTab(browser, stage.origins[0], 'tabs'))
          }
      } finally {
        isOver = true
        await flowing
      }
      await allHeard(tabs, stage)
    })
  await session(QUICK, times)
  // A tab takes the lead from one that does not answer, but not often: each time other tabs do.
  // And each time after another part of the 15 s in which one is waited for.
  for (let time = 0; time < hangs; time++) await session([hang], 1, 300 + (time * 15_000) / hangs)

  const cells = (results: readonly Handover[]): string[] =>
    (['led', 'heir', 'others', 'silence'] as const).map((figure) => {
      const all = results.map((result) => result[figure])
      return `${quantile(all, 0.5).toFixed(0)} · ${Math.max(...all)}`
    })
  const rows = [...found].flatMap(([{ title }, results]) =>
    results.length ? [[title, `${results.length}`, ...cells(results)]] : [],
  )
  return table(['the tab', 'times', 'another leads', 'it hears', 'all hear', 'longest silence'], rows)
}

/* What it costs */

const MODES: Readonly<Record<Mode, string>> = {
  own: 'a connection each',
  tabs: 'acrossTabs',
  worker: 'SharedWorker',
}
const PACES: readonly Pace[] = [
  { perSecond: 200, burst: 1 },
  { perSecond: 1000, burst: 10 },
]
const COUNTS = [2, 12]
/** Seconds. A process's time has steps of 10 ms: it takes many events to make something of that. */
const [WARM_UP, MEASURED] = [2, 10]

/** Of one event: processor time in microseconds. */
interface Cost {
  /** The tab with the connection, or the one whose process has the worker. */
  readonly host: number
  /** Another tab, and its main thread alone. */
  readonly tab: number
  readonly main: number
  /** All processes of the browser. */
  readonly all: number
  /** Sent by the server. */
  readonly bytes: number
  /** From publishing until a tab that is not the host has heard it, in milliseconds. */
  readonly mean: number
  readonly p99: number
}

/** Every second round goes backwards. */
const turned = <T>(list: readonly T[], round: number): readonly T[] => (round % 2 ? [...list].reverse() : list)

const average = (list: readonly number[]): number => list.reduce((sum, each) => sum + each, 0) / list.length

/** Processor time in seconds, of a tab's process and of its main thread; and what its heap holds, in bytes. */
async function metrics(tab: Tab): Promise<Readonly<Record<'ProcessTime' | 'ThreadTime' | 'JSHeapUsedSize', number>>> {
  const { metrics: list } = await tab.send<{ metrics: { name: string; value: number }[] }>('Performance.getMetrics')
  const of = (wanted: string): number => Number(list.find(({ name }) => name === wanted)?.value)
  return { ProcessTime: of('ProcessTime'), ThreadTime: of('ThreadTime'), JSHeapUsedSize: of('JSHeapUsedSize') }
}

async function cost(browser: Browser, mode: Mode, tabs: readonly Tab[], stage: Stage, pace: Pace): Promise<Cost> {
  await stage.flow(pace, WARM_UP * pace.perSecond)
  await allHeard(tabs, stage)
  const from = stage.publishedAt.length
  const events = MEASURED * pace.perSecond

  const processes = await browser.processes()
  const before = await Promise.all(tabs.map(metrics))
  const bytes = stage.bytes()
  await stage.flow(pace, events)
  await allHeard(tabs, stage)
  const after = await Promise.all(tabs.map(metrics))
  let all = 0
  for (const [id, time] of await browser.processes()) all += time - (processes.get(id) ?? time)

  const each = (seconds: number): number => (seconds * 1e6) / events
  const spent = tabs.map((_, index) => ({
    process: each(Number(after[index]?.ProcessTime) - Number(before[index]?.ProcessTime)),
    main: each(Number(after[index]?.ThreadTime) - Number(before[index]?.ThreadTime)),
  }))
  // The first tab leads, and a worker runs in the process of the tab that made it.
  const host = mode === 'own' ? -1 : 0
  if (mode === 'tabs' && leads(await look(tabs)) !== host) throw Error('another tab leads')
  const others = spent.filter((_, index) => index !== host)
  const delays: number[] = []
  for (const [index, tab] of tabs.entries()) {
    if (index === host) continue
    const heard = await tab.heard(from, from + events)
    delays.push(...heard.map((at, n) => at - Number(stage.publishedAt[from + n])))
  }
  return {
    host: spent[host]?.process ?? NaN,
    tab: average(others.map(({ process }) => process)),
    main: average(others.map(({ main }) => main)),
    all: each(all),
    bytes: (stage.bytes() - bytes) / events,
    mean: average(delays),
    p99: quantile(delays, 0.99),
  }
}

async function costs(browser: Browser): Promise<string> {
  const jobs = COUNTS.flatMap((count) => (['own', 'tabs', 'worker'] as const).map((mode) => ({ count, mode })))
  const found = new Map<string, Cost[]>()
  const keyOf = (count: number, mode: Mode, { perSecond }: Pace): string => `${count} ${mode} ${perSecond}`
  // Round 0 warms up the machine and the browser, and is discarded.
  for (let round = 0; round <= rounds; round++)
    for (const { count, mode } of turned(jobs, round))
      await withTabs(browser, mode, count, async (tabs, stage) => {
        // One that nobody looks at hands over after half a minute, in the middle of this.
        await tabs[0]?.show()
        for (const tab of tabs) await tab.send('Performance.enable')
        for (const pace of turned(PACES, round)) {
          const result = await cost(browser, mode, tabs, stage, pace)
          const key = keyOf(count, mode, pace)
          log(`round ${round}`, key, result)
          if (round) found.set(key, [...(found.get(key) ?? []), result])
        }
      })

  const texts: string[] = []
  for (const pace of PACES)
    for (const count of COUNTS) {
      const middle = (mode: Mode, figure: keyof Cost): number =>
        quantile(
          (found.get(keyOf(count, mode, pace)) ?? []).map((result) => result[figure]),
          0.5,
        )
      const rows = Object.entries(MODES).map(([name, title]) => {
        const mode = name as Mode
        const spread = (found.get(keyOf(count, mode, pace)) ?? []).map(({ tab }) => tab)
        const ratio = (figure: keyof Cost): string => (middle(mode, figure) / middle('own', figure)).toFixed(2)
        return [
          title,
          middle(mode, 'tab').toFixed(0),
          ratio('tab'),
          `${Math.min(...spread).toFixed(0)}–${Math.max(...spread).toFixed(0)}`,
          middle(mode, 'main').toFixed(0),
          mode === 'own' ? '–' : middle(mode, 'host').toFixed(0),
          middle(mode, 'all').toFixed(0),
          ratio('all'),
          middle(mode, 'bytes').toFixed(0),
          `${middle(mode, 'mean').toFixed(1)} · ${middle(mode, 'p99').toFixed(0)}`,
        ]
      })
      const head = ['', 'tab', '× own', 'min–max', 'its main thread', 'host', 'browser', '× own', 'bytes', 'ms']
      texts.push(`${count} tabs, ${pace.perSecond} events a second, ${pace.burst} in a turn:\n\n${table(head, rows)}`)
    }
  return texts.join('\n\n')
}

/* What goes between tabs */

async function channels(browser: Browser): Promise<string> {
  const rows: string[][] = []
  const events = 1000
  for (const pace of PACES)
    for (const mode of ['tabs', 'worker'] as const)
      await withTabs(
        browser,
        mode,
        2,
        async (tabs, stage) => {
          await stage.flow(pace, events)
          await allHeard(tabs, stage)
          // Of the tab that leads, what it posts to all at once; of the worker, what it posts to one tab.
          const posted = (await tabs[0]?.posted()) ?? []
          const size = (sizeOf: (json: string) => number): string =>
            (posted.reduce((sum, json) => sum + sizeOf(json), 0) / events).toFixed(0)
          rows.push([
            `${MODES[mode]}, ${pace.burst} in a turn`,
            (posted.length / events).toFixed(2),
            size((json) => json.length),
            size((json) => serialize(JSON.parse(json)).length),
          ])
        },
        true,
      )
  return table(['of one event', 'messages', 'JSON', 'as V8 serializes it'], rows)
}

/* Memory */

/** Just less than what makes a tab forget the older half of the events that it keeps for others. */
const KEPT = 3900

async function memory(browser: Browser): Promise<string> {
  const rows: string[][] = []
  for (const [name, title] of Object.entries(MODES)) {
    const mode = name as Mode
    await withTabs(browser, mode, 2, async (tabs, stage) => {
      for (const tab of tabs) await tab.send('Performance.enable')
      const heaps = async (): Promise<number[]> => {
        for (const tab of tabs) await tab.send('HeapProfiler.collectGarbage')
        return (await Promise.all(tabs.map(metrics))).map(({ JSHeapUsedSize }) => JSHeapUsedSize / 1024)
      }
      const empty = await heaps()
      await stage.flow({ perSecond: 1000, burst: 10 }, KEPT)
      await allHeard(tabs, stage)
      const full = await heaps()
      const cells = (index: number): string[] => [Number(empty[index]).toFixed(0), Number(full[index]).toFixed(0)]
      rows.push([title, ...cells(1), ...cells(0)])
    })
  }
  return table(['KiB', 'tab', `after ${KEPT} events`, 'host', `after ${KEPT} events`], rows)
}

const parts: Readonly<Record<string, readonly [title: string, run: (browser: Browser) => Promise<string>]>> = {
  handover: ['Milliseconds from when a tab with the connection goes away: median · worst', handOvers],
  cost: ['An event: processor time in microseconds, bytes, milliseconds on the way (mean · 99 of 100)', costs],
  channel: ['What is posted, in messages and characters or bytes', channels],
  memory: ['The heap of JavaScript', memory],
}

const browser = await launch()
try {
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}`
  console.log(
    `Chromium ${browser.version}, Node ${process.version}, ${machine}, load ${loadavg().map((each) => each.toFixed(1))}`,
  )
  for (const part of only) {
    const [title, run] = parts[part] ?? []
    if (run) console.log(`\n${title}:\n\n${await run(browser)}`)
  }
} finally {
  await browser.close()
}
console.log(`\nload ${loadavg().map((each) => each.toFixed(1))}`)
