import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from 'headwater'
import { createHub, type EventLog, type Hub, memoryLog } from 'headwater/server'
import { type FileLog, fileLog, toNodeHandler } from 'headwater/server/node'
import { apply, type Change, EVERYONE, type State } from './app.ts'
import { readPage } from './page.ts'

/*
 * The server's side of an application: its state, and one or two hubs that publish each change of it.
 */

export interface SiteOptions {
  /** `memory`: a restart begins another one. `file`: a restart goes on with it. `shared`: of all hubs, and no restart ends it. */
  readonly log: 'memory' | 'file' | 'shared'
  /** How many events the log keeps. */
  readonly size: number
  readonly hubs: number
  /** Whether streams are compressed. */
  readonly compress?: boolean
  /** How many events wait for a slow client. */
  readonly queueEvents?: number
  readonly topics: readonly string[]
  /** An empty folder, for the log on disk. */
  readonly folder: string
  readonly clock: Clock
  readonly random: () => number
  /** Is given the ports of the servers that are up, whenever they change. */
  readonly onServers: (ports: readonly number[]) => void
}

interface Running {
  readonly hub: Hub
  readonly log: EventLog | FileLog
  readonly server: Server
}

/** Of several bytes each in UTF-8, so that connections break within one. */
const LETTERS = 'aé日😀'

export class Site {
  readonly epochs: string[] = []
  /** The ids of all that was published: see `history.ts`. */
  readonly published = new Map<string, (string | undefined)[]>()
  readonly states: Record<string, State> = {}
  readonly #options: SiteOptions
  readonly #topics: readonly string[]
  readonly #running: (Running | undefined)[] = []
  #shared: EventLog | undefined
  #isPublishing = false
  #loops: Promise<void>[] = []

  constructor(options: SiteOptions) {
    this.#options = options
    this.#topics = [EVERYONE, ...options.topics]
    for (const topic of this.#topics) this.states[topic] = { n: 0, sum: 0 }
  }

  get clients(): number {
    return this.#up.reduce((sum, { hub }) => sum + hub.stats().clients, 0)
  }

  async start(): Promise<void> {
    for (let which = 0; which < this.#options.hubs; which++) await this.#begin(which)
  }

  /** Ends a server and starts it again. @param how - With a goodbye to its clients, or as a crash does. */
  async restart(which: number, how: 'goodbye' | 'crash'): Promise<void> {
    const running = this.#running[which]
    if (!running) return
    // Its clients are told, and leave a second later.
    if (how === 'goodbye') await running.hub.close({ drain: 2000 })
    await this.#end(which)
    await this.#begin(which)
  }

  /** Publishes to every topic, from now on. @param pause - Between two events of a topic, in milliseconds on average. */
  publish(pause: number): void {
    this.#isPublishing = true
    this.#loops = this.#topics.map(async (topic) => {
      while (this.#isPublishing) {
        // Now and then many at once.
        const count = this.#options.random() < 0.1 ? 20 : 1
        for (let left = count; left > 0; left--) await this.#publishNext(topic)
        await sleep(this.#options.random() * 2 * pause)
      }
    })
  }

  /** Ends that, with one more event of each topic. */
  async finish(): Promise<void> {
    this.#isPublishing = false
    await Promise.all(this.#loops)
    for (const topic of this.#topics) await this.#publishNext(topic)
  }

  /** What is not as it is here: one line, or none. @param states - Of a client. @param who - The client. */
  lacks(states: Readonly<Record<string, State | undefined>>, who: string): string[] {
    const lines = Object.entries(states).flatMap(([topic, state]) => {
      const own = JSON.stringify(this.states[topic])
      return JSON.stringify(state) === own ? [] : [`${topic} ${JSON.stringify(state)}, not ${own}`]
    })
    return lines.length ? [`${lines.join('; ')} (${who})`] : []
  }

  async close(): Promise<void> {
    for (let which = 0; which < this.#running.length; which++) await this.#end(which)
  }

  get #up(): Running[] {
    return this.#running.filter((each) => each !== undefined)
  }

  /** First the state, then the event, as often as it takes. What is loaded is never behind what came. */
  async #publishNext(topic: string): Promise<void> {
    const { random } = this.#options
    const length = Math.floor(random() * 40) * (random() < 0.02 ? 500 : 1)
    const text = (LETTERS[Math.floor(random() * 3)] ?? '').repeat(length)
    const before = this.states[topic] as State
    const change: Change = { topic, n: before.n + 1, text }
    this.states[topic] = apply(before, change)
    const ids = this.published.get(topic) ?? []
    this.published.set(topic, ids)
    for (;;) {
      const { hub } = this.#up[Math.floor(random() * this.#up.length)] ?? {}
      try {
        const published = topic === EVERYONE ? hub?.broadcast(EVERYONE, change) : hub?.toTopic(topic, 'changed', change)
        ids[change.n] = (await published)?.id
        if (published) return
      } catch (error) {
        // Anything else is the answer of a hub that closes.
        if (error instanceof TypeError) throw error
      }
      await sleep(5)
    }
  }

  async #begin(which: number): Promise<void> {
    const { clock, compress = false, queueEvents = 1000, topics } = this.#options
    const log = this.#open()
    if (!this.epochs.includes(log.epoch)) this.epochs.push(log.epoch)
    const hub = createHub({
      log,
      clock,
      compress,
      heartbeat: 400,
      limits: { clients: 10_000, queueEvents, topics: topics.length },
    })
    const stream = toNodeHandler(hub)
    const server = createServer(async (request, response) => {
      const { pathname } = new URL(`${request.url}`, 'http://localhost')
      // A connection for each request: faults are faults of one request.
      response.shouldKeepAlive = false
      if (pathname === '/events') return void stream(request, response)
      const [type, text] =
        pathname === '/state' ? ['application/json', JSON.stringify(this.states)] : await readPage(pathname)
      response.writeHead(text === undefined ? 404 : 200, { 'content-type': `${type}; charset=utf-8` }).end(text)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    this.#running[which] = { hub, log, server }
    this.#tell()
  }

  #open(): EventLog | FileLog {
    const { log, size, folder, clock } = this.#options
    if (log === 'file') return fileLog({ path: folder, size, clock })
    if (log === 'memory') return memoryLog({ size })
    this.#shared ??= memoryLog({ size })
    return this.#shared
  }

  /** As a crash does: nobody is told. */
  async #end(which: number): Promise<void> {
    const running = this.#running[which]
    if (!running) return
    const { hub, log, server } = running
    this.#running[which] = undefined
    this.#tell()
    server.close()
    server.closeAllConnections()
    await hub.close()
    if ('close' in log) await log.close()
  }

  #tell(): void {
    this.#options.onServers(this.#up.map(({ server }) => (server.address() as AddressInfo).port))
  }
}
