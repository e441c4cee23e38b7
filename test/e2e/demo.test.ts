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
/** Everything that the page complains about. */
const complaints: string[] = []

beforeAll(async () => {
  ;({ process: demo, url } = await startDemo())
  browser = await launchBrowser()
  page = await newPage(browser, complaints)
  await page.goto(url)
  await page.locator('#verdict[data-result="ok"]').waitFor()
}, PATIENCE)

afterAll(async () => {
  await browser?.close()
  demo?.kill('SIGKILL')
})

/** Breaks the connection once it has been open for so long that the client counts its failures from 0. */
async function breakBy(fault: string): Promise<Locator> {
  await page.waitForFunction(() => {
    const [, seconds] =
      /^Open for (?:\d+ min )?(\d+) s$/.exec(document.querySelector('#clock')?.textContent ?? '') ?? []
    return Number(seconds) >= 2
  })
  await page.locator('#interruptions').evaluate((list) => list.replaceChildren())
  await page.locator(`button[data-fault="${fault}"]`).click()
  // Written down only once the connection went away, was open again and the tables have been compared.
  const interruption = page.locator(`#interruptions li[data-label="${fault}"]`)
  await interruption.waitFor()
  await page.locator('#connection[data-status="open"]').waitFor()
  return interruption
}

describe('the demo', () => {
  it.each([
    ['drop', 'connection broke'],
    ['stall', 'silent for too long'],
    ['unavailable', 'unavailable (503)'],
    ['unauthorized', 'token refused (401)'],
    ['restart', 'nobody behind the proxy (502)'],
  ])(
    'loses nothing by the fault %s',
    async (fault, reason) => {
      const interruption = await breakBy(fault)
      expect(await interruption.getAttribute('data-result')).toBe('ok')
      expect(await interruption.locator('.reason').textContent()).toContain(reason)
      expect(await page.locator('#headline').textContent()).toMatch(
        /^Nothing was lost: [\d,]+ events across \d+ connections, table equals the server’s\.$/,
      )
      expect(await page.locator('#ids').textContent()).toMatch(/^#\d+ to #\d+: none missing, none twice$/)
      expect(await page.locator('#equal').textContent()).toMatch(/^12 rows equal the server’s as of #\d+, /)
      await expectAgreement(page, url)
    },
    PATIENCE,
  )

  it(
    'says what is different if the tables differ',
    async () => {
      await page.route('**/api/orders', async (route) => {
        const response = await route.fetch()
        const { cursor, orders } = await response.json()
        await route.fulfill({ json: { cursor, orders: [{ ...orders[0], city: 'Atlantis' }, ...orders.slice(1)] } })
      })
      const interruption = await breakBy('drop')
      expect(await interruption.getAttribute('data-result')).toBe('lost')
      expect(await page.locator('#headline').textContent()).toMatch(/A-\d+: city is .+ here and Atlantis at the server/)
      await page.unroute('**/api/orders')
    },
    PATIENCE,
  )

  it(
    'says what was lost if the server cannot resume, and starts over',
    async () => {
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
      expect(await page.locator('#headline').textContent()).toMatch(/ across 2 connections, /)
    },
    PATIENCE,
  )

  it(
    'marks notifications as read in all panels, whichever of them is asked',
    async () => {
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
    },
    PATIENCE,
  )

  it(
    'takes back what it said of a fault that could not be caused',
    async () => {
      const before = await page.locator('#headline').textContent()
      await page.route('**/api/faults/drop', async (route) => {
        await page.getByText('Drop: waiting for the client to notice.').waitFor()
        await route.fulfill({ status: 500 })
      })
      await page.locator('button[data-fault="drop"]').click()
      await page
        .locator('#log .text', { hasText: 'The fault could not be caused: /api/faults/drop answers 500' })
        .waitFor()
      expect(await page.locator('#headline').textContent()).toBe(before)
      expect(await page.locator('#verdict').getAttribute('data-result')).toBe('ok')
      await page.unroute('**/api/faults/drop')
    },
    PATIENCE,
  )

  it(
    'stays the same visitor when the page is loaded again',
    async () => {
      const other = (await page.locator('#user').inputValue()) === 'ada' ? 'chiara' : 'ada'
      const loaded = page.waitForEvent('load')
      await page.locator('#user').selectOption(other)
      await loaded
      expect(await page.locator('#user').inputValue()).toBe(other)
      await page.locator('#verdict[data-result="ok"]').waitFor()
      await page.reload()
      expect(await page.locator('#user').inputValue()).toBe(other)
    },
    PATIENCE,
  )

  it('leads the keyboard to every fault, visibly', async () => {
    // The keyboard goes on from the last click, even if nothing has the focus any more.
    await page.reload()
    const reached: (string | undefined)[] = []
    // Before the faults come the link that skips to them, the visitor, the link to the other page and the three buttons of
    // the connection.
    for (let presses = 0; presses < 11; presses++) {
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

  it(
    'follows the end of the event log in a window that is made narrower',
    async () => {
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
    },
    PATIENCE,
  )

  it('fits on a screen of 360 pixels', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  })

  it('complains of nothing but the requests that the faults broke', () => {
    expect(
      complaints.filter(
        (text) => !/^Failed to load resource.* \S+\/api\/(events\S*|connections\S*|faults\/drop)$/.test(text),
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
