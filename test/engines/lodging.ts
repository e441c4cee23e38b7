import { type BrowserContext, chromium, firefox } from 'playwright'
import { findBrowsers } from '../../scripts/browsers.mjs'
import { freePort } from '../../scripts/free-port.ts'
import { PATIENCE } from '../e2e/start.ts'

/*
 * The browsers that Playwright drives, for tests of what happens to pages.
 */

export interface Lodging {
  /** All pages in it belong to one user. */
  readonly context: BrowserContext
  readonly version: string
  close(): Promise<void>
}

/** What Playwright switches off, and what this is about. */
const PAGE_LIFE = [
  '--disable-back-forward-cache',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
]

/**
 * Chromium as its users have it: of several tabs one is visible, those that are not are throttled, may be frozen, and those
 * that are left go into the back/forward cache.
 */
export async function lodgeInChromium(): Promise<Lodging> {
  const port = await freePort()
  const browser = await chromium.launch({
    // Where Playwright's own is used: the whole browser, as its small one has no life of pages.
    channel: 'chromium',
    ...findBrowsers().chromium,
    args: ['--no-sandbox', `--remote-debugging-port=${port}`],
    ignoreDefaultArgs: PAGE_LIFE,
  })
  // In the contexts that Playwright makes itself every page has the focus at all times, and none is ever frozen.
  const connection = await chromium.connectOverCDP(`http://127.0.0.1:${port}`, {
    noDefaults: true,
    isLocal: true,
    timeout: PATIENCE,
  })
  const [context] = connection.contexts()
  if (!context) throw new Error('Chromium has no context of its own')
  return {
    context,
    version: browser.version(),
    async close() {
      await connection.close()
      await browser.close()
    },
  }
}

export async function lodgeInFirefox(): Promise<Lodging> {
  const browser = await firefox.launch(findBrowsers().firefox)
  const context = await browser.newContext({
    colorScheme: null,
    reducedMotion: null,
    forcedColors: null,
    contrast: null,
  })
  return { context, version: browser.version(), close: () => browser.close() }
}
