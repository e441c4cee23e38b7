import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright'
import { randomFrom } from '../../../bench/random.ts'
import { findBrowsers } from '../../../scripts/browsers.mjs'
import { type App, EVERYONE } from './app.ts'
import { planFaults } from './fault.ts'
import type { Entry } from './history.ts'
import { createCountingClock, several, untilNone } from './leftovers.ts'
import { inflictAll, type PlayOptions, type Result, toResult } from './play.ts'
import { ChaosProxy } from './proxy.ts'
import { Site } from './site.ts'
import { TOPICS } from './stage.ts'

/*
 * Tabs in Chromium that share a connection, behind the proxy. Tabs are closed, opened, and loaded again meanwhile.
 */

declare global {
  interface Window {
    readonly app: App
  }
}

export const TABS_SCENARIO = { name: 'tabs', title: 'tabs share connections', gaps: [] }

/** Each of another user: their tabs share nothing. */
const USERS = 2
const TABS = 4
/** In milliseconds between two events of a topic. */
const PAUSE = 60

interface Tab {
  readonly page: Page
  readonly context: BrowserContext
}

/** The tabs, and the histories of those that are closed. */
class Tabs {
  readonly open: Tab[] = []
  readonly closed: (readonly Entry[])[] = []
  readonly #origin: string
  readonly #random: () => number

  constructor(origin: string, random: () => number) {
    this.#origin = origin
    this.#random = random
  }

  async add(context: BrowserContext): Promise<void> {
    const page = await context.newPage()
    this.open.push({ page, context })
    await this.#load(page)
  }

  /** Something that users do to tabs. */
  async disturb(): Promise<void> {
    const tab = this.open[Math.floor(this.#random() * this.open.length)] as Tab
    const deed = this.#random()
    if (deed < 0.4) return tab.page.evaluate(changeTopic, [TOPICS, this.#random()] as const)
    this.closed.push(await tab.page.evaluate(() => window.app.history))
    if (deed < 0.7) return this.#load(tab.page)
    this.open.splice(this.open.indexOf(tab), 1)
    await tab.page.close()
    await this.add(tab.context)
  }

  /** What tabs lack, a line for each. */
  async lacking(site: Site): Promise<string[]> {
    const lines: string[] = []
    for (const { page } of this.open) {
      const [states, who] = await page.evaluate(() => [window.app.states(), window.app.describe()] as const)
      lines.push(...site.lacks(states, who))
    }
    return lines
  }

  /** Closes all. @returns The histories of all that there were. */
  async end(): Promise<readonly (readonly Entry[])[]> {
    const histories = [...this.closed]
    for (const { page } of this.open) histories.push(await page.evaluate(() => window.app.history))
    for (const { page } of this.open) await page.evaluate(() => window.app.close())
    return histories
  }

  /** The page, too, comes through the proxy: it is asked for until it is there. */
  async #load(page: Page): Promise<void> {
    const topics = JSON.stringify([EVERYONE, ...TOPICS.filter(() => this.#random() < 0.7)])
    const url = `${this.#origin}/page?${new URLSearchParams({ topics })}`
    for (;;) {
      try {
        await page.goto(url, { timeout: 5000 })
        await page.waitForFunction(() => 'app' in window, null, { timeout: 5000, polling: 20 })
        return
      } catch (error) {
        if (page.isClosed()) throw error
      }
    }
  }
}

function changeTopic([topics, chance]: readonly [topics: readonly string[], chance: number]): void {
  const topic = topics[Math.floor(chance * topics.length)] as string
  if (topic in window.app.states()) window.app.leave(topic)
  else window.app.join(topic)
}

/** Runs faults for tabs. @returns What came of it, and the version of Chromium. */
export async function playTabs({
  seed,
  faults,
  pause,
}: Omit<PlayOptions, 'clients'>): Promise<Result & { readonly version: string; readonly tabs: number }> {
  const random = randomFrom(seed + 1)
  const clock = createCountingClock(random)
  const folder = mkdtempSync(join(tmpdir(), 'headwater-chaos-'))
  const proxy = new ChaosProxy(random)
  const site = new Site({
    log: 'memory',
    size: 200_000,
    hubs: 1,
    topics: TOPICS,
    folder,
    clock,
    random,
    onServers: (ports) => {
      proxy.servers = ports
    },
  })
  await site.start()
  const tabs = new Tabs(`http://127.0.0.1:${await proxy.listen()}`, random)
  site.publish(PAUSE)
  const browser: Browser = await chromium.launch({ ...findBrowsers().chromium, args: ['--no-sandbox'] })
  try {
    for (let user = 0; user < USERS; user++) {
      const context = await browser.newContext()
      for (let tab = 0; tab < TABS; tab++) await tabs.add(context)
    }
    await inflictAll(planFaults(seed, faults, pause), proxy, (n) => n % 5 === 4 && tabs.disturb())
    proxy.heal()
    await site.finish()
    const lacking = await untilNone(async () => [
      ...(await tabs.lacking(site)),
      ...(site.clients === USERS ? [] : [`${site.clients} streams for the tabs of ${USERS} users`]),
    ])
    const histories = await tabs.end()
    const left = [...(await untilNone(() => several(site.clients, 'clients of a hub')))]
    const version = browser.version()
    await browser.close()
    await site.close()
    left.push(
      ...(await untilNone(() => [
        ...several(proxy.sockets, 'sockets of the proxy'),
        ...several(clock.pending, 'timers'),
      ])),
    )
    return { version, tabs: USERS * TABS, ...toResult(TABS_SCENARIO, seed, { proxy, site, histories, lacking, left }) }
  } finally {
    await browser.close()
    await site.close()
    await proxy.close()
    rmSync(folder, { recursive: true })
  }
}
