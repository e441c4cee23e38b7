import { type Browser, type CDPSession, chromium, type Page } from 'playwright'
import { findBrowsers } from '../../../scripts/browsers.mjs'
import type { PageLoad } from './page.ts'
import type { Subject } from './subject.ts'
import type { Sample } from './verdict.ts'

/*
 * A page whose memory is measured from outside.
 */

/** A collection leaves over what the next one takes. */
const COLLECTIONS = 4

export const openChromium = (): Promise<Browser> =>
  chromium.launch({ ...findBrowsers().chromium, args: ['--no-sandbox', '--js-flags=--expose-gc --no-flush-bytecode'] })

/** Opens the page of a server in a browser, and starts a load there. */
export async function startInChromium(browser: Browser, load: PageLoad, origin: string): Promise<Subject> {
  const context = await browser.newContext()
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable')
  const errors: Error[] = []
  page.on('pageerror', (error) => errors.push(error))
  await page.goto(`${origin}/page`)
  await page.evaluate((load) => globalThis.startLoad(load), load)
  return {
    async run(operations) {
      await page.evaluate((operations) => globalThis.load.run(operations), operations)
      if (errors[0]) throw errors[0]
    },
    sample: (done) => sample(page, session, done),
    close: () => context.close(),
  }
}

async function sample(page: Page, session: CDPSession, done: number): Promise<Sample> {
  for (let times = 0; times < COLLECTIONS; times++) {
    await session.send('HeapProfiler.collectGarbage')
    await page.waitForTimeout(20)
  }
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  const { metrics } = await session.send('Performance.getMetrics')
  const metric = (name: string): number => metrics.find((each) => each.name === name)?.value ?? NaN
  return {
    done,
    bytes: usedSize,
    counts: {
      ...(await page.evaluate(() => globalThis.load.held?.())),
      'listeners of window': await countListeners(session, 'window'),
      'listeners of document': await countListeners(session, 'document'),
      listeners: metric('JSEventListeners'),
      nodes: metric('Nodes'),
      documents: metric('Documents'),
    },
  }
}

async function countListeners(session: CDPSession, expression: string): Promise<number> {
  const { result } = await session.send('Runtime.evaluate', { expression })
  if (!result.objectId) throw Error(`no ${expression}`)
  const { listeners } = await session.send('DOMDebugger.getEventListeners', { objectId: result.objectId })
  await session.send('Runtime.releaseObject', { objectId: result.objectId })
  return listeners.length
}
