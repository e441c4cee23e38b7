import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MockedPage, servePage } from './msw-stage.ts'
import { launchBrowser, newPage } from './start.ts'
import type {} from './storybook-page.tsx'

/*
 * The stories of docs/testing/network.md, each after the other in one page, as Storybook shows them.
 */

let mocked: MockedPage
let browser: Browser
let page: Page
const complaints: string[] = []

beforeAll(async () => {
  mocked = await servePage('./storybook-page.tsx')
  browser = await launchBrowser()
  page = await newPage(browser, complaints)
  await page.goto(mocked.url)
})

afterAll(async () => {
  await browser.close()
  await mocked.close()
})

/** Waits until the page shows this: how it stands, and the orders. */
async function shows(status: string, ...orders: string[]): Promise<void> {
  const look = () => Promise.all([page.locator('p').textContent(), page.locator('li').allTextContents()])
  await expect.poll(look, { interval: 20 }).toEqual([status, orders])
}

const story = (name: Parameters<Window['show']>[0]): Promise<void> => page.evaluate((name) => window.show(name), name)

describe('the story', () => {
  it.each([
    ['Connecting', 'connecting', []],
    ['Live', 'live', ['A-1: 1200', 'A-2: 300']],
    ['Unavailable', 'http', []],
    ['Forbidden', 'http', []],
    ['BackAgain', 'live', ['A-1: 1200', 'A-2: 300']],
    ['OneMore', 'live', ['A-3: 40']],
  ] as const)('%s shows what its script says, each time it is looked at', async (name, status, orders) => {
    for (const other of ['Connecting', name] as const) {
      await story(name)
      await shows(status, ...orders)
      await story(other)
    }
    await shows(status, ...orders)
  })

  it('logs no error but the refused requests that the browser reports', () => {
    expect(complaints.filter((each) => !/status of (503|403)/.test(each))).toEqual([])
  })
})
