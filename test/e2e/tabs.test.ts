import type { Page } from 'playwright'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFailed } from 'vitest'
import { randomFrom } from '../../bench/random.ts'
import { type Lodging, lodgeInChromium, lodgeInFirefox } from '../engines/lodging.ts'
import {
  comeBack,
  crash,
  expectAll,
  glance,
  heardBy,
  leave,
  openPage,
  openStage,
  type Stage,
  setFrozen,
  status,
  streams,
  until,
} from './stage.ts'

/*
 * One connection for many tabs, in real browsers: whatever happens to the one that has it, the others hear each event once and
 * in order, and the server never has more streams than the old one and the new one.
 */

let stage: Stage
let lodging: Lodging
let tabs: Page[]

type Options = Readonly<Record<string, string | number>>

/** Opens one more tab. */
async function openTab(options: Options = {}): Promise<Page> {
  const tab = await openPage(lodging, stage.page({ tabs: '', ...options }))
  tabs.push(tab)
  return tab
}

/** Opens so many tabs, and waits until all of them are open. */
async function openTabs(count: number, options?: Options): Promise<void> {
  for (let opened = 0; opened < count; opened++) await openTab(options)
  await settled()
}

/** Waits until every tab is open. */
async function settled(): Promise<void> {
  for (const tab of tabs) await until(tab, status, 'open')
}

const role = async (tab: Page): Promise<string | undefined> => (await glance(tab)).roles.at(-1)

/** Waits until exactly one of these tabs leads, and checks that none took the lead from a leader for its silence. */
async function leaderOf(among: readonly Page[]): Promise<Page> {
  let leaders: Page[] = []
  let stolen: string[] = []
  // One look at each tab says both.
  const count = async (): Promise<number> => {
    const heard = await Promise.all(among.map(glance))
    leaders = among.filter((_, index) => heard[index]?.roles.at(-1) === 'leader')
    stolen = heard.flatMap((each) => each.stolen)
    return leaders.length
  }
  await expect.poll(count, { interval: 10 }).toBe(1)
  expect(stolen).toEqual([])
  return leaders[0] as Page
}

/** Waits until each tab has heard of something that was published after this was asked. */
async function expectNews(among: readonly Page[]): Promise<void> {
  const { last } = stage
  for (const tab of among) await until(tab, ({ numbers }) => Number(numbers[0]) > last, true)
}

const drop = (tab: Page): void => {
  tabs = tabs.filter((other) => other !== tab)
}

beforeEach(async () => {
  tabs = []
  stage = await openStage()
})

afterEach(async () => {
  for (const tab of lodging.context.pages()) await tab.close()
  await stage.close()
})

/** What may happen to a tab that has the connection. After it the tab is as it was, but for those that are gone. */
const FATES = {
  async close(tab) {
    drop(tab)
    await tab.close()
  },
  async crash(tab) {
    drop(tab)
    await crash(tab)
    await tab.close()
  },
  async reload(tab) {
    await tab.reload()
  },
  async freeze(tab, meanwhile) {
    await setFrozen(tab, true)
    await meanwhile()
    await setFrozen(tab, false)
  },
  async leave(tab, meanwhile) {
    await leave(tab, stage)
    await meanwhile()
    await comeBack(tab)
  },
} satisfies Record<string, (tab: Page, meanwhile: () => Promise<unknown>) => Promise<void>>

type Fate = keyof typeof FATES

/** What has to hold in the end: everybody hears everything, through one connection. @param stop - Ends the flow of events. */
async function expectHarmony(stop: () => void): Promise<void> {
  await settled()
  await expectNews(tabs)
  stop()
  for (const tab of tabs) await expectAll(tab, stage.last)
  await streams(stage, 1)
  const roles = await Promise.all(tabs.map(role))
  expect(roles.sort()).toEqual([...Array(tabs.length - 1).fill('follower'), 'leader'])
  expect(stage.traffic().most).toBeLessThanOrEqual(2)
}

describe('in Chromium', () => {
  beforeAll(async () => {
    lodging = await lodgeInChromium()
  })

  afterAll(() => lodging.close())

  it('twelve tabs share one connection, and each hears everything', async () => {
    const stop = stage.flow(200)
    await openTabs(12)
    await expectHarmony(stop)
    expect(stage.traffic()).toEqual({ now: 1, most: 1, tries: 1 })
  })

  it.each(Object.keys(FATES) as Fate[])('another tab takes over from one that has the connection: %s', async (fate) => {
    const stop = stage.flow(200)
    await openTabs(5)
    for (let deaths = 0; deaths < 2; deaths++) {
      const leader = await leaderOf(tabs)
      const others = tabs.filter((tab) => tab !== leader)
      await FATES[fate](leader, () => leaderOf(others).then(() => expectNews(others)))
      await leaderOf(others)
      await expectNews(tabs)
      if (fate === 'leave') expect((await heardBy(leader)).life.at(-1)).toBe('persisted')
      if (fate === 'freeze') expect((await heardBy(leader)).life.at(-1)).toBe('resume')
    }
    await expectHarmony(stop)
  })

  it('nothing is lost or doubled by a hundred changes of the tab that has the connection', async () => {
    const seed = Number(process.env['TABS_SEED'] ?? Date.now() % 1_000_000)
    const story: string[] = []
    onTestFailed(() => console.log(`TABS_SEED=${seed} plays it again: ${story.join(' ')}`))
    const random = randomFrom(seed)
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T

    const stop = stage.flow(200)
    await openTabs(7)
    for (let deaths = 0; deaths < 100; deaths++) {
      const leader = await leaderOf(tabs)
      const others = tabs.filter((tab) => tab !== leader)
      // A browser takes a moment to end the stream of a tab that is gone: two of those at once would be no fault of ours.
      await expect.poll(() => stage.traffic().now, { interval: 5 }).toBeLessThanOrEqual(1)
      // Some go in the middle of a change, some come back before there is another, some when all is settled.
      if (random() < 0.5) await expectNews([leader])
      const fate = pick<Fate>(['close', 'crash', 'freeze', 'leave'])
      const isPatient = random() < 0.5
      story.push(isPatient ? fate : `${fate}!`)
      await FATES[fate](leader, async () => isPatient && leaderOf(others))
      while (tabs.length < 6 + Math.floor(random() * 3)) await openTab()
    }
    await expectHarmony(stop)
  })

  it('all tabs wait for a server that is unavailable, and one alone asks it again', async () => {
    await openTabs(4)
    const leader = await leaderOf(tabs)
    stage.publish(10)
    for (const tab of tabs) await expectAll(tab, stage.last)
    stage.refuse(2)
    stage.cut()
    for (const tab of tabs) await until(tab, status, 'waiting http')
    const waits = await Promise.all(tabs.map((tab) => tab.evaluate(() => JSON.stringify(window.client.state.get()))))
    expect(new Set(waits).size).toBe(1)
    stage.publish(10)
    stage.refuse(undefined)
    await settled()
    for (const tab of tabs) {
      await expectAll(tab, stage.last)
      const { states, roles } = await heardBy(tab)
      // The one that leads began as a tab alone, and again as the leader.
      const began = tab === leader ? ['connecting', 'connecting'] : ['connecting']
      expect(states).toEqual([
        ...[...began, 'open', 'waiting network', 'connecting', 'waiting http', 'connecting', 'open'],
      ])
      expect(roles.at(-1)).toBe(tab === leader ? 'leader' : 'follower')
    }
    expect(stage.traffic()).toEqual({ now: 1, most: 1, tries: 3 })
  })

  it('tabs with different topics share one connection, and each hears its own alone', async () => {
    const topics = ['fish', 'fowl']
    for (const topic of topics) await openTab({ topic })
    await settled()
    for (const [index, tab] of tabs.entries())
      await tab.evaluate((topic) => window.client.topic(topic).joined(), `${topics[index]}`)
    for (let n = 1; n <= 20; n++) stage.publish(1, topics[n % 2])
    const expectOwn = async (tab: Page, remainder: number): Promise<void> => {
      const own = Array.from({ length: stage.last }, (_, index) => index + 1).filter((n) => n % 2 === remainder)
      await until(tab, ({ count }) => count, own.length)
      expect((await heardBy(tab)).numbers).toEqual(own)
    }
    for (const [index, tab] of tabs.entries()) await expectOwn(tab, index)
    expect(stage.traffic()).toEqual({ now: 1, most: 1, tries: 1 })
    expect(stage.hub.clients().map((each) => [...each.topics].sort())).toEqual([topics])

    const leader = await leaderOf(tabs)
    const [heir] = tabs.filter((tab) => tab !== leader)
    if (!heir) throw new Error('no other tab')
    const remainder = tabs.indexOf(heir)
    await FATES.close(leader)
    for (let n = 21; n <= 40; n++) stage.publish(1, topics[n % 2])
    await expectOwn(heir, remainder)
    await expect.poll(() => stage.hub.clients().map((each) => each.topics)).toEqual([[topics[remainder]]])
  })

  it.each(['key', 'scope'])('tabs of another %s have a connection of their own', async (option) => {
    for (const value of ['ada', 'ada', 'bjorn']) {
      await openTab({ [option]: value })
      // Before the next tab asks for the lead.
      await settled()
    }
    stage.publish(10)
    for (const tab of tabs) await expectAll(tab, stage.last)
    expect(await Promise.all(tabs.map(role))).toEqual(['leader', 'follower', 'leader'])
    expect(stage.traffic()).toEqual({ now: 2, most: 2, tries: 2 })
  })

  it('who signs out in one tab has signed out in all, until they connect again', async () => {
    await openTabs(3)
    await tabs[1]?.evaluate(() => window.tabs?.reset())
    for (const tab of tabs) await until(tab, status, 'closed unauthorized')
    await streams(stage, 0)
    expect(await Promise.all(tabs.map(role))).toEqual(['alone', 'alone', 'alone'])
    for (const tab of tabs) await tab.evaluate(() => window.client.connect())
    await settled()
    stage.publish(10)
    for (const tab of tabs) await expectAll(tab, stage.last)
    expect(stage.traffic()).toMatchObject({ now: 1, most: 1 })
  })

  it('a tab hears everything though it gets its locks late', async () => {
    await openTabs(1)
    const tab = await lodging.context.newPage()
    // As on a busy machine: what a tab says overtakes what it asks of the browser.
    await tab.addInitScript(() => {
      const { request } = LockManager.prototype
      LockManager.prototype.request = async function (this: LockManager, ...args: unknown[]): Promise<unknown> {
        await new Promise((resolve) => setTimeout(resolve, 300))
        return Reflect.apply(request, this, args)
      } as typeof request
    })
    await tab.goto(stage.page({ tabs: '' }))
    tabs.push(tab)
    await settled()
    stage.publish(10)
    for (const each of tabs) await expectAll(each, stage.last)
    expect(await Promise.all(tabs.map(role))).toEqual(['leader', 'follower'])
  })

  it('a tab without Web Locks has a connection of its own', async () => {
    for (let opened = 0; opened < 2; opened++) await openTabs(1)
    const tab = await lodging.context.newPage()
    await tab.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, 'locks'))
    await tab.goto(stage.page({ tabs: '' }))
    tabs.push(tab)
    await settled()
    stage.publish(10)
    for (const each of tabs) await expectAll(each, stage.last)
    expect(await Promise.all(tabs.map(role))).toEqual(['leader', 'follower', 'alone'])
    expect(stage.traffic().now).toBe(2)
  })
})

describe('in Chromium, with a clock that can be set', () => {
  beforeAll(async () => {
    lodging = await lodgeInChromium()
    await lodging.context.clock.install()
  })

  afterAll(() => lodging.close())

  it('a tab that nobody has seen for half a minute gives the connection to one that somebody sees', async () => {
    const stop = stage.flow(200)
    await openTabs(3)
    const leader = await leaderOf(tabs)
    expect(await leader.evaluate(() => document.visibilityState)).toBe('hidden')
    await leader.context().clock.fastForward(31_000)
    const seen = tabs[2] as Page
    await until(seen, ({ roles }) => roles.at(-1), 'leader')
    expect(await seen.evaluate(() => document.visibilityState)).toBe('visible')
    await expectHarmony(stop)
  })
})

describe('in Firefox', () => {
  beforeAll(async () => {
    lodging = await lodgeInFirefox()
  })

  afterAll(() => lodging.close())

  it.each<Fate>(['close', 'reload', 'leave'])(
    'another tab takes over from one that has the connection: %s',
    async (fate) => {
      const stop = stage.flow(200)
      await openTabs(4)
      for (let deaths = 0; deaths < 2; deaths++) {
        const leader = await leaderOf(tabs)
        await FATES[fate](leader, async () => {})
        await leaderOf(tabs.filter((tab) => tab !== leader))
        await expectNews(tabs)
      }
      await expectHarmony(stop)
    },
  )
})
