import { getEventListeners } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHubClient } from 'headwater/hub'
import { keepCursor } from 'headwater/resume'
import { randomFrom } from '../../../bench/random.ts'
import { App, EVERYONE } from './app.ts'
import { type CountingClock, createCountingClock, several } from './leftovers.ts'
import { ChaosProxy } from './proxy.ts'
import { Site, type SiteOptions } from './site.ts'

/*
 * A site, clients, and the proxy between them.
 */

export const TOPICS: readonly string[] = ['eu', 'us', 'jobs.1', 'jobs.2']

/** In milliseconds between two events of a topic. */
const PAUSE = 60

/** A client, and where its cursor is kept. */
interface Seat {
  app: App
  cursor: string
}

export class Stage {
  readonly random: () => number
  readonly clock: CountingClock
  readonly proxy: ChaosProxy
  readonly site: Site
  readonly #folder = mkdtempSync(join(tmpdir(), 'headwater-chaos-'))
  readonly #stop = new AbortController()
  readonly #seats: Seat[] = []
  readonly #timers = new Map<NodeJS.Timeout, () => void>()
  #restarting: Promise<void> = Promise.resolve()
  #restarts = 0

  constructor(seed: number, site: Pick<SiteOptions, 'log' | 'size' | 'hubs' | 'compress' | 'queueEvents'>) {
    const random = randomFrom(seed + 1)
    this.random = random
    this.clock = createCountingClock(random)
    this.proxy = new ChaosProxy(random)
    this.site = new Site({
      ...site,
      topics: TOPICS,
      folder: this.#folder,
      clock: this.clock,
      random,
      onServers: (ports) => {
        this.proxy.servers = ports
      },
    })
  }

  get apps(): App[] {
    return this.#seats.map(({ app }) => app)
  }

  async open(clients: number): Promise<void> {
    await this.site.start()
    await this.proxy.listen()
    this.site.publish(PAUSE)
    for (let n = 0; n < clients; n++) {
      const seat = { cursor: '' } as Seat
      seat.app = this.#start(seat, [EVERYONE, ...TOPICS.filter(() => this.random() < 0.7)])
      this.#seats.push(seat)
    }
  }

  anyApp(): App {
    return this.#anySeat().app
  }

  /** A page is loaded again: its client is another one, with the same cursor. */
  loadAgain(): void {
    const seat = this.#anySeat()
    const { app } = seat
    app.close()
    seat.app = this.#start(seat, Object.keys(app.states()), app)
  }

  changeTopics(): void {
    const app = this.anyApp()
    const topic = TOPICS[Math.floor(this.random() * TOPICS.length)] as string
    if (topic in app.states()) app.leave(topic)
    else app.join(topic)
  }

  /** One server restarts, if none is doing so. With a goodbye, or as after a crash. */
  restart(): void {
    const count = this.#restarts++
    this.#restarting = this.#restarting.then(() => this.site.restart(count % 2, count % 4 < 2 ? 'crash' : 'goodbye'))
  }

  /** At the end of the faults at the latest. */
  later(ms: number, act: () => void): void {
    const timer = setTimeout(() => this.#perform(timer), ms)
    this.#timers.set(timer, act)
  }

  /** No more faults, and no more events than one for each topic. */
  async calm(): Promise<void> {
    for (const timer of [...this.#timers.keys()]) this.#perform(timer)
    await this.#restarting
    this.proxy.heal()
    await this.site.finish()
  }

  /** What is still open, a line each. */
  left(): string[] {
    return [
      ...several(this.site.clients, 'clients of a hub'),
      ...several(this.proxy.sockets, 'sockets of the proxy'),
      ...several(getEventListeners(this.#stop.signal, 'abort').length, 'abort listeners'),
    ]
  }

  leave(): void {
    for (const { app } of this.#seats) app.close()
  }

  async close(): Promise<void> {
    await this.site.close()
    await this.proxy.close()
    rmSync(this.#folder, { recursive: true })
  }

  #start(seat: Seat, topics: readonly string[], before?: App): App {
    return new App({
      create: createHubClient,
      origin: `http://127.0.0.1:${this.proxy.port}`,
      topics,
      clock: this.clock,
      signal: this.#stop.signal,
      resume: keepCursor({
        load: () => seat.cursor,
        save: (cursor) => {
          seat.cursor = cursor
        },
      }),
      ...(before && { before }),
    })
  }

  #anySeat(): Seat {
    return this.#seats[Math.floor(this.random() * this.#seats.length)] as Seat
  }

  #perform(timer: NodeJS.Timeout): void {
    clearTimeout(timer)
    const act = this.#timers.get(timer)
    this.#timers.delete(timer)
    act?.()
  }
}
