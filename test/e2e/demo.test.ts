import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Browser, Locator, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectAgreement, readPanels } from './panels.ts'
import { launchBrowser, newPage, PATIENCE, startDemo } from './start.ts'

/*
 * The shop: its faults, and what a visitor sees of them.
 */

let demo: ChildProcess
let url: string
let browser: Browser
let page: Page
/** Everything that the pages complain about. */
const complaints: string[] = []

beforeAll(async () => {
  ;({ process: demo, url } = await startDemo())
  browser = await launchBrowser()
  // A context of its own: one that comes with a page would end with it, whatever other tabs there are.
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  context.setDefaultTimeout(PATIENCE)
  context.on('weberror', (error) => complaints.push(`${error.error()}`))
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.text()} ${message.location().url}`)
  })
  page = await context.newPage()
  await page.goto(url)
  await page.locator('#verdict[data-result="ok"]').waitFor()
})

afterAll(async () => {
  await browser?.close()
  demo?.kill('SIGKILL')
})

/** Waits until a page has been open for so long that its client counts its failures from 0; what was before is forgotten. */
async function calm(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const [, seconds] =
      /^Open for (?:\d+ min )?(\d+) s$/.exec(document.querySelector('#clock')?.textContent ?? '') ?? []
    return Number(seconds) >= 2
  })
  await page.locator('#interruptions').evaluate((list) => list.replaceChildren())
}

/** The interruption of this name: written down once it is open again and the tables have been compared. */
async function interruption(page: Page, label: string): Promise<Locator> {
  const found = page.locator(`#interruptions tr[data-label="${label}"]`)
  await found.waitFor()
  await page.locator('#connection[data-status="open"]').waitFor()
  return found
}

async function breakBy(fault: string): Promise<Locator> {
  await calm(page)
  await page.locator(`button[data-fault="${fault}"]`).click()
  return interruption(page, fault)
}

/** An interruption of this name has cost nothing. */
async function expectNothingLost(page: Page, label: string, reason: string | RegExp): Promise<void> {
  const found = await interruption(page, label)
  expect(await found.getAttribute('data-result')).toBe('ok')
  expect(await found.locator('.reason').textContent()).toMatch(reason)
  expect(await page.locator('#headline').textContent()).toMatch(
    /^headwater lost nothing: [\d,]+ events across \d+ connections\. Its table of orders equals the server’s\.$/,
  )
  expect(await page.locator('#ids').textContent()).toMatch(/^#\d+ to #\d+: none missing, none twice$/)
  expect(await page.locator('#equal').textContent()).toMatch(/^12 rows equal the server’s at #\d+, /)
}

/** Each fault, the reason that the page gives, and what the browser's EventSource says after it. */
const FAULTS = [
  ['drop', 'connection broke', 'Open, events arrive'],
  ['stall', 'silent for too long', 'Open, but silent for'],
  ['unavailable', 'refused (503)', 'Closed. It does not retry'],
  ['unauthorized', 'token refused (401)', 'Closed. It does not retry'],
  ['restart', 'no server answers (502)', 'Closed. It does not retry'],
] as const

describe('the demo', () => {
  it('does not say on a first visit that anything was resumed', async () => {
    expect(await page.locator('#reason').textContent()).toBe('Events arrive.')
    const texts = await page.locator('#log [data-kind="state"] .text').allTextContents()
    expect(texts).toContain('starts where the loaded table ends')
    expect(texts).not.toContain('continues after the last event')
  })

  it.each(FAULTS)('loses nothing by the fault %s', async (fault, reason, native) => {
    await breakBy(fault)
    await expectNothingLost(page, fault, reason)
    await expectAgreement(page, url)
    await page.locator('#score-eventsource .line', { hasText: native }).waitFor()
  })

  it('counts what the browser’s EventSource has lost by the same faults, and opens another', async () => {
    expect(await page.locator('#score-headwater .score').textContent()).toMatch(/^lost 0 of [\d,]+$/)
    expect(await page.locator('#score-eventsource .score').textContent()).toMatch(/^lost [1-9]\d* of [\d,]+$/)
    await page.locator('#reopen').click()
    await page.locator('#score-eventsource', { hasText: 'Open, events arrive' }).waitFor()
    await page.locator('#reopen').waitFor({ state: 'hidden' })
  })

  it('shows the code of a panel as the server has it', async () => {
    await page.locator('[data-file="demo/page/panels/react.tsx"] summary').click()
    const code = page.getByRole('region', { name: 'Code of demo/page/panels/react.tsx' })
    expect(await code.textContent()).toContain("const { table } = useSSEValue(sse, 'order.*', orders)")
  })

  it('says what is different if the tables differ', async () => {
    await page.route('**/api/orders', async (route) => {
      const response = await route.fetch()
      const { cursor, orders } = await response.json()
      await route.fulfill({ json: { cursor, orders: [{ ...orders[0], city: 'Atlantis' }, ...orders.slice(1)] } })
    })
    const interruption = await breakBy('drop')
    expect(await interruption.getAttribute('data-result')).toBe('lost')
    expect(await page.locator('#headline').textContent()).toMatch(/A-\d+: city is .+ here and Atlantis at the server/)
    await page.unroute('**/api/orders')
  })

  it('says what was lost if the server cannot resume, and starts over', async () => {
    await page.route('**/api/events?*', (route) => {
      const headers = { ...route.request().headers(), 'last-event-id': 'another0-1' }
      return route.continue({ headers })
    })
    // Away for three seconds: enough happens to be missed.
    expect(await (await breakBy('unavailable')).getAttribute('data-result')).toBe('lost')
    expect(await page.locator('#headline').textContent()).toBe(
      'Events were lost: the server began a new log. The table was loaded afresh.',
    )
    await expectAgreement(page, url)
    await page.unroute('**/api/events?*')
    expect(await (await breakBy('drop')).getAttribute('data-result')).toBe('ok')
    expect(await page.locator('#headline').textContent()).toMatch(/ across 2 connections\. /)
  })

  it('marks notifications as read in all panels, whichever of them is asked', async () => {
    for (const panel of ['#vanilla', '#react', '#vue']) {
      await page.waitForFunction(() => document.querySelector('#unread')?.textContent !== '0 unread')
      // So that no other one comes in between.
      await page.locator('#disconnect').click()
      await page.locator(`${panel} [data-state="not connected"]`).waitFor()
      await page.locator(`${panel} button`).focus()
      await page.keyboard.press('Enter')
      const [vanilla, ...others] = await readPanels(page)
      expect(vanilla?.text).toMatch(/^Connectionnot connected.*Unread0Mark read/)
      expect(others).toEqual([vanilla, vanilla])
      expect(await page.locator('#unread').textContent()).toBe('0 unread')
      await page.locator('#connect').click()
      await page.locator('#connection[data-status="open"]').waitFor()
    }
    await expectAgreement(page, url)
  })

  it('takes back what it said of a fault that could not be caused', async () => {
    await page.route('**/api/faults/drop', async (route) => {
      await page.locator('#headline', { hasText: 'Drop: headwater has not noticed yet.' }).waitFor()
      await route.fulfill({ status: 500 })
    })
    await page.locator('button[data-fault="drop"]').click()
    await page
      .locator('#log .text', { hasText: 'The fault could not be caused: /api/faults/drop answers 500' })
      .waitFor()
    await page.locator('#headline', { hasText: /^headwater lost nothing: / }).waitFor()
    expect(await page.locator('#verdict').getAttribute('data-result')).toBe('ok')
    await page.unroute('**/api/faults/drop')
  })

  it('stays the same visitor when the page is loaded again', async () => {
    const other = (await page.locator('#user').inputValue()) === 'ada' ? 'chiara' : 'ada'
    const loaded = page.waitForEvent('load')
    await page.locator('#user').selectOption(other)
    await loaded
    expect(await page.locator('#user').inputValue()).toBe(other)
    await page.locator('#verdict[data-result="ok"]').waitFor()
    await page.reload()
    expect(await page.locator('#user').inputValue()).toBe(other)
  })

  it('leads the keyboard to every fault, visibly', async () => {
    // The keyboard goes on from the last click, even if nothing has the focus any more.
    await page.reload()
    const reached: (string | undefined)[] = []
    // Before the faults come the link that skips to them, four links, the copy button and the visitor.
    for (let presses = 0; presses < 12; presses++) {
      await page.keyboard.press('Tab')
      const focus = await page.locator(':focus').evaluate((element: HTMLElement) => ({
        fault: element.dataset['fault'],
        outline: getComputedStyle(element).outlineStyle,
      }))
      expect(focus.outline).not.toBe('none')
      if (focus.fault) reached.push(focus.fault)
    }
    expect(reached).toEqual(['drop', 'stall', 'unavailable', 'unauthorized', 'restart'])
  })

  it('follows the end of the event log in a window that is made narrower', async () => {
    const newest = (): Promise<number> =>
      page
        .locator('#log [data-kind="event"] .number')
        .last()
        .textContent()
        .then((text) => Number(text?.slice(1)))
    // Enough lines that there is something to scroll.
    await page.waitForFunction(() => {
      const scroller = document.querySelector('#log-scroller')
      return scroller && scroller.scrollHeight > 2 * scroller.clientHeight
    })
    await page.setViewportSize({ width: 400, height: 740 })
    const before = await newest()
    await page.waitForFunction((before) => {
      const scroller = document.querySelector('#log-scroller')
      const numbers = [...document.querySelectorAll('#log [data-kind="event"] .number')]
      if (!scroller || Number(numbers.at(-1)?.textContent?.slice(1)) < before + 3) return false
      return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 24
    }, before)
  })

  it.each([900, 768, 360])('fits on a screen of %i pixels', async (width) => {
    await page.setViewportSize({ width, height: 740 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
  })

  it('has no target that is too small for a finger', async () => {
    const small = await page.evaluate(() =>
      [...document.querySelectorAll('a, button, select, summary')]
        .filter((element) => {
          const { width, height } = element.getBoundingClientRect()
          return width > 0 && Math.min(width, height) < 44
        })
        .map((element) => element.textContent),
    )
    expect(small).toEqual([])
  })

  it('shows the faults, the losses and the last minute at once on a screen of 1280 by 800 pixels', async () => {
    await page.setViewportSize({ width: 1280, height: 800 })
    const bottom = await page.locator('#history').evaluate((chart) => scrollY + chart.getBoundingClientRect().bottom)
    expect(bottom).toBeLessThanOrEqual(800)
  })
})

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
    panel = await newPage(browser, complaints)
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
    expect(await (await fetch(new URL('api/connections', url))).json()).toEqual({ streams: 2 })
  })
})

describe('the demo, in the end', () => {
  it('complains of nothing but the requests that the faults broke', () => {
    expect(
      complaints.filter(
        (text) =>
          !/^Failed to load resource.* \S+\/api\/(events\S*|connections\S*|published\S*|missed\S*|faults\/drop)$/.test(
            text,
          ),
      ),
    ).toEqual([])
  })

  it('ends with everything that it has started', async () => {
    // The server's process holds the same pipe: it closes when both have gone.
    const closed = once(demo, 'close')
    demo.kill('SIGTERM')
    expect(await closed).toEqual([0, null])
  })
})
