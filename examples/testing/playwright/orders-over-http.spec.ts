import { test as base, expect } from '@playwright/test'

/*
 * The server in a process of its own (webServer in playwright.config.ts), driven over its control endpoint: for suites in any
 * language, and where the page comes to the mock through a proxy.
 */

interface Told {
  readonly connections: number
  readonly requests: readonly { readonly lastEventId: string }[]
}

/** Asks the control endpoint, or has it do something; what it refuses fails the test. */
const test = base.extend<{ mock: (call: string, steps?: object) => Promise<Told> }>({
  mock: ({ request }, use) =>
    use(async (call, steps) => {
      const response = await request.fetch(`/__mock${call}`, steps ? { method: 'POST', data: steps } : {})
      expect(response, await response.text()).toBeOK()
      return response.json()
    }),
})

test.beforeEach(({ mock }) => mock('/reset', {}))

test('shows an order as it comes', async ({ page, mock }) => {
  await page.goto('/')
  await mock('/connected')
  const done = await mock('/do', { send: { event: 'order.created', data: { id: 'A-1', total: 40 } } })
  expect(done).toEqual({ connections: 1 })
  await expect(page.getByRole('listitem')).toHaveText(['A-1: 40'])
})

test('comes back after a break, and misses nothing', async ({ page, mock }) => {
  await page.goto('/')
  await mock('/connected')
  await mock('/do', { send: { event: 'order.created', data: { id: 'A-1', total: 40 }, id: '1' } })
  await expect(page.getByRole('listitem')).toHaveCount(1)
  await mock('/do', [{ drop: true }, { send: { event: 'order.created', data: { id: 'A-2', total: 50 }, id: '2' } }])
  await expect(page.getByRole('listitem')).toHaveText(['A-1: 40', 'A-2: 50'])
  const { requests } = await mock('/requests?count=2')
  expect(requests.map(({ lastEventId }) => lastEventId)).toEqual(['', '1'])
})

test('tries again when it is refused', async ({ page, mock }) => {
  // Long enough to be seen.
  await mock('/script', { refuse: { status: 503, headers: { 'retry-after': '2' } } })
  await page.goto('/')
  await expect(page.locator('#line')).toHaveText('reconnecting')
  await expect(page.locator('#line')).toHaveText('live')
})

test('says so when orders were lost', async ({ page, mock }) => {
  await page.goto('/')
  await mock('/connected')
  await mock('/do', { gap: { reason: 'expired' } })
  await expect(page.locator('#hint')).toBeVisible()
})
