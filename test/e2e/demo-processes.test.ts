import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findRedis } from '../../scripts/redis.mjs'
import { launchBrowser, newPage, startDemo } from './start.ts'

/*
 * The shop with four API servers on one Redis: `npm run demo -- --processes 4 --redis`.
 */

let demo: ChildProcess
let url: string
let browser: Browser
let page: Page
const complaints: string[] = []

/** Which process has the stream of the page, as the page says. */
async function servedBy(): Promise<number> {
  const sharing = page.locator('#sharing', { hasText: /^1 stream at process \d of 4, for 1 tab\.$/ })
  await sharing.waitFor()
  return Number(/process (\d)/.exec(`${await sharing.textContent()}`)?.[1])
}

async function expectNothingLost(label: string): Promise<void> {
  await page.locator(`#interruptions tr[data-label="${label}"][data-result="ok"]`).first().waitFor()
  expect(await page.locator('#headline').textContent()).toMatch(
    /^headwater lost nothing: .* Its table of orders equals the server’s\.$/,
  )
  await page.locator('#interruptions').evaluate((list) => list.replaceChildren())
}

describe.skipIf(!findRedis())('the demo with four processes', () => {
  beforeAll(async () => {
    ;({ process: demo, url } = await startDemo('--processes', '4', '--redis'))
    browser = await launchBrowser()
    page = await newPage(browser, complaints)
    await page.goto(url)
    await page.locator('#verdict[data-result="ok"]').waitFor()
  })

  afterAll(async () => {
    await browser?.close()
    demo?.kill('SIGKILL')
  })

  it('loses nothing when the process that serves the page is killed: another one goes on', async () => {
    const before = await servedBy()
    await page.locator('button[data-fault="restart"]').click()
    await expectNothingLost('restart')
    await page.locator('#sharing', { hasNotText: `process ${before} ` }).waitFor()
    expect(await servedBy()).not.toBe(before)
  })

  it('causes a fault in all processes, and loses nothing', async () => {
    await page.locator('button[data-fault="unavailable"]').click()
    await expectNothingLost('unavailable')
  })

  it('loses nothing when all processes are replaced', async () => {
    const panel = await newPage(browser, complaints)
    await panel.goto(new URL('admin', url).href)
    await panel.locator('main:not([data-stale])').waitFor()
    const token = await panel.locator('meta[name="operator-token"]').getAttribute('content')
    const drain = () =>
      fetch(new URL('api/admin/drain', url), { method: 'POST', headers: { authorization: `Bearer ${token}` } })
    // The process that was killed is being started again: then the answer is 409.
    await expect.poll(async () => (await drain()).status).toBe(202)
    await page.locator('#interruptions tr[data-result="ok"]').waitFor()
    await servedBy()
    await panel.locator('main:not([data-stale])').waitFor()
    await panel.close()
  })

  it('ends with Redis and everything else that it has started', async () => {
    const closed = once(demo, 'close')
    demo.kill('SIGTERM')
    expect(await closed).toEqual([0, null])
    expect(complaints.filter((text) => !/^Failed to load resource.* \S+\/api\//.test(text))).toEqual([])
  })
})
