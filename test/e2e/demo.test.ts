import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Locator, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBrowsers } from '../../scripts/browsers.mjs'
import { expectAgreement, readPanels } from './panels.ts'

/*
 * The demo as a visitor meets it: the real supervisor, the real server process, a real browser.
 */

const root = fileURLToPath(new URL('../..', import.meta.url))
/** A stall is noticed after ten seconds, and this machine may be busy. */
const PATIENCE = 60_000

let demo: ChildProcess
let url: string
let browser: Browser
let page: Page
/** Everything that the page complains about. */
const complaints: string[] = []

beforeAll(async () => {
  // The Node that npm scripts get: it runs TypeScript by itself, whichever runs the tests.
  demo = spawn(`${root}/node_modules/.bin/node`, ['demo/start.ts', '--port', '0'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  url = await readUrl(demo)
  browser = await chromium.launch({ ...findBrowsers().chromium, args: ['--no-sandbox'] })
  page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  page.setDefaultTimeout(PATIENCE)
  page.on('pageerror', (error) => complaints.push(`${error}`))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.text()} ${message.location().url}`)
  })
  await page.goto(url)
  await page.locator('#verdict[data-result="ok"]').waitFor()
}, PATIENCE)

afterAll(async () => {
  await browser?.close()
  demo?.kill('SIGKILL')
})

function readUrl({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    stdout?.on('data', (chunk) => {
      text += chunk
      const [found] = /http:\S+/.exec(text) ?? []
      if (found) resolve(found)
    })
    stdout?.on('end', () => reject(new Error(`The demo did not start: ${text}`)))
  })
}

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
      await page.route('**/api/events', (route) => {
        const headers = { ...route.request().headers(), 'last-event-id': 'another0-1' }
        return route.continue({ headers })
      })
      // Away for three seconds: enough happens to be missed.
      expect(await (await breakBy('unavailable')).getAttribute('data-result')).toBe('lost')
      expect(await page.locator('#headline').textContent()).toBe(
        'Events were lost: the server began a new log. The table was loaded afresh.',
      )
      await expectAgreement(page, url)
      await page.unroute('**/api/events')
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

  it('leads the keyboard to every fault, visibly', async () => {
    // The keyboard goes on from the last click, even if nothing has the focus any more.
    await page.reload()
    const reached: (string | undefined)[] = []
    // Before the faults come the link that skips to them and the three buttons of the connection.
    for (let presses = 0; presses < 9; presses++) {
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

  it('fits on a screen of 360 pixels', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  })

  it('complains of nothing but the requests that the faults broke', () => {
    expect(
      complaints.filter((text) => !/^Failed to load resource.* \S+\/api\/(events|connections\S*)$/.test(text)),
    ).toEqual([])
  })

  it('ends with everything that it has started', async () => {
    // The server's process holds the same pipe: it closes when both have gone.
    const closed = once(demo, 'close')
    demo.kill('SIGTERM')
    expect(await closed).toEqual([0, null])
  })
})
