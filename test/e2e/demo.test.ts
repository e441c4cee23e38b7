import type { Locator, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectAgreement, readPanels } from './panels.ts'
import { calm, expectNothingLost, FAULTS, interruption, openShop, type Shop, unexpected } from './shop.ts'

/*
 * The shop: its faults, and what a visitor sees of them.
 */

let shop: Shop
let url: string
let page: Page

beforeAll(async () => {
  shop = await openShop()
  ;({ page, url } = shop)
})

afterAll(() => shop?.close())

async function breakBy(fault: string): Promise<Locator> {
  await calm(page)
  await page.locator(`button[data-fault="${fault}"]`).click()
  return interruption(page, fault)
}

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

describe('the demo, in the end', () => {
  it('complains of nothing but the requests that the faults broke', () => {
    expect(unexpected(shop)).toEqual([])
  })

  it('ends with everything that it has started', async () => {
    expect(await shop.end()).toEqual([0, null])
  })
})
