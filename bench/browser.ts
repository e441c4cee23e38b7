import { chromium, type Page } from 'playwright'
import { findBrowsers } from '../scripts/browsers.mjs'

/*
 * A fresh page for each measurement. Playwright's own pages have the DevTools Protocol's network events on, and then
 * Chromium reports each event of an EventSource over the protocol, one message at a time: that makes the native
 * EventSource five times as slow as it is for a user. So the page is opened from the outside and nothing is
 * attached to it; it tells its own result to the server.
 */

export interface BenchBrowser {
  readonly version: string
  /** @returns Closes the page. */
  open(url: string): Promise<() => Promise<unknown>>
  close(): Promise<void>
}

/** @param devtools - Attach to the pages all the same, to see what that costs. */
export async function launch(devtools: boolean): Promise<BenchBrowser> {
  const browser = await chromium.launch({ ...findBrowsers().chromium, args: ['--no-sandbox'] })
  const session = await browser.newBrowserCDPSession()

  async function openWatched(url: string): Promise<() => Promise<unknown>> {
    const page: Page = await browser.newPage()
    await page.goto(url)
    return () => page.close()
  }

  // Playwright lets go at once of a page that belongs to none of its contexts.
  async function openAlone(url: string): Promise<() => Promise<unknown>> {
    const { targetId } = await session.send('Target.createTarget', { url })
    return () => session.send('Target.closeTarget', { targetId })
  }

  return {
    version: browser.version(),
    open: devtools ? openWatched : openAlone,
    close: () => browser.close(),
  }
}
