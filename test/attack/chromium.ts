import { chromium } from 'playwright'
import { findBrowsers } from '../../scripts/browsers.mjs'
import type { Measure, Outcome } from './play.ts'

export interface Chromium {
  readonly version: string
  attack(name: string, limit: number, measure: Measure): Promise<Outcome>
  close(): Promise<void>
}

/** Opens the page of the hostile server, whose memory can be measured from outside. */
export async function openChromium(origin: string): Promise<Chromium> {
  const browser = await chromium.launch({ ...findBrowsers().chromium, args: ['--no-sandbox'] })
  const page = await browser.newPage()
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  await page.exposeFunction('measure', async () => {
    for (let n = 0; n < 3; n++) await session.send('HeapProfiler.collectGarbage')
    const { metrics } = await session.send('Performance.getMetrics')
    return (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? NaN) / (1 << 20)
  })
  await page.goto(origin)
  return {
    version: browser.version(),
    // One object: Playwright hands over a single argument.
    attack: (name, limit, measure) =>
      page.evaluate((given) => globalThis.attack(given.name, given.limit, given.measure), { name, limit, measure }),
    close: () => browser.close(),
  }
}
