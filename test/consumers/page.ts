import { type Browser, chromium } from 'playwright'
import { findBrowsers } from '../../scripts/browsers.mjs'
import { drive } from './drive.ts'
import { openSite } from './site.ts'

/*
 * A consumer in Chromium.
 */

export const launch = (): Promise<Browser> => chromium.launch({ ...findBrowsers().chromium, args: ['--no-sandbox'] })

/** @param folder - The built site. @throws Error that says what went wrong. */
export async function drivePage(browser: Browser, folder: string): Promise<void> {
  const site = await openSite(folder)
  const context = await browser.newContext()
  const complaints: string[] = []
  try {
    const page = await context.newPage()
    page.on('pageerror', (error) => complaints.push(error.message))
    // Chromium reports there what a policy forbids, in the page and in its workers.
    page.on('console', (message) => {
      if (message.type() === 'error' && !IS_EXPECTED.test(message.text())) complaints.push(message.text())
    })
    await page.goto(site.url)
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
