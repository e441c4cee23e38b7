import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectAgreement } from './panels.ts'
import { calm, expectNothingLost, FAULTS, interruption, openShop, type Shop, unexpected } from './shop.ts'
import { newPage } from './start.ts'

/*
 * The shop in several tabs of one visitor, which share a connection: its faults, and who has the connection.
 */

let shop: Shop
let url: string
/** The first tab. */
let page: Page

beforeAll(async () => {
  shop = await openShop()
  ;({ page, url } = shop)
})

afterAll(() => shop?.close())

describe('the demo in several tabs', () => {
  /** The second, which takes over from the first. */
  let second: Page
  let third: Page
  let panel: Page

  /** By the keyboard. */
  async function openAnother(from: Page): Promise<Page> {
    const opened = from.context().waitForEvent('page')
    await from.locator('#open-tab').press('Enter')
    const tab = await opened
    await tab.locator('#verdict[data-result="ok"]').waitFor()
    return tab
  }

  async function becomes(tab: Page, user: string): Promise<void> {
    const loaded = tab.waitForEvent('load')
    await tab.locator('#user').selectOption(user)
    await loaded
    await tab.locator('#verdict[data-result="ok"]').waitFor()
  }

  async function openPanel(): Promise<void> {
    panel = await newPage(shop.browser, shop.complaints)
    await panel.goto(new URL('admin', url).href)
    await panel.locator('main:not([data-stale])').waitFor()
  }

  /** The operators see no more than one stream of the shop, beside their own. */
  async function expectOneStream(): Promise<void> {
    await openPanel()
    const own = panel.locator('#clients tbody tr', { hasNotText: /operator|\(EventSource\)/ })
    await expect.poll(() => own.count()).toBe(1)
    await panel.close()
    await expect.poll(async () => (await fetch(new URL('api/connections', url))).json()).toEqual({ streams: 1 })
  }

  async function expectPart(page: Page, role: string, words: string, roster: RegExp): Promise<void> {
    await page.locator(`#role[data-role="${role}"]`).waitFor()
    expect(await page.locator('#role').textContent()).toBe(words)
    await page.locator('#tabs', { hasText: roster }).waitFor()
  }

  const expectLeader = (page: Page, roster: RegExp): Promise<void> =>
    expectPart(page, 'leader', 'This tab has the connection', roster)
  const expectFollower = (page: Page): Promise<void> =>
    expectPart(page, 'follower', 'Another tab has the connection', /^Tab \d+\. Tab \d+ has the connection\.$/)

  it('opens another tab, which hears the one stream through the first', async () => {
    await page.setViewportSize({ width: 1280, height: 900 })
    await expectLeader(page, /^Tab \d+, the only one\.$/)
    second = await openAnother(page)
    await expectLeader(page, /^Tab \d+\. Tab \d+ gets the events from here\.$/)
    await expectFollower(second)
    expect(await second.locator('#user').inputValue()).toBe(await page.locator('#user').inputValue())
    await expectOneStream()
    for (const tab of [page, second]) {
      await tab.locator('#sharing', { hasText: '1 stream at the server, for 2 tabs.' }).waitFor()
      await expectAgreement(tab, url)
      expect(await tab.locator('#streams').textContent()).toBe(
        'The server counts 1 open stream for all of this page and 1 other tab.',
      )
    }
  })

  it.each(FAULTS)(
    'loses nothing in any tab by the fault %s, asked for where there is no connection',
    async (fault, reason) => {
      for (const tab of [page, second]) await calm(tab)
      await second.locator(`button[data-fault="${fault}"]`).click()
      await expectNothingLost(page, fault, reason)
      await expectNothingLost(second, fault, fault === 'drop' ? 'connection lost' : reason)
      await expectLeader(page, /gets the events from here/)
      await expectFollower(second)
      for (const tab of [page, second]) await expectAgreement(tab, url)
    },
  )

  it('knows in each tab which numbers were for somebody else, though only one has heard that its token is refused', async () => {
    await openPanel()
    const other = (await page.locator('#user').inputValue()) === 'ada' ? 'bjorn' : 'ada'
    await panel.locator('[data-action="notify"] [name="user"]').selectOption(other)
    await calm(second)
    await second.locator('button[data-fault="unauthorized"]').click()
    await interruption(second, 'unauthorized')
    await panel.locator('[data-action="notify"] button').click()
    for (const tab of [page, second]) await tab.locator('#others', { hasText: '1 left out by the server' }).waitFor()
    await panel.close()
  })

  it('hands the connection over when the tab that has it is closed, and nothing is lost', async () => {
    // By its address: what the tabs have in common is not handed from one to the next.
    third = await page.context().newPage()
    await third.goto(url)
    await becomes(third, await second.locator('#user').inputValue())
    for (const tab of [second, third]) await calm(tab)
    await page.close()
    await expectLeader(second, /^Tab \d+\. Tab \d+ gets the events from here\.$/)
    await expectFollower(third)
    await expectNothingLost(second, 'hand-over', /^from tab \d+ to this tab$/)
    await expectNothingLost(third, 'hand-over', /^from tab \d+ to tab \d+$/)
    await expectOneStream()
    for (const tab of [second, third]) await expectAgreement(tab, url)
  })

  it('hands the connection over when the tab that has it disconnects, and hears it again through the other', async () => {
    for (const tab of [second, third]) await calm(tab)
    await second.locator('#disconnect').click()
    await expectPart(second, 'alone', 'This tab shares with no other', /^Tab \d+\. It is disconnected\.$/)
    await expectLeader(third, /^Tab \d+, the only one\.$/)
    await expectNothingLost(third, 'hand-over', /^from tab \d+ to this tab$/)
    await second.locator('#connect').click()
    await expectFollower(second)
    await expectNothingLost(second, 'disconnect + hand-over', /^from this tab to tab \d+, asked for on this page$/)
    for (const tab of [second, third]) await expectAgreement(tab, url)
  })

  it('gives a tab of another user a connection of its own', async () => {
    await becomes(second, (await second.locator('#user').inputValue()) === 'ada' ? 'chiara' : 'ada')
    for (const tab of [second, third]) await expectLeader(tab, /^Tab \d+, the only one\.$/)
    for (const tab of [second, third]) await tab.locator('#sharing', { hasText: /^1 stream .* 1 tab\.$/ }).waitFor()
    await expect.poll(async () => (await fetch(new URL('api/connections', url))).json()).toEqual({ streams: 2 })
  })

  it('complains of nothing but the requests that the faults broke', () => {
    expect(unexpected(shop)).toEqual([])
  })
})
