import { type Browser, chromium } from 'playwright'
import { findBrowsers } from '../../scripts/browsers.mjs'
import { drive } from './drive.ts'
import { openSite, type Source } from './site.ts'

/*
 * A consumer in Chromium.
 */

export const launch = (): Promise<Browser> => chromium.launch({ ...findBrowsers().chromium, args: ['--no-sandbox'] })

interface PageOptions {
  /** Gets the address of the stream. */
  readonly start: (stream: string) => Promise<Source>
  /** Whether the page comes with what the scripts show in it. */
  readonly isRendered: boolean
}

/** @throws Error that says what went wrong. */
export async function drivePage(browser: Browser, { start, isRendered }: PageOptions): Promise<void> {
  const site = await openSite(start)
  const context = await browser.newContext()
  const complaints: string[] = []
  try {
    const page = await context.newPage()
    page.on('pageerror', (error) => complaints.push(error.message))
    // Chromium reports there what a policy forbids, in the page and in its workers.
    page.on('console', (message) => {
      if (message.type() === 'error' && !IS_EXPECTED.test(message.text())) complaints.push(message.text())
    })
    if (site.cursors.length) throw Error('nothing should connect before the page does')
    const response = await page.goto(site.url)
    if (isRendered && !(await response?.text())?.includes('id="heard"'))
      throw Error('the server should render the page')
    await drive(site, async () => (await page.locator('#heard').textContent()) ?? '')
    if (complaints.length) throw Error('the page complains')
  } catch (error) {
    throw Error([(error as Error).message, ...complaints].join('; '))
  } finally {
    await context.close()
    await site.close()
  }
}

/** Lines about the stream that was broken, about icons that nobody made, and about style attributes, which SvelteKit writes. */
const IS_EXPECTED = /net::ERR_|favicon|status of 404|Applying inline style/
