import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Browser, Locator, Page } from 'playwright'
import { expect } from 'vitest'
import { launchBrowser, PATIENCE, startDemo } from './start.ts'

/*
 * The shop of the demo, open in a page of a visitor, and what the page says of a fault.
 */

export interface Shop {
  readonly url: string
  /** The first page. Others in its context belong to the same visitor. */
  readonly page: Page
  readonly browser: Browser
  /** Everything that the pages complain about: tests may add to it what other pages say. */
  readonly complaints: string[]
  /** Tells the demo to end. @returns What is left of its processes, in the end: their code and signal. */
  end(): Promise<unknown[]>
  /** Whatever is still there goes at once. */
  close(): Promise<void>
}

export async function openShop(): Promise<Shop> {
  const { process: demo, url } = await startDemo()
  let browser: Browser | undefined
  async function close(): Promise<void> {
    await browser?.close()
    demo.kill('SIGKILL')
  }
  try {
    browser = await launchBrowser()
    return { url, ...(await visit(browser, url)), end: () => end(demo), close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A page with the shop, and what the pages of this visitor complain about. */
async function visit(browser: Browser, url: string): Promise<Pick<Shop, 'browser' | 'page' | 'complaints'>> {
  const complaints: string[] = []
  // A context of its own: one that comes with a page would end with it, whatever other tabs there are.
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  context.setDefaultTimeout(PATIENCE)
  context.on('weberror', (error) => complaints.push(`${error.error()}`))
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`${message.text()} ${message.location().url}`)
  })
  const page = await context.newPage()
  await page.goto(url)
  await page.locator('#verdict[data-result="ok"]').waitFor()
  return { browser, page, complaints }
}

async function end(demo: ChildProcess): Promise<unknown[]> {
  // The server's process holds the same pipe: it closes when both have gone.
  const closed = once(demo, 'close')
  demo.kill('SIGTERM')
  return closed
}

/** Each fault, the reason that the page gives, and what the browser's EventSource says after it. */
export const FAULTS = [
  ['drop', 'connection broke', 'Open, events arrive'],
  ['stall', 'silent for too long', 'Open, but silent for'],
  ['unavailable', 'refused (503)', 'Closed. It does not retry'],
  ['unauthorized', 'token refused (401)', 'Closed. It does not retry'],
  ['restart', 'no server answers (502)', 'Closed. It does not retry'],
] as const

/** Waits until a page has been open for so long that its client counts its failures from 0; what was before is forgotten. */
export async function calm(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const [, seconds] =
      /^Open for (?:\d+ min )?(\d+) s$/.exec(document.querySelector('#clock')?.textContent ?? '') ?? []
    return Number(seconds) >= 2
  })
  await page.locator('#interruptions').evaluate((list) => list.replaceChildren())
}

/** The interruption of this name: written down once it is open again and the tables have been compared. */
export async function interruption(page: Page, label: string): Promise<Locator> {
  const found = page.locator(`#interruptions tr[data-label="${label}"]`)
  await found.waitFor()
  await page.locator('#connection[data-status="open"]').waitFor()
  return found
}

/** What the pages complain about, but for the requests that the faults broke. */
export const unexpected = ({ complaints }: Shop): string[] =>
  complaints.filter(
    (text) =>
      !/^Failed to load resource.* \S+\/api\/(events\S*|connections\S*|published\S*|missed\S*|faults\/drop)$/.test(
        text,
      ),
  )

/** An interruption of this name has cost nothing. */
export async function expectNothingLost(page: Page, label: string, reason: string | RegExp): Promise<void> {
  const found = await interruption(page, label)
  expect(await found.getAttribute('data-result')).toBe('ok')
  expect(await found.locator('.reason').textContent()).toMatch(reason)
  expect(await page.locator('#headline').textContent()).toMatch(
    /^headwater lost nothing: [\d,]+ events across \d+ connections\. Its table of orders equals the server’s\.$/,
  )
  expect(await page.locator('#ids').textContent()).toMatch(/^#\d+ to #\d+: none missing, none twice$/)
  expect(await page.locator('#equal').textContent()).toMatch(/^12 rows equal the server’s at #\d+, /)
}
