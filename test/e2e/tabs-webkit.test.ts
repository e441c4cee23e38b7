import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { findWebKit } from '../../scripts/browsers.mjs'
import { openWebKit, type WebKit, type WebKitTab } from '../engines/webkit.ts'
import { breaks, type Heard, openStage, type Stage, status, streams } from './stage.ts'

/*
 * One connection for many tabs in WebKit, whose locks, channels and back/forward cache are its own.
 */

const { missing } = findWebKit()
const title = missing ? `in WebKit: left out, there is no ${missing.join(' and no ')}` : 'in WebKit'

let webkit: WebKit
let stage: Stage
/** So many tabs were opened. */
let opened: number

/** What a tab has heard, of the numbers the first and the last alone: for who asks again and again. */
const glance = (tab: WebKitTab): Promise<Heard> =>
  tab.evaluate(() => {
    const { numbers } = window.heard
    return { ...window.heard, numbers: [...numbers.slice(0, 1), ...numbers.slice(-1)] }
  })

async function until<T>(tab: WebKitTab, look: (heard: Heard) => T, expected: T): Promise<void> {
  await expect.poll(async () => look(await glance(tab)), { interval: 20 }).toEqual(expected)
}

/** Waits until the tab has heard the newest event, and checks that it has heard each since its first, once and in order. */
async function expectAll(tab: WebKitTab): Promise<void> {
  await until(tab, ({ numbers }) => numbers.at(-1), stage.last)
  const { numbers, gaps, errors } = await tab.evaluate(() => window.heard)
  expect({ breaks: breaks(numbers), gaps, errors }).toEqual({ breaks: [], gaps: [], errors: [] })
}

/** Every other one is seen; the others are behind another tab, where timers are slow. */
async function openTab(): Promise<void> {
  await webkit.open(stage.page({ tabs: '' }), opened++ % 2 ? 'tab' : 'window')
}

async function openTabs(count: number): Promise<void> {
  for (; count > 0; count--) await openTab()
  await settled()
}

/** Waits until every tab is open. */
async function settled(): Promise<void> {
  for (const tab of webkit.tabs) await until(tab, status, 'open')
}

async function roles(among: readonly WebKitTab[]): Promise<(string | undefined)[]> {
  const heard = await Promise.all(among.map(glance))
  return heard.map((each) => each.roles.at(-1))
}

/** Waits until exactly one of these tabs leads, and checks that none took the lead from a leader for its silence. */
async function leaderOf(among: readonly WebKitTab[]): Promise<WebKitTab> {
  let leaders: WebKitTab[] = []
  const count = async (): Promise<number> => {
    const parts = await roles(among)
    leaders = among.filter((_, index) => parts[index] === 'leader')
    return leaders.length
  }
  await expect.poll(count, { interval: 20 }).toBe(1)
  expect((await Promise.all(among.map(glance))).flatMap(({ stolen }) => stolen)).toEqual([])
  return leaders[0] as WebKitTab
}

/** Waits until each tab has heard of something that was published after this was asked. */
async function expectNews(among: readonly WebKitTab[]): Promise<void> {
  const { last } = stage
  for (const tab of among) await until(tab, ({ numbers }) => Number(numbers.at(-1)) > last, true)
}

/** What may happen to a tab that has the connection. @param meanwhile - To wait for, before a tab that is left is come back to. */
const FATES = {
  async close(tab) {
    await tab.close()
    await openTab()
  },
  reload: (tab) => tab.reload(),
  async leave(tab, meanwhile) {
    await tab.goto(stage.elsewhere)
    await meanwhile()
    await tab.goBack()
  },
} satisfies Record<string, (tab: WebKitTab, meanwhile: () => Promise<unknown>) => Promise<void>>

describe.skipIf(missing)(title, () => {
  beforeAll(async () => {
    webkit = await openWebKit()
  })

  afterAll(() => webkit?.close())

  beforeEach(async () => {
    opened = 0
    stage = await openStage()
  })

  afterEach(async () => {
    for (const tab of [...webkit.tabs]) await tab.close()
    await stage.close()
  })

  it('four tabs share one connection, and each hears everything', async () => {
    const stop = stage.flow(150)
    // The first is to lead: each is open before the next one asks.
    for (let opened = 0; opened < 4; opened++) await openTabs(1)
    expect(await roles(webkit.tabs)).toEqual(['leader', 'follower', 'follower', 'follower'])
    await expectNews(webkit.tabs)
    stop()
    for (const tab of webkit.tabs) await expectAll(tab)
    expect(stage.traffic()).toEqual({ now: 1, most: 1, tries: 1 })
  })

  it.each(Object.keys(FATES) as (keyof typeof FATES)[])(
    'another tab takes over from one that has the connection: %s',
    async (fate) => {
      const stop = stage.flow(150)
      await openTabs(4)
      for (let deaths = 0; deaths < 4; deaths++) {
        const leader = await leaderOf(webkit.tabs)
        const others = webkit.tabs.filter((tab) => tab !== leader)
        await FATES[fate](leader, () => leaderOf(others).then(() => expectNews(others)))
        await leaderOf(others)
        await expectNews(webkit.tabs)
        if (fate === 'leave') expect((await glance(leader)).life.at(-1)).toBe('persisted')
      }
      await settled()
      stop()
      for (const tab of webkit.tabs) await expectAll(tab)
      await streams(stage, 1)
      expect((await roles(webkit.tabs)).sort()).toEqual(['follower', 'follower', 'follower', 'leader'])
      expect(stage.traffic().most).toBeLessThanOrEqual(2)
    },
  )

  it('a page that is loaded again, or left and come back to, goes on where it was', async () => {
    const tab = await webkit.open(stage.page({ resume: 'session' }), 'window')
    await until(tab, status, 'open')
    const stop = stage.flow(150)
    const travels = [FATES.reload, FATES.leave]
    for (const travel of [...travels, ...travels]) {
      await expectNews([tab])
      await travel(tab, () => streams(stage, 0))
      await expectNews([tab])
      expect((await glance(tab)).openings.at(-1)).toBe(true)
    }
    stop()
    await expectAll(tab)
    expect((await glance(tab)).numbers[0]).toBe(1)
    expect(stage.traffic()).toEqual({ now: 1, most: 1, tries: 5 })
  })
})
